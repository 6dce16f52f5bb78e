"""Who is handed over, and on which record: new persons, known ones, persons with something missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connector.core.handoff import Handoff, State, required
from tests.core.handoff.cast import (
    BOB,
    CAROL,
    COLD,
    CONTACT,
    DAY,
    HOT,
    HOTTER,
    LEAD,
    LOST_DEAL,
    MONDAY,
    NOWHERE,
    OPEN_DEAL,
    RULES,
    WARM,
    WON_DEAL,
    Person,
    lead,
    offered_lead,
    rejected,
)


def test_hot_person_unknown_to_sales_becomes_an_owned_lead_with_reasons() -> None:
    step = Person().see(HOT, NOWHERE)
    assert (step.edge, step.create, step.nurture) == ("none->offered", True, False)
    assert step.salesforce["OwnerId"] == BOB
    assert step.salesforce["Status"] == "new"
    assert step.salesforce["Accord_Tier__c"] == "Hot"
    assert step.salesforce["Accord_Handoff__c"] == "Offered"
    assert step.salesforce["Accord_Answer_By__c"] == "2025-03-04T10:00:00.000+0000"
    assert "Budget: met" in str(step.salesforce["Accord_Reasons__c"])
    assert step.hubspot["accord_handoff"] == "offered"
    assert step.hubspot["accord_handed_off_at"] == "2025-03-03T10:00:00.000Z"
    assert step.hubspot["lifecyclestage"] == "salesqualifiedlead"


def test_warm_person_stays_with_marketing_and_cold_one_is_nurtured() -> None:
    warm, cold = Person().see(WARM), Person().see(COLD)
    assert (warm.edge, warm.create, warm.nurture, warm.salesforce) == (None, False, False, {})
    assert warm.hubspot["accord_tier"] == "warm"
    assert "3 of 5" in warm.reason
    assert (cold.create, cold.nurture, cold.hubspot["accord_tier"]) == (False, True, "nurture")


def test_linked_person_is_kept_in_step_whatever_the_tier() -> None:
    step = Person().see(COLD, LEAD)
    assert step.edge is None
    assert step.salesforce["Accord_Tier__c"] == "Nurture"
    assert "Accord_Tier__c" in step.enforce
    assert {"OwnerId", "Status"}.isdisjoint(step.salesforce)


def test_hot_person_who_is_already_a_contact_is_handed_over_on_that_record() -> None:
    step = Person().see(HOT, replace(CONTACT, owner_email=CAROL))
    assert (step.edge, step.create) == ("none->offered", False)
    assert step.salesforce["OwnerId"] == CAROL, "whoever owns the Contact keeps it"
    assert "Status" not in step.salesforce


def test_hot_person_whose_lead_sales_works_on_already_counts_as_working() -> None:
    person = Person()
    person.see(HOT, lead(status_word="working"))
    assert "Status" not in person.last.salesforce, "a status that sales has set is not reset"
    person.see(HOT, lead(status_word="working"))
    assert person.edges == ["none->offered", "offered->working"]


def test_record_of_a_queue_or_of_someone_who_left_gets_an_owner_by_the_rules() -> None:
    assert Person().see(HOT, replace(LEAD, owner_id="00G1", owner_email=None)).salesforce["OwnerId"] == BOB


def test_a_turn_is_taken_only_by_a_person_who_needs_an_owner() -> None:
    turns: list[str] = []

    def turn() -> str:
        turns.append(BOB)
        return BOB

    person = Person(owner=turn)
    person.see(WARM)
    person.see(HOT, NOWHERE, blocked="Company blank")
    assert turns == []
    person.see(HOT, NOWHERE)
    person.see(HOT, LEAD)
    person.see(HOTTER, LEAD)
    assert turns == [BOB]


def test_refused_creation_is_tried_again_and_a_deleted_lead_is_not_made_anew() -> None:
    person = Person()
    person.see(HOT, NOWHERE)
    again = person.see(HOT, NOWHERE)
    assert (again.edge, again.create) == (None, True)
    assert {"OwnerId", "Status"} <= again.enforce & set(again.salesforce)
    assert person.handoff is not None
    person.handoff = replace(person.handoff, salesforce_ref="salesforce:Lead:00Q1")
    assert not person.see(HOT, NOWHERE).create


def test_T27_person_without_company_is_held_while_the_clock_runs() -> None:
    person = Person()
    step = person.see(HOT, NOWHERE, blocked="Company blank")
    assert (step.edge, step.create) == ("none->held", False)
    assert [issue.code for issue in step.issues] == ["handoff_held"]
    assert "Company blank" in step.issues[0].message
    assert step.hubspot["accord_handoff"] is None
    assert person.handoff is not None
    held_due = person.handoff.due_at
    offered = person.see(HOT, NOWHERE)
    assert (offered.edge, offered.create, offered.issues) == ("held->offered", True, ())
    assert person.handoff.due_at == held_due == MONDAY + timedelta(hours=25)


def test_T72_held_too_long_is_counted_and_the_owner_still_gets_the_whole_time() -> None:
    person = Person()
    person.see(HOT, NOWHERE, blocked="Company blank")
    late = person.see(HOT, NOWHERE, blocked="Company blank", after=DAY)
    assert (late.edge, late.create) == ("held->expired", False)
    assert [issue.code for issue in late.issues] == ["handoff_held"]
    assert person.see(HOT, NOWHERE).edge == "expired->offered"
    assert person.handoff is not None
    assert person.handoff.due_at == person.now + DAY


def test_held_too_long_turned_cold_and_hot_again_is_offered_at_once() -> None:
    person = Person()
    person.see(HOT, NOWHERE, blocked="Company blank")
    person.see(HOT, NOWHERE, blocked="Company blank", after=DAY)
    cold = person.see(WARM, NOWHERE, blocked="Company blank")
    assert (cold.edge, cold.salesforce) == ("expired->withdrawn", {})
    assert person.see(HOT, NOWHERE).edge == "withdrawn->offered"


def test_admins_fallback_fills_a_blank_and_without_one_nothing_is_invented() -> None:
    rules = replace(RULES, company_fallback="[not given]")
    assert required(rules, "Lead", {"LastName": "Ng", "Company": " "}) == ({"Company": "[not given]"}, None)
    assert required(RULES, "Lead", {}) == ({}, "LastName and Company blank")
    assert required(RULES, "Contact", {"LastName": "Ng"}) == ({}, None)


def test_T54_nobody_active_holds_the_person_instead_of_giving_them_to_the_integration_user() -> None:
    person = Person(owner=lambda: None)
    step = person.see(HOT, NOWHERE)
    assert (step.edge, step.create, step.issues[0].code) == ("none->held", False, "no_owner")


def test_deal_that_sales_made_without_a_hand_off_is_told_to_marketing() -> None:
    person = Person()
    step = person.see(COLD, replace(CONTACT, opportunity=WON_DEAL))
    assert step.edge == "none->won"
    assert step.hubspot["lifecyclestage"] == "customer"
    assert step.hubspot["accord_amount"] == "50000"


def test_hot_person_in_a_running_deal_is_not_offered_to_sales_again() -> None:
    assert Person().see(HOT, replace(CONTACT, opportunity=OPEN_DEAL)).edge == "none->converted"


def test_old_customer_who_turns_hot_is_offered_and_stays_a_customer() -> None:
    person = Person()
    view = replace(CONTACT, opportunity=WON_DEAL)
    step = person.see(HOT, view)
    assert step.edge == "none->offered"
    assert step.hubspot["lifecyclestage"] == "customer"
    assert person.see(HOT, view).edge is None, "the deal of last year does not answer this offer"
    no = person.see(HOT, rejected("bad_timing", view))
    assert (no.edge, no.hubspot["lifecyclestage"]) == ("offered->rejected", "customer")


def test_lead_that_was_lost_years_ago_is_offered_when_hot() -> None:
    assert Person().see(HOT, replace(CONTACT, opportunity=LOST_DEAL)).edge == "none->offered"


def test_T73_the_decision_is_kept_with_its_inputs_and_versions_while_data_change() -> None:
    person = offered_lead()
    person.see(HOTTER, LEAD)
    assert person.handoff is not None
    assert person.handoff.verdict == HOT.document()
    assert person.handoff.agreement == "qualification 3, handoff 2"
    assert "Fit: met" in str(person.last.salesforce["Accord_Reasons__c"]), "what the owner reads is of today"


def test_hot_turned_cold_before_acceptance_tells_the_owner_which_trait_fell() -> None:
    person = offered_lead()
    step = person.see(WARM, LEAD)
    assert step.edge == "offered->withdrawn"
    assert step.salesforce["Accord_Handoff__c"] == "Withdrawn"
    assert str(step.salesforce["Accord_Reasons__c"]).startswith(
        "Accord: withdrawn, warm now; no longer met: Timing."
    )
    assert step.salesforce["Accord_Answer_By__c"] is None
    assert step.nurture is True
    same = person.see(WARM, LEAD)
    assert same.salesforce == step.salesforce, "told the same way until something changes"


def test_cold_after_acceptance_stays_with_sales() -> None:
    person = offered_lead()
    person.see(HOT, lead(answer="Accepted"))
    assert person.see(COLD, lead(answer="Accepted")).edge is None
    assert person.last.salesforce["Accord_Tier__c"] == "Nurture"
    assert person.last.nurture is False


def test_changed_rules_withdraw_without_naming_a_trait() -> None:
    person = offered_lead()
    person.rules = replace(RULES, hand_over=())
    assert "the agreement has changed" in str(person.see(HOT, LEAD).salesforce["Accord_Reasons__c"])


def test_owner_whom_sales_changed_is_the_owner_from_then_on() -> None:
    person = offered_lead()
    person.see(HOT, lead(owner_email=CAROL))
    assert person.handoff is not None
    assert person.handoff.owner_email == CAROL


def test_a_hand_off_is_stored_as_a_document() -> None:
    for person in (offered_lead(), _rejected()):
        assert person.handoff is not None
        saved = replace(person.handoff, id=7)
        assert Handoff.from_document(saved.document(), 7) == saved


def _rejected() -> Person:
    person = offered_lead()
    person.see(HOT, rejected())
    assert person.handoff is not None
    assert person.handoff.state is State.REJECTED
    return person
