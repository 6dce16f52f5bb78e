"""Several calls in one."""

from typing import Any

from connector.practice.salesforce import SalesforceCore

from .conftest import Caller

BASE = "/services/data/v66.0"


def part(name: str, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
    made = {"referenceId": name, "method": method, "url": f"{BASE}/{path}", "body": body}
    return {**made, "httpHeaders": {key.replace("_", "-"): value for key, value in headers.items()}}


def send(call: Caller, *parts: dict[str, Any], strict: bool = False, **headers: str) -> list[dict[str, Any]]:
    answer = call("POST", "composite", {"allOrNone": strict, "compositeRequest": list(parts)}, **headers)
    assert answer.status == 200, answer.body
    return list(answer.json()["compositeResponse"])


def test_a_later_part_uses_what_an_earlier_one_made_and_all_count_once(
    call: Caller, core: SalesforceCore
) -> None:
    account, contact, found = send(
        call,
        part("acc", "POST", "sobjects/Account", {"Name": "Acme"}),
        part("con", "POST", "sobjects/Contact", {"LastName": "Doe", "AccountId": "@{acc.id}"}),
        part("q", "GET", "query?q=SELECT+Id+FROM+Contact+WHERE+AccountId='@{acc.id}'"),
    )
    assert (account["httpStatusCode"], contact["httpStatusCode"], found["httpStatusCode"]) == (201, 201, 200)
    assert account["httpHeaders"]["Location"].endswith(account["body"]["id"])
    assert found["body"]["records"][0]["Id"] == contact["body"]["id"]
    assert [each["referenceId"] for each in (account, contact, found)] == ["acc", "con", "q"]
    assert core.calls.total == 1


def test_a_failed_part_leaves_the_others_but_not_those_that_lean_on_it(call: Caller) -> None:
    bad, leaning, free = send(
        call,
        part("bad", "POST", "sobjects/Account", {}),
        part("con", "POST", "sobjects/Contact", {"LastName": "Doe", "AccountId": "@{bad.id}"}),
        part("free", "POST", "sobjects/Contact", {"LastName": "Roe"}),
    )
    assert (bad["httpStatusCode"], bad["body"][0]["errorCode"]) == (400, "REQUIRED_FIELD_MISSING")
    assert leaning["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert free["httpStatusCode"] == 201


def test_all_or_none_takes_everything_back(call: Caller, core: SalesforceCore) -> None:
    first, second = send(
        call,
        part("a", "POST", "sobjects/Contact", {"LastName": "Roe"}),
        part("b", "POST", "sobjects/Account", {}),
        strict=True,
    )
    assert (first["httpStatusCode"], first["body"][0]["errorCode"]) == (400, "PROCESSING_HALTED")
    assert second["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert core.snapshot()["Contact"] == []


def test_write_and_read_back_go_in_one_call(call: Caller) -> None:
    lead = call.lead()
    wrote, read = send(
        call,
        part(
            "w",
            "PATCH",
            "composite/sobjects",
            {"records": [{"attributes": {"type": "Lead"}, "id": lead, "City": "X"}]},
        ),
        part("r", "POST", "composite/sobjects/Lead", {"ids": [lead], "fields": ["City"]}),
    )
    assert wrote["body"][0]["success"] is True
    assert read["body"][0]["City"] == "X"


def test_each_part_has_headers_of_its_own(call: Caller, core: SalesforceCore) -> None:
    lead = call.lead()
    stale = "Thu, 01 Oct 2020 00:00:00 GMT"
    answers = send(
        call,
        part("a", "PATCH", f"sobjects/Lead/{lead}", {"City": "X"}, If_Unmodified_Since=stale),
        part("b", "PATCH", f"sobjects/Lead/{lead}", {"City": "Y"}, Sforce_Auto_Assign="FALSE"),
    )
    assert [each["httpStatusCode"] for each in answers] == [412, 204]
    assert call.row("Lead", lead)["OwnerId"] == core.org.people["integration"]


def test_auto_assign_of_the_outer_call_does_not_reach_the_parts_unless_set(
    call: Caller, core: SalesforceCore
) -> None:
    lead = call.lead()
    send(call, part("a", "PATCH", f"sobjects/Lead/{lead}", {"City": "X"}))
    assert call.row("Lead", lead)["OwnerId"] == core.org.people["queue"]
    core.settings.composite_inherits_headers = True
    other = call.lead()
    send(call, part("a", "PATCH", f"sobjects/Lead/{other}", {"City": "X"}))
    assert call.row("Lead", other)["OwnerId"] == core.org.people["integration"]


def test_too_many_parts_or_collections_are_refused(call: Caller, core: SalesforceCore) -> None:
    reads = [part(f"r{n}", "POST", "composite/sobjects/Lead", {"ids": [], "fields": []}) for n in range(6)]
    refused = call("POST", "composite", {"compositeRequest": reads})
    assert (refused.status, refused.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")
    core.settings.collections_per_composite = 6
    assert call("POST", "composite", {"compositeRequest": reads}).status == 200
    rows = [part(f"r{n}", "GET", "limits") for n in range(26)]
    assert call("POST", "composite", {"compositeRequest": rows}).status == 400


def test_parts_need_distinct_names_and_rest_urls(call: Caller) -> None:
    same = [part("a", "GET", "limits"), part("a", "GET", "limits")]
    assert call("POST", "composite", {"compositeRequest": same}).status == 400
    (stray,) = send(call, {"referenceId": "a", "method": "GET", "url": "/services/oauth2/userinfo"})
    assert stray["httpStatusCode"] == 400
    (nested,) = send(call, part("a", "POST", "composite", {"compositeRequest": []}))
    assert nested["httpStatusCode"] == 400
