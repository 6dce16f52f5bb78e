"""Limits, outages and crashes: the cases T62 to T67 of the field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connector.adapters.calling import Hook
from connector.adapters.hubspot import HubSpotOptions
from connector.adapters.postgres.budget import Allowance, PostgresBudget
from connector.adapters.postgres.database import Pool
from connector.adapters.salesforce import SalesforceOptions
from connector.practice.faults import OneShot
from connector.services.intake import BACKFILL, HANDOFF, LIVE
from tests.cases.cast import born_in_salesforce, contacts, hot, is_quiet, ledger, rows_written, states
from tests.world import HOT, START, World

MANY = 12


def _requeue(world: World, lane: int) -> None:
    world.bench.rounds.requeue([r["id"] for r in world.all("SELECT id FROM link")], [], lane, world.clock.now())


def _calls(world: World) -> tuple[int, int]:
    return world.hubspot.calls.total, world.salesforce.calls.total


# --- T62: Salesforce's limit --------------------------------------------------------------------------------------


def test_T62_a_spent_budget_is_not_knocked_at_again_until_it_may_be_free_and_nothing_is_lost(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.salesforce.faults.update({"rate_limits": True})
    world.salesforce.settings.daily_api_calls = world.salesforce.limits.used
    world.later(seconds=1)
    world.deliver()
    assert "REQUEST_LIMIT_EXCEEDED" in world.round().stopped
    world.forget_calls()
    for _ in range(10):
        world.later(seconds=80)
        world.round()
    assert _calls(world)[1] == 0
    world.later(minutes=5)
    world.round()
    assert _calls(world)[1] <= 2
    world.later(days=1)
    world.settle()
    assert world.sf(lead)["Phone"] == "+1 555 010 0001"
    assert ledger(world) == []


def test_T62_backfills_stop_first_then_live_changes_and_hand_offs_last(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    kim, _ = born_in_salesforce(world)
    share = Allowance(backfill_share=0.7, live_share=0.9)
    budget = PostgresBudget(database, "salesforce", share, world.clock.now)
    budget.report(950, 1000)
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.later(seconds=1)
    world.deliver(LIVE)
    assert world.round().idle
    world.edit_contact(kim, **HOT, city="Lyon")
    world.later(seconds=1)
    world.deliver(HANDOFF)
    for _ in range(4):
        world.later(seconds=1)
        world.round()
    assert states(world) == ["offered", "offered"]
    assert world.sf(lead)["Phone"] is None
    budget.report(750, 1000)
    world.settle()
    assert world.sf(lead)["Phone"] == "+1 555 010 0001"
    world.edit_contact(ann, city="Lyon")
    world.later(seconds=1)
    world.deliver(BACKFILL)
    assert world.round().idle
    budget.report(100, 1000)
    world.settle()
    assert world.sf(lead)["City"] == "Lyon"


# --- T63: HubSpot's limits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [30, 7])
def test_T63_retry_after_is_honoured_to_the_second(database: Pool, seconds: int) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.hubspot.faults.update({"next": [OneShot("batch/read", "status", 429, retry_after=seconds)]})
    world.later(seconds=1)
    world.deliver()
    told_at = world.clock.now()
    assert world.round().stopped
    assert world.one("SELECT due_at FROM pending")["due_at"] == told_at + timedelta(seconds=seconds)
    world.forget_calls()
    world.later(seconds=seconds - 0.5)
    assert world.round().idle
    assert _calls(world) == (0, 0)
    world.later(seconds=0.5)
    world.settle()
    assert world.sf(lead)["Phone"] == "+1 555 010 0001"


DAILY = {"status": "error", "message": "You have reached your daily limit.", "errorType": "RATE_LIMIT", "policyName": "DAILY"}


@pytest.mark.parametrize(("body", "wait"), [(None, 10.0), (DAILY, 19 * 3600.0)])
def test_T63_a_burst_is_sat_out_for_seconds_and_a_day_until_the_portals_midnight(database: Pool, body: Any, wait: float) -> None:
    """It is nine in the morning UTC, four in New York, and without Retry-After the words tell which limit it was."""
    world = World(database, hubspot_more={"options": HubSpotOptions(parallel=1, time_zone="US/Eastern")})
    ann, _ = hot(world)
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.hubspot.faults.update({"next": [OneShot("batch/read", "status", 429, body=body)]})
    world.later(seconds=1)
    world.deliver()
    world.round()
    waits = world.one("SELECT due_at FROM pending")["due_at"] - world.clock.now()
    midnight = START.replace(hour=5) + timedelta(days=1) - world.clock.now()
    assert waits == (timedelta(seconds=wait) if body is None else midnight)


def test_T63_a_limit_met_between_two_writes_leaves_no_half_and_repeats_nothing(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.edit_lead(lead, City="Lyon")
    world.hubspot.faults.update({"next": [OneShot("batch/update", "status", 429, retry_after=30)]})
    world.later(seconds=1)
    world.deliver()
    before = rows_written(world)
    world.round()
    assert world.sf(lead)["Phone"] == "+1 555 010 0001"
    assert not world.hs(ann).get("city")
    world.later(seconds=31)
    world.settle()
    assert world.hs(ann)["city"] == "Lyon"
    assert rows_written(world)["salesforce"] - before["salesforce"] == 1
    assert ledger(world) == []
    assert is_quiet(world)


# --- T64: an import -----------------------------------------------------------------------------------------------


def test_T64_a_burst_of_events_is_coalesced_by_record_and_written_in_batches(database: Pool) -> None:
    world = World(database)
    persons = [world.form(**HOT, email=f"p{n}@acme.example.com", lastname=f"Ito {n}") for n in range(MANY)]
    world.settle()
    for number in range(40):
        for one in persons:
            world.edit_contact(one, city=f"City {number}")
    before = rows_written(world)
    world.forget_calls()
    assert world.deliver() == 40 * MANY
    assert len(world.all("SELECT * FROM pending")) == MANY
    assert _calls(world) == (0, 0)
    world.settle()
    assert {row["City"] for row in world.leads()} == {"City 39"}
    assert rows_written(world)["salesforce"] - before["salesforce"] == MANY
    assert sum(_calls(world)) <= 6
    assert is_quiet(world)


def test_T64_a_batch_that_fails_on_the_way_is_not_half_written_half_forgotten(database: Pool) -> None:
    options = SalesforceOptions(parallel=1, collection=5, composite=False)
    world = World(database, salesforce_more={"options": options})
    persons = [world.form(**HOT, email=f"p{n}@acme.example.com", lastname=f"Ito {n}") for n in range(MANY)]
    world.settle()
    for number, one in enumerate(persons):
        world.edit_contact(one, city=f"City {number}")
    faults = [OneShot("composite/sobjects", "lost_reply", skip=1), OneShot("composite/sobjects", "status", 503)]
    world.salesforce.faults.update({"next": faults})
    world.settle()
    assert sorted(str(row["City"]) for row in world.leads()) == sorted(f"City {n}" for n in range(MANY))
    assert len(world.leads()) == MANY
    assert ledger(world) == []
    assert world.issues() == set()
    assert is_quiet(world)


# --- T66: tokens --------------------------------------------------------------------------------------------------


def _expiring(world_of: Callable[[], World], match: str, at: int) -> Hook:
    """Ends every session of both sides just before the ``at``-th call that holds ``match``."""
    seen: list[str] = []

    def hook(when: str, line: str) -> None:
        if when == "before" and match in line:
            seen.append(line)
            if len(seen) == at:
                world_of().salesforce.faults.update({"expire_tokens": True})
                world_of().hubspot.faults.update({"expire_tokens": True})

    return hook


@pytest.mark.parametrize("match", ["composite", "batch/update", "batch/read"])
def test_T66_a_session_that_ends_mid_batch_is_renewed_once_and_the_rest_goes_on(database: Pool, match: str) -> None:
    worlds: list[World] = []
    armed: list[Hook] = []

    def hook(when: str, line: str) -> None:
        for each in armed:
            each(when, line)

    world = World(
        database,
        hook=hook,
        hubspot_more={"oauth": True, "options": HubSpotOptions(parallel=1, batch=2)},
        salesforce_more={"options": SalesforceOptions(parallel=1, collection=2)},
    )
    worlds.append(world)
    persons = [world.form(**HOT, email=f"p{n}@acme.example.com", lastname=f"Ito {n}") for n in range(5)]
    armed.append(_expiring(lambda: worlds[0], match, 2))
    world.settle()
    world.hubspot.faults.clear()
    world.salesforce.faults.clear()
    assert sorted(row["LastName"] for row in world.leads()) == [f"Ito {n}" for n in range(5)]
    assert {row["accord_handoff"] for row in contacts(world)} == {"offered"}
    assert {world.hs(one)["accord_salesforce_id"] for one in persons} == {row["Id"] for row in world.leads()}
    assert world.issues() == set()
    assert world.hubspot.calls.tokens + world.salesforce.calls.tokens <= 4


def test_T66_a_token_that_nobody_can_renew_stops_the_rounds_and_loses_nothing(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.hubspot.faults.update({"error_rate": {401: 1.0}})
    world.later(seconds=1)
    world.deliver()
    stopped = world.round().stopped
    assert "token" in stopped
    assert "connect the app again" in stopped
    world.later(hours=3)
    world.round()
    assert world.sf(lead)["Phone"] is None
    world.hubspot.faults.clear()
    world.later(minutes=1)
    world.settle()
    assert world.sf(lead)["Phone"] == "+1 555 010 0001"
