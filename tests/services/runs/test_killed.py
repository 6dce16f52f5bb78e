"""Walks and rounds of a run are killed at every step: the run ends complete, nothing is twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.runs import PostgresRuns
from connector.core.runs import ENDED, State, Wanted
from connector.services.runs.starting import want
from connector.services.runs.walking import Walker
from tests.cases.test_crashes import Killed, SteppedRounds, Steps
from tests.services.runs.cast import Running, linked, unheard
from tests.world import World

OF_A_RUN = ("take", "prolong", "facts", "move", "queue", "links_after", "waiting", "leave")


class SteppedRuns(PostgresRuns):
    """The runs' database with a step before and after each of its transactions."""

    def __init__(self, pool: Pool, steps: Steps) -> None:
        super().__init__(pool)
        for name in OF_A_RUN:
            setattr(self, name, _stepped(getattr(self, name), name, steps))


def _stepped(method: Callable[..., Any], name: str, steps: Steps) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        steps("before", name)
        answer = method(*arguments)
        steps("after", name)
        return answer

    return call


def prepared(database: Pool, people: int) -> tuple[World, list[tuple[str, str]]]:
    world = World(database)
    found = linked(world, people)
    for _, lead in found:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    return world, found


def go_on(runs: Running, run: int, steps: Steps) -> None:
    """One tick and one round after the other; whoever is killed is followed by another after its lease."""
    for _ in range(60):
        try:
            runs.world.clock.advance(1)
            runs.walker.tick()
            runs.world.round()
        except Killed:
            runs.world.later(minutes=3)
            runs.walker = Walker(runs.world.bench, runs.store, out=runs.out, page=runs.page)
        if runs.state(run) in ENDED:
            return
    raise AssertionError(f"did not end: {runs.row(run)}")


def killed_at(database: Pool, at: int | None) -> Steps:
    world, people = prepared(database, 4)
    runs, steps = Running(world, out=3, page=2), Steps(at)
    runs.store = SteppedRuns(database, steps)
    world.bench.rounds = SteppedRounds(database, steps)
    runs.walker = runs.new_walker()
    run = runs.start(*(f"link:{r['id']}" for r in world.all("SELECT id FROM link")))
    steps.armed = True
    go_on(runs, run, steps)
    steps.armed = False
    world.bench.rounds = world.rounds
    world.settle()
    assert runs.state(run) is State.SUCCEEDED
    assert {world.hs(contact)["mobilephone"] for contact, _ in people} == {"+1 555 020 2222"}
    assert sum(runs.outcomes(run).values()) == 4
    sent = world.all(
        "SELECT ref_id FROM journal WHERE run_id = %s AND state = 'done' AND side = 'hubspot'", run
    )
    assert len(sent) == len({r["ref_id"] for r in sent}) == 4
    assert world.one("SELECT count(*) n FROM pending")["n"] == 0
    return steps


@pytest.mark.slow
@pytest.mark.parametrize("part", range(6))
def test_whoever_walks_or_rounds_is_killed_anywhere(
    database: Pool, new_database: Callable[[], str], part: int
) -> None:
    from connector.adapters.postgres.database import open_pool

    steps = killed_at(database, None)
    for at in range(1 + part, len(steps.seen) + 1, 6):
        with open_pool(new_database(), min_size=1, max_size=8) as pool:
            killed_at(pool, at)


def test_a_walk_that_lost_its_lease_saves_nothing(database: Pool) -> None:
    world, _ = prepared(database, 3)
    runs = Running(world, page=1)
    run = runs.start(linked=True)
    now = world.clock.now()
    first = runs.store.take(run, now, now)
    assert first is not None
    runs.end(run)
    before = world.all("SELECT * FROM run")
    from connector.errors import NotOurs

    with pytest.raises(NotOurs):
        runs.store.queue(
            run, first["token"], [], {"cursor": {}, "counts": {}, "calls": {}, "walked": False}, now
        )
    assert world.all("SELECT * FROM run") == before


def test_paused_cancelled_and_resumed_in_the_midst_of_everything(database: Pool) -> None:
    world, people = prepared(database, 8)
    runs = Running(world, out=3, page=2)
    run = runs.start(linked=True)
    for n in range(12):
        want(runs.store, run, Wanted.PAUSE if n % 2 else Wanted.RUN)
        runs.step()
        if runs.state(run) in ENDED:
            break
    if runs.state(run) not in ENDED:
        want(runs.store, run, Wanted.RUN)
        runs.end(run)
    assert runs.outcomes(run) == {"written": 8}
    assert {world.hs(contact)["mobilephone"] for contact, _ in people} == {"+1 555 020 2222"}


def test_a_record_whose_create_nobody_confirmed_is_known_to_the_journal_and_can_be_undone(database: Pool) -> None:
    from connector.practice.faults import OneShot
    from connector.services.runs.starting import Asked, undo
    from tests.world import HOT

    world = World(database)
    world.form(email="ann@acme.example.com", lastname="Ito", **HOT)
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    world.salesforce.faults.update({"next": [OneShot("/composite", "lost_reply", skip=1)]})
    run = runs.start()
    runs.end(run)
    (lead,) = world.leads()
    made = world.one("SELECT state, ref_id, link_id FROM journal WHERE action = 'create'")
    assert (made["state"], made["ref_id"]) == ("done", lead["Id"])
    assert made["link_id"] is not None
    runs.end(undo(world.bench, runs.store, runs.review, Asked({"run": run, "words": "undo"}, "alice")))
    assert world.leads() == []


def test_the_id_of_a_record_just_made_is_journalled_by_whoever_settles_its_write(database: Pool) -> None:
    """It is not known yet when the write is intended, and an undo takes back only what the journal says was done."""
    from tests.world import HOT

    world = World(database)
    world.form(email="ann@acme.example.com", lastname="Ito", **HOT)
    unheard(world)
    world.later(minutes=5)
    runs, steps = Running(world), Steps()
    runs.approve()
    world.bench.rounds = SteppedRounds(database, steps)
    run = runs.start()
    steps.armed, steps.when = True, "before save"
    go_on(runs, run, steps)
    assert steps.seen[-1] == "before save"
    (lead,) = world.leads()
    told = [
        change.get("st", row["state"])
        for row in world.all("SELECT state, changes FROM journal WHERE side = 'hubspot'")
        for change in row["changes"]
        if (change["n"], change["v"]) == ("accord_salesforce_id", lead["Id"])
    ]
    assert told == ["done"]


def test_an_opt_out_that_did_not_come_to_the_record_just_made_is_journalled_once(database: Pool) -> None:
    """It goes in a call of its own, after the one that makes the record."""
    steps = Steps(when="after POST /crm/v3/objects/contacts/batch/upsert")
    world = World(database, hook=steps)
    world.lead(LastName="Kim", Company="Kim AG", Email="kim@kim.example.com", HasOptedOutOfEmail=True)
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    run = runs.start()
    steps.armed = True
    go_on(runs, run, steps)
    assert steps.seen[-1] == steps.when
    (contact,) = world.hubspot.portal.contacts.values()
    assert contact.values["hs_email_optout"] == "true"
    told = [
        (row["action"], change.get("st", row["state"]))
        for row in world.all("SELECT action, state, changes FROM journal WHERE side = 'hubspot' ORDER BY id")
        for change in row["changes"]
        if change["n"] == "hs_email_optout"
    ]
    assert told == [("create", "lapsed"), ("update", "done")]


def test_an_offer_whose_lead_nobody_made_ends_with_one_owner_on_both_sides(database: Pool) -> None:
    """The hand-off is saved before the first write, so the next round does not hand over anew."""
    from connector.practice.faults import OneShot
    from tests.world import HOT

    world = World(database)
    owners = world.bench.hubspot.people()
    world.form(email="ann@acme.example.com", lastname="Ito", hubspot_owner_id=sorted(owners.values())[-1], **HOT)
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    world.salesforce.faults.update({"next": [OneShot("/composite", "drop", skip=1)]})
    world.hubspot.faults.update({"next": [OneShot("batch/update", "drop")]})
    run = runs.start()
    runs.end(run)
    (lead,) = world.leads()
    (contact,) = world.hubspot.portal.contacts.values()
    by_user = {user: email for email, user in world.bench.salesforce.people().items()}
    assert owners[by_user[lead["OwnerId"]]] == contact.values["hubspot_owner_id"]
    world.forget_calls()
    assert runs.end(runs.start()) == {"nothing": 1}
    assert world.writes() == 0
