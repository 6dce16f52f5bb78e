"""The simulator checklist, line by line: what two clients and real life need of a practice Salesforce.

`test_cNN_…` stands for line NN; the lines about HubSpot are tested beside its practice server.
"""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from connector.practice.clock import ManualClock
from connector.practice.http import ConnectionLost, Response, request_of
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.oauth import CLIENT_ID, CLIENT_SECRET, PASSWORD, REFRESH_TOKEN

from .conftest import Caller


def _form(core: SalesforceCore, path: str, **fields: str) -> Response:
    return core.respond(request_of("POST", f"/services/oauth2/{path}", {}, urlencode(fields).encode()))


# 11: log-ins and the REST basics --------------------------------------------------------------------
def test_c11_soap_login_faults_carry_the_sf_prefix(core: SalesforceCore) -> None:
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><login xmlns="urn:partner.soap.sforce.com">'
        f"<username>{core.connection()['username']}</username><password>{{}}</password></login></e:Body></e:Envelope>"
    )
    good = core.respond(request_of("POST", "/services/Soap/u/59.0", {}, body.format(PASSWORD).encode()))
    bad = core.respond(request_of("POST", "/services/Soap/u/59.0", {}, body.format("no").encode()))
    assert (good.status, bad.status) == (200, 500)
    assert b"<sessionId>" in good.body
    assert b"<serverUrl>" in good.body
    assert re.search(rb"<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode><sf:exceptionMessage>", bad.body)


def test_c11_oauth_by_client_refresh_and_code(core: SalesforceCore) -> None:
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    by_client = _form(core, "token", grant_type="client_credentials", **client).json()
    assert {"access_token", "instance_url", "id", "token_type", "issued_at", "signature", "scope"} <= set(
        by_client
    )
    assert "expires_in" not in by_client
    assert (
        _form(core, "token", grant_type="refresh_token", refresh_token=REFRESH_TOKEN, **client).status == 200
    )
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": "https://a.example.com/cb",
        "state": "s",
    }
    back = core.respond(request_of("GET", f"/services/oauth2/authorize?{urlencode(asked)}"))
    assert back.status == 302
    code = re.search(r"code=([^&]+)&state=s", back.headers["Location"])
    assert code is not None
    fields = {
        "grant_type": "authorization_code",
        "code": code[1],
        "redirect_uri": "https://a.example.com/cb",
        **client,
    }
    assert "refresh_token" in _form(core, "token", **fields).json()
    assert _form(core, "token", **fields).json()["error_description"] == "invalid authorization code"


@pytest.mark.parametrize(("wish", "error"), [
    ({"grant_type": "client_credentials", "client_secret": "no"}, "invalid_client"),
    ({"grant_type": "client_credentials", "client_id": "no"}, "invalid_client_id"),
    ({"grant_type": "refresh_token", "refresh_token": "old"}, "invalid_grant"),
    ({"grant_type": "device"}, "unsupported_grant_type"),
    ({"grant_type": "password", "username": "x", "password": "y"}, "invalid_grant"),
])  # fmt: skip
def test_c11_oauth_refusals(core: SalesforceCore, wish: dict[str, str], error: str) -> None:
    answer = _form(core, "token", **{"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **wish})
    assert (answer.status, answer.json()["error"]) == (400, error)
    assert set(answer.json()) == {"error", "error_description"}


def test_c11_tokens_are_introspected_and_revoked(core: SalesforceCore) -> None:
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    token = _form(core, "token", grant_type="client_credentials", **client).json()["access_token"]
    assert _form(core, "introspect", token=token, **client).json()["active"] is True
    assert _form(core, "revoke", token=token).status == 200
    assert _form(core, "introspect", token=token, **client).json() == {"active": False}
    assert _form(core, "revoke", token=token).status == 400
    assert _form(core, "introspect", token=token).status == 401


def test_c11_the_versions_need_no_session(core: SalesforceCore) -> None:
    listed = core.respond(request_of("GET", "/services/data")).json()
    assert listed[-1] == {"label": "Winter '27", "url": "/services/data/v68.0", "version": "68.0"}
    assert core.respond(request_of("GET", "/services/data/v30.0/limits")).status == 410


def test_c11_describe_answers_304_when_nothing_changed(
    call: Caller, core: SalesforceCore, clock: ManualClock
) -> None:
    first = call("GET", "sobjects/Lead/describe")
    since = first.headers["Last-Modified"]
    assert call("GET", "sobjects/Lead/describe", If_Modified_Since=since).status == 304
    clock.advance(5)
    core.admin.add_field("Lead", "X__c")
    assert call("GET", "sobjects/Lead/describe", If_Modified_Since=since).status == 200


def test_c11_codes_of_rows_and_upserts(call: Caller) -> None:
    made = call("POST", "sobjects/Lead", {"LastName": "Doe", "Company": "Acme"})
    lead = made.json()["id"]
    assert (made.status, made.headers["Location"]) == (201, f"/services/data/v66.0/sobjects/Lead/{lead}")
    assert call("PATCH", f"sobjects/Lead/{lead}", {"City": "Rome"}).status == 204
    assert call("DELETE", f"sobjects/Lead/{lead}").status == 204
    body = {"LastName": "Doe", "Company": "Acme"}
    assert call("PATCH", "sobjects/Lead/Accord_HubSpot_Id__c/1", body).status == 201
    again = call("PATCH", "sobjects/Lead/Accord_HubSpot_Id__c/1", body)
    assert (again.status, again.json()["created"]) == (200, False)
    call.lead(Email="a@example.com")
    call.lead(Email="a@example.com")
    assert call("GET", "sobjects/Lead/Email/a@example.com").status == 300


def test_c11_query_pages_end_in_their_offset_and_expire(
    call: Caller, core: SalesforceCore, clock: ManualClock
) -> None:
    for number in range(3):
        call.lead(LastName=f"L{number}")
    core.settings.page_size = 2
    page = call.query("SELECT Id FROM Lead")
    assert re.fullmatch(r"/services/data/v66\.0/query/01g\w{15}-2", page["nextRecordsUrl"])
    assert call("GET", page["nextRecordsUrl"]).json()["done"] is True
    clock.advance(2 * 24 * 3600 + 1)
    core.access_token = core.tokens.issue(core.org.people["integration"])
    gone = call("GET", page["nextRecordsUrl"])
    assert (gone.status, gone.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_c11_updated_and_deleted_are_floored_to_minutes(call: Caller) -> None:
    lead = call.lead()
    window = "start=2026-10-01T09:30:59Z&end=2026-10-01T09:31:59Z"
    assert call("GET", f"sobjects/Lead/updated/?{window}").json()["ids"] == [lead]
    call("DELETE", f"sobjects/Lead/{lead}")
    (gone,) = call("GET", f"sobjects/Lead/deleted/?{window}").json()["deletedRecords"]
    assert gone["id"] == lead


# 12: error shapes -----------------------------------------------------------------------------------
def test_c12_error_code_in_calls_status_code_in_rows(call: Caller) -> None:
    single = call("POST", "sobjects/Lead", {"Company": "Acme"}).json()
    assert single == [
        {
            "message": "Required fields are missing: [LastName]",
            "errorCode": "REQUIRED_FIELD_MISSING",
            "fields": ["LastName"],
        }
    ]
    rows = [{"attributes": {"type": "Lead"}, "Company": "Acme"}]
    (row,) = call("POST", "composite/sobjects", {"records": rows}).json()
    assert row["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert "id" not in row


@pytest.mark.parametrize("status", [200, 400])
def test_c12_collections_are_200_with_a_knob_for_all_or_none(
    call: Caller, core: SalesforceCore, status: int
) -> None:
    core.settings.rollback_status = status
    rows = [
        {"attributes": {"type": "Lead"}, "LastName": "Doe", "Company": "A"},
        {"attributes": {"type": "Lead"}},
    ]
    assert call("POST", "composite/sobjects", {"records": rows}).status == 200
    refused = call("POST", "composite/sobjects", {"allOrNone": True, "records": rows})
    assert refused.status == status
    assert refused.json()[0]["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"


def test_c12_every_reply_tells_the_usage(call: Caller) -> None:
    for answer in (
        call("GET", "limits"), call("POST", "sobjects/Lead", {}), call("GET", "sobjects/Nothing/describe"),
        call("GET", "query?q=x"), call("POST", "composite/sobjects", {"records": []}),
    ):  # fmt: skip
        assert re.fullmatch(r"api-usage=\d+/101000", answer.headers["Sforce-Limit-Info"])


# 13: assignment -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("header", "moves"), [("TRUE", True), ("FALSE", False), (None, True)])
def test_c13_without_the_header_a_written_lead_changes_hands(
    call: Caller, core: SalesforceCore, header: str | None, moves: bool
) -> None:
    lead = call.lead()
    headers = {"Authorization": f"Bearer {core.access_token}"} | (
        {"Sforce-Auto-Assign": header} if header else {}
    )
    body = b'{"City": "Rome"}'
    core.respond(request_of("PATCH", f"/services/data/v66.0/sobjects/Lead/{lead}", headers, body))
    assert (call.row("Lead", lead)["OwnerId"] == core.org.people["queue"]) is moves


# 14: Bulk 2.0 ---------------------------------------------------------------------------------------
def test_c14_a_bulk_job_from_open_to_deleted(call: Caller) -> None:
    job = call("POST", "jobs/ingest", {"object": "Lead", "operation": "insert", "contentType": "CSV"}).json()
    assert job["state"] == "Open"
    assert job["contentUrl"] == f"services/data/v66.0/jobs/ingest/{job['id']}/batches"
    csv = b"LastName,Company,Webinar_Date__c\nDoe,Acme,\nKim,Acme,soon\n"
    assert call("PUT", f"jobs/ingest/{job['id']}/batches", csv, Content_Type="text/csv").status == 201
    call("PATCH", f"jobs/ingest/{job['id']}", {"state": "UploadComplete"})
    assert call("GET", f"jobs/ingest/{job['id']}").json()["jobType"] == "V2Ingest"
    for name in ("successfulResults", "failedResults", "unprocessedrecords", "UNPROCESSEDRecords"):
        assert call("GET", f"jobs/ingest/{job['id']}/{name}").status == 200
    failed = call("GET", f"jobs/ingest/{job['id']}/failedResults").body.decode()
    assert re.search(r'"INVALID_FIELD:[^"]+:Webinar_Date__c --"', failed)
    assert call("DELETE", f"jobs/ingest/{job['id']}").status == 204


# 15: outbound messages (the sender itself: test_outbound.py) ----------------------------------------
def test_c15_a_notification_carries_the_latest_data_and_no_session(
    call: Caller, core: SalesforceCore
) -> None:
    core.outbound.configure({"objects": {"Lead": ["Id", "City"]}})
    lead = call.lead(City="Rome")
    call("PATCH", f"sobjects/Lead/{lead}", {"City": "Oslo"})
    text = core.outbound.envelope(core.outbound.waiting[:100]).decode()
    assert text.count("<sf:City>Oslo</sf:City>") == 2
    assert '<SessionId xsi:nil="true"/>' in text


# 16: change data (the Pub/Sub API: pubsub/) ---------------------------------------------------------
def test_c16_a_write_tells_its_origin_its_user_and_its_transaction(
    call: Caller, core: SalesforceCore
) -> None:
    rows = [{"attributes": {"type": "Lead"}, "LastName": name, "Company": "A"} for name in ("Kim", "Lee")]
    call("POST", "composite/sobjects", {"records": rows}, Sforce_Call_Options="client=accord")
    first, second = list(core.org.history)[-2:]
    assert first.origin == "com/salesforce/api/rest/66.0;client=accord"
    assert (first.transaction, first.by) == (second.transaction, core.org.people["integration"])
    core.edit("Lead", first.id, {"City": "Rome"})
    by_person = core.org.history[-1]
    assert "SfdcInternalAPI" in by_person.origin
    assert by_person.transaction > second.transaction


def test_c16_a_merge_leaves_the_master_on_the_loser(call: Caller, core: SalesforceCore) -> None:
    winner, loser = call.lead(), call.lead()
    core.merge("Lead", winner, [loser])
    event = next(each for each in core.org.history if each.kind == "deleted")
    assert (event.id, event.after["MasterRecordId"]) == (loser, winner)


# 17: faults -----------------------------------------------------------------------------------------
def _fault(core: SalesforceCore, **shot: Any) -> None:
    core.faults.update({"next": [{"match": "GET /services/data/v66.0/limits", "kind": "status", **shot}]})


@pytest.mark.parametrize(("status", "answered", "text"), [
    (403, 403, "TotalRequests Limit exceeded."), (429, 403, "ConcurrentPerOrgLongTxn Limit exceeded."),
    (500, 500, "An unexpected error occurred."), (503, 503, "The server is unavailable"), (502, 502, "<html>"),
    (401, 401, "Session expired or invalid"),
])  # fmt: skip
def test_c17_failures_on_demand(
    call: Caller, core: SalesforceCore, status: int, answered: int, text: str
) -> None:
    _fault(core, status=status)
    failed = call("GET", "limits")
    assert failed.status == answered
    assert text in failed.body.decode()
    assert call("GET", "limits").status == 200


def test_c17_a_session_that_ends_in_mid_run(call: Caller, core: SalesforceCore) -> None:
    assert call("GET", "limits").status == 200
    core.faults.update({"expire_tokens": True})
    assert call("GET", "limits").json() == [
        {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}
    ]


def test_c17_a_locked_parent_locks_its_children(call: Caller, core: SalesforceCore) -> None:
    account = call("POST", "sobjects/Account", {"Name": "Acme"}).json()["id"]
    contact = call("POST", "sobjects/Contact", {"LastName": "Kim", "AccountId": account}).json()["id"]
    core.faults.update({"locks": [account]})
    locked = call("PATCH", f"sobjects/Contact/{contact}", {"Title": "x"})
    assert (locked.status, locked.json()[0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")
    assert "unable to obtain exclusive access to this record" in locked.json()[0]["message"]


def test_c17_a_reply_lost_after_the_commit(call: Caller, core: SalesforceCore) -> None:
    core.faults.update({"next": [{"match": "sobjects/Lead", "kind": "lost_reply"}]})
    with pytest.raises(ConnectionLost):
        call.lead()
    assert len(core.snapshot()["Lead"]) == 1


def test_c17_slow_replies_and_slow_triggers(call: Caller, core: SalesforceCore) -> None:
    core.faults.update({"latency": {"sobjects/Lead": 40}})
    assert core.faults.latency_seconds("POST", "/services/data/v66.0/sobjects/Lead") == pytest.approx(0.04)
    core.admin.slow_trigger("Lead", 7)
    call.lead()
    assert core._owed.seconds == pytest.approx(0.007)


# 18: grains of time ---------------------------------------------------------------------------------
def test_c18_stamps_are_whole_seconds(call: Caller) -> None:
    row = call.row("Lead", call.lead())
    stamps = {row[name] for name in ("SystemModstamp", "LastModifiedDate", "CreatedDate")}
    assert stamps == {"2026-10-01T09:30:15.000+0000"}
