"""Faults, limits, counting, people's edits and generated persons."""

import pytest

from connector.practice.clock import ManualClock
from connector.practice.http import ConnectionLost
from connector.practice.people import places
from connector.practice.salesforce import SalesforceCore

from .conftest import Caller


def test_calls_are_counted_by_endpoint_without_ids(call: Caller) -> None:
    lead = call.lead(Accord_HubSpot_Id__c="1")
    call("GET", f"sobjects/Lead/{lead}")
    call("PATCH", "sobjects/Lead/Accord_HubSpot_Id__c/1", {"City": "X"})
    call.query("SELECT Id FROM Lead")
    shown = call("GET", "/_practice/calls").json()
    assert shown["total"] == 4
    assert shown["by_endpoint"] == {
        "GET /services/data/v66.0/query": 1,
        "GET /services/data/v66.0/sobjects/Lead/{id}": 1,
        "PATCH /services/data/v66.0/sobjects/Lead/Accord_HubSpot_Id__c/{value}": 1,
        "POST /services/data/v66.0/sobjects/Lead": 1,
    }
    call("POST", "/_practice/calls/reset")
    assert call("GET", "/_practice/calls").json()["total"] == 0


def test_a_spent_day_is_403_until_the_next(call: Caller, core: SalesforceCore, clock: ManualClock) -> None:
    core.settings.daily_api_calls = 2
    core.faults.update({"rate_limits": True})
    assert call("GET", "limits").json()["DailyApiRequests"] == {"Max": 2, "Remaining": 1}
    call("GET", "limits")
    spent = call("GET", "limits")
    body = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    assert (spent.status, spent.json(), spent.headers["Sforce-Limit-Info"]) == (403, body, "api-usage=2/2")
    clock.advance(24 * 3600)
    core.access_token = core.tokens.issue(core.org.people["integration"])
    assert call("GET", "limits").status == 200


def test_a_lost_reply_leaves_the_row_written(call: Caller, core: SalesforceCore) -> None:
    core.faults.update({"next": [{"match": "POST /services/data/v66.0/sobjects/Lead", "kind": "lost_reply"}]})
    with pytest.raises(ConnectionLost):
        call.lead()
    assert len(core.snapshot()["Lead"]) == 1


def test_a_dropped_call_leaves_nothing(call: Caller, core: SalesforceCore) -> None:
    core.faults.update({"next": [{"match": "POST ", "kind": "drop"}]})
    with pytest.raises(ConnectionLost):
        call.lead()
    assert core.snapshot()["Lead"] == []


@pytest.mark.parametrize("status", [403, 500, 503])
def test_an_injected_failure_speaks_the_service_s_language(
    call: Caller, core: SalesforceCore, status: int
) -> None:
    core.faults.update({"next": [{"match": "/limits", "kind": "status", "status": status}]})
    answer = call("GET", "limits")
    assert (answer.status, "errorCode" in answer.json()[0]) == (status, True)


def test_a_bad_gateway_is_a_page_not_json(call: Caller, core: SalesforceCore) -> None:
    core.faults.update({"next": [{"match": "/limits", "kind": "status", "status": 502}]})
    answer = call("GET", "limits")
    assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html")


def test_a_chance_of_locks_strikes_some_rows(call: Caller, core: SalesforceCore) -> None:
    core.faults.update({"lock_rate": 1.0})
    assert (
        call("POST", "sobjects/Lead", {"LastName": "A", "Company": "B"}).json()[0]["errorCode"]
        == "UNABLE_TO_LOCK_ROW"
    )


def test_a_person_s_unknown_status_becomes_a_picklist_value(call: Caller) -> None:
    lead = call.lead()
    edit = {"object": "Lead", "id": lead, "values": {"Status": "On holiday"}}
    assert call("POST", "/_practice/edit", edit).json() == {"id": lead}
    assert call.row("Lead", lead)["Status"] == "On holiday"
    assert call.query("SELECT Id FROM LeadStatus WHERE ApiName = 'On holiday'")["totalSize"] == 1
    assert call("PATCH", f"sobjects/Lead/{call.lead()}", {"Status": "On holiday"}).status == 204


def test_a_person_s_edit_meets_the_same_rules(call: Caller) -> None:
    answer = call("POST", "/_practice/edit", {"object": "Lead", "create": True, "values": {"City": "X"}})
    assert (answer.status, answer.json()[0]["errorCode"]) == (400, "REQUIRED_FIELD_MISSING")


def test_callbacks_see_committed_writes_and_may_answer(call: Caller, core: SalesforceCore) -> None:
    def answer(org: SalesforceCore, written: object) -> None:
        seen.append(written)
        if len(seen) == 1:
            org.edit("Lead", org.snapshot()["Lead"][0]["Id"], {"Rating": "Hot"}, by="automation")

    seen: list[object] = []
    core.on_write.append(answer)
    lead = call.lead()
    assert call.row("Lead", lead)["LastModifiedById"] == core.org.people["process"]
    assert len(seen) == 2
    assert core.org.history[-1].changes == {"Rating": (None, "Hot")}


def test_the_same_seed_gives_the_same_org(clock: ManualClock) -> None:
    first, again = SalesforceCore(clock, people=60, seed=3), SalesforceCore(clock, people=60, seed=3)
    assert first.snapshot() == again.snapshot()
    snapshot = first.snapshot()
    placed = list(places(3, 60))
    assert len(snapshot["Contact"]) == sum(each.place == "contact" for each in placed)
    assert len(snapshot["Lead"]) == sum((each.place == "lead") + each.twin for each in placed)
    assert all(each["AccountId"] for each in snapshot["Contact"])


def test_reset_brings_back_the_start(clock: ManualClock) -> None:
    core = SalesforceCore(clock, people=50, seed=3)
    before = core.snapshot()
    call = Caller(core)
    call.lead()
    call("POST", "/_practice/reset")
    assert core.snapshot() == before
    call.lead()
