"""Single rows: codes, bodies, stamps, refusals."""

from typing import Any

import pytest

from connector.practice.clock import ManualClock
from connector.practice.salesforce import SalesforceCore

from .conftest import Caller


def refusal(answer: Any) -> tuple[int, str, str]:
    body = answer.json()[0]
    return answer.status, body["errorCode"], body["message"]


def test_a_new_lead_is_created_with_201_location_and_defaults(call: Caller, core: SalesforceCore) -> None:
    made = call(
        "POST", "sobjects/Lead", {"LastName": " Doe ", "FirstName": "Jane", "Company": "Acme", "Title": ""}
    )
    assert made.status == 201
    body = made.json()
    assert body == {"id": body["id"], "success": True, "errors": []}
    assert made.headers["Location"].endswith(f"/sobjects/Lead/{body['id']}")
    assert made.headers["Sforce-Limit-Info"] == "api-usage=1/101000"
    row = call.row("Lead", body["id"])
    assert (row["Name"], row["Status"], row["Title"]) == ("Jane Doe", "Open - Not Contacted", None)
    assert row["OwnerId"] == row["CreatedById"] == core.org.people["integration"]
    # Whole seconds, whatever the clock says.
    assert row["CreatedDate"] == row["SystemModstamp"] == "2026-10-01T09:30:15.000+0000"


def test_reading_a_row_gives_all_fields_or_those_asked_for(call: Caller) -> None:
    lead = call.lead(City="Boston", Street="1 Mill Street")
    full = call("GET", f"sobjects/Lead/{lead[:15]}").json()
    assert full["attributes"] == {"type": "Lead", "url": f"/services/data/v66.0/sobjects/Lead/{lead}"}
    assert full["IsConverted"] is False
    assert full["Email"] is None
    assert full["Address"]["city"] == "Boston"
    some = call("GET", f"sobjects/Lead/{lead}?fields=LastName,city").json()
    assert set(some) == {"attributes", "Id", "LastName", "City"}


def test_an_update_is_204_and_moves_the_stamps_even_when_nothing_changes(
    call: Caller, clock: ManualClock
) -> None:
    lead = call.lead()
    clock.advance(10)
    answer = call("PATCH", f"sobjects/Lead/{lead}", {"LastName": "Doe"})
    assert (answer.status, answer.body) == (204, b"")
    assert call.row("Lead", lead)["LastModifiedDate"] == "2026-10-01T09:30:25.000+0000"


def test_a_no_op_may_leave_the_stamps_alone(call: Caller, core: SalesforceCore, clock: ManualClock) -> None:
    core.settings.no_op_moves_stamp = False
    lead = call.lead()
    clock.advance(10)
    call("PATCH", f"sobjects/Lead/{lead}", {"LastName": "Doe"})
    assert call.row("Lead", lead)["LastModifiedDate"] == "2026-10-01T09:30:15.000+0000"


def test_a_person_s_edit_leaves_their_own_name_on_the_row(call: Caller, core: SalesforceCore) -> None:
    lead = call.lead()
    core.edit("Lead", lead, {"City": "Paris"})
    assert call.row("Lead", lead)["LastModifiedById"] == core.org.people["bob@accord.example.com"]
    assert core.calls.total == 1


def test_a_deleted_row_is_gone_and_says_so(call: Caller) -> None:
    lead = call.lead()
    assert call("DELETE", f"sobjects/Lead/{lead}").status == 204
    assert refusal(call("DELETE", f"sobjects/Lead/{lead}")) == (404, "ENTITY_IS_DELETED", "entity is deleted")
    assert refusal(call("GET", f"sobjects/Lead/{lead}"))[1] == "ENTITY_IS_DELETED"


def test_an_unknown_row_or_object_is_404(call: Caller) -> None:
    unknown = "00Q5g0000000zzzEAA"
    assert refusal(call("GET", f"sobjects/Lead/{unknown}"))[:2] == (404, "NOT_FOUND")
    assert refusal(call("GET", "sobjects/Nonsense/describe"))[2] == "The requested resource does not exist"


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        ({"LastName": None, "Company": ""}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName, Company]"),
        ({"Nope": 1}, "INVALID_FIELD", "No such column 'Nope' on sobject of type Lead"),
        ({"Email": "badone"}, "INVALID_EMAIL_ADDRESS", "email: invalid email address: badone"),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG", f"First Name: data value too large: {'x' * 41} (max length=40)"),
        (
            {"Status": "Unheard of"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Status: bad value for restricted picklist field: Unheard of",
        ),
        ({"OwnerId": "00Q5g0000000001EAA"}, "MALFORMED_ID", "Owner ID: id value of incorrect type: 00Q5g0000000001EAA"),
        ({"OwnerId": "0055g0000000zzzAAA"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        ({"City": 5}, "JSON_PARSER_ERROR", None),
        ({"Webinar_Date__c": "soon"}, "JSON_PARSER_ERROR", None),
        ({"NumberOfEmployees": "many"}, "JSON_PARSER_ERROR", None),
        ({"Fit_Score__c": 1000}, "NUMBER_OUTSIDE_VALID_RANGE", None),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_in_the_service_s_words(
    call: Caller, values: dict[str, Any], code: str, message: str | None
) -> None:
    answer = call("POST", "sobjects/Lead", {"LastName": "Doe", "Company": "Acme", **values})
    status, said, text = refusal(answer)
    assert (status, said) == (400, code)
    assert message is None or text == message


def test_a_read_only_field_is_refused_by_name(call: Caller) -> None:
    answer = call("PATCH", f"sobjects/Lead/{call.lead()}", {"MasterRecordId": None, "City": "X"})
    assert refusal(answer)[:2] == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert answer.json()[0]["fields"] == ["MasterRecordId"]
    assert refusal(answer)[2].startswith("Unable to create/update fields: MasterRecordId. Please check")


def test_a_required_field_may_not_be_blanked(call: Caller) -> None:
    answer = call("PATCH", f"sobjects/Lead/{call.lead()}", {"Company": None})
    assert answer.json()[0]["fields"] == ["Company"]


def test_an_inactive_user_can_not_own(call: Caller, core: SalesforceCore) -> None:
    answer = call("PATCH", f"sobjects/Lead/{call.lead()}", {"OwnerId": core.org.people["inactive"]})
    assert refusal(answer)[1] == "INACTIVE_OWNER_OR_USER"


def test_a_queue_owns_leads_but_not_contacts(call: Caller, core: SalesforceCore) -> None:
    queue = core.org.people["queue"]
    call.lead(OwnerId=queue)
    refused = call("POST", "sobjects/Contact", {"LastName": "Doe", "OwnerId": queue})
    assert refusal(refused)[1] == "MALFORMED_ID"


def test_a_second_row_with_our_external_id_is_refused_with_the_short_id(call: Caller) -> None:
    first = call.lead(Accord_HubSpot_Id__c="101")
    answer = call("POST", "sobjects/Lead", {"LastName": "B", "Company": "B", "Accord_HubSpot_Id__c": "101"})
    text = f"duplicate value found: Accord_HubSpot_Id__c duplicates value on record with id: {first[:15]}"
    assert refusal(answer) == (400, "DUPLICATE_VALUE", text)


def test_values_come_back_as_the_org_stores_them(call: Caller) -> None:
    lead = call.lead(
        AnnualRevenue="1200.6", NumberOfEmployees="12", Product_Interest__c="Support;Reporting",
        HasOptedOutOfEmail="true", Accord_Answer_By__c="2026-10-02T10:00:00.900+02:00", Webinar_Date__c="2026-02-03",
    )  # fmt: skip
    row = call.row("Lead", lead)
    assert (row["AnnualRevenue"], row["NumberOfEmployees"]) == (1201.0, 12)
    assert row["Product_Interest__c"] == "Reporting;Support"
    assert row["HasOptedOutOfEmail"] is True
    assert row["Accord_Answer_By__c"] == "2026-10-02T08:00:00.000+0000"
    assert row["Webinar_Date__c"] == "2026-02-03"


def test_upsert_by_external_id_creates_then_updates_and_never_both(call: Caller) -> None:
    path = "sobjects/Lead/Accord_HubSpot_Id__c/7%2F8"
    made = call("PATCH", path, {"LastName": "Doe", "Company": "Acme"})
    assert (made.status, made.json()["created"]) == (201, True)
    again = call("PATCH", path, {"LastName": "Roe"})
    assert (again.status, again.json()) == (
        200,
        {"id": made.json()["id"], "success": True, "errors": [], "created": False},
    )
    assert call("GET", path).json()["LastName"] == "Roe"
    assert call.row("Lead", made.json()["id"])["Accord_HubSpot_Id__c"] == "7/8"


def test_upsert_of_an_old_version_answers_204(call: Caller) -> None:
    call.lead(Accord_HubSpot_Id__c="7")
    call.version = "45.0"
    assert call("PATCH", "sobjects/Lead/Accord_HubSpot_Id__c/7", {"City": "X"}).status == 204


def test_update_only_forbids_a_new_row(call: Caller) -> None:
    answer = call("PATCH", "sobjects/Lead/Accord_HubSpot_Id__c/7?updateOnly=true", {"City": "X"})
    assert refusal(answer)[:2] == (404, "NOT_FOUND")


def test_several_rows_of_one_key_are_300_with_their_urls(call: Caller) -> None:
    ids = [call.lead(Email="twin@example.com"), call.lead(Email="TWIN@example.com")]
    answer = call("GET", "sobjects/Lead/Email/twin@example.com")
    assert answer.status == 300
    assert [url.rpartition("/")[2] for url in answer.json()] == ids


def test_a_field_that_is_no_key_is_404(call: Caller) -> None:
    answer = call("GET", "sobjects/Lead/City/Boston")
    assert refusal(answer)[2] == "Provided external ID field does not exist or is not accessible: City"


def test_an_update_after_someone_else_s_edit_is_412(
    call: Caller, core: SalesforceCore, clock: ManualClock
) -> None:
    lead = call.lead()
    read = call("GET", f"sobjects/Lead/{lead}").headers["Last-Modified"]
    assert read == "Thu, 01 Oct 2026 09:30:15 GMT"
    clock.advance(1)
    core.edit("Lead", lead, {"City": "Paris"})
    assert call("PATCH", f"sobjects/Lead/{lead}", {"City": "Rome"}, If_Unmodified_Since=read).status == 412
    assert call.row("Lead", lead)["City"] == "Paris"
    assert call("PATCH", f"sobjects/Lead/{lead}", {"City": "Rome"}, If_Unmodified_Since="soon").status == 400


def test_without_the_header_a_written_lead_goes_to_the_default_owner(
    call: Caller, core: SalesforceCore
) -> None:
    lead = call.lead(OwnerId=core.org.people["admin"])
    call("PATCH", f"sobjects/Lead/{lead}", {"City": "X"})
    assert call.row("Lead", lead)["OwnerId"] == core.org.people["admin"]
    call("PATCH", f"sobjects/Lead/{lead}", {"City": "Y"}, Sforce_Auto_Assign="TRUE")
    assert call.row("Lead", lead)["OwnerId"] == core.org.people["queue"]


def test_a_validation_rule_refuses_with_the_admin_s_text(call: Caller, core: SalesforceCore) -> None:
    core.org.rules.add_pattern("Lead", "PostalCode", r"\d{5}", "Five digits, please.")
    answer = call("POST", "sobjects/Lead", {"LastName": "A", "Company": "B", "PostalCode": "x"})
    assert refusal(answer) == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Five digits, please.")


def test_a_before_save_format_changes_what_we_sent_in_our_own_name(
    call: Caller, core: SalesforceCore
) -> None:
    core.org.rules.add_normalizer("Lead", "Phone", "us_phone")
    row = call.row("Lead", call.lead(Phone="+1 617-555-0100"))
    assert (row["Phone"], row["LastModifiedById"]) == ("(617) 555-0100", core.org.people["integration"])


@pytest.mark.parametrize("mode", ["before", "after"])
def test_an_automation_answers_our_write(call: Caller, core: SalesforceCore, mode: str) -> None:
    rule = {"object": "Lead", "when_field": "City", "set": {"Rating": "Hot"}, "mode": mode}
    assert call("POST", "/_practice/automations", rule).status == 200
    lead = call.lead()
    assert call.row("Lead", lead)["Rating"] is None
    call("PATCH", f"sobjects/Lead/{lead}", {"City": "Boston"})
    assert call.row("Lead", lead)["Rating"] == "Hot"


def test_a_parent_may_be_named_by_its_own_key(call: Caller) -> None:
    contact = call("POST", "sobjects/Contact", {"LastName": "Boss", "Accord_HubSpot_Id__c": "1"}).json()["id"]
    made = call("POST", "sobjects/Contact", {"LastName": "Aide", "ReportsTo": {"Accord_HubSpot_Id__c": "1"}})
    assert call.row("Contact", made.json()["id"])["ReportsToId"] == contact


def test_a_stage_brings_its_probability_and_closes_the_deal(call: Caller) -> None:
    values = {"Name": "Deal", "StageName": "Qualification", "CloseDate": "2026-12-01", "Amount": 1000}
    deal = call("POST", "sobjects/Opportunity", values).json()["id"]
    assert call.row("Opportunity", deal)["ExpectedRevenue"] == 100.0
    call("PATCH", f"sobjects/Opportunity/{deal}", {"StageName": "Closed Won"})
    row = call.row("Opportunity", deal)
    assert (row["IsWon"], row["IsClosed"], row["Probability"], row["ForecastCategory"]) == (
        True,
        True,
        100.0,
        "Closed",
    )
