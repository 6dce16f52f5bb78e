"""Both practice servers over HTTP and a worker on them, in this process: what the Procfile starts, without its web."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row
from pydantic import SecretStr

from connector.core.records import Notice, Ref, Side
from connector.practice.hubspot import HubSpotCore, serve_hubspot
from connector.practice.hubspot import connection as hubspot_details
from connector.practice.salesforce.server import serve_salesforce
from connector.services.intake import accept
from connector.settings import Engine, HubSpot, Process, Salesforce, Settings
from connector.web.hubspot_events import notices_of
from connector.wiring.world import World, open_world
from connector.worker.process import Worker

PATIENCE = 180.0
"""Seconds until what has to come about is given up: machines differ in speed, so no test judges by the clock."""
OUTBOUND = {"Lead": ["Email", "Phone", "City"], "Opportunity": ["StageName"]}


class Town:
    """``hubspot``, ``salesforce``: the cores. ``settings``: of a process that talks to both. ``people``: generated ones."""

    def __init__(self, database_url: str, parts: ExitStack, people: int = 0, **engine: Any) -> None:
        portal = serve_hubspot(people=people, index_lag=0.0)
        parts.callback(portal.close)
        org = serve_salesforce(people=people, outbound={"objects": OUTBOUND, "skip_integration_user": True})
        parts.callback(org.close)
        assert isinstance(portal.core, HubSpotCore)
        self.url, self.hubspot, self.salesforce = database_url, portal.core, org.core
        self.environment = self._environment(portal.base_url, org.base_url)
        self.settings = self._settings({"drains": 2, "poll_seconds": 3600.0} | engine)

    def _environment(self, portal_url: str, org_url: str) -> dict[str, str]:
        portal, org = hubspot_details(self.hubspot, portal_url), self.salesforce.connection(org_url)
        return {
            "DATABASE_URL": self.url,
            "ACCORD_HUBSPOT_BASE_URL": portal_url,
            "ACCORD_HUBSPOT_ACCESS_TOKEN": str(portal["access_token"]),
            "ACCORD_HUBSPOT_CLIENT_SECRET": str(portal["client_secret"]),
            "ACCORD_HUBSPOT_PORTAL_ID": str(portal["portal_id"]),
            "ACCORD_HUBSPOT_APP_ID": str(portal["app_id"]),
            "ACCORD_SALESFORCE_INSTANCE_URL": org_url,
            "ACCORD_SALESFORCE_CLIENT_ID": org["client_id"],
            "ACCORD_SALESFORCE_CLIENT_SECRET": org["client_secret"],
            "ACCORD_SALESFORCE_ORG_ID": org["org_id"],
            "ACCORD_SALESFORCE_OUTBOUND_SECRET": "a-long-secret-that-nobody-guesses",
        }

    def _settings(self, engine: dict[str, Any]) -> Settings:
        def group(prefix: str) -> dict[str, str]:
            return {
                n.removeprefix(prefix).lower(): v for n, v in self.environment.items() if n.startswith(prefix)
            }

        return Settings(
            Process(DATABASE_URL=SecretStr(self.url)),
            Engine(**engine),
            hubspot=HubSpot(**group("ACCORD_HUBSPOT_")),  # type: ignore[arg-type]
            salesforce=Salesforce(**group("ACCORD_SALESFORCE_")),  # type: ignore[arg-type]
        )

    # -- the database

    def all(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def live(self) -> None:
        self.all("UPDATE side_mode SET mode = 'live'")

    # -- what is told

    def deliver(self, world: World) -> int:
        """What both sides would tell now goes through intake."""
        account = self.hubspot.portal.account
        body = orjson.dumps(self.hubspot.take_events())
        found = notices_of(body, str(account.portal_id), str(account.app_id), ["contact"])
        for _, object_, id_, values in self.salesforce.take_notifications():
            found.append(Notice(Ref(Side.SALESFORCE, object_, id_), values, None))
        return accept(world.stores.notices, found).queued

    def lead(self, email: str) -> dict[str, Any] | None:
        with self.salesforce.lock:
            rows = self.salesforce.org.tables["Lead"].rows.values()
            return next((dict(row) for row in rows if row["Email"] == email and not row["IsDeleted"]), None)


@contextmanager
def working(town: Town) -> Iterator[tuple[World, Worker]]:
    """A worker process's threads on the town."""
    with open_world(town.settings, town.url) as world:
        worker = Worker(world)
        worker.start()
        try:
            yield world, worker
        finally:
            assert worker.stop(), "something did not come to rest"


def eventually(found: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The first answer that is neither None nor False nor empty."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)
    return answer
