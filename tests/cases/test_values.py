"""Values on their way between two systems that keep them differently: the cases T23 to T29 of the field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.adapters.postgres.database import Pool
from connector.practice.salesforce.rules import Validation
from tests.cases.cast import (
    born_in_salesforce,
    hot,
    is_quiet,
    open_issue,
    states,
)
from tests.world import HOT, World


def refused(world: World) -> list[str]:
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
    assert refused(world) == []


def test_T24_a_word_in_another_case_is_never_sent_to_a_restricted_picklist(database: Pool) -> None:
    world = World(database)
    world.salesforce.change_field("Lead", "Industry", {"restricted": True})
    ann, lead = hot(world)
    world.edit_contact(ann, industry="technology", city="Lyon")
    world.settle()
    assert world.sf(lead)["City"] == "Lyon"
    assert world.sf(lead)["Industry"] in ("Technology", None)
    assert refused(world) == []
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
    assert refused(world) == []
    assert world.hs(ann)["state"] == "Oregon"
    assert is_quiet(world)


def test_T26_country_and_state_are_cleared_together(database: Pool) -> None:
    world = World(database)
    _org_wants_countries(world)
    ann, lead = hot(world, state="Oregon")
    world.edit_contact(ann, country="", state="")
    world.settle()
    assert (world.sf(lead)["State"], world.sf(lead)["Country"]) == (None, None)
    assert refused(world) == []


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
    assert refused(world) == []
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
    assert refused(world) == []


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
