"""What an org tells of itself, and of the rules that answer our writes."""

from __future__ import annotations

from connector.practice.faults import OneShot
from connector.practice.salesforce import SalesforceCore, tooling
from tests.adapters.in_process import salesforce_on


def test_edition_room_and_what_changes_what_a_sync_may_do() -> None:
    core = SalesforceCore(people=5, seed=1)
    core.admin.person_accounts()
    core.admin.currencies(["USD", "EUR"])
    core.edit(
        "Lead", values={"LastName": "Q", "Company": "C", "OwnerId": core.org.people["queue"]}, create=True
    )
    seen = salesforce_on(core).surveyor.survey()
    assert (seen.id, seen.edition, seen.sandbox) == (core.org_id, "Enterprise Edition", False)
    assert seen.calls is not None and seen.calls[1] == core.settings.daily_api_calls
    assert seen.storage is not None and seen.person_accounts and seen.multi_currency
    assert seen.queue_leads == 1 and seen.users and seen.odd_emails == 0


def test_a_kind_of_rule_that_may_not_be_read_is_named_and_the_others_are_told() -> None:
    core = SalesforceCore()
    core.org.rules.add_automation({"object": "Lead", "set": {"Description": "seen"}})
    body = [{"errorCode": "INSUFFICIENT_ACCESS", "message": "insufficient access rights"}]
    core.faults.update({"next": [OneShot("/tooling/query", "status", 403, body=body)]})
    told = salesforce_on(core).surveyor.automations(["Lead"])
    assert told.unreadable == ("auto-response rule",)
    assert [(a.kind, a.object) for a in told.found] == [("trigger", "Lead")]
    tooling.setup_of(core.org).hidden.add("ApexTrigger")
    assert "trigger" in salesforce_on(core).surveyor.automations(["Lead"]).unreadable


def test_messages_with_their_address_and_fields() -> None:
    core = SalesforceCore()
    assert salesforce_on(core).surveyor.messages() == []
    core.outbound.target_url, core.outbound.objects = (
        "https://accord.example.com/x",
        {"Lead": ["Id", "Email"]},
    )
    (told,) = salesforce_on(core).surveyor.messages() or []
    assert (told.object, told.url, told.fields) == ("Lead", "https://accord.example.com/x", ("Id", "Email"))


def test_ids_of_another_org_are_missing_and_deleted_ones_are_not() -> None:
    core = SalesforceCore()
    lead = core.edit("Lead", values={"LastName": "A", "Company": "C"}, create=True)
    gone = core.edit("Lead", values={"LastName": "B", "Company": "C"}, create=True)
    core.edit("Lead", gone, delete=True)
    stranger = "00Q9x00000ABCD0EAA"
    assert salesforce_on(core).surveyor.missing_ids("Lead", [lead, gone, stranger]) == [stranger]
