"""Blanks, numbers, money, and a schema that moves: the cases T30 to T34 of the field."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.database import Pool
from connector.core.breakers import Limits
from tests.cases.cast import (
    hot,
    is_quiet,
    ledger,
    open_issue,
    rows_written,
    states,
)
from tests.world import HOT, World

# --- T30, T31: blanks ---------------------------------------------------------------------------------------------


def test_T30_a_cleared_field_is_cleared_on_the_other_side_both_ways(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world, phone="+1 555 010 0001", city="Lyon")
    world.edit_contact(ann, phone="")
    world.edit_lead(lead, City=None)
    world.settle()
    assert world.sf(lead)["Phone"] is None
    assert not world.hs(ann).get("city")
    assert ledger(world) == []
    assert is_quiet(world)


def test_T30_an_empty_text_and_no_value_are_the_same_blank(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world, phone="", city="   ")
    assert (world.sf(lead)["Phone"], world.sf(lead)["City"]) == (None, None)
    before = rows_written(world)
    world.edit_lead(lead, Phone="")
    world.settle()
    assert rows_written(world) == before
    assert is_quiet(world)
    assert world.hs(ann).get("phone", "") == ""


def test_T31_a_blank_is_a_change_unless_the_mapping_keeps_it_from_wiping(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world, city="Lyon")
    world.edit_lead(lead, City=None, Email=None)
    world.settle()
    assert not world.hs(ann).get("city")
    assert world.hs(ann)["email"] == world.sf(lead)["Email"] == "ann@acme.example.com"
    assert is_quiet(world)


def test_T31_a_field_that_is_emptied_in_bulk_stops_at_a_breaker_and_only_that_field(database: Pool) -> None:
    world = World(database)
    world.bench.limits = Limits(blank_from=4)
    persons = [world.form(**HOT, email=f"p{n}@acme.example.com", lastname=f"Ito {n}", city="Lyon") for n in range(5)]
    world.settle()
    for one in persons:
        world.edit_contact(one, city="", phone="+1 555 010 0001")
    world.later(seconds=1)
    world.deliver()
    world.round()
    assert {(row["City"], row["Phone"]) for row in world.leads()} == {("Lyon", "+1 555 010 0001")}
    assert world.one("SELECT side, code, field FROM breaker") == {"side": "salesforce", "code": "mass_blanking", "field": "city"}
    assert world.issues() == {("breaker", "city")}


# --- T32: numbers and yes or no -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "stored"), [("1,250,000", 1250000), ("$5,000,000", 5000000), (" 42 ", 42), ("1e6", 1000000)])
def test_T32_a_number_is_read_as_people_type_it(database: Pool, typed: str, stored: int) -> None:
    world = World(database)
    ann, lead = hot(world, annualrevenue=typed)
    assert world.sf(lead)["AnnualRevenue"] == stored
    assert world.hs(ann)["annualrevenue"] == typed
    assert is_quiet(world)


@pytest.mark.parametrize("typed", ["about two million", "1.250.000", "12 000", "n/a"])
def test_T32_what_is_no_number_is_held_and_never_guessed_at(database: Pool, typed: str) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, annualrevenue=typed, city="Lyon")
    world.settle()
    assert (world.sf(lead)["AnnualRevenue"], world.sf(lead)["City"]) == (None, "Lyon")
    assert typed in open_issue(world, "not_a_number", "annual_revenue")["message"]


def test_T32_yes_and_no_in_each_sides_own_form(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world, decision_maker="false", annualrevenue="9000000", jobtitle="CEO")
    assert world.sf(lead)["Decision_Maker__c"] is False
    assert world.sf(lead)["Demo_Requested__c"] is True
    world.edit_lead(lead, Decision_Maker__c=True)
    world.settle()
    assert world.hs(ann)["decision_maker"] == "true"
    assert is_quiet(world)


def test_T32_a_verdict_that_moves_by_what_sales_wrote_is_told_at_once(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world, budget="")
    assert world.hs(ann)["accord_tier_reasons"].count("budget is blank") == 1
    world.edit_lead(lead, Budget__c=20000)
    world.settle()
    assert world.hs(ann)["budget"] == "20000"
    assert "budget is 20000" in world.hs(ann)["accord_tier_reasons"]
    assert world.sf(lead)["Accord_Reasons__c"] == world.hs(ann)["accord_tier_reasons"]
    assert is_quiet(world)


# --- T33: the schema moves ----------------------------------------------------------------------------------------


def test_T33_a_property_deleted_in_hubspot_wipes_nothing_and_is_reported(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world, fit_score="77")
    assert world.sf(lead)["Fit_Score__c"] == 77
    del world.hubspot.portal.properties["fit_score"]
    world.hubspot.portal.lay_rules()
    world.hubspot.portal.contacts[ann].values.pop("fit_score")
    world.edit_contact(ann, city="Lyon")
    world.settle()
    assert world.sf(lead)["Fit_Score__c"] == 77
    assert world.sf(lead)["City"] == "Lyon"
    assert world.one("SELECT code, field FROM breaker") == {"code": "field_missing", "field": "fit_score"}


def test_T33_a_property_that_verdicts_depend_on_stops_everything_before_a_hand_off_is_withdrawn(database: Pool) -> None:
    world = World(database)
    ann, _ = hot(world)
    for name in ("budget", "purchase_timeframe"):
        del world.hubspot.portal.properties[name]
        world.hubspot.portal.contacts[ann].values.pop(name)
    world.hubspot.portal.lay_rules()
    world.edit_contact(ann, city="Lyon")
    world.later(seconds=1)
    world.deliver()
    world.forget_calls()
    world.round()
    assert world.writes() == 0
    assert states(world) == ["offered"]
    assert len(world.all("SELECT * FROM lane_pause")) == 3
    told = world.one("SELECT code, field, reason FROM breaker")
    assert (told["code"], told["field"]) == ("field_missing", "")
    assert "budget" in told["reason"]
    assert "purchase_timeframe" in told["reason"]


def test_T33_a_field_deleted_in_salesforce_is_told_and_never_taken_for_a_blank(database: Pool) -> None:
    world = World(database)
    ann, _ = hot(world, budget="50000")
    world.salesforce.change_field("Lead", "Budget__c", {"remove": True})
    world.edit_contact(ann, city="Lyon")
    world.later(seconds=1)
    world.deliver()
    report = world.round()
    assert "Budget__c" in report.stopped or ("field_missing", "budget") in world.issues()
    assert world.hs(ann)["budget"] == "50000"


# --- T34: money ---------------------------------------------------------------------------------------------------


def test_T34_another_currencys_amount_is_held_and_never_converted(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, annualrevenue="€5,000,000")
    world.settle()
    assert world.sf(lead)["AnnualRevenue"] is None
    assert open_issue(world, "not_a_number", "annual_revenue")
    assert world.hs(ann)["annualrevenue"] == "€5,000,000"
