"""Two thousand people change, and the worker is killed in the middle of it, twice, and then asked to stop in a round."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from connector.core.records import Notice, Ref, Side
from connector.services.intake import accept
from connector.wiring.world import open_world
from tests.worker.test_as_processes import Company
from tests.worker.town import PATIENCE, Town, eventually

pytestmark = pytest.mark.e2e
COUNT = 2000
SMALL = {
    "ACCORD_LEASE_SECONDS": "25", "ACCORD_HUBSPOT_TIMEOUT_SECONDS": "10", "ACCORD_SALESFORCE_TIMEOUT_SECONDS": "10",
    "ACCORD_CLAIM_SIZE": "100", "ACCORD_DRAINS": "2", "ACCORD_HUBSPOT_CALLS_PER_10_SECONDS": "100000",
}  # fmt: skip


def test_sigkill_twice_and_sigterm_lose_and_double_nothing(database_url: str, tmp_path: Path) -> None:
    with ExitStack() as parts:
        town = Town(database_url, parts)
        town.live()
        company = Company(town, tmp_path)
        company.environment |= SMALL
        leads = _linked_people(town)
        _edit_everybody(town)
        for core in (town.hubspot, town.salesforce):
            core.faults.update({"latency_ms": 60})
        for end, share in ((signal.SIGKILL, 0.2), (signal.SIGKILL, 0.45), (signal.SIGTERM, 0.7)):
            worker = company.worker(parts)
            eventually(partial(_at_least, town, share * COUNT))
            worker.send_signal(end)
            worker.wait(PATIENCE)
        assert _arrived(town) < COUNT, "all was done before the worker was asked to stop"
        for core in (town.hubspot, town.salesforce):
            core.faults.clear()
        company.worker(parts)
        eventually(lambda: not town.all("SELECT 1 FROM pending LIMIT 1"))
        assert _arrived(town) == COUNT
        assert len(town.salesforce.org.tables["Lead"].rows) == leads
        assert len(town.all("SELECT 1 FROM link")) == COUNT
        assert town.all("SELECT 1 FROM journal WHERE state = 'intended'") == []
        assert town.all("SELECT 1 FROM ledger") == []
        assert _writes_per_person(town) <= 2


def _linked_people(town: Town) -> int:
    """Persons on both sides, equal and linked: laid down as a long first run would have left them."""
    with open_world(town.settings, town.url) as world:
        desk = world.bench.desk
        rows = []
        for n in range(COUNT):
            values = {"email": f"p{n}@firm.example.com", "lastname": f"P{n}", "company": "Firm", "jobtitle": "before"}
            contact = town.hubspot.edit(values, create=True)
            lead = {"Email": values["email"], "LastName": f"P{n}", "Company": "Firm", "Title": "before"}
            lead_id = town.salesforce.edit("Lead", None, lead | {desk.mapping.salesforce_key: contact}, create=True)
            rows.append((contact, lead_id))
        accept(world.stores.notices, [Notice(Ref(Side.HUBSPOT, "contact", c), {}, None) for c, _ in rows], lane=2)
        world.directory.refresh()
        from connector.services.rounds.sync import Sync

        sync = Sync(world.bench)
        eventually(lambda: sync.round().idle and not town.all("SELECT 1 FROM pending LIMIT 1"))
    town.hubspot.take_events()
    town.salesforce.take_notifications()
    town.all("DELETE FROM ledger")
    town.all("DELETE FROM journal")
    return len(town.salesforce.org.tables["Lead"].rows)


def _edit_everybody(town: Town) -> None:
    notices = []
    for row in town.all("SELECT hubspot_id FROM link"):
        town.hubspot.edit({"jobtitle": "after"}, id=row["hubspot_id"])
        notices.append(Notice(Ref(Side.HUBSPOT, "contact", row["hubspot_id"]), {"jobtitle": "after"}, None))
    with open_world(town.settings, town.url) as world:
        for at in range(0, COUNT, 100):
            accept(world.stores.notices, notices[at : at + 100])


def _at_least(town: Town, wanted: float) -> bool:
    return _arrived(town) >= wanted


def _arrived(town: Town) -> int:
    with town.salesforce.lock:
        return sum(row["Title"] == "after" for row in town.salesforce.org.tables["Lead"].rows.values())


def _writes_per_person(town: Town) -> int:
    """What was intended and cut off may be written a second time; a third would be a loop."""
    counted = town.all("SELECT max(n) AS most FROM (SELECT count(*) AS n FROM journal GROUP BY link_id) AS each")
    return int(counted[0]["most"])
