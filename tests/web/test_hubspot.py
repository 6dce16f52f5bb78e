"""HubSpot's webhooks: what is taken, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.adapters.postgres.database import Pool
from tests.web.edge import PUBLIC, Edge, changed, event


# --- T9 --------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "tampering",
    [
        pytest.param({"secret": "another"}, id="forged"),
        pytest.param(
            {"send": orjson.dumps([changed()], option=orjson.OPT_INDENT_2)}, id="parsed and serialised anew"
        ),
        pytest.param({"drop": ["X-HubSpot-Signature-v3"]}, id="signature stripped by a proxy"),
        pytest.param({"drop": ["X-HubSpot-Request-Timestamp"]}, id="timestamp stripped by a proxy"),
        pytest.param({"age": 301}, id="stale"),
        pytest.param({"age": -301}, id="from the future"),
        pytest.param({"signed": "http://accord.internal/webhooks/hubspot"}, id="another URL was signed"),
        pytest.param({"path": "/webhooks/hubspot?a=b"}, id="a query added"),
    ],
)
def test_T9_what_hubspot_did_not_send_as_it_stands_is_refused(edge: Edge, tampering: dict[str, Any]) -> None:
    assert edge.hubspot([changed()], **tampering).status_code == 401
    assert edge.untouched()


def test_T9_the_public_url_is_signed_whatever_the_proxy_calls_us(edge: Edge) -> None:
    signed = PUBLIC + "/webhooks/hubspot?team=a%3Ab"
    assert edge.hubspot([changed()], path="/webhooks/hubspot?team=a%3Ab", signed=signed).status_code == 200


def test_T9_a_proxy_that_cuts_the_beginning_of_the_path(database: Pool) -> None:
    edge = Edge(database, public_url="https://x.example/accord")
    assert edge.hubspot([changed()], signed="https://x.example/accord/webhooks/hubspot").status_code == 200


def test_without_a_public_url_the_request_says_where_it_went(database: Pool) -> None:
    edge = Edge(database, public_url="")
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    assert (
        edge.hubspot([changed()], signed="http://localhost/webhooks/hubspot", add=forwarded).status_code
        == 200
    )


def test_without_a_client_secret_nothing_is_taken(database: Pool) -> None:
    edge = Edge(database, hubspot_client_secret="")
    assert edge.hubspot([changed()], secret="").status_code == 401


# --- refused -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="empty"),
        pytest.param(b"[{", 400, id="no JSON"),
        pytest.param(b"[" * 5000, 400, id="a bracket bomb"),
        pytest.param(b"\xff\xfe", 400, id="no text"),
        pytest.param({"subscriptionType": "contact.creation"}, 400, id="no array"),
        pytest.param(["contact.creation"], 400, id="no events"),
        pytest.param([{"portalId": 48807704, "appId": 16111050}], 400, id="no type"),
        pytest.param([event("creation")], 400, id="no object in the type"),
        pytest.param([changed(objectId=None)], 400, id="no record"),
        pytest.param([changed(objectId="512; drop")], 400, id="an id that is none"),
        pytest.param([changed(objectId=True)], 400, id="an id that is a truth"),
        pytest.param([changed(objectId=-5)], 400, id="a negative id"),
        pytest.param([changed(objectId="9" * 30)], 400, id="an endless id"),
        pytest.param([changed(propertyName=None)], 400, id="no property"),
        pytest.param([changed(name="job\x00title")], 400, id="a property that can't be"),
        pytest.param([changed(value={"a": 1})], 400, id="a value that is a structure"),
        pytest.param([changed(occurredAt="noon")], 400, id="no time"),
        pytest.param([changed(occurredAt=10**17)], 400, id="a time beyond time"),
        pytest.param(
            [event("contact.merge", mergedObjectIds="7", primaryObjectId=6)], 400, id="a broken merge"
        ),
        pytest.param([changed(), changed(portalId=1)], 403, id="another portal"),
        pytest.param([changed(), changed(appId=1)], 403, id="another app"),
        pytest.param([changed(), changed(objectId=[])], 400, id="one bad event among good ones"),
    ],
)
def test_what_can_not_be_right_is_refused_and_changes_nothing(edge: Edge, body: Any, status: int) -> None:
    answer = edge.hubspot(body)
    assert answer.status_code == status
    assert b"drop" not in answer.data
    assert edge.untouched()


def test_more_than_two_megabytes_are_not_even_read(edge: Edge) -> None:
    assert edge.hubspot([changed(value="x" * 2_000_001)]).status_code == 413
    assert edge.untouched()


@pytest.mark.parametrize(
    "headers", [{"Content-Type": "text/plain"}, {"Content-Type": "text/xml"}, {"Content-Encoding": "gzip"}]
)
def test_another_kind_of_content_is_refused(edge: Edge, headers: dict[str, str]) -> None:
    assert edge.hubspot([changed()], add=headers).status_code == 415
    assert edge.untouched()


def test_only_posts_are_answered(edge: Edge) -> None:
    assert edge.client.get("/webhooks/hubspot").status_code == 405


def test_when_the_database_is_gone_hubspot_is_asked_to_come_again(edge: Edge) -> None:
    edge.run("ALTER TABLE pending RENAME TO elsewhere")
    try:
        assert edge.hubspot([changed()]).status_code == 503
    finally:
        edge.run("ALTER TABLE elsewhere RENAME TO pending")
    assert edge.hubspot([changed()]).status_code == 200, "the failed delivery must not count as taken"
    assert len(edge.pending()) == 1


# --- taken -------------------------------------------------------------------------------------------------------------------
def test_a_property_change_is_queued_with_its_value(edge: Edge) -> None:
    assert edge.hubspot([changed(value="CEO")]).status_code == 200
    (row,) = edge.pending()
    (note,) = row["notes"]
    assert (row["side"], row["object"], row["ref_id"], row["lane"]) == ("hubspot", "contact", "512", 1)
    assert (note["f"], note["v"], note["t"], note["p"]) == ("jobtitle", "CEO", 1_791_201_600_000, False)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("", None),
        (None, None),
        ("true", "true"),
        (True, "true"),
        (12.5, "12.5"),
        ("a\x00b", "ab"),
        ("  ", "  "),
    ],
)
def test_values_are_text_and_blank_is_none(edge: Edge, told: Any, kept: str | None) -> None:
    edge.hubspot([changed(value=told)])
    assert edge.pending()[0]["notes"][0]["v"] == kept


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(event("contact.creation"), {"512": "created"}, id="creation"),
        pytest.param(event("contact.deletion"), {"512": "gone"}, id="deletion"),
        pytest.param(event("contact.privacyDeletion"), {"512": "erased"}, id="privacy deletion"),
        pytest.param(event("contact.restore"), {"512": "changed"}, id="restore"),
        pytest.param(
            event("contact.merge", primaryObjectId=5, mergedObjectIds=[5, 6], newObjectId=7),
            {"5": "merged", "6": "merged", "7": "changed"},
            id="merge into a new record",
        ),
        pytest.param(
            event("contact.merge", primaryObjectId=5, mergedObjectIds=[6], newObjectId=5),
            {"6": "merged", "5": "changed"},
            id="merge into the first",
        ),
        pytest.param(changed(value="REDACTED"), {"512": "redacted"}, id="redacted"),
        pytest.param(changed(isSensitive=True), {"512": "redacted"}, id="sensitive"),
        pytest.param(
            event("contact.propertyChange", propertyName="x"), {"512": "changed"}, id="no value told"
        ),
        pytest.param(event("object.creation", objectTypeId="0-1"), {"512": "created"}, id="generic creation"),
        pytest.param(event("object.deletion", objectTypeId="0-1"), {"512": "gone"}, id="generic deletion"),
    ],
)
def test_every_kind_of_event(edge: Edge, told: dict[str, Any], expected: dict[str, str]) -> None:
    assert edge.hubspot([told]).status_code == 200
    assert {row["ref_id"]: row["notes"][0]["k"] for row in edge.pending()} == expected
    assert all(row["requeued"] and not any("v" in note for note in row["notes"]) for row in edge.pending())


def test_a_generic_property_change_under_either_name(edge: Edge) -> None:
    told = event("object.propertyChange", objectTypeId="0-1", propertyName="jobtitle", propertyValue="CEO")
    told["eventType"] = told.pop("subscriptionType")
    assert edge.hubspot([told]).status_code == 200
    assert edge.pending()[0]["notes"][0]["v"] == "CEO"


@pytest.mark.parametrize(
    "told",
    [
        event("company.creation"),
        event("object.creation", objectTypeId="0-2"),
        event("object.creation", objectTypeId="2-777"),
        event("contact.associationChange", fromObjectId=1, toObjectId=2),
        event("conversation.newMessage"),
        event("contact.somethingNew"),
    ],
)
def test_what_does_not_concern_us_is_answered_and_forgotten(edge: Edge, told: dict[str, Any]) -> None:
    assert edge.hubspot([told]).status_code == 200
    assert edge.untouched()


def test_an_empty_array_is_no_fault(edge: Edge) -> None:
    assert edge.hubspot([]).status_code == 200


# --- T6, T7, T8 ----------------------------------------------------------------------------------------------------------------
def test_T6_a_repeat_within_five_minutes_is_2xx_without_effect(edge: Edge) -> None:
    assert edge.hubspot([changed()]).status_code == 200
    before = edge.pending()
    assert edge.hubspot([changed()]).status_code == 200
    edge.clock.advance(299)
    assert edge.hubspot([changed()], age=299).status_code == 200
    assert edge.pending() == before


def test_T6_a_retry_after_a_lost_answer_makes_no_second_row(edge: Edge) -> None:
    edge.hubspot([event("contact.creation")])
    edge.hubspot([event("contact.creation", attemptNumber=1)])
    assert len(edge.pending()) == 1


def test_T7_in_whatever_order_events_come_the_record_is_read_anew(edge: Edge) -> None:
    """Nothing of an event's value is ever written: both orders leave the same row, due at once."""
    older, newer = changed(value="Clerk"), changed(value="CEO", occurredAt=1_791_201_601_000)
    edge.hubspot([newer])
    edge.hubspot([older])
    (row,) = edge.pending()
    assert (row["seq"], {note["v"] for note in row["notes"]}) == (2, {"Clerk", "CEO"})


def test_T8_t64_a_burst_is_coalesced_by_record(edge: Edge) -> None:
    burst = [changed(500 + n % 25, value=f"title {n}") for n in range(150)]
    assert edge.hubspot(burst).status_code == 200
    assert [(row["seq"], len(row["notes"])) for row in edge.pending()] == [(1, 6)] * 25


def test_an_echo_leaves_no_trace_but_its_digest(edge: Edge) -> None:
    edge.run(
        "INSERT INTO link (hubspot_id, salesforce_object, salesforce_id, seen_hubspot)"
        " VALUES ('512', 'Lead', '00Q', '{\"title\": \"CEO\"}')"
    )
    assert edge.hubspot([changed(value="CEO")]).status_code == 200
    assert edge.pending() == []
    assert 'accord_notices_total{became="dropped",side="hubspot"} 1.0' in edge.client.get("/metrics").text
