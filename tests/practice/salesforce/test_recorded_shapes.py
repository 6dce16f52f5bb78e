"""Status, keys and value shapes of answers that real orgs gave, told in our own words, held against the practice org.

Each row says what was seen (by whom is noted at its group), not what we would like. Shapes: a type name, a regular
expression in slashes, a literal in quotes, [shape] for a list of it, {key: shape} for exactly these keys.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from connector.practice.http import Response
from connector.practice.salesforce import SalesforceCore

from .conftest import Caller

ID = r"/[a-zA-Z0-9]{18}/"
STAMP = r"/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000/"
NULLABLE: dict[str, type | tuple[type, ...]] = {
    "str": str, "int": int, "bool": bool, "float": float, "null": type(None), "list": list, "dict": dict,
    "str?": (str, type(None)), "number?": (int, float, type(None)), "dict?": (dict, type(None)),
}  # fmt: skip


def fits(value: Any, shape: Any, at: str = "") -> list[str]:
    """What does not fit, as paths."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{at}: no object"]
        wrong = [
            f"{at}.{key}: {'missing' if key in shape else 'too much'}" for key in set(shape) ^ set(value)
        ]
        return wrong + [
            each for key in set(shape) & set(value) for each in fits(value[key], shape[key], f"{at}.{key}")
        ]
    if isinstance(shape, list):
        if not isinstance(value, list) or not value:
            return [f"{at}: no filled list"]
        return [each for n, one in enumerate(value) for each in fits(one, shape[0], f"{at}[{n}]")]
    if shape.startswith("/"):
        return (
            []
            if isinstance(value, str) and re.fullmatch(shape[1:-1], value)
            else [f"{at}: {value!r} is not {shape}"]
        )
    if shape.startswith("'"):
        return [] if value == shape[1:-1] else [f"{at}: {value!r} is not {shape}"]
    good = isinstance(value, NULLABLE[shape]) and (shape == "bool" or not isinstance(value, bool))
    return [] if good else [f"{at}: {value!r} is not {shape}"]


def _records(*rows: dict[str, Any], kind: str = "Contact", **more: Any) -> dict[str, Any]:
    return {"records": [{"attributes": {"type": kind}, **row} for row in rows], **more}


def _job(operation: str, **more: Any) -> dict[str, Any]:
    return {"object": "Opportunity", "operation": operation, "contentType": "CSV", "lineEnding": "LF", **more}


def _finished(call: Caller, csv: str) -> str:
    made = call("POST", "jobs/ingest", _job("upsert", externalIdFieldName="Key__c")).json()["id"]
    call("PUT", f"jobs/ingest/{made}/batches", csv.encode(), Content_Type="text/csv")
    call("PATCH", f"jobs/ingest/{made}", {"state": "UploadComplete"})
    return f"jobs/ingest/{made}"


ERROR = {"message": "str", "errorCode": "str"}
ERROR_AT = {**ERROR, "fields": "list"}
ROW_ERROR = {"statusCode": "str", "message": "str", "fields": "list"}
GOOD = {"id": ID, "success": "bool", "errors": "list"}
BAD = {"success": "bool", "errors": [ROW_ERROR]}
JOB = {
    "id": "/750[a-zA-Z0-9]{15}/", "operation": "str", "object": "'Opportunity'", "createdById": ID, "createdDate": STAMP,
    "systemModstamp": STAMP, "state": "str", "concurrencyMode": "'Parallel'", "contentType": "'CSV'", "apiVersion": "float",
}  # fmt: skip
KEYED = {**JOB, "externalIdFieldName": "str"}
ENDINGS = {"lineEnding": "'LF'", "columnDelimiter": "'COMMA'"}
DONE = {
    **KEYED, **ENDINGS, "jobType": "'V2Ingest'", "numberRecordsProcessed": "int", "numberRecordsFailed": "int", "retries": "int",
    "totalProcessingTime": "int", "apiActiveProcessingTime": "int", "apexProcessingTime": "int",
}  # fmt: skip
ATTRIBUTES = {"type": "str", "url": "/\\/services\\/data\\/v66.0\\/sobjects\\/\\w+\\/[a-zA-Z0-9]{18}/"}
CHILDREN = {
    "totalSize": "int",
    "done": "bool",
    "records": [{"attributes": ATTRIBUTES, "Id": ID, "ContactId": ID, "Role": "str?"}],
}

Deed = Callable[[Caller, SalesforceCore], Response]
CSV = "Name,StageName,Key__c,CloseDate\nNoemi,Prospecting,1,2026-12-01\n"
TABLE: dict[str, tuple[int, Any, Deed]] = {
    # recorded 2021-12 to 2022-02 with v42
    "row created": (201, GOOD, lambda call, core: call("POST", "sobjects/Account", {"Name": "x"})),
    "row not there": (404, [ERROR], lambda call, core: call("GET", "sobjects/Account/0015g000000zzzzAAA")),
    "collection made": (200, [GOOD], lambda call, core: call("POST", "composite/sobjects", _records({"LastName": "x"}))),
    "collection row refused": (200, [BAD], lambda call, core: call("POST", "composite/sobjects", _records({"Email": "x"}))),
    # fixtures of 2024 to 2026; the statuses are that project's choice, and the documents'
    "no records": (400, [ERROR], lambda call, core: call("POST", "composite/sobjects", {"records": []})),
    "rows without ids": (200, [BAD], lambda call, core: call("PATCH", "composite/sobjects", _records({"LastName": "x"}))),
    "unknown field": (400, [ERROR], lambda call, core: call("POST", "sobjects/Account", {"Name": "x", "Nope": 1})),
    "unknown object": (400, [{**ERROR, "errorCode": "'INVALID_TYPE'"}], lambda call, core: call("GET", "query?q=SELECT+Id+FROM+Accout")),
    "read-only field": (400, [{**ERROR_AT, "errorCode": "'INVALID_FIELD_FOR_INSERT_UPDATE'"}],
                        lambda call, core: call("POST", "sobjects/Account", {"Name": "x", "MasterRecordId": "y"})),
    "bulk job opened": (200, {**KEYED, **ENDINGS, "contentUrl": "/services.data.v66.0.jobs.ingest.750\\w{15}.batches/"},
                        lambda call, core: call("POST", "jobs/ingest", _job("upsert", externalIdFieldName="Key__c"))),
    "bulk delete job opened": (200, {**JOB, **ENDINGS, "contentUrl": "str"},
                               lambda call, core: call("POST", "jobs/ingest", _job("delete"))),
    "bulk job closed": (200, KEYED, lambda call, core: call(
        "PATCH", "jobs/ingest/" + call("POST", "jobs/ingest", _job("upsert", externalIdFieldName="Key__c")).json()["id"],
        {"state": "UploadComplete"})),
    "bulk job done": (200, DONE, lambda call, core: call("GET", _finished(call, CSV))),
    "bulk job failed": (200, {**DONE, "state": "'Failed'", "errorMessage": "/InvalidBatch : Field name not found : Nope/"},
                        lambda call, core: call("GET", _finished(call, "Nope\nx\n"))),
    "bulk query opened": (200, {**JOB, **ENDINGS, "state": "'UploadComplete'"},
                          lambda call, core: call("POST", "jobs/query", {"operation": "query", "query": "SELECT Id FROM Opportunity"})),
    "permission set queried": (200, {"totalSize": "int", "done": "bool", "records": [{"attributes": ATTRIBUTES, "Id": ID, "Name": "str"}]},
                               lambda call, core: (core.admin.add_permission_set("X"), call("GET", "query?q=SELECT+Id,Name+FROM+PermissionSet"))[1]),
    "deals with their people": (200, {"totalSize": "int", "done": "bool", "records": [
        {"attributes": ATTRIBUTES, "Id": ID, "Name": "str", "Amount": "number?", "StageName": "str", "OpportunityContactRoles": CHILDREN}]},
        lambda call, core: call("GET", "query?q=SELECT+Id,Name,Amount,StageName,(SELECT+Id,ContactId,Role+FROM+"
                                "OpportunityContactRoles)+FROM+Opportunity+WHERE+Name='Deal'")),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_an_answer_has_the_recorded_shape(call: Caller, core: SalesforceCore, name: str) -> None:
    status, shape, deed = TABLE[name]
    core.admin.add_field("Opportunity", "Key__c", external_id=True, unique=True)
    contact = core.edit("Contact", None, {"LastName": "Kim"})
    core.edit("Opportunity", None, {
        "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-01", "ContactId": contact, "Amount": 5.0,
    })  # fmt: skip
    answer = deed(call, core)
    assert (answer.status, fits(answer.json(), shape)) == (status, [])


def test_a_failed_bulk_row_is_told_in_the_recorded_form(call: Caller, core: SalesforceCore) -> None:
    core.admin.add_field("Opportunity", "Key__c", external_id=True, unique=True)
    bad = "2003-04-987654321"
    path = _finished(call, f"Name,StageName,Key__c,CloseDate\nNoemi,Prospecting,1,{bad}\n")
    header, row = call("GET", f"{path}/failedResults/").body.decode().splitlines()
    assert header == '"sf__Id","sf__Error",Name,StageName,Key__c,CloseDate'
    error = f"INVALID_FIELD:Failed to deserialize field at col 3. Due to, '{bad}' is not a valid value for the type xsd:date:CloseDate --"
    assert row == f'"","{error}","Noemi","Prospecting","1","{bad}"'


# The keys of a describe of v42, and of each field in it, as three orgs gave them.
DESCRIBE = frozenset(
    "actionOverrides activateable childRelationships compactLayoutable createable custom customSetting deletable "
    "deprecatedAndHidden feedEnabled fields hasSubtypes isSubtype keyPrefix label labelPlural layoutable listviewable "
    "lookupLayoutable mergeable mruEnabled name namedLayoutInfos networkScopeFieldName queryable recordTypeInfos replicateable "
    "retrieveable searchLayoutable searchable sobjectDescribeOption supportedScopes triggerable undeletable updateable urls".split()
)
FIELD = frozenset(
    "aggregatable autoNumber byteLength calculated calculatedFormula cascadeDelete caseSensitive compoundFieldName controllerName "
    "createable custom defaultValue defaultValueFormula defaultedOnCreate dependentPicklist deprecatedAndHidden digits "
    "displayLocationInDecimal encrypted externalId extraTypeInfo filterable filteredLookupInfo groupable highScaleNumber "
    "htmlFormatted idLookup inlineHelpText label length mask maskType name nameField namePointing nillable permissionable "
    "picklistValues polymorphicForeignKey precision queryByDistance referenceTargetField referenceTo relationshipName "
    "relationshipOrder restrictedDelete restrictedPicklist scale searchPrefilterable soapType sortable type unique updateable "
    "writeRequiresMasterRead".split()
)
# object -> (key prefix, fields with type, length, createable, nillable as recorded)
SEEN: dict[str, tuple[str, dict[str, tuple[str, int, bool, bool]]]] = {
    "Lead": ("00Q", {
        "Id": ("id", 18, False, False), "LastName": ("string", 80, True, False), "FirstName": ("string", 40, True, True),
        "Name": ("string", 121, False, False), "Company": ("string", 255, True, False), "Title": ("string", 128, True, True),
        "Street": ("textarea", 255, True, True), "Email": ("email", 80, True, True), "Phone": ("phone", 40, True, True),
        "Website": ("url", 255, True, True), "Description": ("textarea", 32000, True, True),
        "Status": ("picklist", 40, True, False), "LeadSource": ("picklist", 40, True, True),
        "NumberOfEmployees": ("int", 0, True, True), "AnnualRevenue": ("currency", 0, True, True),
        "OwnerId": ("reference", 18, True, False), "ConvertedContactId": ("reference", 18, False, True),
        "ConvertedDate": ("date", 0, False, True), "SystemModstamp": ("datetime", 0, False, False),
        "Address": ("address", 0, False, True),
    }),
    "Contact": ("003", {
        "LastName": ("string", 80, True, False), "AccountId": ("reference", 18, True, True), "Email": ("email", 80, True, True),
        "Birthdate": ("date", 0, True, True), "Department": ("string", 80, True, True), "ReportsToId": ("reference", 18, True, True),
        "MailingStreet": ("textarea", 255, True, True), "IsEmailBounced": ("boolean", 0, False, False),
    }),
    "Account": ("001", {
        "Name": ("string", 255, True, False), "ParentId": ("reference", 18, True, True), "Website": ("url", 255, True, True),
        "AccountNumber": ("string", 40, True, True), "BillingCity": ("string", 40, True, True),
    }),
    "Campaign": ("701", {
        "Name": ("string", 80, True, False), "IsActive": ("boolean", 0, True, False), "StartDate": ("date", 0, True, True),
        "NumberSent": ("double", 0, True, True), "NumberOfLeads": ("int", 0, False, False),
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_a_describe_has_the_recorded_keys_and_fields(call: Caller, name: str) -> None:
    described = call("GET", f"sobjects/{name}/describe").json()
    prefix, fields = SEEN[name]
    assert set(described) == DESCRIBE
    assert described["keyPrefix"] == prefix
    held = {item["name"]: item for item in described["fields"]}
    assert all(set(item) == FIELD for item in held.values())
    told = {
        each: tuple(held[each][key] for key in ("type", "length", "createable", "nillable"))
        for each in fields
    }
    assert told == fields
    assert set(described["childRelationships"][0]) == {
        "cascadeDelete", "childSObject", "deprecatedAndHidden", "field", "junctionIdListNames", "junctionReferenceTo",
        "relationshipName", "restrictedDelete",
    }  # fmt: skip
    assert {
        "active",
        "available",
        "defaultRecordTypeMapping",
        "master",
        "name",
        "recordTypeId",
        "urls",
    } <= set(described["recordTypeInfos"][0])


def test_a_whole_row_holds_every_described_field(call: Caller) -> None:
    row = call("GET", f"sobjects/Lead/{call.lead()}").json()
    described = {item["name"] for item in call("GET", "sobjects/Lead/describe").json()["fields"]}
    assert set(row) == described | {"attributes"}
    assert fits({"Id": row["Id"], "CreatedDate": row["CreatedDate"], "attributes": row["attributes"]},
                {"Id": ID, "CreatedDate": STAMP, "attributes": ATTRIBUTES}) == []  # fmt: skip


def test_who_is_logged_in_is_told_with_the_recorded_keys(call: Caller) -> None:
    told = call("GET", "/services/oauth2/userinfo").json()
    assert {
        "user_id", "email_verified", "zoneinfo", "is_salesforce_integration_user", "urls", "active", "user_type", "language",
        "locale", "utcOffset", "updated_at",
    } <= set(told)  # fmt: skip
    assert told["user_type"] == "STANDARD"
