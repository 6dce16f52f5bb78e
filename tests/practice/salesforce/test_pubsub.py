"""The practice Pub/Sub API, met by the generated stub and by an Avro reader: nothing of Accord's own client."""

import io
import json
import queue
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
from fastavro import parse_schema, schemaless_reader

from connector.practice.clock import ManualClock
from connector.practice.http import Request
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.pubsub import PubSubServer, serve_pubsub
from connector.practice.salesforce.pubsub.bitmaps import bitmap, bitmaps
from connector.practice.salesforce.pubsub.settings import PubSubSettings
from connector.practice.salesforce.pubsub.stored import NOBODY
from connector.practice.salesforce.pubsub.unproved import UNPROVED
from connector.practice.salesforce.pubsub.wire import pubsub_api_pb2 as wire
from connector.practice.salesforce.pubsub.wire.pubsub_api_pb2_grpc import PubSubStub
from connector.practice.salesforce.server import serve_salesforce

LEADS = "/data/LeadChangeEvent"
ANN = {"FirstName": "Ann", "LastName": "Ito", "Company": "Acme", "Email": "ann@acme.example.com"}
FOLDER = Path(__file__).parents[3] / "connector"
Event = dict[str, Any]


class Subscriber:
    """An independent client of one topic."""

    def __init__(self, server: PubSubServer, topic: str = LEADS, **first: Any) -> None:
        core = server.feed.core
        self.metadata = (
            ("accesstoken", core.access_token), ("instanceurl", "https://x.my.salesforce.com"), ("tenantid", core.org_id),
        )  # fmt: skip
        self.channel = grpc.insecure_channel(server.endpoint)
        self.stub: Any = PubSubStub(self.channel)  # type: ignore[no-untyped-call]
        self.requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.requests.put(wire.FetchRequest(topic_name=topic, **{"num_requested": 10} | first))
        self.call = self.stub.Subscribe(iter(self.requests.get, None), metadata=self.metadata, timeout=120)
        self.last: Any = None

    def take(self, count: int) -> list[Event]:
        found: list[Event] = []
        while len(found) < count:
            self.last = next(self.call)
            found += [self.read(event.event) for event in self.last.events]
        return found

    def read(self, event: Any) -> Event:
        info = self.stub.GetSchema(wire.SchemaRequest(schema_id=event.schema_id), metadata=self.metadata)
        schema = parse_schema(json.loads(info.schema_json))
        record: Any = schemaless_reader(io.BytesIO(event.payload), schema, None)
        record["names"] = names(record["ChangeEventHeader"]["changedFields"], json.loads(info.schema_json))
        return dict(record)

    def refusal(self) -> tuple[grpc.StatusCode, str]:
        with pytest.raises(grpc.RpcError) as caught:
            next(self.call)
        return told(caught.value)

    def close(self) -> None:
        self.requests.put(None)
        self.call.cancel()
        self.channel.close()


def told(error: Any) -> tuple[grpc.StatusCode, str]:
    """The status, and the API's own code; its trace id is in words and trailers alike."""
    trailers = dict(error.trailing_metadata())
    assert str(uuid.UUID(trailers["rpc-id"])) in error.details()
    return error.code(), trailers["error-code"].removeprefix("sfdc.platform.eventbus.grpc.")


def names(bitmaps_: list[str], schema: Any) -> set[str]:
    """Bits to names, as the public example does: the hexadecimal digits as bits, reversed."""
    found = set()
    for element in bitmaps_:
        fields, lead = schema["fields"], ""
        if "-" in element:
            number, element = element.split("-")
            lead = fields[int(number)]["name"] + "."
            kind = fields[int(number)]["type"][-1]
            last = [field["type"][-1] for field in fields[1:]]
            known = {kind["name"]: kind for kind in last if isinstance(kind, dict)}
            fields = (kind if isinstance(kind, dict) else known[kind])["fields"]
        bits = bin(int(element[2:], 16))[2:].zfill(4 * len(element[2:]))[::-1]
        found |= {lead + fields[at]["name"] for at, bit in enumerate(bits) if bit == "1"}
    return found


@pytest.fixture
def server() -> Iterator[PubSubServer]:
    running = serve_pubsub(SalesforceCore(clock=ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))))
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def leads(server: PubSubServer) -> Iterator[Subscriber]:
    subscriber = Subscriber(server, replay_preset=wire.EARLIEST)
    try:
        yield subscriber
    finally:
        subscriber.close()


def api(core: Acts, method: str, path: str, body: Any, client: str = "client=accord") -> Any:
    headers = {"authorization": f"Bearer {core.access_token}", "sforce-call-options": client}
    return core.respond(
        Request(method, f"/services/data/v66.0/{path}", {}, headers, json.dumps(body).encode())
    ).json()


def test_both_copies_of_what_travels_are_alike() -> None:
    ours, theirs = (FOLDER / part / "salesforce/pubsub/wire" for part in ("adapters", "practice"))
    for name in ("pubsub_api.proto", "pubsub_api_pb2.py", "pubsub_api_pb2.pyi"):
        assert (ours / name).read_bytes() == (theirs / name).read_bytes()


def test_a_bitmap_counts_from_the_right_in_whole_bytes() -> None:
    assert bitmap([1]) == "0x02"
    assert bitmap([30, 29, 26, 24, 10, 7, 6, 5]) == "0x650004E0"
    assert bitmaps([(2, None), (4, 4), (7, 1), (7, 2)]) == ["0x04", "4-0x10", "7-0x06"]
    assert bitmaps([(4, 4)], parents=True) == ["0x10", "4-0x10"]
    assert bitmaps([]) == []


def test_a_topic_tells_its_schema(server: PubSubServer, leads: Subscriber) -> None:
    topic = leads.stub.GetTopic(wire.TopicRequest(topic_name=LEADS), metadata=leads.metadata)
    info = leads.stub.GetSchema(wire.SchemaRequest(schema_id=topic.schema_id), metadata=leads.metadata)
    schema = json.loads(info.schema_json)
    assert topic.can_subscribe and (schema["name"], schema["namespace"]) == (
        "LeadChangeEvent",
        "com.sforce.eventbus",
    )
    by_name = {field["name"]: field for field in schema["fields"]}
    assert schema["fields"][0]["name"] == "ChangeEventHeader"
    assert by_name["LastModifiedDate"] == {
        "doc": "Data:DateTime", "name": "LastModifiedDate", "type": ["null", "long"], "default": None,
    }  # fmt: skip
    assert [part["name"] for part in by_name["Name"]["type"][1]["fields"]] == [
        "Salutation",
        "FirstName",
        "LastName",
    ]
    assert (
        "Address" in by_name
        and "Street" not in by_name
        and "Id" not in by_name
        and "SystemModstamp" not in by_name
    )


def test_a_persons_new_lead_and_edit(server: PubSubServer, leads: Subscriber) -> None:
    core = server.feed.core
    lead = core.edit("Lead", None, {**ANN, "City": "Basel"}, create=True)
    core.clock.advance(5)  # type: ignore[attr-defined]
    core.edit(
        "Lead",
        lead,
        {"LastName": "Ito-Kay", "City": None, "Webinar_Date__c": "2026-03-09", "AnnualRevenue": 5},
    )
    made, edited = leads.take(2)
    header = made["ChangeEventHeader"]
    assert (header["entityName"], header["recordIds"], header["changeType"]) == ("Lead", [lead], "CREATE")
    assert header["changedFields"] == [] and made["Name"]["FirstName"] == "Ann" and made["Company"] == "Acme"
    header = edited["ChangeEventHeader"]
    assert header["changeOrigin"] == "com/salesforce/api/soap/66.0;client=SfdcInternalAPI/"
    assert header["commitUser"] == core.org.people["user"] and header["commitTimestamp"] % 1000 == 0
    assert edited["names"] == {
        "Name.LastName", "Address.City", "Webinar_Date__c", "AnnualRevenue", "LastModifiedDate",
    }  # fmt: skip
    assert len(header["nulledFields"]) == 1 and "-" in header["nulledFields"][0]
    assert edited["Webinar_Date__c"] == 1_773_014_400_000 and edited["AnnualRevenue"] == 5.0
    assert edited["Company"] is None and edited["Name"] == {
        "Salutation": None,
        "FirstName": None,
        "LastName": "Ito-Kay",
    }


def test_an_api_call_shows_its_client_and_user(server: PubSubServer, leads: Subscriber) -> None:
    core = server.feed.core
    made = api(core, "POST", "sobjects/Lead", ANN)
    header = leads.take(1)[0]["ChangeEventHeader"]
    assert header["recordIds"] == [made["id"]] and header["commitUser"] == core.org.people["integration"]
    assert header["changeOrigin"] == "com/salesforce/api/rest/66.0;client=accord"
    server.feed.settings.client_named = False
    api(core, "PATCH", f"sobjects/Lead/{made['id']}", {"Title": "CEO"})
    assert leads.take(1)[0]["ChangeEventHeader"]["changeOrigin"] == "com/salesforce/api/rest/66.0"


def test_the_same_change_of_several_records_is_one_event(server: PubSubServer, leads: Subscriber) -> None:
    core = server.feed.core
    ids = [core.edit("Lead", None, {**ANN, "Email": f"a{n}@acme.example.com"}, create=True) for n in range(3)]
    rows = [{"attributes": {"type": "Lead"}, "id": id_, "Title": "CEO"} for id_ in ids]
    api(core, "PATCH", "composite/sobjects", {"allOrNone": False, "records": rows})
    header = leads.take(4)[3]["ChangeEventHeader"]
    assert sorted(header["recordIds"]) == sorted(ids) and header["changeType"] == "UPDATE"
    server.feed.settings.merges_records = False
    api(core, "PATCH", "composite/sobjects", {"records": [{**row, "Title": "CFO"} for row in rows]})
    headers = [event["ChangeEventHeader"] for event in leads.take(3)]
    assert len({header["transactionKey"] for header in headers}) == 1
    assert [header["sequenceNumber"] for header in headers] == [1, 2, 3]


@pytest.mark.parametrize("merged", [True, False])
def test_an_automation_in_the_transaction(server: PubSubServer, leads: Subscriber, merged: bool) -> None:
    core = server.feed.core
    server.feed.settings.merges_saves = merged
    rule = {"object": "Lead", "when_field": "Title", "set": {"Rating": "Hot"}, "mode": "after"}
    core.org.rules.add_automation(rule)
    lead = core.edit("Lead", None, ANN, create=True)
    core.edit("Lead", lead, {"Title": "CEO"})
    events = leads.take(2 if merged else 3)
    assert {"Title"} <= events[1]["names"] and ("Rating" in events[1]["names"]) is merged
    assert events[-1]["Rating"] == "Hot"


def test_deletes_conversions_and_gaps(server: PubSubServer, leads: Subscriber) -> None:
    core = server.feed.core
    lead = core.edit("Lead", None, ANN, create=True)
    core.convert(lead)
    other = core.edit("Lead", None, {**ANN, "Email": "b@acme.example.com"}, create=True)
    core.edit("Lead", other, delete=True)
    server.feed.gap("Lead", [other], "GAP_DELETE")
    server.feed.gap("Lead", ["00Q*"])
    server.feed.gap("Lead", [], "GAP_OVERFLOW")
    server.feed.settings.overflow_ids = "zero"
    server.feed.gap("Lead", [], "GAP_OVERFLOW")
    events = leads.take(8)
    kinds = [event["ChangeEventHeader"]["changeType"] for event in events]
    assert kinds[:5] == ["CREATE", "UPDATE", "CREATE", "DELETE", "GAP_DELETE"]
    assert kinds[5:] == ["GAP_UPDATE", "GAP_OVERFLOW", "GAP_OVERFLOW"]
    assert {"IsConverted", "ConvertedContactId"} <= events[1]["names"]
    assert "LastModifiedDate" not in events[1]["names"]
    assert events[5]["ChangeEventHeader"]["recordIds"] == ["00Q*"]
    assert [event["ChangeEventHeader"]["recordIds"] for event in events[6:]] == [[], [NOBODY]]


def test_what_is_too_large_comes_as_a_gap_or_overflows(server: PubSubServer, leads: Subscriber) -> None:
    core, knobs = server.feed.core, server.feed.settings
    lead = core.edit("Lead", None, ANN, create=True)
    knobs.gap_above_bytes = 5_000
    core.edit("Lead", lead, {"Description": "x" * 6_000})
    knobs.gap_above_bytes, knobs.diff_above = 1_000_000, 1_000
    core.edit("Lead", lead, {"Description": "y" * 6_000})
    knobs.overflow_above = 1
    core.edit("Lead", lead, {"Title": "CEO", "Phone": "+1 202 555 0100"})
    _, gap, diff, overflow = leads.take(4)
    assert gap["ChangeEventHeader"]["changeType"] == "GAP_UPDATE" and gap["Description"] is None
    assert len(diff["ChangeEventHeader"]["diffFields"]) == 1 and diff["Description"].startswith("@@")
    assert overflow["ChangeEventHeader"]["changeType"] == "GAP_OVERFLOW"


def test_a_new_field_brings_a_new_schema(server: PubSubServer, leads: Subscriber) -> None:
    core = server.feed.core
    lead = core.edit("Lead", None, ANN, create=True)
    core.change_field("Lead", "Shoe_Size__c", {"type": "double"})
    core.edit("Lead", lead, {"Shoe_Size__c": 42})
    first, second = leads.take(2)
    assert "Shoe_Size__c" not in first and second["Shoe_Size__c"] == 42.0


def test_flow_control_gives_as_many_as_were_asked_for(server: PubSubServer) -> None:
    core = server.feed.core
    lead = core.edit("Lead", None, ANN, create=True)
    few = Subscriber(server, replay_preset=wire.EARLIEST, num_requested=2)
    for n in range(3):
        core.edit("Lead", lead, {"Title": f"CEO {n}"})
    few.take(2)
    assert few.last.pending_num_requested == 0
    few.requests.put(wire.FetchRequest(num_requested=1))
    assert few.take(1)[0]["Title"] == "CEO 1"
    few.requests.put(wire.FetchRequest(num_requested=500))
    few.take(1)
    assert few.last.pending_num_requested == 99
    few.close()


def test_a_quiet_stream_tells_that_it_lives_and_ends_when_nothing_is_asked(server: PubSubServer) -> None:
    server.feed.settings.keepalive_seconds = 0.05
    quiet = Subscriber(server)
    response = next(quiet.call)
    assert (
        not response.events and len(response.latest_replay_id) == 10 and response.pending_num_requested == 10
    )
    quiet.close()
    server.feed.settings.keepalive_seconds, server.feed.settings.idle_seconds = 60, 0.05
    lead = server.feed.core.edit("Lead", None, ANN, create=True)
    idle = Subscriber(server, replay_preset=wire.EARLIEST, num_requested=1)
    assert idle.take(1)[0]["ChangeEventHeader"]["recordIds"] == [lead]
    with pytest.raises(StopIteration):
        next(idle.call)
    idle.close()


def test_a_place_is_gone_on_from_until_it_is_too_old(server: PubSubServer) -> None:
    core = server.feed.core
    lead = core.edit("Lead", None, ANN, create=True)
    first = Subscriber(server, replay_preset=wire.EARLIEST)
    first.take(1)
    place = first.last.latest_replay_id
    first.close()
    core.edit("Lead", lead, {"Title": "CEO"})
    again = Subscriber(server, replay_preset=wire.CUSTOM, replay_id=place)
    assert again.take(1)[0]["Title"] == "CEO"
    again.close()
    core.clock.advance(73 * 3600)  # type: ignore[attr-defined]
    core.access_token = core.tokens.issue(core.org.people["integration"])
    for replay in ({"replay_id": place}, {"replay_id": b"nonsense"}):
        late = Subscriber(server, replay_preset=wire.CUSTOM, **replay)
        status = (grpc.StatusCode.INVALID_ARGUMENT, "subscription.fetch.replayid.corrupted")
        assert late.refusal() == status
        late.close()
    bare = Subscriber(server, replay_preset=wire.CUSTOM)
    assert bare.refusal()[1] == "subscription.fetch.replayid.validation.failed"
    bare.close()


def test_what_is_refused(server: PubSubServer) -> None:
    core, knobs = server.feed.core, server.feed.settings
    for topic, code in (
        ("", "topic.validation.empty"), ("/data/UserChangeEvent", "topic.not.found"), ("Lead", "topic.not.found"),
    ):  # fmt: skip
        wrong = Subscriber(server, topic)
        assert wrong.refusal()[1] == code
        wrong.close()
    none = Subscriber(server, num_requested=0)
    assert none.refusal()[1] == "subscription.fetch.requested.events.invalid"
    none.close()
    knobs.denied = ("Lead",)
    denied = Subscriber(server)
    assert denied.refusal()[1] == "subscription.topic.cannot.subscribe"
    denied.close()
    knobs.denied, knobs.licensed = (), False
    unlicensed = Subscriber(server)
    assert unlicensed.refusal()[1] == "service.tenant.license"
    unlicensed.close()
    knobs.licensed = True
    core.tokens.clear()
    expired = Subscriber(server)
    assert expired.refusal() == (grpc.StatusCode.UNAUTHENTICATED, "service.auth.error")
    expired.close()


def test_blank_metadata_is_refused(server: PubSubServer, leads: Subscriber) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        leads.stub.GetTopic(wire.TopicRequest(topic_name=LEADS), metadata=leads.metadata[:2])
    assert told(caught.value)[1] == "service.auth.headers.invalid"


def test_streams_break_on_demand(server: PubSubServer) -> None:
    server.feed.settings.keepalive_seconds = 0.05
    lost, limited = Subscriber(server), Subscriber(server)
    next(lost.call)
    next(limited.call)
    server.practise({"break": "subscription.limit.exceeded"})
    assert limited.refusal() == (grpc.StatusCode.RESOURCE_EXHAUSTED, "subscription.limit.exceeded")
    lost.close()
    limited.close()
    lost = Subscriber(server)
    next(lost.call)
    server.practise({"break": ""})
    with pytest.raises(grpc.RpcError) as caught:
        while True:
            next(lost.call)
    error: Any = caught.value
    assert error.code() is grpc.StatusCode.UNAVAILABLE and not error.trailing_metadata()
    lost.close()


def test_an_unselected_object_may_also_be_silent(server: PubSubServer) -> None:
    server.practise(
        {"settings": {"objects": ["Contact"], "missing_topic": "silent", "keepalive_seconds": 0.05}}
    )
    silent = Subscriber(server)
    server.feed.core.edit("Lead", None, ANN, create=True)
    assert not next(silent.call).events
    silent.close()


def test_unknown_wishes_are_refused(server: PubSubServer) -> None:
    for wish in ({"colour": 1}, {"settings": {"colour": 1}}):
        with pytest.raises(ValueError, match="unknown"):
            server.practise(wish)


def test_every_unproved_behaviour_has_its_setting() -> None:

    assert {row.name for row in UNPROVED} <= set(vars(PubSubSettings()))


def test_what_is_too_much_is_forgotten_like_what_is_too_old(server: PubSubServer) -> None:
    server.feed.settings.most_events = 5
    lead = server.feed.core.edit("Lead", None, ANN, create=True)
    first = server.feed.replay_id(1)
    for n in range(9):
        server.feed.core.edit("Lead", lead, {"Title": f"CEO {n}"})
    kept = Subscriber(server, replay_preset=wire.EARLIEST)
    assert [event["Title"] for event in kept.take(5)] == [f"CEO {n}" for n in range(4, 9)]
    kept.close()
    late = Subscriber(server, replay_preset=wire.CUSTOM, replay_id=first)
    assert late.refusal()[1] == "subscription.fetch.replayid.corrupted"
    late.close()


def test_the_served_org_tells_its_endpoint_and_takes_wishes_over_http() -> None:
    with_bus, without = serve_salesforce(pubsub=True), serve_salesforce()
    try:
        endpoint = with_bus.connection()["pubsub_endpoint"]
        wish = {"settings": {"keepalive_seconds": 5}, "gaps": 2}
        answer = requests.post(f"{with_bus.base_url}/_practice/pubsub", json=wish, timeout=60)
        assert answer.json()["endpoint"] == endpoint and answer.json()["settings"]["keepalive_seconds"] == 5
        assert "pubsub_endpoint" not in without.connection()
        assert requests.post(f"{without.base_url}/_practice/pubsub", json={}, timeout=60).status_code == 400
    finally:
        with_bus.close()
        without.close()


def test_an_org_of_another_edition_refuses(server: PubSubServer) -> None:
    server.feed.core.settings.pub_sub = False
    refused = Subscriber(server)
    assert refused.refusal()[1] == "service.tenant.license"
    refused.close()


def test_a_sign_of_life_passes_over_nothing_that_waits_to_be_asked_for(server: PubSubServer) -> None:
    server.feed.settings.keepalive_seconds = 0.02
    lead = server.feed.core.edit("Lead", None, ANN, create=True)
    slow = Subscriber(server, replay_preset=wire.EARLIEST, num_requested=1)
    slow.take(1)
    server.feed.core.edit("Lead", lead, {"Title": "CEO"})
    assert not next(slow.call).events
    slow.requests.put(wire.FetchRequest(num_requested=1))
    assert slow.take(1)[0]["Title"] == "CEO"
    slow.close()
