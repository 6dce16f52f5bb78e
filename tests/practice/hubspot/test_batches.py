"""Batches: all or nothing without trace ids, row by row with them."""

from typing import Any

from connector.practice.hubspot import HubSpotCore
from tests.practice.hubspot.conftest import Call


def _row(trace: str | None, **more: Any) -> dict[str, Any]:
    return {**more, "objectWriteTraceId": trace} if trace else more


def _make(call: Call, *emails: str) -> list[str]:
    return [str(call("POST", "", {"properties": {"email": email}}).json()["id"]) for email in emails]


def test_one_bad_row_without_trace_ids_fails_the_whole_batch(call: Call, core: HubSpotCore) -> None:
    rows = [{"properties": {"email": "a@firm.example.com"}}, {"properties": {"first000name": "b"}}]
    refused = call("POST", "/batch/create", {"inputs": rows})
    assert refused.status == 400
    assert refused.json()["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"
    assert core.snapshot()["contacts"] == []


def test_a_conflict_without_trace_ids_fails_the_whole_batch_without_the_id(call: Call, bob: str) -> None:
    rows = [
        {"properties": {"email": "new@firm.example.com"}},
        {"properties": {"email": "bob@firm.example.com"}},
    ]
    refused = call("POST", "/batch/create", {"inputs": rows})
    assert (refused.status, refused.json()["message"]) == (409, "Contact already exists")
    assert call("GET", "/new@firm.example.com?idProperty=email").status == 404


def test_the_same_email_twice_in_one_batch_is_409(call: Call) -> None:
    rows = [{"properties": {"email": "a@firm.example.com"}}, {"properties": {"email": "A@firm.example.com"}}]
    assert call("POST", "/batch/create", {"inputs": rows}).status == 409


def test_with_trace_ids_the_good_rows_are_made_and_the_bad_ones_told(call: Call, bob: str) -> None:
    rows = [
        _row("0", properties={"email": "bob@firm.example.com"}),
        _row("1", properties={"email": "new@firm.example.com"}),
        _row("2", properties={"email": "x", "no_such": "y"}),
    ]
    mixed = call("POST", "/batch/create", {"inputs": rows})
    body = mixed.json()
    assert (mixed.status, body["status"], body["numErrors"]) == (207, "COMPLETE", 2)
    assert [one["objectWriteTraceId"] for one in body["results"]] == ["1"]
    conflict, invalid = body["errors"]
    assert conflict == {
        "status": "error",
        "category": "CONFLICT",
        "message": f"Contact already exists. Existing ID: {bob}",
        "context": {"objectWriteTraceId": ["0"], "existingId": [bob]},
    }
    assert invalid["context"]["objectWriteTraceId"] == ["2"]
    assert {one["code"] for one in invalid["errors"]} == {"INVALID_EMAIL", "PROPERTY_DOESNT_EXIST"}


def test_a_trace_id_missing_on_one_row_makes_it_all_or_nothing(call: Call, core: HubSpotCore) -> None:
    rows = [_row("0", properties={"email": "a@firm.example.com"}), _row(None, properties={"email": "x"})]
    assert call("POST", "/batch/create", {"inputs": rows}).status == 400
    assert core.snapshot()["contacts"] == []


def test_create_answers_201_and_update_200(call: Call) -> None:
    made = call("POST", "/batch/create", {"inputs": [{"properties": {"email": "a@firm.example.com"}}]})
    assert made.status == 201
    key = made.json()["results"][0]["id"]
    rows = [_row("t7", id=key, properties={"city": "Boston"})]
    changed = call("POST", "/batch/update", {"inputs": rows})
    assert changed.status == 200
    assert changed.json()["results"][0]["objectWriteTraceId"] == "t7"
    assert changed.json()["results"][0]["properties"]["city"] == "Boston"
    assert "errors" not in changed.json()


def test_unknown_ids_of_an_update_are_told_together(call: Call, core: HubSpotCore, bob: str) -> None:
    rows = [_row(str(n), id=key, properties={"city": "Austin"}) for n, key in enumerate(["77", bob, "x88"])]
    mixed = call("POST", "/batch/update", {"inputs": rows})
    assert mixed.status == 207
    assert mixed.json()["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert mixed.json()["errors"][0]["context"] == {"ids": ["77", "x88"]}
    assert core.contact(bob)["city"] == "Austin"


def test_unknown_ids_without_trace_ids_fail_the_batch_or_not(call: Call, core: HubSpotCore, bob: str) -> None:
    rows = [{"id": key, "properties": {"city": "Austin"}} for key in ("77", bob)]
    assert call("POST", "/batch/update", {"inputs": rows}).status == 404
    assert core.contact(bob)["city"] == "Boston"
    core.settings.missing_ids_fail_batch = False
    assert call("POST", "/batch/update", {"inputs": rows}).status == 207
    assert core.contact(bob)["city"] == "Austin"


def test_duplicate_ids_and_more_than_a_hundred_inputs_are_400(call: Call, bob: str) -> None:
    twice = [_row(str(n), id=bob, properties={"city": "Austin"}) for n in range(2)]
    refused = call("POST", "/batch/update", {"inputs": twice})
    assert refused.status == 400
    assert refused.json()["message"] == f"Duplicate IDs found in batch input: [{bob}]. IDs must be unique"
    assert refused.json()["context"] == {"ids": [bob]}
    many = [{"id": str(n)} for n in range(101)]
    assert call("POST", "/batch/read", {"inputs": many}).status == 400


def test_a_batch_read_answers_207_with_what_it_found(call: Call, bob: str) -> None:
    asked = {"inputs": [{"id": bob}, {"id": "99"}], "properties": ["city"]}
    mixed = call("POST", "/batch/read", asked)
    assert mixed.status == 207
    assert mixed.json()["results"][0]["properties"]["city"] == "Boston"
    assert mixed.json()["errors"][0]["context"] == {"ids": ["99"]}


def test_a_batch_read_by_email_finds_secondary_ones_and_shows_history(call: Call, bob: str) -> None:
    call("PATCH", f"/{bob}", {"properties": {"hs_additional_emails": "bobby@firm.example.com"}})
    asked = {
        "idProperty": "email",
        "inputs": [{"id": "Bobby@firm.example.com"}],
        "propertiesWithHistory": ["city"],
    }
    read = call("POST", "/batch/read", asked)
    assert read.status == 200
    assert read.json()["results"][0]["propertiesWithHistory"]["city"][0]["value"] == "Boston"


def test_a_batch_read_with_history_takes_fifty(call: Call) -> None:
    ids = _make(call, *(f"p{n}@firm.example.com" for n in range(51)))
    asked = {"inputs": [{"id": key} for key in ids], "propertiesWithHistory": ["city"]}
    refused = call("POST", "/batch/read", asked)
    assert refused.status == 400
    assert "property histories is 50" in refused.json()["message"]


def test_an_upsert_by_unique_property_makes_then_changes(call: Call, core: HubSpotCore) -> None:
    def row(city: str) -> dict[str, Any]:
        sent = {"lastname": "Bell", "city": city}
        return _row("0", id="00Q1", idProperty="accord_salesforce_id", properties=sent)

    first = call("POST", "/batch/upsert", {"inputs": [row("Boston")]})
    second = call("POST", "/batch/upsert", {"inputs": [row("Austin")]})
    assert (first.status, second.status) == (200, 200)
    assert [one.json()["results"][0]["new"] for one in (first, second)] == [True, False]
    (contact,) = core.snapshot()["contacts"]
    assert contact["properties"]["accord_salesforce_id"] == "00Q1"
    assert contact["properties"]["city"] == "Austin"


def test_an_upsert_whose_email_is_taken_is_told_by_row(call: Call, bob: str) -> None:
    rows = [
        _row(
            str(number),
            id=f"00Q{number}",
            idProperty="accord_salesforce_id",
            properties={"email": email},
        )
        for number, email in enumerate(("bob@firm.example.com", "new@firm.example.com"))
    ]
    mixed = call("POST", "/batch/upsert", {"inputs": rows})
    assert mixed.status == 207
    assert mixed.json()["errors"][0]["context"]["existingId"] == [bob]
    assert mixed.json()["results"][0]["new"] is True


def test_an_upsert_by_email_finds_the_contact(call: Call, core: HubSpotCore, bob: str) -> None:
    rows = [{"id": "BOB@firm.example.com", "idProperty": "email", "properties": {"city": "Denver"}}]
    assert call("POST", "/batch/upsert", {"inputs": rows}).json()["results"][0]["id"] == bob
    assert core.contact(bob)["city"] == "Denver"


def test_a_batch_archive_passes_over_unknown_ids(call: Call, bob: str) -> None:
    assert call("POST", "/batch/archive", {"inputs": [{"id": bob}, {"id": "9"}]}).status == 204
    assert call("GET", f"/{bob}").status == 404


def test_results_come_in_another_order(call: Call, core: HubSpotCore) -> None:
    ids = _make(call, *(f"p{n}@firm.example.com" for n in range(20)))
    asked = {"inputs": [{"id": key} for key in ids]}
    shuffled = [one["id"] for one in call("POST", "/batch/read", asked).json()["results"]]
    assert shuffled != ids and sorted(shuffled) == sorted(ids)
    core.settings.shuffle_results = False
    assert [one["id"] for one in call("POST", "/batch/read", asked).json()["results"]] == ids
