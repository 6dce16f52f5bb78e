"""What sales answers: yes, no and why, no without a why, nothing at all, and everything that comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.core.handoff import SalesView, settled
from connector.core.handoff.row import REMIND_EVERY
from tests.core.handoff.cast import (
    CONTACT,
    DAY,
    HOT,
    HOTTER,
    HOUR,
    LEAD,
    LOST_DEAL,
    OPEN_DEAL,
    RULES,
    WARM,
    WON_DEAL,
    Person,
    lead,
    offered_lead,
    rejected,
    verdict,
)


def rejected_person() -> Person:
    person = offered_lead()
    person.see(HOT, rejected("no_budget"))
    return person


def test_bob_accepts_and_marketing_sees_when() -> None:
    person = offered_lead()
    step = person.see(HOT, lead(answer="Accepted"))
    assert step.edge == "offered->accepted"
    assert step.hubspot["accord_handoff"] == "accepted"
    assert step.hubspot["accord_answered_at"] == "2025-03-03T12:00:00.000Z"
    assert step.salesforce["Accord_Answer_By__c"] is None
    assert "Accord_Answer__c" not in step.salesforce, "the answer is sales' own field"


def test_bob_rejects_with_a_reason_and_the_person_goes_back_to_nurture() -> None:
    step = rejected_person().last
    assert step.edge == "offered->rejected"
    assert step.hubspot["accord_handoff"] == "rejected"
    assert step.hubspot["accord_reject_reason"] == "no_budget"
    assert step.hubspot["lifecyclestage"] == "lead"
    assert "lifecyclestage" in step.enforce, "an edge moves the lifecycle, even back"
    assert (step.nurture, step.create, step.issues) == (True, False, ())


def test_shared_fields_are_asserted_at_the_edge_and_left_to_people_afterwards() -> None:
    person = rejected_person()
    later = person.see(HOT, rejected("no_budget"))
    assert later.hubspot["lifecyclestage"] == "lead"
    assert "lifecyclestage" not in later.enforce
    assert {"accord_handoff", "accord_reject_reason", "Accord_Tier__c"} <= later.enforce


def test_T70_rejected_lead_scores_high_again_tomorrow_stays_out() -> None:
    person = rejected_person()
    tomorrow = person.see(HOTTER, rejected(), after=DAY)
    assert tomorrow.edge is None
    assert "cooling off" in tomorrow.reason


def test_T70_after_the_cool_off_the_same_evidence_is_not_enough() -> None:
    person = rejected_person()
    person.see(verdict("budget"), rejected(), after=10 * DAY)
    later = person.see(HOT, rejected(), after=31 * DAY)
    assert later.edge is None
    assert "no trait has changed" in later.reason


def test_T70_after_the_cool_off_new_evidence_makes_a_new_hand_off_that_the_old_no_does_not_answer() -> None:
    person = rejected_person()
    old = person.handoff
    no = rejected("no_budget", lead(status_word="rejected"))
    person.see(HOT, no)
    step = person.see(HOTTER, no, after=31 * DAY)
    assert step.edge == "rejected->offered"
    assert step.handoff is not None
    assert step.handoff.id is None
    assert step.handoff != old
    assert step.salesforce["Status"] == "new"
    assert (step.salesforce["Accord_Answer__c"], step.salesforce["Accord_Reject_Reason__c"]) == (None, None)
    assert {"Status", "OwnerId", "Accord_Answer__c", "Accord_Reject_Reason__c"} <= step.enforce
    unread = person.see(HOTTER, no)
    assert unread.edge is None, "the reset has not arrived yet"
    assert unread.salesforce["Accord_Answer__c"] is None
    person.see(HOTTER, LEAD)
    assert person.see(HOTTER, no).edge == "offered->rejected"


def test_same_no_given_again_right_after_the_reset_was_read_back_counts() -> None:
    person = rejected_person()
    person.see(HOTTER, rejected(), after=31 * DAY)
    assert person.handoff is not None
    person.handoff = settled(person.handoff, LEAD, RULES)
    assert person.see(HOTTER, rejected("no_budget")).edge == "offered->rejected"


def test_new_evidence_that_is_not_hot_makes_no_hand_off() -> None:
    assert rejected_person().see(WARM, rejected(), after=31 * DAY).edge is None


def test_T71_reject_without_a_reason_is_not_final_and_reminded() -> None:
    person = offered_lead()
    step = person.see(HOT, rejected(None))
    assert step.edge == "offered->answer_incomplete"
    assert step.hubspot["accord_handoff"] == "offered"
    assert step.hubspot["accord_answered_at"] is None
    assert [issue.code for issue in step.issues] == ["answer_incomplete"]
    assert "no_budget" in step.issues[0].fix
    assert str(step.salesforce["Accord_Reasons__c"]).startswith("Accord: this rejection needs a reason")
    assert step.nurture is False
    final = person.see(HOT, rejected("wrong_contact"))
    assert (final.edge, final.issues) == ("answer_incomplete->rejected", ())
    assert final.hubspot["accord_reject_reason"] == "wrong_contact"


def test_T71_the_reason_is_asked_for_every_day_also_after_the_time_is_over() -> None:
    person = offered_lead()
    person.see(HOT, rejected(None))
    assert person.handoff is not None
    first = person.handoff.reminded_at
    person.see(HOT, rejected(None), after=DAY)
    assert person.edges[-1] == "answer_incomplete->expired"
    assert person.last.issues[0].code == "answer_incomplete"
    person.see(HOT, rejected(None))
    assert "reminded" in person.last.reason
    assert first is not None
    assert person.handoff.reminded_at == person.now > first + REMIND_EVERY
    assert person.see(HOT, rejected("no_budget")).edge == "expired->rejected"


def test_T71_a_reason_that_was_never_agreed_is_no_reason() -> None:
    assert offered_lead().see(HOT, rejected("gut_feeling")).edge == "offered->answer_incomplete"


def test_person_who_turns_cold_still_waits_for_the_reason_of_the_no() -> None:
    person = offered_lead()
    person.see(HOT, rejected(None))
    assert person.see(WARM, rejected(None)).edge is None


@pytest.mark.parametrize(
    ("before", "back"),
    [(LEAD, "offered"), (lead(answer="Accepted"), "accepted"), (lead(status_word="working"), "working")],
)
def test_incomplete_no_taken_back_leads_where_it_came_from(before: SalesView, back: str) -> None:
    person = offered_lead()
    person.see(HOT, before)
    person.see(HOT, rejected(None, before))
    assert person.see(HOT, replace(before, answer=None)).edge == f"answer_incomplete->{back}"


def test_reason_corrected_later_is_corrected_in_hubspot() -> None:
    person = rejected_person()
    step = person.see(HOT, rejected("bad_timing"))
    assert step.edge is None
    assert step.hubspot["accord_reject_reason"] == "bad_timing"


def test_bob_changes_his_mind_after_a_no() -> None:
    person = rejected_person()
    step = person.see(HOT, lead(answer="Accepted"))
    assert step.edge == "rejected->accepted"
    assert step.hubspot["accord_reject_reason"] is None
    assert step.nurture is False


def test_T69_lead_that_sales_recycles_goes_back_to_marketing_with_bad_timing() -> None:
    person = offered_lead()
    person.see(HOT, lead(status_word="working"))
    step = person.see(HOT, lead(status_word="nurture"))
    assert step.edge == "working->rejected"
    assert step.hubspot["accord_reject_reason"] == "bad_timing"
    assert step.hubspot["lifecyclestage"] == "lead"
    assert step.nurture is True
    assert person.edges == ["none->offered", "offered->working", "working->rejected"], "history is kept"


def test_T69_recycled_with_a_reason_keeps_that_reason() -> None:
    step = offered_lead().see(HOT, lead(status_word="nurture", reject_reason="no_budget"))
    assert step.hubspot["accord_reject_reason"] == "no_budget"


def test_T69_where_bad_timing_is_no_agreed_reason_recycling_needs_one() -> None:
    person = offered_lead()
    person.rules = replace(RULES, reject_reasons=("no_budget",))
    assert person.see(HOT, lead(status_word="nurture")).edge == "offered->answer_incomplete"


def test_status_that_the_vocabulary_does_not_know_answers_nothing() -> None:
    assert offered_lead().see(HOT, lead(status_word=None)).edge is None


def test_yes_and_no_between_two_looks_is_a_no() -> None:
    said = lead(answer="Accepted", status_word="rejected", reject_reason="no_budget")
    assert offered_lead().see(HOT, said).edge == "offered->rejected"


def test_plain_yes_after_work_began_is_no_step_back() -> None:
    person = offered_lead()
    person.see(HOT, lead(status_word="working"))
    assert person.see(HOT, lead(status_word="working", answer="Accepted")).edge is None


def test_T72_nobody_answers_in_time_is_an_edge_and_an_issue_and_a_late_yes_is_welcome() -> None:
    person = offered_lead()
    late = person.see(HOT, LEAD, after=DAY)
    assert late.edge == "offered->expired"
    assert [issue.code for issue in late.issues] == ["answer_overdue"]
    assert late.hubspot["accord_handoff"] == "expired"
    assert "overdue" in str(late.salesforce["Accord_Reasons__c"])
    assert person.see(HOT, LEAD).edge is None, "counted once"
    assert person.see(HOT, lead(answer="Accepted")).edge == "expired->accepted"
    assert person.last.issues == ()


def test_T72_accepted_in_time_never_expires() -> None:
    person = offered_lead()
    person.see(HOT, lead(answer="Accepted"))
    person.see(HOT, rejected(None), after=DAY)
    assert person.see(HOT, rejected(None), after=10 * DAY).edge is None
    assert person.handoff is not None
    assert person.handoff.next_look() == person.now + REMIND_EVERY


def test_the_clock_tells_when_to_look_again() -> None:
    person = offered_lead()
    assert person.handoff is not None
    assert person.handoff.next_look() == person.handoff.due_at
    person.see(HOT, rejected())
    assert person.handoff.next_look() == person.handoff.cool_off_until == person.now + 30 * DAY
    person.see(HOT, rejected(), after=31 * DAY)
    assert person.handoff.next_look() is None, "nobody is woken twice by the same cool-off"


def test_converted_lead_with_a_deal_that_is_won_tells_marketing_stage_amount_and_currency() -> None:
    person = offered_lead()
    step = person.see(HOT, replace(CONTACT, converted=True, opportunity=OPEN_DEAL))
    assert step.edge == "offered->converted"
    assert step.hubspot["lifecyclestage"] == "opportunity"
    assert (step.hubspot["accord_outcome"], step.hubspot["accord_opportunity_stage"]) == (
        "open",
        "Prospecting",
    )
    won = person.see(HOT, replace(CONTACT, converted=True, opportunity=replace(WON_DEAL, amount=1234.5)))
    assert won.edge == "converted->won"
    assert (won.hubspot["accord_amount"], won.hubspot["accord_currency"]) == ("1234.5", "EUR")
    assert won.hubspot["lifecyclestage"] == "customer"
    assert won.nurture is False


def test_lost_deal_tells_why_and_the_person_is_nurtured_and_cools_off() -> None:
    person = offered_lead()
    step = person.see(HOT, replace(CONTACT, converted=True, opportunity=LOST_DEAL))
    assert step.edge == "offered->lost"
    assert step.hubspot["accord_lost_reason"] == "Too expensive"
    assert step.nurture is True
    assert person.see(HOTTER, replace(CONTACT, opportunity=LOST_DEAL), after=DAY).edge is None


def test_T34_amount_without_currency_is_told_as_it_is() -> None:
    person = offered_lead()
    step = person.see(HOT, replace(CONTACT, opportunity=replace(WON_DEAL, currency=None)))
    assert (step.hubspot["accord_amount"], step.hubspot["accord_currency"]) == ("50000", None)


def test_T74_deal_that_reaches_a_person_by_the_account_tells_the_outcome_but_answers_no_offer() -> None:
    person = Person()
    view = replace(CONTACT, opportunity=replace(WON_DEAL, by_account=True))
    person.see(HOT, CONTACT)
    step = person.see(HOT, view)
    assert step.edge is None
    assert step.hubspot["accord_outcome"] == "won"
    person.see(HOT, replace(view, answer="Accepted"))
    assert person.see(HOT, replace(view, answer="Accepted")).edge == "accepted->won"


def test_round_that_did_not_read_the_deals_forgets_nothing() -> None:
    person = offered_lead()
    won = replace(CONTACT, converted=True, opportunity=WON_DEAL)
    person.see(HOT, won)
    blind = person.see(HOT, replace(CONTACT, converted=True, opportunity_known=False))
    assert blind.edge is None
    assert "accord_outcome" not in blind.hubspot
    assert blind.hubspot["lifecyclestage"] == "customer"
    assert person.see(HOT, won).edge is None


def test_record_that_cannot_be_read_for_a_while_unsays_nothing() -> None:
    person = rejected_person()
    assert person.handoff is not None
    person.handoff = replace(person.handoff, salesforce_ref="salesforce:Lead:00Q1")
    heard = person.handoff.standing
    person.see(HOT, SalesView())
    assert person.handoff.standing == heard
    assert person.see(HOT, rejected()).edge is None


def test_only_a_give_back_moves_the_lifecycle_to_an_earlier_stage() -> None:
    person = Person()
    assert "lifecyclestage" not in person.see(HOT, LEAD, stage="opportunity").hubspot
    step = person.see(HOT, rejected(), after=HOUR, stage="opportunity")
    assert step.hubspot["lifecyclestage"] == "lead"


def test_sales_takes_a_withdrawn_person_after_all() -> None:
    person = offered_lead()
    person.see(WARM, LEAD, after=timedelta(hours=2))
    assert person.see(WARM, lead(answer="Accepted")).edge == "withdrawn->accepted"
