"""An undo of a run takes in what came of it later: its retries, and what a round of nobody's finished for it."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.database import Pool
from connector.errors import Refused
from connector.practice.salesforce.rules import Validation
from connector.services.runs.starting import retry
from tests.services.runs.cast import Running, unheard
from tests.services.runs.test_undo import backfilled, mapped, undone
from tests.world import HOT, World


def refused_titles(world: World) -> Validation:
    rule = Validation("Lead", None, lambda row: str(row.get("Title")).startswith("Clerk"), "No clerks")
    world.salesforce.org.rules.validations.append(rule)
    return rule


def half_done(database: Pool) -> tuple[World, Running, list[tuple[str, str]], int, Validation]:
    """A run that wrote phones to HubSpot and was refused the titles in Salesforce."""
    world, runs, people, _ = backfilled(database, 2)
    rule = refused_titles(world)
    run = runs.start(linked=True)
    assert runs.end(run) == {"refused": 2}
    world.salesforce.org.rules.validations.remove(rule)
    return world, runs, people, run, rule


def test_what_a_retry_of_the_run_wrote_goes_back_with_it_and_comes_again_with_it(database: Pool) -> None:
    world, runs, people, run, _ = half_done(database)
    again = retry(world.bench, runs.store, runs.review, run, "alice")
    assert runs.end(again) == {"written": 2}
    end = mapped(world)
    assert [world.sf(lead)["Title"] for _, lead in people] == ["Clerk 0", "Clerk 1"]
    back = undone(runs, run=run)
    assert runs.row(back)["scope"]["runs"] == [run, again]
    assert runs.end(back) == {"written": 2}
    assert [world.sf(lead)["Title"] for _, lead in people] == [None, None]
    assert world.hs(people[0][0])["phone"] == "+1 555 010 1000"
    assert runs.end(undone(runs, run=back)) == {"written": 2}
    assert mapped(world) == end


def test_a_retry_that_was_undone_by_itself_does_not_hide_what_the_run_wrote(database: Pool) -> None:
    world, runs, people, run, _ = half_done(database)
    again = retry(world.bench, runs.store, runs.review, run, "alice")
    runs.end(again)
    assert runs.end(undone(runs, run=again)) == {"written": 2}
    assert world.sf(people[0][1])["Title"] is None
    assert runs.end(undone(runs, run=run)) == {"written": 2}
    assert world.hs(people[0][0])["phone"] == "+1 555 010 1000"
    assert world.issues() == set()


def test_a_run_whose_retry_still_writes_is_not_undone_yet(database: Pool) -> None:
    world, runs, _, run, _ = half_done(database)
    again = retry(world.bench, runs.store, runs.review, run, "alice")
    with pytest.raises(Refused, match=f"Run {again}, which came of run {run}, still writes"):
        undone(runs, run=run)


def test_what_a_later_round_wrote_as_the_run_would_have_goes_back_too(database: Pool) -> None:
    world, runs, people, run, _ = half_done(database)
    world.later(days=1, hours=1)  # the refusal lapses
    world.bench.rounds.requeue([r["id"] for r in world.all("SELECT id FROM link")], [], 1, world.clock.now())
    world.settle()
    assert world.sf(people[0][1])["Title"] == "Clerk 0"
    assert runs.end(undone(runs, run=run)) == {"written": 2}
    assert [world.sf(lead)["Title"] for _, lead in people] == [None, None]


def test_what_somebody_wrote_instead_later_is_no_work_of_the_runs(database: Pool) -> None:
    world, runs, people, run, _ = half_done(database)
    (contact, lead), _ = people
    world.edit_contact(contact, jobtitle="Head of Sales")
    world.settle()
    assert world.sf(lead)["Title"] == "Head of Sales"
    assert runs.end(undone(runs, run=run)) == {"written": 2}
    assert world.sf(lead)["Title"] == "Head of Sales"


def test_a_record_made_by_a_later_round_stays_and_is_listed_with_what_to_do(database: Pool) -> None:
    world = World(database)
    hot = world.form(email="hot@acme.example.com", firstname="Ben", lastname="Ash", **HOT)
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    rule = Validation("Lead", None, lambda row: row.get("LastName") == "Ash", "No Ash")
    world.salesforce.org.rules.validations.append(rule)
    run = runs.start(never_synced=True)
    assert runs.end(run) == {"refused": 1}
    world.salesforce.org.rules.validations.remove(rule)
    world.edit_contact(hot, phone="+1 555 020 1111")
    world.settle()
    assert world.lead_of(hot)
    back = undone(runs, run=run)
    runs.end(back)
    (item,) = runs.store.items(back, left=True)
    (told,) = [c["why"] for c in item["plan"]["changes"] if c["native"] == "(the record)"]
    assert told.startswith(f"run {run} was refused this record, and a round of its own made it later: `accord undo link:")
    assert world.lead_of(hot)
