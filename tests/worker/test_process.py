"""A worker's threads over the practice servers: what is told is synced, at once, and a stop loses nothing."""

from __future__ import annotations

import time

import psycopg
import pytest

from connector.wiring.world import World
from connector.worker import listening
from tests.worker.town import Town, eventually, working
from tests.world import HOT

pytestmark = pytest.mark.slow


def test_an_edit_in_hubspot_is_in_salesforce_after_its_event(town: Town) -> None:
    with working(town) as (world, _):
        ann = town.hubspot.edit(
            dict(email="ann@acme.example.com", lastname="Ito", **HOT), by="form", create=True
        )
        town.deliver(world)
        eventually(lambda: town.lead("ann@acme.example.com"))
        eventually(lambda: town.hubspot.contact(ann).get("accord_salesforce_id"))
        eventually(lambda: not town.all("SELECT 1 FROM pending"))
        town.hubspot.edit({"city": "Boston"}, id=ann)
        town.deliver(world)
        eventually(lambda: (town.lead("ann@acme.example.com") or {}).get("City") == "Boston")


def test_an_edit_in_salesforce_comes_back_and_a_won_opportunity_too(town: Town) -> None:
    with working(town) as (world, _):
        ann = town.hubspot.edit(
            dict(email="ann@acme.example.com", lastname="Ito", **HOT), by="form", create=True
        )
        town.deliver(world)
        lead = eventually(lambda: town.lead("ann@acme.example.com"))
        eventually(lambda: not town.all("SELECT 1 FROM pending"))
        town.salesforce.edit("Lead", lead["Id"], {"Phone": "+1 617 555 0100"})
        town.deliver(world)
        eventually(lambda: town.hubspot.contact(ann).get("phone") == "+1 617 555 0100")
        made = town.salesforce.convert(lead["Id"], opportunity_name="Acme", amount=5000)
        town.deliver(world)
        eventually(lambda: town.hubspot.contact(ann).get("accord_outcome") == "open")
        town.salesforce.edit("Opportunity", made["opportunity_id"], {"StageName": "Closed Won"})
        town.deliver(world)
        eventually(lambda: town.hubspot.contact(ann).get("accord_outcome") == "won")
        assert not town.all("SELECT 1 FROM pending WHERE object = 'Opportunity'")


def test_a_notice_starts_its_round_without_waiting_for_a_look(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "EVERY", 3600.0)
    with working(town) as (world, worker):
        eventually(lambda: worker.bell.idle == 2)
        for number in range(5):
            town.hubspot.edit({"email": f"a{number}@x.example.com", "lastname": "Ito"}, create=True)
            town.deliver(world)
            eventually(lambda: not town.all("SELECT 1 FROM pending"))
        world.bench.stop.set()
        town.all(f"NOTIFY {listening.PAIRS}")  # or the listener would see an hour later that it is to stop


def test_the_process_shows_that_it_lives_and_signs_off(town: Town) -> None:
    with working(town):
        row = eventually(
            lambda: town.all("SELECT name, detail FROM worker WHERE detail ->> 'state' = 'running'")
        )[0]
        assert row["detail"]["drains"] == 2
    assert town.all("SELECT 1 FROM worker") == []


def test_a_database_that_goes_away_is_waited_for(town: Town) -> None:
    with working(town) as (world, worker):
        eventually(lambda: worker.bell.idle == 2)
        for _ in range(3):
            town.all(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            time.sleep(0.05)
        town.hubspot.edit(dict(email="ann@acme.example.com", lastname="Ito", **HOT), by="form", create=True)
        eventually(lambda: _delivered(town, world))
        eventually(lambda: town.lead("ann@acme.example.com"))


def _delivered(town: Town, world: World) -> bool:
    try:
        return town.deliver(world) > 0
    except psycopg.Error:
        # the request failed: HubSpot sends its events again
        town.hubspot.edit({"city": f"Boston {time.monotonic_ns()}"}, email="ann@acme.example.com")
        return False


def test_a_stop_in_a_round_saves_what_it_has_and_the_next_process_goes_on(town: Town) -> None:
    with working(town) as (world, worker):
        eventually(lambda: worker.bell.idle == 2)
        town.hubspot.faults.update({"latency_ms": 150})
        town.salesforce.faults.update({"latency_ms": 150})
        for number in range(30):
            values = dict(email=f"a{number}@acme.example.com", lastname="Ito", **HOT)
            town.hubspot.edit(values, by="form", create=True)
        town.deliver(world)
        time.sleep(0.4)
    town.hubspot.faults.clear()
    town.salesforce.faults.clear()
    town.all("UPDATE pending SET leased_until = now(), due_at = now()")
    with working(town) as (world, _):
        town.deliver(world)
        eventually(lambda: not town.all("SELECT 1 FROM pending"))
    with town.salesforce.lock:
        emails = [row["Email"] for row in town.salesforce.org.tables["Lead"].rows.values()]
    assert sorted(emails) == sorted(f"a{number}@acme.example.com" for number in range(30))
    assert town.all("SELECT 1 FROM journal WHERE state = 'intended'") == []
