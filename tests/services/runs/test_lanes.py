"""A run is never in the way of live changes and hand-offs."""

from __future__ import annotations

from collections.abc import Callable

from connector.adapters.calling import FreeBudget
from connector.adapters.postgres.database import Pool
from connector.services.intake import BACKFILL, HANDOFF, LIVE
from connector.services.rounds.crowd import Crowd
from connector.services.rounds.sync import Sync
from connector.services.workbench import KEPT_CALLS
from tests.services.runs.cast import Running, linked, unheard
from tests.world import HOT, World


def test_what_is_live_goes_before_a_run_that_was_queued_earlier(database: Pool) -> None:
    world = World(database)
    people = linked(world, 5)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    runs.start(linked=True)
    runs.walker.tick()
    world.form(email="hot@acme.example.com", firstname="Ben", lastname="Ash", **HOT)
    world.later(seconds=1)
    world.deliver(HANDOFF)
    world.round(1)
    assert len([lead for lead in world.leads() if lead["LastName"] == "Ash"]) == 1
    assert {world.hs(contact).get("mobilephone") for contact, _ in people} == {None}


def test_one_drain_is_kept_free_of_runs(database: Pool) -> None:
    world = World(database)
    people = linked(world, 2)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    runs.start(linked=True)
    runs.walker.tick()
    crowd = Crowd(1)
    assert crowd.enter()  # the other drain is at a run
    free = Sync(world.bench, crowd=crowd)
    assert free.round().idle
    world.edit_contact(people[0][0], jobtitle="Clerk")
    world.deliver()
    world.later(seconds=1)
    assert free.round().claimed == 1
    crowd.leave()
    assert free.round().claimed == 1
    assert crowd.enter()  # whoever went, left


class Guarded(FreeBudget):
    """Notes which calls leave some of the window to others."""

    def __init__(self) -> None:
        self.kept: list[int] = []

    def take(self, calls: int = 1, keep: int = 0) -> None:
        self.kept.append(keep)


def test_calls_of_a_run_leave_some_of_the_window_to_a_hot_lead_and_its_own_leave_none(database: Pool) -> None:
    budget = Guarded()
    world = World(database, hubspot_more={"budget": budget})
    people = linked(world, 3)
    world.edit_lead(people[0][1], MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    runs.start(linked=True)
    budget.kept.clear()
    runs.step()
    assert budget.kept and set(budget.kept) == {KEPT_CALLS}
    budget.kept.clear()
    world.form(email="hot@acme.example.com", firstname="Ben", lastname="Ash", **HOT)
    world.settle()
    assert budget.kept and set(budget.kept) == {0}


def test_where_a_person_of_a_run_moves_their_round_waits_for_nobody(database: Pool) -> None:
    budget = Guarded()
    world = World(database, hubspot_more={"budget": budget})
    people = linked(world, 2)
    unheard(world)
    runs = Running(world)
    runs.start(linked=True)
    runs.walker.tick()
    world.edit_contact(people[0][0], jobtitle="Clerk")
    world.deliver()
    world.later(seconds=1)
    budget.kept.clear()
    assert Sync(world.bench, crowd=Crowd(1)).round().claimed == 1
    assert set(budget.kept) == {0}


def _lanes_after_echoes(database: Pool, edit: bool) -> set[int]:
    """The lanes of what is due after a run's round, under whose lease its writes' own echoes came; and an edit."""
    meanwhile: list[Callable[[], object]] = []

    def hook(when: str, line: str) -> None:
        if when == "after" and line.endswith("/batch/update"):
            for step in meanwhile:
                step()

    world = World(database, hook=hook)
    people = linked(world, 2)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    runs.start(linked=True)
    runs.walker.tick()
    meanwhile += [lambda: world.edit_contact(people[0][0], city="Ulm")] if edit else []
    meanwhile.append(world.deliver)
    world.later(seconds=1)
    assert world.round().written == 2
    return {row["lane"] for row in world.all("SELECT lane FROM pending")}


def test_the_echoes_of_a_run_are_not_in_the_way_of_what_is_live(database: Pool) -> None:
    assert _lanes_after_echoes(database, edit=False) == {BACKFILL}


def test_what_a_person_edits_meanwhile_is_live(database: Pool) -> None:
    assert _lanes_after_echoes(database, edit=True) == {LIVE, BACKFILL}
