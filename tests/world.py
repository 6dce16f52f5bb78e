"""The world of a test: both practice servers' cores in process, the real adapters on them, the real database, one clock.

    world = World(database)
    alice = world.form(email="ann@acme.example.com", lastname="Ito", ...)     # marketing's side
    world.settle()                                                            # notices in, rounds until quiet
    world.lead_of(alice)["Company"]
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from connector.adapters.mappings import load
from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.notices import PostgresNotices
from connector.adapters.postgres.rounds import PostgresRounds
from connector.core.agreement import Agreement
from connector.core.desk import desk_for, natives
from connector.core.lenses.owner import Directory
from connector.core.records import Notice, Ref, Side
from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from connector.practice.hubspot.schema import select
from connector.practice.orgs import Org
from connector.practice.orgs.hubspot import properties_of, settings_of
from connector.practice.orgs.salesforce import furnish
from connector.practice.salesforce import SalesforceCore
from connector.services.intake import LIVE, accept
from connector.services.rounds.sync import RoundReport, Sync
from connector.services.workbench import Pace, Workbench
from connector.web.hubspot_events import notices_of
from tests.adapters.in_process import hubspot_on, salesforce_on

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MAPPINGS = Path(__file__).parent.parent / "mappings"
HOT = {
    "jobtitle": "Chief Marketing Officer",
    "company": "Acme Tools",
    "numemployees": "100-500",
    "country": "United States",
    "decision_maker": "true",
    "budget": "50000",
    "purchase_timeframe": "this_quarter",
    "demo_requested": "true",
}


@functools.cache
def _shipped() -> Agreement:
    return load(MAPPINGS)


@dataclass
class World:
    """``live``: both sides are written from the start. ``agreement``: the shipped one unless another is given.
    ``hubspot_more``, ``salesforce_more``: keywords of the adapters (options, budget …). ``org``: what both are like, the
    practice servers as they come unless one is given. ``hubspot_ways``, ``salesforce_ways``: settings of the servers."""

    database: Pool
    people: int = 0
    seed: int = 1
    live: bool = True
    agreement: Agreement | None = None
    pace: Pace = field(default_factory=Pace)
    hook: Any = None
    stages: tuple[str, ...] = ()
    hubspot_more: Mapping[str, Any] = field(default_factory=dict)
    salesforce_more: Mapping[str, Any] = field(default_factory=dict)
    org: Org | None = None
    hubspot_ways: Mapping[str, Any] = field(default_factory=dict)
    salesforce_ways: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = ManualClock(START)
        self.hubspot, self.salesforce = self._hubspot(), self._salesforce()
        self.rounds = PostgresRounds(self.database)
        self.bench = self._bench()
        self.store = PostgresNotices(self.database, natives(self.bench.desk), self.clock.now)
        self._watch_salesforce()
        if self.live:
            self.set_mode("live")

    def _hubspot(self) -> HubSpotCore:
        more = [select("lifecyclestage", "Lifecycle Stage", [(s, s) for s in self.stages])] if self.stages else []
        settings = settings_of(self.org) if self.org else None
        properties = [*more, *(properties_of(self.org) if self.org else ())]
        core = HubSpotCore(
            self.people, self.seed, clock=self.clock, subscriptions="all", properties=properties, settings=settings
        )
        if self.stages:
            core.settings.default_lifecycle = ""
        core.settings.update(dict(self.hubspot_ways))
        return core

    def _salesforce(self) -> SalesforceCore:
        core = SalesforceCore(self.clock, people=self.people, seed=self.seed)
        if self.org:
            furnish(core, self.org)
        core.settings.update(dict(self.salesforce_ways))
        return core

    def _bench(self) -> Workbench:
        hubspot = hubspot_on(self.hubspot, clock=self.clock.now, hook=self.hook, **self.hubspot_more)
        salesforce = salesforce_on(self.salesforce, clock=self.clock.now, hook=self.hook, **self.salesforce_more)
        agreement = self.agreement or _shipped()
        owners, users = hubspot.people(), salesforce.people()
        agreement = agreement.bind(
            Directory({i: e for e, i in owners.items()}, {i: e for e, i in users.items()})
        )
        return Workbench(
            hubspot, salesforce, self.rounds, agreement, desk_for(agreement), self.clock.now, users, owners, self.pace
        )  # fmt: skip

    def _watch_salesforce(self) -> None:
        if self.org and not self.org.salesforce.outbound_messages:
            return
        fields = {
            object_: [*names, "SystemModstamp"]
            for (side, object_), names in natives(self.bench.desk).items()
            if side is Side.SALESFORCE
        }
        self.salesforce.outbound.objects = fields

    def set_mode(self, mode: str, *sides: str, **limits: Any) -> None:
        with self.database.connection() as conn:
            conn.execute(
                "UPDATE side_mode SET mode = %s, limits = %s WHERE side = ANY (%s)",
                (mode, orjson.dumps(limits).decode(), list(sides or ("hubspot", "salesforce"))),
            )

    # -- what people do

    def contact(self, by: str = "user", **values: Any) -> str:
        """A contact made or edited (by e-mail) in HubSpot; returns its id."""
        return self.hubspot.edit(values, by=by, create="id" not in values)

    def form(self, **values: Any) -> str:
        return self.hubspot.edit(values, by="form", create=True)

    def edit_contact(self, id_: str, by: str = "user", **values: Any) -> None:
        self.hubspot.edit(values, id=id_, by=by)

    def lead(self, **values: Any) -> str:
        return self.salesforce.edit("Lead", values={"LastName": "Ito", "Company": "Acme"} | values, create=True)

    def edit_lead(self, id_: str, by: str = "user", object_: str = "Lead", **values: Any) -> None:
        self.salesforce.edit(object_, id_, values, by=by)

    # -- what both sides hold

    def hs(self, id_: str) -> dict[str, str]:
        return self.hubspot.contact(id_)

    def sf(self, id_: str, object_: str = "Lead") -> dict[str, Any]:
        return dict(self.salesforce.org.tables[object_].rows[id_])

    def leads(self) -> list[dict[str, Any]]:
        return [dict(r) for r in self.salesforce.org.tables["Lead"].rows.values() if not r.get("IsDeleted")]

    def lead_of(self, contact: str) -> dict[str, Any]:
        """The Lead that Accord linked to a contact."""
        found = self.one("SELECT salesforce_object o, salesforce_id i FROM link WHERE hubspot_id = %s", contact)
        return self.sf(found["i"], found["o"])

    # -- time and notices

    def notices(self) -> list[Notice]:
        """What both sides would tell now, drained."""
        found = self.notices_of_hubspot(self.hubspot.take_events())
        for _, object_, id_, values in self.salesforce.take_notifications():
            found.append(Notice(Ref(Side.SALESFORCE, object_, id_), _told(values), self.clock.now()))
        return found

    def notices_of_hubspot(self, events: Sequence[Mapping[str, Any]]) -> list[Notice]:
        """What these webhook events tell."""
        account = self.hubspot.portal.account
        body = orjson.dumps(events)
        return notices_of(body, str(account.portal_id), str(account.app_id), ["contact"]) if events else []

    def deliver(self, lane: int = LIVE) -> int:
        found = self.notices()
        accept(self.store, found, lane)
        return len(found)

    def round(self, limit: int | None = None) -> RoundReport:
        return Sync(self.bench).round(limit)

    def settle(self, rounds: int = 60) -> int:
        """Deliver and run rounds until nothing is left to do; returns how many rounds did something."""
        busy = 0
        for _ in range(rounds):
            self.clock.advance(1)
            told = self.deliver()
            report = self.round()
            busy += not report.idle
            if not told and report.idle and not self.one("SELECT count(*) n FROM pending")["n"]:
                return busy
        raise AssertionError(f"not settled after {rounds} rounds: {self.all('SELECT * FROM pending')}")

    def writes(self) -> int:
        """API calls that wrote, on both sides, since the last ``forget_calls``."""
        calls = self.hubspot.calls.shown()["by_endpoint"] | self.salesforce.calls.shown()["by_endpoint"]
        return sum(n for name, n in calls.items() if _is_write(name))

    def forget_calls(self) -> None:
        self.hubspot.calls.reset()
        self.salesforce.calls.reset()

    # -- the database

    def all(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        from psycopg.rows import dict_row

        with self.database.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql, parameters or None).fetchall()

    def one(self, sql: str, *parameters: Any) -> dict[str, Any]:
        rows = self.all(sql, *parameters)
        assert len(rows) == 1, f"{len(rows)} rows for {sql}"
        return rows[0]

    def issues(self) -> set[tuple[str, str]]:
        return {(r["code"], r["field"]) for r in self.all("SELECT code, field FROM issue WHERE closed_at IS NULL")}

    def later(self, **span: float) -> None:
        self.clock.advance(timedelta(**span).total_seconds())


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: (v if v != "" else None) for k, v in values.items() if k not in ("Id", "attributes", "SystemModstamp")}


def _is_write(endpoint: str) -> bool:
    return any(word in endpoint for word in ("/update", "/upsert", "/create", "PATCH")) or endpoint.endswith("composite")


__all__ = ["HOT", "START", "World", "replace"]
