"""Associations: one pair, batches, labels, limits, and what happens to them in a merge."""

from typing import Any

import pytest

from connector.practice.hubspot import HubSpotCore
from tests.practice.hubspot.conftest import Call

_PAIRS = "/crm/v4/associations/contacts/companies"


def _spec(type_id: int, category: str = "HUBSPOT_DEFINED") -> dict[str, Any]:
    return {"associationCategory": category, "associationTypeId": type_id}


@pytest.fixture
def acme(call: Call) -> str:
    return str(call("POST", "/crm/v3/objects/companies", {"properties": {"name": "Acme"}}).json()["id"])


def _rows(call: Call, key: str, to: str = "companies") -> dict[str, set[int]]:
    rows = call("GET", f"/crm/v4/objects/contacts/{key}/associations/{to}").json()["results"]
    return {str(row["toObjectId"]): {one["typeId"] for one in row["associationTypes"]} for row in rows}


def test_the_default_one_has_no_label_and_both_directions(call: Call, bob: str, acme: str) -> None:
    made = call("PUT", f"/crm/v4/objects/contacts/{bob}/associations/default/companies/{acme}")
    assert (made.status, made.json()["status"]) == (200, "COMPLETE")
    types = {one["associationSpec"]["associationTypeId"] for one in made.json()["results"]}
    assert types == {279, 280}
    assert _rows(call, bob) == {acme: {279}}
    back = call("GET", f"/crm/v4/objects/companies/{acme}/associations/contacts").json()["results"]
    assert back[0]["toObjectId"] == int(bob)


def test_a_new_primary_company_takes_the_place_of_the_old_one(call: Call, bob: str, acme: str) -> None:
    other = call("POST", "/crm/v3/objects/companies", {"properties": {"name": "Other"}}).json()["id"]
    for company in (acme, other):
        call("PUT", f"/crm/v4/objects/contacts/{bob}/associations/companies/{company}", [_spec(1)])
    assert _rows(call, bob) == {acme: {279}, other: {1, 279}}


def test_a_batch_does_what_can_be_done(call: Call, bob: str, acme: str) -> None:
    def pair(first: str, second: str, type_id: int = 279) -> dict[str, Any]:
        return {"from": {"id": first}, "to": {"id": second}, "types": [_spec(type_id)]}

    rows = [pair(bob, acme), pair("unknown_1", acme), pair(bob, acme, 4)]
    mixed = call("POST", f"{_PAIRS}/batch/create", {"inputs": rows})
    assert (mixed.status, mixed.json()["numErrors"]) == (207, 2)
    assert mixed.json()["results"] == [
        {
            "fromObjectTypeId": "0-1",
            "fromObjectId": int(bob),
            "toObjectTypeId": "0-2",
            "toObjectId": int(acme),
            "labels": [],
        }
    ]
    assert mixed.json()["errors"][0]["subCategory"] == "crm.associations.INVALID_IDENTIFIER"
    same = {"inputs": [{"from": {"id": bob}, "to": {"id": bob}, "types": [_spec(449)]}]}
    refused = call("POST", "/crm/v4/associations/contacts/contacts/batch/create", same).json()
    assert refused["errors"][0]["message"] == f"Object {bob} cannot be associated to itself ({bob})"


@pytest.mark.parametrize(("rest", "most"), [("create", 2000), ("associate/default", 2000), ("read", 1000)])
def test_a_batch_has_its_own_limit(call: Call, rest: str, most: int) -> None:
    inputs = [{"id": str(n)} for n in range(most + 1)]
    assert call("POST", f"{_PAIRS}/batch/{rest}", {"inputs": inputs}).status == 400
    assert call("POST", f"{_PAIRS}/batch/{rest}", {"inputs": inputs[:-1]}).status == 207


def test_taking_off_a_label_keeps_the_pair_and_taking_off_the_plain_one_does_not(
    call: Call, bob: str, acme: str
) -> None:
    call("PUT", f"/crm/v4/objects/contacts/{bob}/associations/companies/{acme}", [_spec(1)])
    row = {"from": {"id": bob}, "to": {"id": acme}}
    off = {"inputs": [{**row, "types": [_spec(1)]}]}
    assert call("POST", f"{_PAIRS}/batch/labels/archive", off).status == 204
    assert _rows(call, bob) == {acme: {279}}
    off = {"inputs": [{**row, "types": [_spec(279)]}]}
    assert call("POST", f"{_PAIRS}/batch/labels/archive", off).status == 204
    assert _rows(call, bob) == {}


def test_labels_of_ones_own_up_to_ten_a_pair(call: Call, bob: str, acme: str) -> None:
    def made(number: int) -> Any:
        return call("POST", f"{_PAIRS}/labels", {"label": f"L{number}", "name": f"l{number}"})

    first = made(0).json()["results"][0]
    assert [made(number).status for number in range(1, 11)] == [200] * 9 + [400]
    assert made(0).status == 400
    spec = _spec(first["typeId"], "USER_DEFINED")
    put = call("PUT", f"/crm/v4/objects/contacts/{bob}/associations/companies/{acme}", [spec])
    assert put.json()["labels"] == ["L0"]
    assert call("DELETE", f"{_PAIRS}/labels/{first['typeId']}").status == 204
    assert _rows(call, bob) == {acme: {279}}
    assert call("DELETE", f"{_PAIRS}/labels/279").status == 404


def test_a_page_holds_five_hundred(call: Call, core: HubSpotCore, acme: str) -> None:
    people = [core.edit({"lastname": f"P{n}"}, create=True) for n in range(501)]
    inputs = [{"from": {"id": acme}, "to": {"id": key}} for key in people]
    call("POST", "/crm/v4/associations/companies/contacts/batch/associate/default", {"inputs": inputs})
    path = f"/crm/v4/objects/companies/{acme}/associations/contacts"
    first = call("GET", path).json()
    assert len(first["results"]) == 500
    rest = call("GET", f"{path}?after={first['paging']['next']['after']}").json()
    assert len(rest["results"]) == 1 and "paging" not in rest
    assert call("GET", f"{path}?limit=501").status == 400
    read = call("POST", "/crm/v4/associations/companies/contacts/batch/read", {"inputs": [{"id": acme}]})
    assert read.json()["results"][0]["paging"]["next"]["after"] == people[499]


def test_a_merge_keeps_what_both_were_associated_with(call: Call, bob: str, acme: str) -> None:
    eve = call("POST", "", {"properties": {"lastname": "Eve"}}).json()["id"]
    call("PUT", f"/crm/v4/objects/contacts/{eve}/associations/companies/{acme}", [_spec(1)])
    merged = call("POST", "/merge", {"primaryObjectId": bob, "objectIdToMerge": eve}).json()["id"]
    assert _rows(call, merged) == {acme: {1, 279}}
    assert _rows(call, eve) == {acme: {1, 279}}


def test_archived_ones_are_not_listed_and_come_back(
    call: Call, core: HubSpotCore, bob: str, acme: str
) -> None:
    call("PUT", f"/crm/v4/objects/contacts/{bob}/associations/default/companies/{acme}")
    call("DELETE", f"/crm/v3/objects/companies/{acme}")
    assert _rows(call, bob) == {}
    core.edit(object="companies", id=acme, restore=True)
    assert _rows(call, bob) == {acme: {279}}


def test_a_search_by_association(call: Call, bob: str, acme: str) -> None:
    call("PUT", f"/crm/v4/objects/contacts/{bob}/associations/default/companies/{acme}")
    call("POST", "", {"properties": {"lastname": "Alone"}})

    def found(**filter_: Any) -> list[str]:
        groups = [{"filters": [{"propertyName": "associations.company", **filter_}]}]
        return [one["id"] for one in call("POST", "/search", {"filterGroups": groups}).json()["results"]]

    assert found(operator="EQ", value=acme) == [bob]
    assert found(operator="IN", values=["1", acme]) == [bob]
    assert len(found(operator="NOT_HAS_PROPERTY")) == 1


def test_a_record_is_read_with_its_associations_in_words(call: Call, bob: str, acme: str) -> None:
    call("PUT", f"/crm/v4/objects/contacts/{bob}/associations/companies/{acme}", [_spec(1)])
    read = call("GET", f"/{bob}?associations=companies,deals").json()
    assert read["associations"] == {
        "companies": {
            "results": [
                {"id": acme, "type": "contact_to_company"},
                {"id": acme, "type": "contact_to_company_unlabeled"},
            ]
        }
    }
    assert call("GET", "?associations=companies").json()["results"][0]["associations"]
