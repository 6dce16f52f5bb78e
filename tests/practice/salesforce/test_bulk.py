"""Bulk API 2.0: jobs take CSV and give CSV, row by row."""

from typing import Any
from urllib.parse import quote

import pytest

from connector.practice.clock import ManualClock
from connector.practice.http import Response
from connector.practice.salesforce import SalesforceCore

from .conftest import Caller


def _job(call: Caller, operation: str, csv: str, **more: Any) -> str:
    made = call(
        "POST", "jobs/ingest", {"object": "Lead", "operation": operation, "contentType": "CSV", **more}
    )
    assert made.status == 200, made.body
    job = str(made.json()["id"])
    assert call("PUT", f"jobs/ingest/{job}/batches", csv.encode(), Content_Type="text/csv").status == 201
    assert (
        call("PATCH", f"jobs/ingest/{job}", {"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    )
    return job


def _lines(answer: Response) -> list[str]:
    assert answer.headers["Content-Type"] == "text/csv"
    return answer.body.decode().splitlines()


def test_an_upsert_job_updates_creates_and_refuses_row_by_row(call: Caller) -> None:
    known = call.lead(Accord_HubSpot_Id__c="1", City="Rome", Title="Boss")
    csv = (
        "Accord_HubSpot_Id__c,LastName,Company,City,Title,Webinar_Date__c\n"
        "1,Doe,Acme,,#N/A,\n2,Lee,Acme,Oslo,,2026-10-01\n3,Kim,Acme,,,2026-13-99\n4,,Acme,,,\n"
    )
    job = _job(call, "upsert", csv, externalIdFieldName="Accord_HubSpot_Id__c")
    told = call("GET", f"jobs/ingest/{job}").json()
    assert (told["state"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (
        "JobComplete",
        4,
        2,
    )
    good = _lines(call("GET", f"jobs/ingest/{job}/successfulResults/"))
    assert (
        good[0] == '"sf__Id","sf__Created",Accord_HubSpot_Id__c,LastName,Company,City,Title,Webinar_Date__c'
    )
    assert good[1].startswith(f'"{known}","false","1","Doe"')
    assert '"true"' in good[2]
    bad = _lines(call("GET", f"jobs/ingest/{job}/failedResults"))
    assert bad[1].startswith(
        '"","INVALID_FIELD:Failed to deserialize field at col 5. Due to, \'2026-13-99\' is not a valid value for the type '
        'xsd:date:Webinar_Date__c --"'
    )
    assert "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --" in bad[2]
    # An empty cell leaves the field alone, "#N/A" clears it.
    assert (call.row("Lead", known)["City"], call.row("Lead", known)["Title"]) == ("Rome", None)


@pytest.mark.parametrize("name", ["unprocessedrecords", "unprocessedRecords"])
def test_a_job_with_an_unknown_column_fails_as_a_whole(call: Caller, name: str) -> None:
    job = _job(call, "insert", "LastName,Company,Nonsense\nDoe,Acme,x\n")
    told = call("GET", f"jobs/ingest/{job}").json()
    assert (told["state"], told["numberRecordsProcessed"]) == ("Failed", 0)
    assert told["errorMessage"] == "InvalidBatch : Field name not found : Nonsense"
    assert len(_lines(call("GET", f"jobs/ingest/{job}/{name}"))) == 2


def test_a_job_is_uploaded_once_and_in_order(call: Caller) -> None:
    job = _job(call, "insert", "LastName,Company\nDoe,Acme\n")
    again = call("PUT", f"jobs/ingest/{job}/batches", b"LastName\nX\n", Content_Type="text/csv")
    assert (again.status, again.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    assert call("GET", f"jobs/ingest/{job}").json()["state"] == "JobComplete"
    assert call("PATCH", f"jobs/ingest/{job}", {"state": "Aborted"}).status == 400
    assert [each["id"] for each in call("GET", "jobs/ingest").json()["records"]] == [job]
    assert call("DELETE", f"jobs/ingest/{job}").status == 204
    assert call("GET", f"jobs/ingest/{job}").status == 404


def test_a_job_takes_its_time(core: SalesforceCore, call: Caller, clock: ManualClock) -> None:
    core.settings.bulk_seconds = 30
    job = _job(call, "insert", "LastName,Company\nDoe,Acme\n")
    assert call("GET", f"jobs/ingest/{job}").json()["state"] == "InProgress"
    clock.advance(30)
    assert call("GET", f"jobs/ingest/{job}").json()["state"] == "JobComplete"
    clock.advance(7 * 24 * 3600)
    core.access_token = core.tokens.issue(core.org.people["integration"])
    assert call("GET", f"jobs/ingest/{job}").status == 404


def test_parents_are_named_by_external_id_and_deletes_by_id_alone(call: Caller, core: SalesforceCore) -> None:
    core.admin.add_field("Account", "Key__c", "string", external_id=True, unique=True)
    account = call("POST", "sobjects/Account", {"Name": "Acme", "Key__c": "k"}).json()["id"]
    job = _job(call, "insert", "LastName,Account.Key__c\nDoe,k\n", object="Contact")
    assert call("GET", f"jobs/ingest/{job}").json()["numberRecordsFailed"] == 0
    (contact,) = core.snapshot()["Contact"]
    assert contact["AccountId"] == account
    job = _job(call, "delete", f"Id\n{contact['Id']}\n", object="Contact")
    assert call("GET", f"jobs/ingest/{job}").json()["state"] == "JobComplete"
    assert core.snapshot()["Contact"] == []
    job = _job(call, "delete", f"Id,LastName\n{account},x\n", object="Account")
    assert call("GET", f"jobs/ingest/{job}").json()["state"] == "Failed"


def test_a_query_job_gives_pages_with_locators(call: Caller) -> None:
    for number in range(5):
        call.lead(LastName=f"L{number}", City='Rome "old"')
    job = call(
        "POST", "jobs/query", {"operation": "query", "query": "SELECT LastName, City, Owner.Name FROM Lead"}
    ).json()
    assert (job["state"], job["operation"], job["object"]) == ("UploadComplete", "query", "Lead")
    assert call("GET", f"jobs/query/{job['id']}").json()["state"] == "JobComplete"
    first = call("GET", f"jobs/query/{job['id']}/results?maxRecords=3")
    assert first.headers["Sforce-NumberOfRecords"] == "3"
    assert _lines(first)[:2] == ['"LastName","City","Owner.Name"', '"L0","Rome ""old""","Accord Integration"']
    rest = call(
        "GET", f"jobs/query/{job['id']}/results?maxRecords=3&locator={first.headers['Sforce-Locator']}"
    )
    assert (rest.headers["Sforce-NumberOfRecords"], rest.headers["Sforce-Locator"]) == ("2", "null")


@pytest.mark.parametrize(
    "soql", ["SELECT COUNT() FROM Lead", "SELECT Id FROM Lead OFFSET 5", "SELECT Id FROM Nothing"]
)
def test_what_bulk_queries_leave_out_is_refused_at_once(call: Caller, soql: str) -> None:
    assert call("POST", "jobs/query", {"operation": "query", "query": soql}).status == 400
    assert call("GET", f"query?q={quote('SELECT Id FROM Lead')}").status == 200
