"""Putting a losing value back, where it is not simple: refusals, one-way fields, consents, conflicts that are held."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.adapters.mappings import load
from connector.adapters.postgres.cases import PostgresCases
from connector.adapters.postgres.database import Pool
from connector.core.agreement import Agreement
from connector.core.mapping import Direction, Wins
from connector.core.records import Side
from connector.errors import Refused
from connector.practice.salesforce.rules import Validation
from connector.services.conflicts import decide, restore
from connector.services.issues import retry
from tests.world import HOT, MAPPINGS, World


def agreement(name: str, **changes: Any) -> Agreement:
    """The shipped one with one field changed."""
    shipped = load(MAPPINGS)
    fields = tuple(replace(f, **changes) if f.name == name else f for f in shipped.person.fields)
    return replace(shipped, person=replace(shipped.person, fields=fields))


def quarrel(world: World, hubspot: str, salesforce: str, name: str = "city") -> tuple[str, str]:
    """Ann and her Lead, after both sides changed one field."""
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.settle()
    lead = str(world.lead_of(ann)["Id"])
    world.edit_contact(ann, **{name: hubspot})
    world.edit_lead(lead, **{name.title(): salesforce})
    world.settle()
    return ann, lead


def lost(world: World) -> int:
    return int(world.one("SELECT id FROM ledger WHERE restored_at IS NULL")["id"])


def test_the_side_that_lost_refuses_it_and_both_keep_what_they_hold(database: Pool) -> None:
    world = World(database, agreement=agreement("city", wins=Wins.HUBSPOT))
    ann, lead = quarrel(world, "Boston", "Portland")
    rule = Validation(
        "Lead", "City", lambda row: row.get("City") == "Portland", "We do not sell in Portland."
    )
    world.salesforce.org.rules.validations.append(rule)
    restore(world.bench, PostgresCases(database), lost(world), "alice")
    world.settle()
    assert (world.hs(ann)["city"], world.sf(lead)["City"]) == ("Boston", "Boston")
    assert ("not_restored", "city") in world.issues()
    assert world.one("SELECT asked FROM link")["asked"] is None
    assert world.one("SELECT restored_at r FROM ledger WHERE value = '\"Portland\"'")["r"] is None
    world.salesforce.org.rules.validations.clear()
    restore(world.bench, PostgresCases(database), 1, "alice")
    world.settle()
    assert (world.hs(ann)["city"], world.sf(lead)["City"]) == ("Portland", "Portland")


def test_the_other_side_refuses_it_and_it_waits_there_like_any_edit(database: Pool) -> None:
    world = World(database, agreement=agreement("city", wins=Wins.SALESFORCE))
    ann, lead = quarrel(world, "Portland", "Boston")
    rule = Validation(
        "Lead", "City", lambda row: row.get("City") == "Portland", "We do not sell in Portland."
    )
    world.salesforce.org.rules.validations.append(rule)
    cases = PostgresCases(database)
    restore(world.bench, cases, lost(world), "alice")
    world.settle()
    assert (world.hs(ann)["city"], world.sf(lead)["City"]) == ("Portland", "Boston")
    assert world.issues() == {("refused", "city")}
    assert world.one("SELECT asked FROM link")["asked"] is None
    world.salesforce.org.rules.validations.clear()
    retry(cases, [], "refused", False, world.clock.now())
    world.settle()
    assert (world.hs(ann)["city"], world.sf(lead)["City"]) == ("Portland", "Portland")
    assert not world.issues()


def test_a_field_that_goes_one_way_is_put_back_where_it_comes_from(database: Pool) -> None:
    world = World(database, agreement=agreement("city", direction=Direction.TO_SALESFORCE))
    ann, lead = quarrel(world, "Boston", "Lyon")
    assert (world.hs(ann)["city"], world.sf(lead)["City"]) == ("Boston", "Boston")
    asked = restore(world.bench, PostgresCases(database), lost(world), "alice")
    assert (asked.side, asked.value) == (Side.HUBSPOT, "Lyon")
    world.settle()
    assert (world.hs(ann)["city"], world.sf(lead)["City"]) == ("Lyon", "Lyon")


def test_a_conflict_that_is_held_is_decided_for_one_side_and_the_other_value_is_kept(database: Pool) -> None:
    world = World(database, agreement=agreement("city", wins=Wins.HOLD))
    ann, lead = quarrel(world, "Boston", "Lyon")
    assert (world.hs(ann)["city"], world.sf(lead)["City"]) == ("Boston", "Lyon")
    issue = world.one("SELECT id FROM issue WHERE code = 'conflict'")["id"]
    decide(world.bench, PostgresCases(database), issue, Side.SALESFORCE, "bob")
    world.settle()
    assert (world.hs(ann)["city"], world.sf(lead)["City"]) == ("Lyon", "Lyon")
    kept = world.one("SELECT value, winner, why FROM ledger")
    assert (kept["value"], kept["winner"], kept["why"]) == ("Boston", "Lyon", "decided by bob for salesforce")
    assert not world.issues()
    with pytest.raises(Refused, match="no open conflict"):
        decide(world.bench, PostgresCases(database), issue, Side.SALESFORCE, "bob")


def test_the_agreement_opts_nobody_in_whoever_asks(database: Pool) -> None:
    world = World(database)
    quarrel(world, "Boston", "Lyon")
    world.all("UPDATE ledger SET field = 'do_not_call', value = 'false' RETURNING 1")
    with pytest.raises(Refused, match="consent"):
        restore(world.bench, PostgresCases(database), lost(world), "alice")


def test_what_the_agreement_itself_derives_is_not_put_back(database: Pool) -> None:
    world = World(database)
    quarrel(world, "Boston", "Lyon")
    world.all("UPDATE ledger SET field = '=lifecyclestage' RETURNING 1")
    with pytest.raises(Refused, match="no field of the mapping"):
        restore(world.bench, PostgresCases(database), lost(world), "alice")


def test_a_crash_in_the_middle_of_restoring_only_means_that_it_is_done_later(database: Pool) -> None:
    class Crash(Exception):
        pass

    armed: list[str] = []

    def hook(moment: str, line: str) -> None:
        if armed and moment == "after" and "batch/update" in line:
            armed.clear()
            raise Crash

    world = World(database, hook=hook)
    ann, lead = quarrel(world, "Boston", "Lyon")
    held = {world.hs(ann)["city"], world.sf(lead)["City"]}
    row = lost(world)
    value = world.one("SELECT value FROM ledger WHERE id = %s", row)["value"]
    restore(world.bench, PostgresCases(database), row, "alice")
    armed.append("now")
    with pytest.raises(Crash):
        world.round()
    world.later(minutes=5)  # the lease runs out
    world.settle()
    assert world.hs(ann)["city"] == world.sf(lead)["City"] == value
    assert held - {value} <= {r["value"] for r in world.all("SELECT value FROM ledger")}
    assert len(world.leads()) == 1


def test_what_lost_at_the_first_link_can_be_put_back_too(database: Pool) -> None:
    world = World(database)
    lead = world.lead(LastName="Ito", Company="Acme", Email="ann@acme.example.com", Title="Head of Sales")
    world.notices()
    ann = world.contact(email="ann@acme.example.com", lastname="Ito", jobtitle="Chief Marketing Officer")
    world.settle()
    assert world.sf(lead)["Title"] == "Chief Marketing Officer"
    restore(world.bench, PostgresCases(database), lost(world), "alice")
    world.settle()
    assert world.hs(ann)["jobtitle"] == world.sf(lead)["Title"] == "Head of Sales"
