"""A Lead becomes a Contact."""

import pytest

from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.errors import Refusal

from .conftest import Caller


def test_conversion_makes_account_contact_and_deal_and_keeps_our_fields(
    call: Caller, core: SalesforceCore
) -> None:
    lead = call.lead(
        FirstName="Jane", Email="jane@example.com", City="Boston", Accord_HubSpot_Id__c="55", Accord_Tier__c="Hot",
        OwnerId=core.org.people["bob@accord.example.com"],
    )  # fmt: skip
    made = core.convert(lead, opportunity_name="Big deal", amount=5000)
    row = call.row("Lead", lead)
    contact = call.row("Contact", str(made["contact_id"]))
    assert (row["IsConverted"], row["Status"], row["ConvertedDate"]) == (
        True,
        "Closed - Converted",
        "2026-10-01",
    )
    assert row["ConvertedContactId"] == contact["Id"]
    assert (contact["Accord_HubSpot_Id__c"], contact["Accord_Tier__c"]) == ("55", "Hot")
    assert (contact["MailingCity"], contact["Email"], contact["OwnerId"]) == (
        "Boston",
        "jane@example.com",
        row["OwnerId"],
    )
    assert call.row("Account", contact["AccountId"])["Name"] == "Acme"
    (role,) = call.query("SELECT OpportunityId, ContactId, IsPrimary FROM OpportunityContactRole")["records"]
    assert (role["OpportunityId"], role["ContactId"], role["IsPrimary"]) == (
        made["opportunity_id"],
        contact["Id"],
        True,
    )
    assert call.row("Opportunity", str(made["opportunity_id"]))["Amount"] == 5000.0


def test_a_converted_lead_can_be_read_but_not_written(call: Caller, core: SalesforceCore) -> None:
    lead = call.lead(Accord_HubSpot_Id__c="55")
    core.convert(lead)
    assert call.ids("SELECT Id FROM Lead WHERE IsConverted = true") == [lead]
    error = call("PATCH", f"sobjects/Lead/{lead}", {"City": "X"}).json()[0]
    assert error == {
        "message": "cannot reference converted lead",
        "errorCode": "CANNOT_UPDATE_CONVERTED_LEAD",
        "fields": [],
    }
    body = {"records": [{"attributes": {"type": "Lead"}, "Accord_HubSpot_Id__c": "55", "City": "X"}]}
    (row,) = call("PATCH", "composite/sobjects/Lead/Accord_HubSpot_Id__c", body).json()
    assert row["errors"][0]["statusCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_an_existing_contact_is_filled_only_where_it_is_empty(call: Caller, core: SalesforceCore) -> None:
    account = call("POST", "sobjects/Account", {"Name": "Old", "Industry": "Banking"}).json()["id"]
    held = {"LastName": "Doe", "Title": "CEO", "AccountId": account}
    contact = call("POST", "sobjects/Contact", held).json()["id"]
    lead = call.lead(Title="Boss", Phone="123", Industry="Retail", Website="https://acme.example.com")
    made = core.convert(lead, contact_id=contact)
    assert (made["contact_id"], made["account_id"], made["opportunity_id"]) == (contact, account, None)
    row = call.row("Contact", contact)
    assert (row["Title"], row["Phone"]) == ("CEO", "123")
    assert call.row("Account", account)["Industry"] == "Banking"


def test_a_custom_field_that_is_not_mapped_stays_behind(call: Caller, core: SalesforceCore) -> None:
    del core.settings.custom_map["Accord_HubSpot_Id__c"]
    made = core.convert(call.lead(Accord_HubSpot_Id__c="55"))
    assert call.row("Contact", str(made["contact_id"]))["Accord_HubSpot_Id__c"] is None


def test_a_second_conversion_and_an_open_status_are_refused(call: Caller, core: SalesforceCore) -> None:
    lead = call.lead()
    with pytest.raises(Refusal, match="convertedStatus"):
        core.convert(lead, status="Nurturing")
    core.convert(lead)
    with pytest.raises(Refusal):
        core.convert(lead)


def test_conversion_by_http_gives_the_new_ids(call: Caller) -> None:
    answer = call("POST", "/_practice/convert", {"lead_id": call.lead(), "opportunity_name": "D"})
    assert answer.status == 200
    assert sorted(answer.json()) == ["account_id", "contact_id", "lead_id", "opportunity_id"]


def test_a_refused_conversion_leaves_nothing_behind(call: Caller, core: SalesforceCore) -> None:
    core.org.rules.add_pattern("Contact", "LastName", "Nobody", "Only Nobody.")
    with pytest.raises(Refusal, match="Only Nobody"):
        core.convert(call.lead())
    assert core.snapshot()["Account"] == []
