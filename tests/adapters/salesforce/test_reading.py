"""Salesforce: what is read, and under which Ref it is found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.adapters.salesforce import SalesforceOptions
from connector.errors import MendRequest, TryAgain
from tests.adapters.in_process import free, salesforce_on
from tests.adapters.salesforce.cast import KEY, START, contact, lead, new_lead, org, refs_of, update


def test_leads_and_contacts_cost_one_call_each() -> None:
    core = org(80)
    refs = refs_of(core, "Lead") + refs_of(core, "Contact")
    adapter = salesforce_on(core)
    adapter.read(refs[:1], {"Lead": []}, free)
    core.calls.reset()
    found = adapter.read(refs, {"Lead": ["LastName"], "Contact": ["LastName"]}, free)
    assert set(found) == set(refs)
    assert core.calls.total == 2


def test_parallel_reads_find_the_same() -> None:
    core = org(80)
    refs = refs_of(core, "Lead") + refs_of(core, "Contact")
    adapter = salesforce_on(core, options=SalesforceOptions(parallel=4, retrieve=10))
    assert set(adapter.read(refs, {}, free)) == set(refs)
    adapter.close()


def test_who_modified_a_record_last_is_told() -> None:
    core = org()
    ref = new_lead(core)
    adapter = salesforce_on(core)
    assert adapter.read([ref], {}, free)[ref].modified_by_us is False
    adapter.write([update(ref, City="Ulm")], None, free)
    found = adapter.read([ref], {"Lead": ["City", "Phone"]}, free)[ref]
    assert found.modified_by_us is True
    assert found.modified_at == START
    assert (found.values["City"], found.values["Phone"]) == ("Ulm", None)


def test_given_token_asks_who_it_belongs_to() -> None:
    core = org()
    ref = new_lead(core)
    adapter = salesforce_on(core, given=True)
    assert adapter.read([ref], {}, free)[ref].modified_by_us is False
    assert core.calls.tokens == 0


def test_deleted_unknown_and_impossible_ids_are_absent() -> None:
    core = org()
    gone, stays = new_lead(core), new_lead(core)
    core.edit("Lead", gone.id, delete=True)
    odd = [
        lead("nonsense"),
        lead("00Q000000000000EAA"),
        lead("00Q000000000000AAA"),
        lead("0033g00000000zzAAA"),
    ]
    assert list(salesforce_on(core).read([gone, stays, *odd], {}, free)) == [stays]


def test_fifteen_characters_are_enough_to_be_found() -> None:
    core = org()
    ref = new_lead(core)
    short = lead(ref.id[:15])
    assert salesforce_on(core).read([short], {}, free)[short].ref == ref


def test_converted_lead_tells_where_it_moved_even_if_that_contact_is_gone() -> None:
    core = org()
    ref = new_lead(core, Email="ames@example.com")
    made = core.convert(ref.id)
    adapter = salesforce_on(core)
    assert adapter.read([ref], {}, free)[ref].moved_to == contact(str(made["contact_id"]))
    assert adapter.lead_of([str(made["contact_id"])], free) == {str(made["contact_id"]): [ref.id]}


def test_field_that_does_not_exist_is_a_fault_of_the_mapping() -> None:
    core = org()
    with pytest.raises(MendRequest, match="Nope__c"):
        salesforce_on(core).read([new_lead(core)], {"Lead": ["Nope__c"]}, free)


def test_find_by_email_is_blind_to_case_and_to_converted_leads() -> None:
    core = org()
    live, moved = new_lead(core, Email="ann@example.com"), new_lead(core, Email="ANN@example.com")
    core.convert(moved.id)
    found = salesforce_on(core).find("Lead", "Email", ["Ann@Example.com"], ["Company"], free)
    assert [record.ref for record in found] == [live]


def test_find_by_our_key_gives_a_converted_lead_with_its_contact() -> None:
    core = org()
    ref = new_lead(core, **{KEY: "512"})
    made = core.convert(ref.id)
    (found,) = salesforce_on(core).find("Lead", KEY, ["512"], [], free)
    assert (found.ref, found.moved_to) == (ref, contact(str(made["contact_id"])))


def test_several_fields_are_sought_in_one_query_and_in_more_where_it_would_not_fit() -> None:
    core = org()
    by_key, by_mail = new_lead(core, **{KEY: "512"}), new_lead(core, Email="ann@example.com")
    adapter = salesforce_on(core)
    wanted = {KEY: ["512", "z" * 5000], "Email": ["ANN@example.com", "y" * 5000]}
    for ghosts in ([], [f"nobody.{n}.{'x' * 60}@example.com" for n in range(300)]):
        sought = {"Lead": {**wanted, "Email": [*wanted["Email"], *ghosts]}}
        found = adapter.find_any(sought, {"Lead": ["Company"]}, free)
        assert {record.ref for record in found} == {by_key, by_mail}


def test_leads_and_contacts_are_sought_in_one_call() -> None:
    core = org(60)
    emails = [str(row["Email"]) for name in ("Lead", "Contact") for row in core.snapshot()[name]]
    adapter = salesforce_on(core)
    adapter.schema("Lead")
    fields: dict[str, list[str]] = {"Lead": ["Company"], "Contact": []}
    for most, calls in ((5, 1), (1, 3)):  # an org that takes one query in a call answers the others with an error
        core.settings.collections_per_composite = most
        core.calls.reset()
        found = adapter.find_any({"Lead": {"Email": emails}, "Contact": {"Email": emails}}, fields, free)
        assert {record.ref.object for record in found} == {"Lead", "Contact"}
        assert len(found) == len(emails)
        assert core.calls.total <= calls


def test_quotes_and_backslashes_do_not_break_out() -> None:
    core = org()
    evil = "o'hara\\') OR (Name != '"
    ref = new_lead(core, Company=evil)
    (found,) = salesforce_on(core).find("Lead", "Company", [evil], ["Company"], free)
    assert found.ref == ref


def test_thousand_addresses_are_sought_in_queries_that_fit() -> None:
    core = org(60)
    emails = [str(row["Email"]) for row in core.snapshot()["Lead"] if row["Email"]]
    ghosts = [f"nobody.{n}.{'x' * 60}@example.com" for n in range(400)]
    found = salesforce_on(core).find("Lead", "Email", [*ghosts, *emails, "y" * 5000], [], free)
    assert {str(record.values["Email"]).lower() for record in found} == {email.lower() for email in emails}


def test_T16_changes_follow_every_page_oldest_first() -> None:
    core = org(60)
    core.settings.page_size = 15
    since = core.clock.now()
    clock = core.clock
    for ref in refs_of(core, "Lead"):
        core.edit("Lead", ref.id, {"City": "Ulm"})
    clock.advance(2)  # type: ignore[attr-defined]
    first = refs_of(core, "Lead")[0]
    core.edit("Lead", first.id, {"City": "Bonn"})
    pages = list(salesforce_on(core).changes("Lead", since + timedelta(milliseconds=400), ["City"], free))
    found = [record.ref for page in pages for record in page]
    assert len(pages) > 1
    assert sorted(found) == sorted(refs_of(core, "Lead"))
    assert found[-1] == first


def test_queries_give_plain_rows() -> None:
    core = org(20)
    pages = list(salesforce_on(core).query("SELECT Id, Name FROM Account LIMIT 2", free))
    assert all(set(row) == {"Id", "Name"} for page in pages for row in page)


def test_passing_failures_are_repeated_and_a_lasting_one_is_raised() -> None:
    core = org()
    ref = new_lead(core)
    adapter = salesforce_on(core)
    core.faults.update({"next": [{"match": "sobjects/Lead", "kind": "status", "status": 503}]})
    assert adapter.read([ref], {}, free)
    core.faults.update({"next": [{"match": "sobjects/Lead", "kind": "drop", "times": 9}]})
    with pytest.raises(TryAgain):
        adapter.read([ref], {}, free)
