"""What a client learns about the schema."""

from connector.practice.clock import ManualClock
from connector.practice.salesforce import SalesforceCore

from .conftest import Caller


def test_all_objects_are_listed(call: Caller) -> None:
    listed = {each["name"]: each["keyPrefix"] for each in call("GET", "sobjects/").json()["sobjects"]}
    assert listed["Lead"] == "00Q"
    assert {
        "Contact",
        "Account",
        "Opportunity",
        "OpportunityContactRole",
        "User",
        "Group",
        "LeadStatus",
    } <= set(listed)


def test_the_fields_of_a_lead_tell_what_may_be_written(call: Caller) -> None:
    fields = {each["name"]: each for each in call("GET", "sobjects/Lead/describe").json()["fields"]}
    last, status, own = fields["LastName"], fields["Status"], fields["Accord_HubSpot_Id__c"]
    assert (last["length"], last["nillable"], last["defaultedOnCreate"], last["type"]) == (
        80,
        False,
        False,
        "string",
    )
    assert (status["restrictedPicklist"], status["defaultValue"]) == (True, "Open - Not Contacted")
    assert (own["externalId"], own["unique"], own["caseSensitive"], own["length"]) == (True, True, True, 40)
    assert fields["IsConverted"]["updateable"] is False
    assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]
    assert fields["Accord_Reasons__c"]["length"] == 32000
    reasons = [each["value"] for each in fields["Accord_Reject_Reason__c"]["picklistValues"]]
    assert reasons[0] == "No budget"
    assert fields["HasOptedOutOfEmail"]["type"] == "boolean"


def test_an_unchanged_schema_is_304(call: Caller, core: SalesforceCore, clock: ManualClock) -> None:
    seen = call("GET", "sobjects/Lead/describe").headers["Last-Modified"]
    assert call("GET", "sobjects/Lead/describe", If_Modified_Since=seen).status == 304
    clock.advance(5)
    core.change_field("Lead", "Region__c", {"type": "picklist", "values": ["North"], "required": True})
    changed = call("GET", "sobjects/Lead/describe", If_Modified_Since=seen)
    assert (changed.status, "Region__c" in changed.body.decode()) == (200, True)
    refused = call("POST", "sobjects/Lead", {"LastName": "A", "Company": "B"})
    assert refused.json()[0]["fields"] == ["Region__c"]


def test_a_field_taken_away_is_unknown(call: Caller, core: SalesforceCore) -> None:
    call("POST", "/_practice/fields", {"object": "Lead", "name": "Fax", "remove": True})
    assert call("GET", "query?q=SELECT+Fax+FROM+Lead").json()[0]["errorCode"] == "INVALID_FIELD"
    assert call("POST", "sobjects/Lead", {"Fax": "1"}).json()[0]["errorCode"] == "INVALID_FIELD"


def test_a_new_key_is_found_by_look_up(call: Caller, core: SalesforceCore) -> None:
    lead = call.lead()
    core.change_field("Lead", "Erp__c", {"type": "string", "external_id": True, "unique": True})
    call("PATCH", f"sobjects/Lead/{lead}", {"Erp__c": "E1"})
    assert call("GET", "sobjects/Lead/Erp__c/e1").json()["Id"] == lead
