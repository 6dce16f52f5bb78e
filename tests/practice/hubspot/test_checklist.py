"""The simulator checklist, the lines about HubSpot, one test a line (a line with several claims has several)."""

import threading
from datetime import datetime
from typing import Any

import orjson
import pytest

from connector.practice.clock import ManualClock
from connector.practice.http import ConnectionLost
from connector.practice.hubspot import HubSpotCore, signing
from connector.practice.hubspot.sender import Sender
from tests.practice.hubspot.conftest import Call


def _traced(number: int, **more: Any) -> dict[str, Any]:
    return {**more, "objectWriteTraceId": str(number)}


def test_c01_exact_success_codes(call: Call, bob: str) -> None:
    made = {"inputs": [{"properties": {"email": "a@firm.example.com"}}]}
    changed = {"inputs": [{"id": bob, "properties": {"city": "Austin"}}]}
    up = [{"id": "b@firm.example.com", "idProperty": "email", "properties": {"city": "Austin"}}]
    codes = [
        call("POST", "", {"properties": {"lastname": "New"}}).status,
        call("POST", "/batch/create", made).status,
        call("POST", "/batch/update", changed).status,
        call("POST", "/batch/upsert", {"inputs": up}).status,
        call("POST", "/batch/read", {"inputs": [{"id": bob}]}).status,
        call("PATCH", f"/{bob}", {"properties": {"city": "Boston"}}).status,
        call("POST", "/search", {}).status,
        call("POST", "/batch/archive", {"inputs": [{"id": bob}]}).status,
        call("DELETE", f"/{bob}").status,
    ]
    assert codes == [201, 201, 200, 200, 200, 200, 200, 204, 204]


@pytest.mark.parametrize("type_", ["contacts", "companies", "deals", "tickets", "notes", "0-136"])
def test_c01_the_same_codes_for_every_kind(call: Call, type_: str) -> None:
    values = {
        "contacts": {"lastname": "A"},
        "companies": {"name": "A"},
        "deals": {"dealname": "A", "dealstage": "closedwon"},
        "tickets": {"subject": "A", "hs_pipeline_stage": "1"},
        "notes": {"hs_note_body": "A"},
        "0-136": {"hs_lead_name": "A"},
    }[type_]
    root = f"/crm/v3/objects/{type_}"
    made = call("POST", root, {"properties": values})
    batch = call("POST", f"{root}/batch/create", {"inputs": [{"properties": values}]})
    assert (made.status, batch.status) == (201, 201)
    assert call("GET", f"{root}/{made.json()['id']}").status == 200
    assert call("DELETE", f"{root}/{made.json()['id']}").status == 204


def test_c01_207_needs_a_trace_id_on_every_input(call: Call, core: HubSpotCore) -> None:
    good, bad = {"properties": {"lastname": "A"}}, {"properties": {"no_such": "A"}}
    assert call("POST", "/batch/create", {"inputs": [good, bad]}).status == 400
    assert call("POST", "/batch/create", {"inputs": [_traced(0, **good), bad]}).status == 400
    assert core.snapshot()["contacts"] == []
    assert call("POST", "/batch/create", {"inputs": [_traced(0, **good), _traced(1, **bad)]}).status == 207


def test_c02_no_paging_on_the_last_page_and_integer_offsets_in_search(call: Call, bob: str) -> None:
    call("POST", "", {"properties": {"lastname": "B"}})
    assert "paging" not in call("GET", "?limit=2").json()
    assert call("GET", "?limit=1").json()["paging"]["next"]["after"] == bob
    assert call("POST", "/search", {"limit": 1}).json()["paging"]["next"]["after"] == "1"
    assert "paging" not in call("POST", "/search", {"limit": 1, "after": "1"}).json()


def test_c02_a_search_ends_at_ten_thousand(call: Call) -> None:
    assert call("POST", "/search", {"limit": 200, "after": "9800"}).status == 200
    assert call("POST", "/search", {"limit": 200, "after": "9801"}).status == 400


def test_c02_five_searches_a_second_then_the_recorded_body(call: Call, core: HubSpotCore) -> None:
    core.faults.rate_limits = True
    answers = [call("POST", "/crm/v3/objects/deals/search", {}) for _ in range(6)]
    assert [one.status for one in answers] == [200] * 5 + [429]
    assert answers[5].json()["category"] == "RATE_LIMITS"
    assert "Retry-After" not in answers[5].headers and "policyName" not in answers[5].json()


@pytest.mark.parametrize(
    ("type_", "values", "shown", "modified"),
    [
        (
            "contacts",
            {"lastname": "A"},
            "createdate email firstname hs_object_id lastmodifieddate lastname",
            "lastmodifieddate",
        ),
        (
            "companies",
            {"name": "A"},
            "createdate domain hs_lastmodifieddate hs_object_id name",
            "hs_lastmodifieddate",
        ),
        (
            "deals",
            {"dealname": "A", "dealstage": "closedwon"},
            "amount closedate createdate dealname dealstage hs_lastmodifieddate hs_object_id pipeline",
            "hs_lastmodifieddate",
        ),
    ],
)
def test_c03_texts_or_null_the_default_set_and_the_automatic_ones(
    call: Call, clock: ManualClock, type_: str, values: dict[str, str], shown: str, modified: str
) -> None:
    root = f"/crm/v3/objects/{type_}"
    key = call("POST", root, {"properties": values}).json()["id"]
    read = call("GET", f"{root}/{key}").json()["properties"]
    assert set(read) == set(shown.split())
    assert all(value is None or isinstance(value, str) for value in read.values())
    assert (read["hs_object_id"], read["createdate"]) == (key, "2026-10-12T12:00:00.000Z")
    clock.advance(2)
    call("PATCH", f"{root}/{key}", {"properties": {"hubspot_owner_id": "700101"}})
    assert call("GET", f"{root}/{key}").json()["properties"][modified] == "2026-10-12T12:00:02.000Z"


def test_c04_the_lifecycle_goes_forward_and_back_only_through_blank(
    call: Call, core: HubSpotCore, bob: str
) -> None:
    held = []
    for stage in ("customer", "lead", "", "lead"):
        assert call("PATCH", f"/{bob}", {"properties": {"lifecyclestage": stage}}).status == 200
        held.append(core.contact(bob).get("lifecyclestage"))
    assert held == ["customer", "customer", None, "lead"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("accord_tier", "Hot", "INVALID_OPTION"),
        ("budget", "many", "INVALID_INTEGER"),
        ("accord_answered_at", "soon", "INVALID_LONG"),
        ("webinar_date", "1760227201000", "INVALID_DATE"),
        ("email", "nobody", "INVALID_EMAIL"),
        ("hs_email_optout", "true", "READ_ONLY_VALUE"),
        ("no_such", "x", "PROPERTY_DOESNT_EXIST"),
    ],
)
def test_c04_values_are_checked_and_the_message_holds_a_json_array(
    call: Call, bob: str, name: str, value: str, code: str
) -> None:
    refused = call("PATCH", f"/{bob}", {"properties": {name: value}})
    assert (refused.status, refused.json()["category"]) == (400, "VALIDATION_ERROR")
    inner = orjson.loads(refused.json()["message"].partition(": ")[2])
    assert (inner[0]["isValid"], inner[0]["error"], inner[0]["name"]) == (False, code, name)


def test_c05_a_conflict_names_the_existing_id(call: Call, bob: str) -> None:
    refused = call("POST", "", {"properties": {"email": "bob@firm.example.com"}})
    assert (refused.status, refused.json()["message"]) == (409, f"Contact already exists. Existing ID: {bob}")


def test_c05_merged_ids_go_on_resolving(call: Call, core: HubSpotCore, bob: str) -> None:
    eve = call("POST", "", {"properties": {"email": "eve@firm.example.com", "jobtitle": "CEO"}}).json()["id"]
    merged = call("POST", "/merge", {"primaryObjectId": bob, "objectIdToMerge": eve}).json()["id"]
    for old in (bob, eve):
        assert call("GET", f"/{old}").json()["id"] == merged
        assert call("PATCH", f"/{old}", {"properties": {"city": old}}).json()["id"] == merged
    read = call("POST", "/batch/read", {"inputs": [{"id": eve}]})
    assert (read.status, read.json()["results"][0]["id"]) == (200, merged)
    held = core.contact(merged)
    assert (held["email"], held["hs_additional_emails"], held["jobtitle"]) == (
        "bob@firm.example.com",
        "eve@firm.example.com",
        "CEO",
    )
    assert held["hs_merged_object_ids"].split(";") == [bob, eve]
    assert call("GET", "/eve@firm.example.com?idProperty=email").json()["id"] == merged
    third = call("POST", "", {"properties": {"lastname": "Third"}}).json()["id"]
    again = call("POST", "/merge", {"primaryObjectId": third, "objectIdToMerge": bob}).json()["id"]
    assert call("GET", f"/{eve}").json()["id"] == again


def test_c05_archived_ones_are_read_when_asked_for(call: Call, core: HubSpotCore, bob: str) -> None:
    call("DELETE", f"/{bob}")
    assert call("GET", f"/{bob}").status == 404
    assert call("GET", f"/{bob}?archived=true").json()["archived"] is True
    assert [one["id"] for one in call("GET", "?archived=true").json()["results"]] == [bob]
    both = call("POST", "/batch/read?archived=true", {"inputs": [{"id": bob}]})
    assert both.json()["results"][0]["archivedAt"]
    assert core.edit(id=bob, restore=True) == bob
    assert call("GET", f"/{bob}").json()["archived"] is False
    assert call("GET", "/bob@firm.example.com?idProperty=email").json()["id"] == bob


def test_c05_a_privacy_deletion_leaves_nothing(call: Call, core: HubSpotCore, bob: str) -> None:
    body = {"objectId": "bob@firm.example.com", "idProperty": "email"}
    assert call("POST", "/gdpr-delete", body).status == 204
    assert call("GET", f"/{bob}").status == 404
    assert call("GET", f"/{bob}?archived=true").status == 404
    assert call("POST", "/search", {}).json()["total"] == 0
    with pytest.raises(ValueError, match="privacy"):
        core.edit({"email": "bob@firm.example.com"}, by="form", create=True)
    assert call("POST", "/gdpr-delete", body).status == 204


def test_c06_search_lags_and_never_shows_archived_ones(
    call: Call, core: HubSpotCore, clock: ManualClock, bob: str
) -> None:
    core.settings.index_lag = 3
    late = call("POST", "", {"properties": {"lastname": "Late"}}).json()["id"]

    def found() -> list[str]:
        return [one["id"] for one in call("POST", "/search", {}).json()["results"]]

    assert found() == [bob]
    clock.advance(3)
    assert found() == [bob, late]
    call("DELETE", f"/{bob}")
    assert found() == [late]


@pytest.mark.parametrize(
    "query", ["properties=city&properties=phone", "properties=city,phone", "properties=city%2Cphone"]
)
def test_c07_archived_false_and_both_forms_of_properties(call: Call, bob: str, query: str) -> None:
    read = call("GET", f"/{bob}?archived=False&{query}")
    assert {"city", "phone"} <= set(read.json()["properties"])


def test_c08_association_ids_are_numbers_and_none_found_stands_in_a_207(call: Call, bob: str) -> None:
    acme = call("POST", "/crm/v3/objects/companies", {"properties": {"name": "Acme"}}).json()["id"]
    alone = call("POST", "", {"properties": {"lastname": "Alone"}}).json()["id"]
    spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    made = call("PUT", f"/crm/v4/objects/contacts/{bob}/associations/companies/{acme}", spec)
    assert (made.status, made.json()["fromObjectId"], made.json()["toObjectId"]) == (201, int(bob), int(acme))
    asked = {"inputs": [{"id": bob}, {"id": alone}]}
    read = call("POST", "/crm/v4/associations/contacts/companies/batch/read", asked)
    assert read.status == 207
    (row,) = read.json()["results"][0]["to"]
    assert row["toObjectId"] == int(acme)
    assert [(one["typeId"], one["label"]) for one in row["associationTypes"]] == [(1, "Primary"), (279, None)]
    (error,) = read.json()["errors"]
    assert error["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert error["message"] == f"No company is associated with contact {alone}."


class _Ear:
    """Stands in for the network: keeps what is posted and answers what it is told."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.posted: list[tuple[dict[str, str], bytes, float]] = []
        self.at_once = self.most = 0
        self.lock = threading.Lock()

    def request(self, method: str, url: str, **sent: Any) -> Any:
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            self.posted.append((sent["headers"], sent["body"], sent["timeout"]))
            status = self.statuses.pop(0) if self.statuses else 204
            return type("Answer", (), {"status": status})
        finally:
            with self.lock:
                self.at_once -= 1

    def clear(self) -> None:
        pass


def _sent(core: HubSpotCore, ear: _Ear, people: int, **delivery: Any) -> list[list[dict[str, Any]]]:
    core.delivery.update({"target_url": "https://a.example.com/hook", "window_ms": 0, **delivery})
    core.outbox.subscribe([{"type": "contact.creation"}])
    sender = Sender(core)
    sender._http = ear  # type: ignore[assignment]  # the network, not our code
    try:
        for number in range(people):
            core.edit({"lastname": f"P{number}"}, create=True)
        done = threading.Event()
        for _ in range(500):
            shown = sender.shown()
            told = shown["events"] + shown["lost"] + shown["given_up"]
            if told >= people + shown["duplicated"] and not shown["undelivered"]:
                break
            done.wait(0.01)
    finally:
        sender.close()
    return [orjson.loads(body) for _, body, _ in ear.posted]


def test_c09_arrays_under_a_hundred_with_both_signatures_and_five_seconds(core: HubSpotCore) -> None:
    ear = _Ear()
    batches = _sent(core, ear, 150, window_ms=30)
    assert max(map(len, batches)) < 100 and sum(map(len, batches)) == 150
    secret = core.portal.account.client_secret
    for headers, body, timeout in ear.posted:
        assert timeout == 5
        assert headers["X-HubSpot-Signature"] == signing.v1(secret, body)
        stamp = int(headers["X-HubSpot-Request-Timestamp"])
        expected = signing.v3(secret, "POST", "https://a.example.com/hook", body, stamp)
        assert headers["X-HubSpot-Signature-v3"] == expected


def test_c09_duplicates_disorder_and_retries_with_their_attempt_number(core: HubSpotCore) -> None:
    batches = _sent(core, _Ear(503, 503), 1, retry_seconds=0.001)
    assert [batch[0]["attemptNumber"] for batch in batches] == [0, 1, 2]
    core.outbox.clear()
    told = [
        event["objectId"] for batch in _sent(core, _Ear(), 40, duplicates=0.5, batch=5) for event in batch
    ]
    assert len(told) > len(set(told)) == 40


def test_c10_rate_limit_headers_on_calls_and_not_on_searches(call: Call, core: HubSpotCore) -> None:
    core.faults.rate_limits = True
    normal, search = call("GET", "").headers, call("POST", "/search", {}).headers
    named = {name.removeprefix("X-HubSpot-RateLimit-") for name in normal if "RateLimit" in name}
    assert named == {
        "Daily",
        "Daily-Remaining",
        "Interval-Milliseconds",
        "Max",
        "Remaining",
        "Secondly",
        "Secondly-Remaining",
    }
    assert {name for name in search if "RateLimit" in name} == {
        "X-HubSpot-RateLimit-Daily",
        "X-HubSpot-RateLimit-Daily-Remaining",
    }


def test_c10_limits_by_tier_and_kind_of_app(call: Call, core: HubSpotCore) -> None:
    core.faults.rate_limits = True
    told = {}
    for tier in ("free", "professional", "enterprise", "enterprise+"):
        core.settings.update({"tier": tier})
        headers = call("GET", "").headers
        told[tier] = (headers["X-HubSpot-RateLimit-Max"], headers["X-HubSpot-RateLimit-Daily"])
    assert told == {
        "free": ("100", "250000"),
        "professional": ("190", "625000"),
        "enterprise": ("190", "1000000"),
        "enterprise+": ("250", "2000000"),
    }
    linked = call("GET", "/crm/v4/associations/contacts/companies/labels").headers
    assert linked["X-HubSpot-RateLimit-Max"] == "150"


def test_c10_the_daily_count_ends_at_the_portals_midnight(
    call: Call, core: HubSpotCore, clock: ManualClock
) -> None:
    core.faults.rate_limits = True
    core.settings.daily_limit = 1
    assert [call("GET", "").status for _ in range(2)] == [200, 429]
    clock.advance(15.9 * 3600)  # noon UTC is eight in the morning of the portal
    assert call("GET", "").json()["policyName"] == "DAILY"
    clock.advance(0.2 * 3600)
    assert call("GET", "").status == 200


@pytest.mark.parametrize("status", [401, 403, 423, 429, 477, 500, 502, 503, 504, 521, 522, 523, 524])
def test_c17_faults_by_status(call: Call, core: HubSpotCore, status: int) -> None:
    core.faults.update({"next": [{"match": "GET", "kind": "status", "status": status, "retry_after": 7}]})
    struck = call("GET", "")
    assert (struck.status, struck.headers["Retry-After"]) == (status, "7")
    is_page = struck.headers["Content-Type"].startswith("text/html")
    assert is_page == (status in (502, 504, 521, 522, 523, 524))
    assert call("GET", "").status == 200


def test_c17_a_reply_dropped_after_the_commit(call: Call, core: HubSpotCore) -> None:
    core.faults.update({"next": [{"match": "batch/create", "kind": "lost_reply"}]})
    with pytest.raises(ConnectionLost):
        call("POST", "/batch/create", {"inputs": [{"properties": {"email": "a@firm.example.com"}}]})
    assert core.contact("a@firm.example.com")


def test_c17_slow_replies_and_tokens_that_expire_in_mid_run(call: Call, core: HubSpotCore) -> None:
    core.faults.update({"latency_ms": 40, "latency": {"batch/read": 250}})
    assert core.faults.latency_seconds("POST", "/crm/v3/objects/contacts/batch/read") == 0.25
    assert core.faults.latency_seconds("GET", "/crm/v3/owners") == 0.04
    core.faults.update({"expire_tokens": True})
    assert call("GET", "").json()["category"] == "EXPIRED_AUTHENTICATION"


def test_c18_timestamps_have_milliseconds(call: Call, clock: ManualClock, bob: str) -> None:
    clock.advance(0.123)
    changed = call("PATCH", f"/{bob}", {"properties": {"city": "Austin"}}).json()
    assert changed["updatedAt"] == "2026-10-12T12:00:00.123Z"
    assert datetime.fromisoformat(changed["properties"]["lastmodifieddate"]).microsecond == 123_000
