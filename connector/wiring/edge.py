"""What the web process needs: the door and the database, no side."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connector.adapters.calling import utc_now
from connector.adapters.mappings import load
from connector.adapters.postgres.capacity import WEB_POOL
from connector.adapters.postgres.database import database_url, open_pool
from connector.adapters.postgres.health import PostgresHealth
from connector.ports import Clock, NoticeStore
from connector.services.outcomes import OPPORTUNITY
from connector.settings import Settings
from connector.wiring.connected import Latest, connections_on
from connector.wiring.connecting import finish_oauth
from connector.wiring.stores import Stores, agreement_folder, stores_on


@dataclass(frozen=True, slots=True)
class Edge:
    """What the web process needs; see connector.web.wired.Wired."""

    settings: Settings
    known: Latest
    stores: Stores
    salesforce_objects: Collection[str]
    hubspot_objects: Collection[str] = ("contact",)

    @property
    def public_url(self) -> str:
        return self.settings.process.public_url or ""

    @property
    def metrics_token(self) -> str:
        return self.settings.process.metrics_token.get_secret_value()

    @property
    def hubspot_client_secret(self) -> str:
        return self.known.now().hubspot.client_secret.get_secret_value()

    @property
    def hubspot_portal_id(self) -> str:
        return self.known.now().hubspot.portal_id

    @property
    def hubspot_app_id(self) -> str:
        return self.known.now().hubspot.app_id

    @property
    def salesforce_path_secret(self) -> str:
        secret = self.known.now().salesforce.outbound_secret
        return secret.get_secret_value() if secret else ""

    @property
    def salesforce_org_id(self) -> str:
        return self.known.now().salesforce.org_id

    @property
    def notices(self) -> NoticeStore:
        return self.stores.notices

    @property
    def health(self) -> PostgresHealth:
        return self.stores.health

    @property
    def clock(self) -> Clock:
        return self.stores.clock

    def finish_oauth(self, state: str, code: str) -> str:
        """See connector.web.oauth. Other web processes take the new secrets within a minute."""
        connection = finish_oauth(self.settings, connections_on(self.settings, self.stores.pool), state, code)
        self.known.forget()
        return f"Connected to HubSpot portal {connection.facts['portal_id']}."


@contextmanager
def open_edge(settings: Settings) -> Iterator[Edge]:
    """The edge of one web process, until the block ends. Opened after the fork. Raises FixConfiguration or Refused.

    It comes up without its database, too: not ready (/readyz) as long as that is away or lacks a migration."""
    agreement = load(agreement_folder(settings))
    with (
        database_url(settings.database_url(), settings.process.embedded) as url,
        open_pool(url, max_size=min(settings.engine.pool_size, WEB_POOL), patient=True) as pool,
    ):
        objects = (*agreement.person.salesforce_objects, OPPORTUNITY)
        yield Edge(settings, Latest(settings, pool), stores_on(pool, agreement, utc_now), objects)
