"""/composite/batch and /composite/tree."""

from typing import Any

from connector.practice.salesforce import SalesforceCore

from .conftest import Caller


def _wish(method: str, url: str, body: Any = None) -> dict[str, Any]:
    return {"method": method, "url": url, **({"richInput": body} if body is not None else {})}


def test_batch_parts_stand_or_fall_by_themselves(call: Caller) -> None:
    lead = call.lead()
    parts = [
        _wish("PATCH", f"v66.0/sobjects/Lead/{lead}", {"City": "Rome"}),
        _wish("POST", "v66.0/sobjects/Lead", {"LastName": "x"}),
        _wish("GET", f"v66.0/sobjects/Lead/{lead}?fields=City"),
    ]
    told = call("POST", "composite/batch", {"batchRequests": parts}).json()
    assert told["hasErrors"] is True
    assert [each["statusCode"] for each in told["results"]] == [204, 400, 200]
    assert told["results"][2]["result"]["City"] == "Rome"
    halted = call("POST", "composite/batch", {"haltOnError": True, "batchRequests": parts}).json()
    assert [each["statusCode"] for each in halted["results"]] == [204, 400, 412]
    assert halted["results"][2]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"


def test_a_batch_has_at_most_25_parts(call: Caller) -> None:
    assert (
        call("POST", "composite/batch", {"batchRequests": [_wish("GET", "v66.0/limits")] * 26}).status == 400
    )
    assert call("POST", "composite/batch", {"batchRequests": []}).status == 400
    odd = call("POST", "composite/batch", {"batchRequests": [3, _wish("GET", "nowhere")]}).json()
    assert [each["statusCode"] for each in odd["results"]] == [400, 400]


def _record(kind: str, reference: str, **values: Any) -> dict[str, Any]:
    return {"attributes": {"type": kind, "referenceId": reference}, **values}


def test_a_tree_is_planted_whole_or_not_at_all(core: SalesforceCore, call: Caller) -> None:
    people = {"records": [_record("Contact", "c1", LastName="Kim"), _record("Contact", "c2", LastName="Lee")]}
    tree = {"records": [_record("Account", "a1", Name="Acme", Contacts=people)]}
    made = call("POST", "composite/tree/Account", tree)
    assert (made.status, made.json()["hasErrors"]) == (201, False)
    ids = {each["referenceId"]: each["id"] for each in made.json()["results"]}
    assert call.row("Contact", ids["c2"])["AccountId"] == ids["a1"]
    del people["records"][1]["LastName"]
    refused = call("POST", "composite/tree/Account", tree)
    assert refused.status == 400
    (failure,) = refused.json()["results"]
    assert (failure["referenceId"], failure["errors"][0]["statusCode"]) == ("c2", "REQUIRED_FIELD_MISSING")
    assert len(core.snapshot()["Account"]) == 1


def test_trees_have_limits(call: Caller) -> None:
    many = {"records": [_record("Lead", f"r{n}", LastName="x", Company="y") for n in range(201)]}
    assert call("POST", "composite/tree/Lead", many).json()[0]["errorCode"] == "LIMIT_EXCEEDED"
    twice = {"records": [_record("Lead", "r", LastName="x", Company="y")] * 2}
    assert call("POST", "composite/tree/Lead", twice).status == 400
    assert call("POST", "composite/tree/Lead", {"records": [{"LastName": "x"}]}).status == 400
