"""Both sides changed one field: the cases T35 and T36 of the field."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.adapters.mappings import load
from connector.adapters.postgres.database import Pool
from connector.core.agreement import Agreement
from connector.core.mapping import Wins
from connector.core.records import Side
from tests.cases.cast import (
    hot,
    is_quiet,
    ledger,
    open_issue,
    rows_written,
)
from tests.world import MAPPINGS, World

# --- T35, T36: both changed ---------------------------------------------------------------------------------------


def _with_rule(name: str, wins: Wins, tie: Side = Side.HUBSPOT) -> Agreement:
    agreement = load(MAPPINGS)
    fields = tuple(replace(f, wins=wins, tie=tie) if f.name == name else f for f in agreement.person.fields)
    return replace(agreement, person=replace(agreement.person, fields=fields))


@pytest.mark.parametrize(
    ("wins", "kept"),
    [(Wins.HUBSPOT, ("salesforce", "Lyon", "Paris")), (Wins.SALESFORCE, ("hubspot", "Paris", "Lyon"))],
)
def test_T35_both_changed_the_rule_decides_and_the_loser_is_kept(database: Pool, wins: Wins, kept: tuple[str, str, str]) -> None:
    world = World(database, agreement=_with_rule("city", wins))
    ann, lead = hot(world)
    world.edit_contact(ann, city="Paris")
    world.edit_lead(lead, City="Lyon")
    world.settle()
    assert world.hs(ann)["city"] == world.sf(lead)["City"] == kept[2]
    assert ledger(world) == [(kept[0], "city", kept[1], kept[2])]
    assert is_quiet(world)


def test_T35_on_hold_neither_side_is_written_until_a_person_decides(database: Pool) -> None:
    world = World(database, agreement=_with_rule("city", Wins.HOLD))
    ann, lead = hot(world)
    world.edit_contact(ann, city="Paris", phone="+1 555 010 0001")
    world.edit_lead(lead, City="Lyon")
    world.settle()
    assert (world.hs(ann)["city"], world.sf(lead)["City"], world.sf(lead)["Phone"]) == ("Paris", "Lyon", "+1 555 010 0001")
    open_issue(world, "conflict", "city")
    assert is_quiet(world)
    world.edit_lead(lead, City="Paris")
    world.settle()
    assert world.issues() == set()
    world.edit_lead(lead, City="Rome")
    world.settle()
    assert world.hs(ann)["city"] == "Rome"


def test_T35_both_changed_to_the_same_is_no_conflict(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    before = rows_written(world)
    world.edit_contact(ann, city="Paris", phone="+1 (555) 010-0001")
    world.edit_lead(lead, City="Paris", Phone="555 010 0001")
    world.settle()
    assert rows_written(world) == before
    assert ledger(world) == []
    assert world.hs(ann)["phone"] == "+1 (555) 010-0001"


@pytest.mark.parametrize(("tie", "winner"), [(Side.HUBSPOT, "Paris"), (Side.SALESFORCE, "Lyon")])
def test_T36_edits_within_the_same_second_go_by_the_tie_rule_each_time(database: Pool, tie: Side, winner: str) -> None:
    world = World(database, agreement=_with_rule("city", Wins.NEWEST, tie))
    ann, lead = hot(world)
    world.later(minutes=1)
    world.edit_lead(lead, City="Lyon")
    world.later(seconds=0.4)
    world.edit_contact(ann, city="Paris")
    world.settle()
    assert world.hs(ann)["city"] == world.sf(lead)["City"] == winner
    assert len(ledger(world)) == 1


@pytest.mark.parametrize(("tie", "winner"), [(Side.HUBSPOT, "Paris"), (Side.SALESFORCE, "Lyon")])
def test_T36_a_clock_that_is_seconds_behind_makes_a_tie_and_no_wrong_winner(database: Pool, tie: Side, winner: str) -> None:
    world = World(database, agreement=_with_rule("city", Wins.NEWEST, tie))
    ann, lead = hot(world)
    world.later(minutes=1)
    world.edit_contact(ann, city="Paris")
    world.later(seconds=1)
    world.salesforce.edit("Lead", lead, {"City": "Lyon"}, late_by=3)
    world.settle()
    assert world.hs(ann)["city"] == world.sf(lead)["City"] == winner
    assert len(ledger(world)) == 1


def test_T36_where_the_clocks_can_tell_the_later_edit_wins(database: Pool) -> None:
    world = World(database, agreement=_with_rule("city", Wins.NEWEST, Side.SALESFORCE))
    ann, lead = hot(world)
    world.edit_lead(lead, City="Lyon")
    world.later(seconds=30)
    world.edit_contact(ann, city="Paris")
    world.settle()
    assert world.sf(lead)["City"] == "Paris"
    assert ledger(world) == [("salesforce", "city", "Lyon", "Paris")]
