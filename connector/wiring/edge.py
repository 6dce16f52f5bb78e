"""What the web process needs: the door and the database, no side."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connector.adapters.calling import utc_now
from connector.adapters.mappings import load
from connector.adapters.postgres.database import database_url, open_pool
from connector.adapters.postgres.health import PostgresHealth
from connector.ports import Clock, NoticeStore
from connector.services.outcomes import OPPORTUNITY
from connector.settings import Settings
from connector.wiring.stores import Stores, agreement_folder, stores_on


@dataclass(frozen=True, slots=True)
class Edge:
    """What the web process needs; see connector.web.wired.Wired."""

    settings: Settings
    stores: Stores
    salesforce_objects: Collection[str]
    hubspot_objects: Collection[str] = ("contact",)

    @property
    def public_url(self) -> str:
        return self.settings.process.public_url or ""

    @property
    def hubspot_client_secret(self) -> str:
        return self.settings.hubspot.client_secret.get_secret_value()

    @property
    def hubspot_portal_id(self) -> str:
        return self.settings.hubspot.portal_id

    @property
    def hubspot_app_id(self) -> str:
        return self.settings.hubspot.app_id

    @property
    def salesforce_path_secret(self) -> str:
        secret = self.settings.salesforce.outbound_secret
        return secret.get_secret_value() if secret else ""

    @property
    def salesforce_org_id(self) -> str:
        return self.settings.salesforce.org_id

    @property
    def notices(self) -> NoticeStore:
        return self.stores.notices

    @property
    def health(self) -> PostgresHealth:
        return self.stores.health

    @property
    def clock(self) -> Clock:
        return self.stores.clock


@contextmanager
def open_edge(settings: Settings) -> Iterator[Edge]:
    """The edge of one web process, until the block ends. Opened after the fork. Raises FixConfiguration or Refused."""
    agreement = load(agreement_folder(settings))
    with (
        database_url(settings.database_url(), settings.process.embedded) as url,
        open_pool(url, max_size=settings.engine.pool_size) as pool,
    ):
        objects = (*agreement.person.salesforce_objects, OPPORTUNITY)
        yield Edge(settings, stores_on(pool, agreement, utc_now), objects)
