"""Undo: the old values come back where ours still stand, and an undo can itself be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.adapters.postgres.database import Pool, open_pool
from connector.errors import Refused
from connector.services.runs.starting import Asked, apply, undo
from tests.cases.test_crashes import SteppedRounds, Steps
from tests.services.runs.cast import Running, linked, unheard
from tests.services.runs.test_killed import go_on
from tests.world import HOT, World


def undone(runs: Running, dry: bool = False, **scope: Any) -> int:
    asked = Asked({"words": "undo", **scope}, "alice", "it was wrong", dry)
    return undo(runs.world.bench, runs.store, runs.review, asked)


def mapped(world: World) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What both sides hold in mapped fields."""
    fields = world.bench.desk.mapping.fields
    names = [f.hubspot for f in fields], [n for f in fields for n in f.salesforce.values()]
    contacts = [row["properties"] for row in world.hubspot.snapshot()["contacts"]]
    return (
        [{n: c.get(n) or None for n in names[0]} for c in contacts],
        [{n: lead.get(n) for n in names[1]} for lead in world.leads()],
    )


def backfilled(database: Pool, people: int = 3) -> tuple[World, Running, list[tuple[str, str]], int]:
    world = World(database)
    found = linked(world, people)
    for n, (contact, lead) in enumerate(found):
        world.edit_lead(lead, MobilePhone=f"+1 555 020 {2000 + n}", Phone=f"+1 555 020 {1000 + n}")
        world.edit_contact(contact, jobtitle=f"Clerk {n}")
    unheard(world)
    return world, Running(world), found, 0


def test_undo_brings_back_the_start_and_undoing_that_brings_back_the_end(database: Pool) -> None:
    world, runs, _, _ = backfilled(database)
    start = mapped(world)
    run = runs.start(linked=True)
    runs.end(run)
    end = mapped(world)
    assert start != end
    first = undone(runs, run=run)
    assert runs.end(first) == {"written": 3}
    assert mapped(world) == start
    world.forget_calls()
    world.later(minutes=5)
    world.bench.rounds.requeue([r["id"] for r in world.all("SELECT id FROM link")], [], 1, world.clock.now())
    world.settle()
    assert world.writes() == 0  # nothing flows again
    assert mapped(world) == start
    second = undone(runs, run=first)
    assert runs.end(second) == {"written": 3}
    assert mapped(world) == end
    assert world.issues() == set()


def test_what_people_changed_since_is_left_and_listed(database: Pool) -> None:
    world, runs, people, _ = backfilled(database, 2)
    run = runs.start(linked=True)
    runs.end(run)
    (ann, _), (ben, _) = people
    world.edit_contact(ann, phone="+1 555 040 1111")
    world.settle()
    preview = undone(runs, dry=True, run=run)
    assert runs.end(preview) == {"would": 2}
    again = undone(runs, run=run)
    assert runs.end(again) == {"written": 2}
    assert world.hs(ann)["phone"] == "+1 555 040 1111"
    assert world.hs(ben)["phone"] == "+1 555 010 1001"
    (left,) = [i for i in runs.store.items(again) if i["plan"]]
    assert [(c["native"], c["why"]) for c in left["plan"]["changes"]] == [("phone", "changed since")]


def test_an_undos_preview_is_applied_as_shown(database: Pool) -> None:
    world, runs, _, _ = backfilled(database, 1)
    start = mapped(world)
    run = runs.start(linked=True)
    runs.end(run)
    preview = undone(runs, dry=True, run=run)
    runs.end(preview)
    assert mapped(world) != start
    assert runs.end(apply(world.bench, runs.store, runs.review, preview, "alice")) == {"written": 1}
    assert mapped(world) == start


def test_a_time_span_or_one_person_can_be_undone(database: Pool) -> None:
    world, runs, people, _ = backfilled(database, 2)
    since = world.clock.now()
    runs.end(runs.start(linked=True))
    link = world.one("SELECT id FROM link WHERE hubspot_id = %s", people[0][0])["id"]
    assert runs.end(undone(runs, link=link, since=since.isoformat())) == {"written": 1}
    assert world.hs(people[0][0])["phone"] == "+1 555 010 1000"
    assert world.hs(people[1][0])["phone"] == "+1 555 020 1001"
    with pytest.raises(Refused, match="Say what"):
        undone(runs)


def test_an_edit_heard_while_an_undo_waits_goes_over_after_it(database: Pool) -> None:
    world, runs, people, _ = backfilled(database, 1)
    ((contact, lead),) = people
    run = runs.start(linked=True)
    runs.end(run)
    back = undone(runs, run=run)
    runs.walker.tick()
    world.edit_lead(lead, City="Lyon")
    assert runs.end(back) == {"written": 1}
    assert world.hs(contact)["city"] == "Lyon"
    assert world.hs(contact)["phone"] == "+1 555 010 1000"


def made_by_a_run(database: Pool) -> tuple[World, Running, str, str, int]:
    """A hot contact that gets its Lead, and a Lead that gets its contact, by a run."""
    world = World(database)
    hot = world.form(email="hot@acme.example.com", firstname="Ben", lastname="Ash", **HOT)
    lead = world.lead(LastName="Kim", Email="kim@kim.example.com")
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    run = runs.start(never_synced=True)
    assert runs.end(run) == {"created": 2}
    return world, runs, hot, lead, run


def test_records_that_were_made_go_into_the_recycle_bin_and_are_not_made_anew(database: Pool) -> None:
    world, runs, hot, lead, run = made_by_a_run(database)
    preview = undone(runs, dry=True, run=run)
    assert runs.end(preview) == {"would": 2}
    totals = runs.row(preview)["counts"]["totals"]
    away = {"salesforce Lead into the recycle bin": 1, "hubspot contact into the recycle bin": 1}
    assert totals == {**away, "links come to rest": 2, "hand-offs withdrawn": 1}
    back = undone(runs, run=run)
    assert runs.end(back) == {"archived": 2}, runs.store.items(back)
    assert [row["Id"] for row in world.leads()] == [lead]
    assert len(world.hubspot.snapshot()["contacts"]) == 1
    world.edit_contact(hot, phone="+1 555 020 1111")
    world.edit_lead(lead, Phone="+1 555 020 1111")
    world.settle()
    assert [row["Id"] for row in world.leads()] == [lead]
    assert len(world.hubspot.snapshot()["contacts"]) == 1
    assert world.issues() == set()
    assert {r["state"] for r in world.all("SELECT state FROM journal")} == {"done"}


def test_a_record_that_somebody_touched_stays_and_is_listed(database: Pool) -> None:
    world, runs, hot, _, run = made_by_a_run(database)
    world.edit_lead(str(world.lead_of(hot)["Id"]), Description="Bob called")
    world.settle()
    back = undone(runs, run=run)
    assert runs.end(back) == {"archived": 1, "left": 1}  # both records of the pair stay as they are
    assert len(world.leads()) == 2
    (left,) = [item for item in runs.store.items(back) if item["plan"]]
    assert "touched since" in left["reason"]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_an_undo_that_is_killed_anywhere_ends_as_if_it_were_not(
    database: Pool, new_database: Callable[[], str], part: int
) -> None:
    count = len(killed_undo(database, None).seen)
    for at in range(1 + part, count + 1, 2):
        with open_pool(new_database(), min_size=1, max_size=8) as pool:
            killed_undo(pool, at)


@pytest.mark.slow
def test_an_undo_of_an_undo_that_is_killed_anywhere_ends_as_if_it_were_not(
    database: Pool, new_database: Callable[[], str]
) -> None:
    """Every third step: all of them passed when this was written."""
    count = len(killed_redo(database, None).seen)
    for at in range(2, count + 1, 3):
        with open_pool(new_database(), min_size=1, max_size=8) as pool:
            killed_redo(pool, at)


def killed_redo(database: Pool, at: int | None) -> Steps:
    world, runs, hot, _, run = made_by_a_run(database)
    made = str(world.lead_of(hot)["Id"])
    before = world.sf(made)
    runs.end(back := undone(runs, run=run, link=world.one("SELECT id FROM link WHERE hubspot_id = %s", hot)["id"]))
    steps = Steps(at)
    world.bench.rounds = SteppedRounds(database, steps)
    again = undone(runs, run=back)
    steps.armed = True
    go_on(runs, again, steps)
    steps.armed = False
    world.bench.rounds = world.rounds
    world.later(minutes=5)
    world.settle()
    assert set(runs.outcomes(again)) <= {"restored", "written"}, runs.store.items(again)
    stamps = ("SystemModstamp", "LastModifiedDate")
    assert {k: v for k, v in world.sf(made).items() if k not in stamps} == {
        k: v for k, v in before.items() if k not in stamps
    }
    assert world.hs(hot)["accord_salesforce_id"] == made
    assert world.one("SELECT archived, resting FROM link WHERE hubspot_id = %s", hot) == {
        "archived": None, "resting": False,
    }  # fmt: skip
    assert world.one("SELECT count(*) n FROM journal WHERE state = 'intended'")["n"] == 0
    assert [r["state"] for r in world.all("SELECT state FROM handoff")] == ["offered"]
    assert world.issues() == set()
    return steps


def killed_undo(database: Pool, at: int | None) -> Steps:
    world, runs, _, lead, run = made_by_a_run(database)
    steps = Steps(at)
    world.bench.rounds = SteppedRounds(database, steps)
    back = undone(runs, run=run)
    steps.armed = True
    go_on(runs, back, steps)
    steps.armed = False
    world.bench.rounds = world.rounds
    world.later(minutes=5)
    world.settle()
    assert runs.outcomes(back) == {"archived": 2}, runs.store.items(back)
    assert [row["Id"] for row in world.leads()] == [lead]
    assert len(world.hubspot.snapshot()["contacts"]) == 1
    assert world.one("SELECT count(*) n FROM journal WHERE state = 'intended'")["n"] == 0
    assert world.issues() == set()
    return steps


def first_link(database: Pool) -> tuple[World, Running, str, str, int]:
    """One person on both sides, with another phone on each, linked by a run."""
    world = World(database)
    contact = world.contact(email="ann@acme.example.com", lastname="Ito", phone="+1 555 010 1000")
    lead = world.lead(Email="ann@acme.example.com", LastName="Ito", Phone="+1 555 020 1000")
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    run = runs.start()
    assert runs.end(run) == {"linked": 1}
    assert world.hs(contact)["phone"] == "+1 555 020 1000"
    return world, runs, contact, lead, run


def test_an_undone_first_link_rests_until_a_run_of_all_persons_meets_it(database: Pool) -> None:
    world, runs, contact, lead, run = first_link(database)
    assert runs.end(undone(runs, run=run)) == {"written": 1}
    assert (world.hs(contact)["phone"], world.hs(contact).get("accord_salesforce_id")) == ("+1 555 010 1000", None)
    assert world.sf(lead)["Accord_HubSpot_Id__c"] is None
    world.forget_calls()
    world.edit_contact(contact, city="Oslo")
    world.edit_lead(lead, Title="CMO")
    world.settle()
    assert world.writes() == 0  # nothing flows between the two, and nobody is handed over
    assert runs.end(runs.start(linked=True)) == {}
    assert runs.end(runs.start(f"link:{1}", fields=["city"])) == {"not selected": 1}
    preview = runs.start(dry=True)
    assert runs.end(preview) == {"would": 1}
    assert runs.end(apply(world.bench, runs.store, runs.review, preview, "alice")) == {"written": 1}
    assert (world.hs(contact)["phone"], world.hs(contact)["jobtitle"]) == ("+1 555 020 1000", "CMO")
    assert world.sf(lead)["City"] == "Oslo"
    world.edit_contact(contact, city="Lyon")
    world.settle()
    assert world.sf(lead)["City"] == "Lyon"  # and live again


def test_what_people_edit_while_the_link_rests_is_left_by_the_undos_undo_and_flows_after_it(database: Pool) -> None:
    world, runs, contact, lead, run = first_link(database)
    runs.end(back := undone(runs, run=run))
    world.edit_contact(contact, phone="+1 555 040 1111", city="Oslo")
    world.settle()
    assert runs.end(undone(runs, run=back)) == {"written": 1}
    assert world.hs(contact)["phone"] == "+1 555 040 1111"
    world.bench.rounds.requeue([r["id"] for r in world.all("SELECT id FROM link")], [], 1, world.clock.now())
    world.settle()
    assert world.sf(lead)["City"] == "Oslo"
    assert "1111" in world.sf(lead)["Phone"]
