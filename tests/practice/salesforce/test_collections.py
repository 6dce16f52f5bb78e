"""Collections: order, row errors, all or none, limits."""

from typing import Any

from connector.practice.clock import ManualClock
from connector.practice.salesforce import SalesforceCore

from .conftest import Caller

PATH = "composite/sobjects"


def records(*rows: dict[str, Any], strict: bool = False, of: str = "Lead") -> dict[str, Any]:
    return {"allOrNone": strict, "records": [{"attributes": {"type": of}, **row} for row in rows]}


def codes(answer: Any) -> list[str]:
    return [each["errors"][0]["statusCode"] if each["errors"] else "" for each in answer.json()]


def test_each_row_has_its_own_verdict_in_input_order(call: Caller) -> None:
    answer = call(
        "POST",
        PATH,
        records({"LastName": "A", "Company": "A"}, {"Company": "B"}, {"LastName": "C", "Company": "C"}),
    )
    good, bad, third = answer.json()
    assert answer.status == 200
    assert good == {"id": good["id"], "success": True, "errors": []}
    error = {
        "statusCode": "REQUIRED_FIELD_MISSING",
        "message": "Required fields are missing: [LastName]",
        "fields": ["LastName"],
    }
    assert bad == {"success": False, "errors": [error]}
    assert third["success"] is True


def test_all_or_none_takes_back_the_good_rows(call: Caller, core: SalesforceCore) -> None:
    answer = call("POST", PATH, records({"LastName": "A", "Company": "A"}, {"Company": "B"}, strict=True))
    assert codes(answer) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert core.snapshot()["Lead"] == []
    core.settings.rollback_status = 400
    assert call("POST", PATH, records({"Company": "B"}, strict=True)).status == 400


def test_an_update_tells_what_is_wrong_with_each_target(call: Caller) -> None:
    live, gone, contact = (
        call.lead(),
        call.lead(),
        call("POST", "sobjects/Contact", {"LastName": "X"}).json()["id"],
    )
    call("DELETE", f"sobjects/Lead/{gone}")
    answer = call(
        "PATCH", PATH,
        records({"id": live[:15], "City": "X"}, {"City": "X"}, {"id": gone}, {"Id": "00Q5g0000000zzzEAA"}, {"id": contact}),
    )  # fmt: skip
    assert codes(answer) == [
        "",
        "MISSING_ARGUMENT",
        "ENTITY_IS_DELETED",
        "INVALID_CROSS_REFERENCE_KEY",
        "MALFORMED_ID",
    ]
    assert answer.json()[0]["id"] == live
    assert answer.json()[1]["errors"][0]["message"] == "Id not specified in an update call"


def test_upsert_by_external_id_says_which_rows_are_new(call: Caller) -> None:
    held = call.lead(Accord_HubSpot_Id__c="1")
    key = "Accord_HubSpot_Id__c"
    rows = [{key: "1", "City": "X"}, {key: "2", "LastName": "B", "Company": "B"}, {"LastName": "C"}]
    answer = call("PATCH", f"{PATH}/Lead/{key}", records(*rows))
    first, second, third = answer.json()
    assert first == {"id": held, "success": True, "errors": [], "created": False}
    assert second["created"] is True
    assert third["errors"][0]["statusCode"] == "MISSING_ARGUMENT"


def test_the_same_key_twice_in_one_upsert_is_refused_twice(call: Caller) -> None:
    row = {"Accord_HubSpot_Id__c": "2", "LastName": "B", "Company": "B"}
    assert (
        codes(call("PATCH", f"{PATH}/Lead/Accord_HubSpot_Id__c", records(row, row)))
        == ["DUPLICATE_VALUE"] * 2
    )


def test_retrieve_keeps_the_order_and_has_null_for_what_is_missing(call: Caller) -> None:
    first, second = call.lead(City="A"), call.lead(City="B")
    ids = [second, "00Q5g0000000zzzEAA", first[:15]]
    answer = call("POST", f"{PATH}/Lead", {"ids": ids, "fields": ["City"]}).json()
    assert [row and row["City"] for row in answer] == ["B", None, "A"]
    assert answer[0]["Id"] == second
    got = call("GET", f"{PATH}/Lead?ids={first},{second}&fields=Id,City").json()
    assert [row["City"] for row in got] == ["A", "B"]


def test_delete_takes_ids_of_several_objects(call: Caller) -> None:
    lead, contact = call.lead(), call("POST", "sobjects/Contact", {"LastName": "X"}).json()["id"]
    answer = call("DELETE", f"{PATH}?ids={lead},{contact},{lead}&allOrNone=false")
    assert codes(answer) == ["", "", "ENTITY_IS_DELETED"]


def test_more_than_200_rows_and_none_are_refused_as_a_whole(call: Caller) -> None:
    many = call("POST", PATH, records(*[{"LastName": "A", "Company": "A"}] * 201))
    assert (many.status, many.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")
    none = call("POST", PATH, {"records": []})
    assert (none.status, none.json()) == (
        400, [{"message": "At least 1 record is required", "errorCode": "REQUIRED_FIELD_MISSING"}],
    )  # fmt: skip
    assert (
        call("POST", f"{PATH}/Lead", {"ids": ["00Q5g0000000zzzEAA"] * 2001, "fields": ["Id"]}).status == 400
    )


def test_mixed_types_come_in_at_most_ten_chunks(call: Caller) -> None:
    rows = [
        {"attributes": {"type": name}, "LastName": "A", "Company": "A"} for name in ("Lead", "Contact") * 6
    ]
    assert call("POST", PATH, {"records": rows}).json()[0]["errorCode"] == "LIMIT_EXCEEDED"


def test_a_value_of_the_wrong_type_fails_its_row_or_the_whole_call(
    call: Caller, core: SalesforceCore
) -> None:
    rows = records(
        {"LastName": "A", "Company": "A"}, {"LastName": "B", "Company": "B", "Webinar_Date__c": "soon"}
    )
    assert codes(call("POST", PATH, rows)) == ["", "JSON_PARSER_ERROR"]
    core.settings.collection_parser_error = "call"
    before = len(core.snapshot()["Lead"])
    assert call("POST", PATH, rows).json()[0]["errorCode"] == "JSON_PARSER_ERROR"
    assert len(core.snapshot()["Lead"]) == before


def test_children_of_a_locked_account_fail_and_the_others_do_not(call: Caller, core: SalesforceCore) -> None:
    account = call("POST", "sobjects/Account", {"Name": "A"}).json()["id"]
    made = call(
        "POST", PATH, records({"LastName": "A", "AccountId": account}, {"LastName": "B"}, of="Contact")
    ).json()
    core.faults.update({"locks": [account]})
    answer = call("PATCH", PATH, records(*[{"id": each["id"], "Title": "T"} for each in made], of="Contact"))
    assert codes(answer) == ["UNABLE_TO_LOCK_ROW", ""]
    assert "unable to obtain exclusive access to this record" in answer.json()[0]["errors"][0]["message"]


def test_a_collection_counts_as_one_call(call: Caller, core: SalesforceCore, clock: ManualClock) -> None:
    call("POST", PATH, records(*[{"LastName": "A", "Company": "A"}] * 50))
    assert core.calls.shown()["by_endpoint"] == {"POST /services/data/v66.0/composite/sobjects": 1}
