"""Limits, outages and crashes in the middle of a backfill: the cases T62 to T64, T66 and T67 of the field. (T65 is in
test_backfills.py.)"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connector.adapters.calling import Hook
from connector.adapters.hubspot import HubSpotOptions
from connector.adapters.postgres.database import Pool, open_pool
from connector.adapters.postgres.runs import PostgresRuns
from connector.adapters.salesforce import SalesforceOptions
from connector.core.runs import State
from connector.practice.faults import OneShot
from tests.cases.cast import ledger
from tests.cases.test_crashes import SteppedRounds, Steps
from tests.services.runs.cast import Running, linked, unheard
from tests.services.runs.test_killed import SteppedRuns, go_on
from tests.world import HOT, World

NEW = "+1 555 020 2222"
EVERY = int(os.environ.get("KILL_EVERY", "9"))


def filled(database: Pool, people: int, **more: Any) -> tuple[World, list[tuple[str, str]]]:
    """Linked persons whose mobile number only Salesforce knows, and nobody was told."""
    world = World(database, **more)
    found = linked(world, people)
    for _, lead in found:
        world.edit_lead(lead, MobilePhone=NEW)
    unheard(world)
    return world, found


def strangers(world: World, count: int) -> list[tuple[str, str]]:
    """Persons on both sides whom nobody linked yet."""
    found = [
        (
            world.contact(email=f"p{n}@acme.example.com", lastname=f"Ito{n}", jobtitle="Clerk"),
            world.lead(LastName=f"Ito{n}", Email=f"p{n}@acme.example.com", MobilePhone=NEW),
        )
        for n in range(count)
    ]
    unheard(world)
    world.later(minutes=5)
    return found


def numbers(world: World, people: list[tuple[str, str]]) -> list[str | None]:
    return [world.hs(contact).get("mobilephone") for contact, _ in people]


def all_is_well(world: World) -> None:
    assert world.one("SELECT count(*) n FROM journal WHERE state = 'intended'")["n"] == 0
    assert world.one("SELECT count(*) n FROM pending")["n"] == 0
    assert ledger(world) == []


def test_T62_a_spent_budget_in_a_backfill_is_sat_out_without_a_knock_and_it_goes_on_by_itself(database: Pool) -> None:
    world, people = filled(database, 3)
    runs = Running(world)
    run = runs.start(linked=True)
    world.salesforce.faults.update({"rate_limits": True})
    world.salesforce.settings.daily_api_calls = world.salesforce.limits.used
    runs.step()
    assert runs.state(run) is State.RUNNING
    world.forget_calls()
    for _ in range(5):
        world.later(seconds=80)
        runs.step()
    assert world.salesforce.calls.total == 0
    world.later(days=1)
    assert runs.end(run) == {"written": 3}
    assert numbers(world, people) == [NEW] * 3
    all_is_well(world)


def test_T62_the_walk_of_a_backfill_waits_for_a_spent_budget_and_keeps_its_place(database: Pool) -> None:
    world = World(database)
    strangers(world, 3)
    runs = Running(world)
    runs.approve()
    run = runs.start()
    world.salesforce.faults.update({"next": [OneShot("query", "status", 403)]})
    for _ in range(20):
        if runs.row(run)["reason"]:
            break
        runs.step()
    assert runs.state(run) is State.RUNNING
    assert "REQUEST_LIMIT_EXCEEDED" in runs.row(run)["reason"]
    world.forget_calls()
    for _ in range(10):
        world.later(seconds=80)
        runs.walker.tick()
    assert world.salesforce.calls.total == 0
    world.later(minutes=5)
    assert sum(runs.end(run).values()) == 3
    all_is_well(world)


@pytest.mark.parametrize("match", ["batch/read", "batch/update"])
def test_T63_retry_after_in_a_backfill_is_honoured_to_the_second_and_nothing_is_written_twice(
    database: Pool, match: str
) -> None:
    world, people = filled(database, 3)
    runs = Running(world)
    run = runs.start(linked=True)
    runs.walker.tick()
    world.hubspot.faults.update({"next": [OneShot(match, "status", 429, retry_after=30)]})
    told = world.clock.now()
    world.round()
    due = {row["due_at"] for row in world.all("SELECT due_at FROM pending")}
    assert due == {told + timedelta(seconds=30)}
    world.forget_calls()
    world.later(seconds=29)
    assert world.round().idle
    assert world.hubspot.calls.total == 0
    assert runs.end(run) == {"written": 3}
    assert numbers(world, people) == [NEW] * 3
    assert world.one("SELECT count(*) n FROM journal WHERE run_id = %s AND state = 'done'", run)["n"] == 3
    all_is_well(world)


def test_T64_a_burst_of_events_in_a_backfill_is_coalesced_with_it(database: Pool) -> None:
    world, people = filled(database, 8)
    runs = Running(world)
    run = runs.start(linked=True)
    runs.walker.tick()
    for number in range(20):  # an import sets a field of everybody, again and again
        for contact, _ in people:
            world.edit_contact(contact, by="import", city=f"City {number}")
    before = world.one("SELECT count(*) n FROM journal")["n"]
    assert world.deliver() == 20 * len(people)
    assert world.one("SELECT count(*) n FROM pending")["n"] == len(people)
    runs.end(run)
    assert numbers(world, people) == [NEW] * 8
    assert {world.sf(lead)["City"] for _, lead in people} == {"City 19"}
    assert world.one("SELECT count(*) n FROM journal")["n"] - before == 2 * len(people)
    all_is_well(world)


def _expiring(world: list[World], match: str, at: int) -> Hook:
    """Ends every session of both sides before the ``at``-th call that holds ``match``."""
    seen: list[str] = []

    def hook(when: str, line: str) -> None:
        if world and when == "before" and match in line:
            seen.append(line)
            if len(seen) == at:
                world[0].salesforce.faults.update({"expire_tokens": True})
                world[0].hubspot.faults.update({"expire_tokens": True})

    return hook


@pytest.mark.parametrize(("match", "at"), [("batch/update", 2), ("composite", 2), ("/query", 2), ("/search", 1)])
def test_T66_sessions_that_end_in_a_backfill_are_renewed_once_and_it_goes_on_at_its_cursor(
    database: Pool, match: str, at: int
) -> None:
    worlds: list[World] = []
    world = World(
        database, hook=_expiring(worlds, match, at),
        hubspot_more={"oauth": True, "options": HubSpotOptions(parallel=1, batch=2)},
        salesforce_more={"options": SalesforceOptions(parallel=1, collection=2)},
    )  # fmt: skip
    people = strangers(world, 5)
    runs = Running(world, out=4, page=2)
    runs.approve()
    run = runs.start()
    worlds.append(world)
    before = world.hubspot.calls.tokens + world.salesforce.calls.tokens
    assert runs.end(run) == {"linked": 5}
    assert numbers(world, people) == [NEW] * 5
    assert world.hubspot.calls.tokens + world.salesforce.calls.tokens - before <= 2
    assert world.issues() == set()
    all_is_well(world)


def test_T66_a_token_that_nobody_can_renew_lets_a_backfill_wait_and_lose_nothing(database: Pool) -> None:
    world, people = filled(database, 3)
    runs = Running(world)
    run = runs.start(linked=True)
    runs.walker.tick()
    world.hubspot.faults.update({"error_rate": {401: 1.0}})
    for _ in range(3):
        runs.step()
        world.later(hours=1)
    assert runs.state(run) is State.RUNNING
    assert ("side_failed", "") in world.issues()
    assert numbers(world, people) == [None] * 3
    world.hubspot.faults.clear()
    assert runs.end(run) == {"written": 3}
    assert ("side_failed", "") not in world.issues()
    all_is_well(world)


def _first_link_killed_at(database: Pool, at: int | None) -> Steps:
    """One person of each kind: on both sides, hot in HubSpot only, in Salesforce only."""
    steps = Steps(at)
    world = World(database, hook=steps)
    ((contact, lead),) = strangers(world, 1)
    hot = world.form(email="hot@acme.example.com", lastname="Ash", **HOT)
    kim = world.lead(LastName="Kim", Company="Kim AG", Email="kim@kim.example.com")
    unheard(world)
    runs = Running(world, page=2)
    runs.store = SteppedRuns(database, steps)
    world.bench.rounds = SteppedRounds(database, steps)
    runs.walker = runs.new_walker()
    runs.approve()
    run = runs.start()
    steps.armed = True
    go_on(runs, run, steps)
    steps.armed = False
    world.bench.rounds = world.rounds
    world.settle()
    assert runs.state(run) is State.SUCCEEDED
    assert world.hs(contact)["mobilephone"] == NEW
    assert world.sf(lead)["Title"] == "Clerk"
    assert sorted(row["LastName"] for row in world.leads()) == ["Ash", "Ito0", "Kim"]
    assert len(world.hubspot.portal.contacts) == 3
    links = world.all("SELECT hubspot_id h, salesforce_id s FROM link")
    assert len(links) == 3
    assert {hot, contact} < {row["h"] for row in links}
    assert {kim, lead} < {row["s"] for row in links}
    assert world.one("SELECT count(*) n FROM handoff")["n"] == 1
    made = world.all("SELECT ref_id, link_id FROM journal WHERE action = 'create' AND state = 'done'")
    assert len(made) == 2
    assert all(row["ref_id"] and row["link_id"] for row in made)
    all_is_well(world)
    world.forget_calls()
    runs.store = PostgresRuns(database)
    runs.walker = runs.new_walker()
    again = runs.end(runs.start())
    assert again == {"nothing": 3}, again
    assert world.writes() == 0
    return steps


@pytest.mark.slow
def test_T67_whoever_is_killed_in_a_first_link_at_any_step_ends_as_if_it_had_not_been(
    database: Pool, new_database: Callable[[], str]
) -> None:
    """Every ninth step; all of them with KILL_EVERY=1."""
    steps = _first_link_killed_at(database, None)
    for at in range(1, len(steps.seen) + 1, EVERY):
        with open_pool(new_database(), min_size=1, max_size=8) as pool:
            try:
                _first_link_killed_at(pool, at)
            except AssertionError as failed:
                raise AssertionError(f"killed {steps.seen[at - 1]} ({at}): {failed}") from failed
