"""Values on their way between two systems that keep them differently: the cases T23 to T36 of the field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connector.adapters.mappings import load
from connector.adapters.postgres.database import Pool
from connector.core.agreement import Agreement
from connector.core.breakers import Limits
from connector.core.mapping import Wins
from connector.core.records import Side
from connector.practice.salesforce.rules import Validation
from tests.cases.cast import ANN, born_in_salesforce, contacts, hot, is_quiet, ledger, open_issue, rows_written, states
from tests.world import HOT, MAPPINGS, World


def _refused(world: World) -> list[str]:
    """Native names of all that a side refused so far."""
    rows = world.all("SELECT c ->> 'n' n FROM journal, jsonb_array_elements(changes) c WHERE c ->> 'st' = 'refused'")
    return [r["n"] for r in rows]


# --- T23, T24: picklists ------------------------------------------------------------------------------------------


def test_T23_a_word_the_other_side_does_not_know_is_held_with_its_fix_and_the_rest_goes_over(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, industry="Space tourism", city="Lyon")
    world.settle()
    assert (world.sf(lead)["Industry"], world.sf(lead)["City"]) == (None, "Lyon")
    held = open_issue(world, "unknown_word", "industry")
    assert "Space tourism" in held["message"]
    assert "Space tourism" in held["fix"]
    world.edit_contact(ann, industry="Banking")
    world.settle()
    assert world.sf(lead)["Industry"] == "Banking"
    assert world.issues() == set()


def test_T23_the_same_from_salesforce(database: Pool) -> None:
    world = World(database)
    kim, lead = born_in_salesforce(world)
    world.edit_lead(lead, LeadSource="Billboard", City="Lyon")
    world.settle()
    assert (world.hs(kim).get("lead_source"), world.hs(kim)["city"]) == (None, "Lyon")
    assert "Billboard" in open_issue(world, "unknown_word", "lead_source")["message"]
    world.edit_lead(lead, LeadSource="Webinar")
    world.settle()
    assert world.hs(kim)["lead_source"] == "webinar"
    assert world.issues() == set()


def test_T23_an_unknown_word_does_not_keep_a_new_record_from_being_made(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world, industry="Space tourism")
    assert world.sf(lead)["Industry"] is None
    assert "Space tourism" in open_issue(world, "unknown_word", "industry")["message"]
    world.edit_contact(ann, industry="Banking")
    world.settle()
    assert world.sf(lead)["Industry"] == "Banking"
    assert world.issues() == set()


def test_T24_api_values_are_mapped_and_never_labels(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world, lead_source="partner_referral", purchase_timeframe="this_quarter")
    assert world.sf(lead)["LeadSource"] == "Partner Referral"
    assert world.sf(lead)["Purchase_Timeframe__c"] == "This quarter"
    world.edit_lead(lead, LeadSource="Trade Show", Purchase_Timeframe__c="Later")
    world.settle()
    assert (world.hs(ann)["lead_source"], world.hs(ann)["purchase_timeframe"]) == ("trade_show", "later")
    assert _refused(world) == []


def test_T24_a_word_in_another_case_is_never_sent_to_a_restricted_picklist(database: Pool) -> None:
    world = World(database)
    world.salesforce.change_field("Lead", "Industry", {"restricted": True})
    ann, lead = hot(world)
    world.edit_contact(ann, industry="technology", city="Lyon")
    world.settle()
    assert world.sf(lead)["City"] == "Lyon"
    assert world.sf(lead)["Industry"] in ("Technology", None)
    assert _refused(world) == []
    if world.sf(lead)["Industry"] is None:
        assert "technology" in open_issue(world, "unknown_word", "industry")["message"]


# --- T26: addresses -----------------------------------------------------------------------------------------------


def _org_wants_countries(world: World) -> None:
    world.salesforce.org.rules.validations.append(
        Validation(
            "Lead",
            "State",
            lambda row: bool(row.get("State")) and not row.get("Country"),
            "A country must be specified before specifying a state value for field: State",
        )
    )


def test_T26_a_state_waits_for_its_country(database: Pool) -> None:
    world = World(database)
    _org_wants_countries(world)
    ann, lead = hot(world, country="", state="Oregon")
    assert (world.sf(lead)["State"], world.sf(lead)["Country"]) == (None, None)
    world.edit_contact(ann, city="Portland")
    world.settle()
    assert world.sf(lead)["City"] == "Portland"
    world.edit_contact(ann, country="United States")
    world.settle()
    assert (world.sf(lead)["State"], world.sf(lead)["Country"]) == ("Oregon", "United States")
    assert _refused(world) == []
    assert world.hs(ann)["state"] == "Oregon"
    assert is_quiet(world)


def test_T26_country_and_state_are_cleared_together(database: Pool) -> None:
    world = World(database)
    _org_wants_countries(world)
    ann, lead = hot(world, state="Oregon")
    world.edit_contact(ann, country="", state="")
    world.settle()
    assert (world.sf(lead)["State"], world.sf(lead)["Country"]) == (None, None)
    assert _refused(world) == []


def test_T26_a_country_taken_from_a_state_is_refused_in_the_open_and_the_rest_goes_over(database: Pool) -> None:
    world = World(database)
    _org_wants_countries(world)
    ann, lead = hot(world, state="Oregon")
    world.edit_contact(ann, country="", city="Portland")
    world.settle()
    assert world.sf(lead)["City"] == "Portland"
    assert (world.sf(lead)["State"], world.sf(lead)["Country"]) == ("Oregon", "United States")
    issues = world.all("SELECT message, fix FROM issue WHERE closed_at IS NULL")
    assert len(issues) == 1
    assert "A country must be specified" in issues[0]["message"]
    assert is_quiet(world)


# --- T27: required fields -----------------------------------------------------------------------------------------


def test_T27_nobody_gets_an_invented_last_name(database: Pool) -> None:
    world = World(database)
    ann = world.form(**HOT, email="ann@acme.example.com", firstname="Ann")
    world.settle()
    assert world.leads() == []
    assert states(world) == ["held"]
    assert "LastName" in open_issue(world, "handoff_held", "handoff")["message"]
    world.edit_contact(ann, lastname="Ito")
    world.settle()
    assert world.lead_of(ann)["LastName"] == "Ito"
    assert states(world) == ["offered"]
    assert world.issues() == set()


def test_T27_a_blank_company_is_what_the_agreement_says_and_does_not_travel_back(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world, company="")
    assert world.sf(lead)["Company"] == "[not provided]"
    assert not world.hs(ann).get("company")
    world.edit_contact(ann, company="Acme Tools")
    world.settle()
    assert world.sf(lead)["Company"] == "Acme Tools"
    assert is_quiet(world)


def test_T27_clearing_a_required_field_brings_its_value_back_instead_of_an_error(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, lastname="", company="", city="Lyon")
    world.settle()
    assert (world.sf(lead)["LastName"], world.sf(lead)["Company"], world.sf(lead)["City"]) == ("Ito", "Acme Tools", "Lyon")
    assert (world.hs(ann)["lastname"], world.hs(ann)["company"]) == ("Ito", "Acme Tools")
    assert _refused(world) == []
    assert world.issues() == set()


# --- T28: lengths -------------------------------------------------------------------------------------------------


def test_T28_a_long_text_is_cut_with_a_mark_where_the_mapping_says_so_and_never_travels_back(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    title = "Director of " + "very " * 40 + "much"
    world.edit_contact(ann, jobtitle=title)
    world.settle()
    cut = world.sf(lead)["Title"]
    assert len(cut) <= 128
    assert cut.endswith("…")
    assert world.hs(ann)["jobtitle"] == title
    world.edit_lead(lead, City="Lyon")
    world.settle()
    assert world.hs(ann)["jobtitle"] == title
    assert is_quiet(world)


def test_T28_elsewhere_it_is_held_and_shown_and_the_rest_goes_over(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, city="Llanfair" * 8, phone="+1 555 010 0001")
    world.settle()
    assert (world.sf(lead)["City"], world.sf(lead)["Phone"]) == (None, "+1 555 010 0001")
    assert "40" in open_issue(world, "too_long", "city")["message"]
    assert _refused(world) == []


# --- T29: days and instants ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2026-03-08", "2026-03-29", "2026-11-01", "2025-12-31"])
def test_T29_a_day_stays_that_day_in_every_zone_and_when_the_clocks_change(database: Pool, day: str) -> None:
    world = World(database)
    _, lead = hot(world, webinar_date=day)
    assert world.sf(lead)["Webinar_Date__c"] == day
    assert is_quiet(world)


def test_T29_the_time_to_answer_runs_in_sales_own_hours_across_the_change_to_summer_time(database: Pool) -> None:
    world = World(database)
    world.later(days=4, hours=11)  # Friday 2026-03-06, 20:00 UTC: 15:00 in New York, two hours are left of its day
    ann, lead = hot(world)
    due = datetime.fromisoformat(str(world.sf(lead)["Accord_Answer_By__c"]))
    # six more hours from nine on Monday the 9th, by when New York is only four hours behind
    assert abs((due - datetime(2026, 3, 9, 19, 0, tzinfo=UTC)).total_seconds()) < 60
    assert world.hs(ann)["accord_handed_off_at"].endswith("Z")
    assert is_quiet(world)


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
    ann, lead = hot(world)
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
    ann, lead = hot(world, budget="50000")
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


def test_T36_where_the_clocks_can_tell_the_later_edit_wins(database: Pool) -> None:
    world = World(database, agreement=_with_rule("city", Wins.NEWEST, Side.SALESFORCE))
    ann, lead = hot(world)
    world.edit_lead(lead, City="Lyon")
    world.later(seconds=30)
    world.edit_contact(ann, city="Paris")
    world.settle()
    assert world.sf(lead)["City"] == "Paris"
    assert ledger(world) == [("salesforce", "city", "Lyon", "Paris")]


__all__ = ["ANN", "contacts"]
