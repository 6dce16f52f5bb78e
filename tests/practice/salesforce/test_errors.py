"""Every refusal of the facts can be met: which deed brings it, its status, and the text around it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from connector.practice.http import Response
from connector.practice.salesforce import SalesforceCore

from .conftest import Caller

LEAD = {"LastName": "Doe", "Company": "Acme"}
Deed = Callable[[Caller, SalesforceCore], Response]


def _new(**values: Any) -> Deed:
    return lambda call, core: call("POST", "sobjects/Lead", {**LEAD, **values})


def _soql(text: str) -> Deed:
    return lambda call, core: call("GET", f"query?q={quote(text)}")


def _get(path: str) -> Deed:
    return lambda call, core: call("GET", path)


def _after(prepare: Callable[[SalesforceCore], object], deed: Deed) -> Deed:
    def both(call: Caller, core: SalesforceCore) -> Response:
        prepare(core)
        return deed(call, core)

    return both


def _deleted(call: Caller, core: SalesforceCore) -> Response:
    lead = call.lead()
    call("DELETE", f"sobjects/Lead/{lead}")
    return call("DELETE", f"sobjects/Lead/{lead}")


def _twice(call: Caller, core: SalesforceCore) -> Response:
    call.lead(Accord_HubSpot_Id__c="1")
    return call("POST", "sobjects/Lead", {**LEAD, "Accord_HubSpot_Id__c": "1"})


def _converted(call: Caller, core: SalesforceCore) -> Response:
    lead = call.lead()
    core.convert(lead)
    return call("PATCH", f"sobjects/Lead/{lead}", {"City": "Rome"})


def _locked(call: Caller, core: SalesforceCore) -> Response:
    core.faults.update({"lock_rate": 1.0})
    return call("POST", "sobjects/Lead", LEAD)


def _sealed(call: Caller, core: SalesforceCore) -> Response:
    lead = call.lead()
    core.admin.seal_record(lead, "read")
    return call("PATCH", f"sobjects/Lead/{lead}", {"City": "Rome"})


def _invisible_parent(call: Caller, core: SalesforceCore) -> Response:
    account = core.edit("Account", None, {"Name": "Secret"})
    core.admin.seal_record(account)
    assert call("GET", f"sobjects/Account/{account}").status == 404
    assert call.query("SELECT Id FROM Account")["records"] == []
    return call("POST", "sobjects/Contact", {"LastName": "Kim", "AccountId": account})


def _spent(call: Caller, core: SalesforceCore) -> Response:
    core.settings.daily_api_calls = 0
    core.faults.update({"rate_limits": True})
    return call("GET", "limits")


def _no_content(call: Caller, core: SalesforceCore) -> Response:
    return call("POST", "sobjects/Lead", b"<xml/>", Content_Type="application/xml")


def _collection(number: int, **more: Any) -> Deed:
    rows = [{"attributes": {"type": "Lead"}, **LEAD}] * number
    return lambda call, core: call("POST", "composite/sobjects", {"records": rows, **more})


def _mixed(call: Caller, core: SalesforceCore) -> Response:
    rows = [{"attributes": {"type": ("Lead", "Account")[n % 2]}, "Name": "x"} for n in range(11)]
    return call("POST", "composite/sobjects", {"records": rows})


def _composite(number: int, url: str) -> Deed:
    parts = [
        {"method": "GET", "url": f"/services/data/v66.0/{url}", "referenceId": f"r{n}"} for n in range(number)
    ]
    return lambda call, core: call("POST", "composite", {"compositeRequest": parts})


def _stale(call: Caller, core: SalesforceCore) -> Response:
    lead = call.lead()
    return call(
        "PATCH", f"sobjects/Lead/{lead}", {"City": "x"}, If_Unmodified_Since="Wed, 30 Sep 2026 09:00:00 GMT"
    )


def _regions(core: SalesforceCore) -> None:
    core.admin.state_country_picklists({"US": ("United States", {"CA": "California"})})


def _same_member(call: Caller, core: SalesforceCore) -> Response:
    campaign, lead = core.edit("Campaign", None, {"Name": "C"}), call.lead()
    call("POST", "sobjects/CampaignMember", {"CampaignId": campaign, "LeadId": lead})
    return call("POST", "sobjects/CampaignMember", {"CampaignId": campaign, "LeadId": lead})


def _with(**settings: Any) -> Callable[[SalesforceCore], object]:
    def prepare(core: SalesforceCore) -> bool:
        core.settings.update(settings)
        return True

    return prepare


TABLE: list[tuple[str, int, str, Deed]] = [
    ("REQUIRED_FIELD_MISSING", 400, "Required fields are missing: [LastName]", _new(LastName=None)),
    ("REQUIRED_FIELD_MISSING", 400, "At least 1 record is required", _collection(0)),
    ("INVALID_FIELD", 400, "No such column 'Nope' on sobject of type Lead", _new(Nope=1)),
    ("INVALID_FIELD", 400, "Foreign key external ID: x not found", _new(Owner={"Email": "x"})),
    ("INVALID_FIELD_FOR_INSERT_UPDATE", 400, "Unable to create/update fields: MasterRecordId.", _new(MasterRecordId="x")),
    ("INVALID_EMAIL_ADDRESS", 400, "email: invalid email address: badone", _new(Email="badone")),
    ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", 400, "Accord Tier: bad value for restricted picklist field: X",
     _new(Accord_Tier__c="X")),
    ("STRING_TOO_LONG", 400, "Last Name: data value too large: ", _new(LastName="x" * 81)),
    ("JSON_PARSER_ERROR", 400, "Cannot deserialize instance of date from VALUE_STRING value soon", _new(Webinar_Date__c="soon")),
    ("JSON_PARSER_ERROR", 400, "", lambda call, core: call("POST", "sobjects/Lead", b"{")),
    ("NUMBER_OUTSIDE_VALID_RANGE", 400, "Employees: value outside of valid range", _new(NumberOfEmployees=10**11)),
    ("DUPLICATE_VALUE", 400, "duplicate value found: Accord_HubSpot_Id__c duplicates value on record with id: 00Q", _twice),
    ("DUPLICATE_VALUE", 400, "Already a campaign member.", _same_member),
    ("DUPLICATES_DETECTED", 400, "Use one of these records?",
     _after(lambda core: (core.edit("Lead", None, LEAD), core.admin.add_duplicate_rule("Lead", ["LastName"])), _new())),
    ("FIELD_CUSTOM_VALIDATION_EXCEPTION", 400, "No Doe here.",
     _after(lambda core: core.admin.add_validation("Lead", 'LastName = "Doe"', "No Doe here."), _new())),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", 400, "LeadTrigger: execution of BeforeInsert",
     _after(lambda core: core.admin.add_trigger_fault("Lead", "TRUE", "LeadTrigger: execution of BeforeInsert"), _new())),
    ("FIELD_INTEGRITY_EXCEPTION", 400, "There's a problem with this country", _after(_regions, _new(Country="Narnia"))),
    ("CANNOT_UPDATE_CONVERTED_LEAD", 400, "cannot reference converted lead", _converted),
    ("UNABLE_TO_LOCK_ROW", 400, "unable to obtain exclusive access to this record", _locked),
    ("MALFORMED_ID", 400, "Owner ID: id value of incorrect type: 0015g0000000001AAA", _new(OwnerId="0015g0000000001AAA")),
    ("INVALID_CROSS_REFERENCE_KEY", 400, "invalid cross reference id", _new(OwnerId="0055g000000zzzzAAA")),
    ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", 400, "insufficient access rights on cross-reference id", _invisible_parent),
    ("INSUFFICIENT_ACCESS_OR_READONLY", 400, "insufficient access rights on object id", _sealed),
    ("INSUFFICIENT_ACCESS_OR_READONLY", 403, "insufficient access rights on object id",
     _after(_with(insufficient_access_status=403), _sealed)),
    ("MALFORMED_QUERY", 400, "unexpected token", _soql("SELECT FROM Lead")),
    ("MALFORMED_QUERY", 400, "4000", _soql(f"SELECT Id FROM Lead WHERE City = '{'x' * 4001}'")),
    ("MALFORMED_QUERY", 400, "LIMIT of at most 200", _soql("SELECT FIELDS(ALL) FROM Lead")),
    ("NUMBER_OUTSIDE_VALID_RANGE", 400, "2000", _soql("SELECT Id FROM Lead LIMIT 1 OFFSET 2001")),
    ("INVALID_TYPE", 400, "sObject type 'Leed' is not supported.", _soql("SELECT Id FROM Leed")),
    ("INVALID_FIELD", 400, "can not be filtered", _soql("SELECT Id FROM Lead WHERE Description = 'x'")),
    ("INVALID_QUERY_LOCATOR", 400, "invalid query locator", _get("query/01g000000000001AAA-2000")),
    ("INVALID_REPLICATION_DATE", 400, "startDate", _get("sobjects/Lead/updated/?start=2020-01-01T00:00:00Z&end=2020-01-02T00:00:00Z")),
    ("EXCEEDED_ID_LIMIT", 400, "0", _after(
        lambda core: (_with(replication_most=0)(core), core.edit("Lead", None, LEAD)),
        _get("sobjects/Lead/updated/?start=2026-10-01T09:00:00Z&end=2026-10-01T10:00:00Z"))),
    ("NOT_FOUND", 404, "The requested resource does not exist", _get("sobjects/Lead/00Q5g000000zzzzEAA")),
    ("NOT_FOUND", 404, "Provided external ID field does not exist or is not accessible: Nope", _get("sobjects/Lead/Nope/1")),
    ("ENTITY_IS_DELETED", 404, "entity is deleted", _deleted),
    ("METHOD_NOT_ALLOWED", 405, "HTTP Method", lambda call, core: call("PUT", "sobjects/Lead", {})),
    ("PRECONDITION_FAILED", 412, "", _stale),
    ("UNSUPPORTED_MEDIA_TYPE", 415, "application/xml", _no_content),
    ("URI_TOO_LONG", 414, "", _soql("SELECT Id FROM Lead WHERE City IN ('" + "','".join(["x" * 99] * 200) + "')")),
    ("REQUEST_LIMIT_EXCEEDED", 403, "TotalRequests Limit exceeded.", _spent),
    ("API_DISABLED_FOR_ORG", 403, "API is not enabled", _after(lambda core: core.admin.edition("Group"), _get("limits"))),
    ("LIMIT_EXCEEDED", 400, "200", _collection(201)),
    ("LIMIT_EXCEEDED", 400, "10", _mixed),
    ("LIMIT_EXCEEDED", 400, "25", _composite(26, "limits")),
    ("LIMIT_EXCEEDED", 400, "5", _composite(6, "query?q=SELECT+Id+FROM+Lead")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "status", "text", "deed"), TABLE, ids=[f"{n}-{row[0]}" for n, row in enumerate(TABLE)]
)
def test_a_deed_brings_its_refusal(
    call: Caller, core: SalesforceCore, code: str, status: int, text: str, deed: Deed
) -> None:
    refused = deed(call, core)
    (error,) = refused.json()
    assert (refused.status, error["errorCode"]) == (status, code), refused.body
    assert text in error["message"]


def test_states_and_countries_that_are_chosen_fill_each_other(call: Caller, core: SalesforceCore) -> None:
    _regions(core)
    row = call.row("Lead", call.lead(Country="united states", State="California"))
    assert (row["CountryCode"], row["StateCode"], row["Country"]) == ("US", "CA", "United States")
    row = call.row("Lead", call.lead(CountryCode="US", StateCode="CA"))
    assert (row["Country"], row["State"]) == ("United States", "California")
    assert call("POST", "sobjects/Lead", {**LEAD, "State": "California"}).status == 400


def test_an_account_can_be_guarded_by_its_etag(call: Caller) -> None:
    account = call("POST", "sobjects/Account", {"Name": "Acme"}).json()["id"]
    path = f"sobjects/Account/{account}"
    tag = call("GET", path).headers["ETag"]
    assert call("GET", path, If_None_Match=tag).status == 304
    assert call("PATCH", path, {"Name": "Other"}, If_Match=tag).status == 204
    assert call("PATCH", path, {"Name": "Third"}, If_Match=tag).status == 412
    assert "ETag" not in call("GET", f"sobjects/Lead/{call.lead()}").headers
