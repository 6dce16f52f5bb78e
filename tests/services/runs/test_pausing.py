"""A pause or an end while something is amiss: nothing that was begun is forgotten, and a limit keeps nobody waiting."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.database import Pool
from connector.core.runs import State, Wanted
from connector.practice.faults import OneShot
from connector.services.runs.starting import want
from tests.services.runs.cast import Running, linked, unheard
from tests.world import World

NEW = "+1 555 020 2222"


def strangers(world: World, count: int) -> list[tuple[str, str]]:
    """Persons on both sides that nobody linked, each with a field that only the other side knows."""
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


def intended(world: World) -> int:
    return int(world.one("SELECT count(*) n FROM journal WHERE state = 'intended'")["n"])


@pytest.mark.parametrize("wanted", [Wanted.PAUSE, Wanted.CANCEL])
def test_writes_whose_answers_were_lost_are_settled_before_a_run_comes_to_rest(database: Pool, wanted: Wanted) -> None:
    world = World(database)
    people = strangers(world, 3)
    runs = Running(world)
    runs.approve()
    run = runs.start()
    runs.walker.tick()
    # the answer is lost, and then what was written can't be read
    lost = [OneShot("batch/update", "lost_reply"), OneShot("batch/read", "status", 503, skip=1, times=3)]
    world.hubspot.faults.update({"next": lost})
    world.round()
    assert intended(world) > 0
    want(runs.store, run, wanted)
    for _ in range(20):
        runs.step()
        world.later(seconds=10)
        if runs.state(run) in (State.PAUSED, State.CANCELLED):
            break
    assert intended(world) == 0
    assert world.one("SELECT count(*) n FROM pending")["n"] == 0
    if wanted is Wanted.PAUSE:
        want(runs.store, run, Wanted.RUN)
        assert runs.end(run) == {"linked": 3}
    assert [(world.hs(c)["mobilephone"], world.sf(lead)["Title"]) for c, lead in people] == [(NEW, "Clerk")] * 3


@pytest.mark.parametrize(("wanted", "rest"), [(Wanted.PAUSE, State.PAUSED), (Wanted.CANCEL, State.CANCELLED)])
def test_a_limit_that_lasts_for_hours_keeps_neither_a_pause_nor_an_end_waiting(
    database: Pool, wanted: Wanted, rest: State
) -> None:
    world = World(database)
    people = linked(world, 3)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone=NEW)
    unheard(world)
    runs = Running(world)
    run = runs.start(linked=True)
    runs.walker.tick()
    world.hubspot.faults.update({"next": [OneShot("batch/read", "status", 429, retry_after=20_000)]})
    assert world.round().stopped
    want(runs.store, run, wanted)
    for _ in range(3):
        runs.step()
    assert runs.state(run) is rest
    assert world.one("SELECT count(*) n FROM pending")["n"] == 0
    if wanted is Wanted.PAUSE:
        want(runs.store, run, Wanted.RUN)
        assert runs.end(run) == {"written": 3}
        assert {world.hs(contact)["mobilephone"] for contact, _ in people} == {NEW}


def test_a_round_that_is_under_way_is_not_taken_back_from_under_it(database: Pool) -> None:
    world = World(database)
    linked(world, 2)
    unheard(world)
    runs = Running(world)
    run = runs.start(linked=True)
    runs.walker.tick()
    now = world.clock.now()
    claim = world.rounds.claim(10, now, world.bench.clock().replace(year=now.year + 1))
    assert len(claim.rows) == 2
    want(runs.store, run, Wanted.PAUSE)
    for _ in range(3):
        runs.walker.tick()
    assert runs.state(run) is State.PAUSING
    assert world.one("SELECT count(*) n FROM pending")["n"] == 2


def test_a_killed_round_is_settled_before_a_run_comes_to_rest(database: Pool) -> None:
    """Its lease ran out, and nobody took it up again yet."""
    world = World(database)
    people = linked(world, 2)
    unheard(world)
    runs = Running(world)
    run = runs.start(linked=True)
    runs.walker.tick()
    now = world.clock.now()
    world.rounds.claim(10, now, now)
    want(runs.store, run, Wanted.PAUSE)
    world.later(seconds=5)
    runs.walker.tick()
    assert runs.state(run) is State.PAUSING
    for _ in range(3):
        runs.step()
    assert runs.state(run) is State.PAUSED
    want(runs.store, run, Wanted.RUN)
    assert sum(runs.end(run).values()) == len(people)
