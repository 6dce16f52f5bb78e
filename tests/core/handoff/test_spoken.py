"""From a Salesforce record to what sales says, and from a step to values both sides understand."""

from __future__ import annotations

from dataclasses import replace

from connector.core.handoff import derived, sales_view
from connector.core.records import Record, Ref, Side, Value
from connector.core.vocabulary import Spelling, Team, Vocabulary, Word, WordList
from tests.core.handoff.cast import BOB, CONTACT, HOT, MONDAY, RULES, WON_DEAL, Person, rejected


def word(name: str, hubspot: str, salesforce: str) -> Word:
    return Word(name, "", Team.SALES, Spelling(hubspot, (hubspot,)), Spelling(salesforce, (salesforce,)))


WORDS = Vocabulary(
    1,
    WordList(
        "statuses", (word("new", "NEW", "Open - Not Contacted"), word("working", "IN_PROGRESS", "Working"))
    ),
    WordList("reject_reasons", (word("no_budget", "no_budget", "No budget"),)),
    WordList("stages", (word("won", "Won", "Closed Won"),)),
)
OWNERS = {Side.HUBSPOT: {BOB: "77"}, Side.SALESFORCE: {BOB: "005B"}}


def record(**values: Value) -> Record:
    return Record(Ref(Side.SALESFORCE, "Lead", "00Q1"), values, MONDAY)


def test_record_is_read_in_the_agreements_words() -> None:
    view = sales_view(
        record(
            Status="Working", Accord_Answer__c="Rejected", Accord_Reject_Reason__c="No budget", OwnerId="005B"
        ),
        RULES,
        WORDS,
        {"005B": BOB},
    )
    assert (view.object, view.status_word, view.answer, view.reject_reason) == (
        "Lead", "working", "Rejected", "no_budget",
    )  # fmt: skip
    assert (view.owner_id, view.owner_email) == ("005B", BOB)


def test_unknown_words_and_queues_say_nothing() -> None:
    view = sales_view(
        record(Status="Parked", Accord_Answer__c="Maybe", OwnerId="00G1"), RULES, WORDS, {"005B": BOB}
    )
    assert (view.status_word, view.answer, view.owner_email) == (None, None, None)
    assert sales_view(None, RULES, WORDS, {}).object is None


def test_offer_is_written_in_each_sides_own_words() -> None:
    wanted, troubles = derived(Person().see(HOT), RULES, WORDS, OWNERS, "Lead")
    values = {(d.side, d.native): d for d in wanted}
    assert troubles == []
    assert values[Side.SALESFORCE, "OwnerId"].value == "005B"
    assert values[Side.SALESFORCE, "Status"].value == "Open - Not Contacted"
    assert values[Side.SALESFORCE, "Status"].enforced
    assert values[Side.HUBSPOT, "hubspot_owner_id"].value == "77"


def test_contact_has_no_status() -> None:
    wanted, _ = derived(Person().see(HOT), RULES, WORDS, OWNERS, "Contact")
    assert "Status" not in {d.native for d in wanted}


def test_stage_and_reason_are_told_to_marketing_in_its_words() -> None:
    person = Person()
    person.see(HOT, CONTACT)
    no, _ = derived(person.see(HOT, rejected("no_budget", CONTACT)), RULES, WORDS, OWNERS, "Contact")
    assert {d.native: d.value for d in no}["accord_reject_reason"] == "no_budget"
    won, _ = derived(person.see(HOT, replace(CONTACT, opportunity=WON_DEAL)), RULES, WORDS, OWNERS, "Contact")
    assert {d.native: d.value for d in won}["accord_opportunity_stage"] == "Won"


def test_stage_nobody_agreed_on_is_reported_and_the_rest_goes() -> None:
    odd = replace(WON_DEAL, stage="Handshake")
    wanted, troubles = derived(
        Person().see(HOT, replace(CONTACT, opportunity=odd)), RULES, WORDS, OWNERS, "Contact"
    )
    assert [(t.code, t.field) for t in troubles] == [("unknown_word", "accord_opportunity_stage")]
    assert {d.native: d.value for d in wanted}["accord_outcome"] == "won"


def test_owner_without_a_hubspot_user_is_reported() -> None:
    _, troubles = derived(Person().see(HOT), RULES, WORDS, {Side.SALESFORCE: {BOB: "005B"}}, "Lead")
    assert [(t.code, t.field) for t in troubles] == [("owner_unknown", "hubspot_owner_id")]
