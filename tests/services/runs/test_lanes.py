"""A run is never in the way of live changes and hand-offs."""

from __future__ import annotations

from connector.adapters.postgres.database import Pool
from connector.services.intake import HANDOFF
from connector.services.rounds.crowd import Crowd
from connector.services.rounds.sync import Sync
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


def test_a_run_leaves_room_for_a_hot_lead_that_may_come(database: Pool) -> None:
    world = World(database)
    people = linked(world, 5)
    unheard(world)
    runs = Running(world)
    runs.start(linked=True)
    runs.walker.tick()
    sync = Sync(world.bench)
    assert sync.round(3, keep=3).idle
    assert sync.round(5, keep=3).claimed == 2
    world.edit_contact(people[4][0], jobtitle="Clerk")
    world.deliver()
    world.later(seconds=1)
    assert sync.round(3, keep=3).claimed == 1
