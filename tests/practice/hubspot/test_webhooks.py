"""Which events arise, how they are signed, and how they are delivered over HTTP."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import orjson
import pytest
import requests
from hubspot.utils.signature import Signature

from connector.practice.http import Server
from connector.practice.hubspot import HubSpotCore, serve_hubspot, signing
from tests.practice.hubspot.conftest import Call


def test_a_create_gives_one_creation_and_its_subscribed_properties(call: Call, core: HubSpotCore) -> None:
    core.outbox.subscribe(
        [{"type": "contact.creation"}, {"type": "contact.propertyChange", "property": "email"}]
    )
    made = call("POST", "", {"properties": {"email": "a@firm.example.com", "city": "Boston"}}).json()
    creation, change = core.take_events()
    account = core.portal.account
    assert creation["subscriptionType"] == "contact.creation"
    assert (creation["changeFlag"], creation["objectId"]) == ("CREATED", int(made["id"]))
    assert (change["propertyName"], change["propertyValue"]) == ("email", "a@firm.example.com")
    assert (change["changeSource"], change["sourceId"]) == ("INTEGRATION", str(account.app_id))
    assert (change["portalId"], change["appId"]) == (account.portal_id, account.app_id)
    assert (change["occurredAt"], change["attemptNumber"]) == (core.now_ms(), 0)
    assert core.take_events() == []


def test_only_real_changes_of_subscribed_properties_are_told(call: Call, core: HubSpotCore, bob: str) -> None:
    core.outbox.subscribe("all")
    call("PATCH", f"/{bob}", {"properties": {"city": "Boston"}})
    assert core.take_events() == []
    call("PATCH", f"/{bob}", {"properties": {"city": ""}})
    core.edit({"city": "Austin"}, id=bob)
    cleared, edited = core.take_events()
    assert (cleared["propertyValue"], edited["changeSource"]) == ("", "CRM_UI")
    call("DELETE", f"/{bob}")
    (deleted,) = core.take_events()
    assert (deleted["subscriptionType"], deleted["changeFlag"]) == ("contact.deletion", "DELETED")


def test_nothing_is_gathered_without_a_subscription(core: HubSpotCore, bob: str) -> None:
    core.edit({"city": "Austin"}, id=bob)
    assert core.take_events() == []


def test_lastmodifieddate_cannot_be_subscribed(core: HubSpotCore) -> None:
    with pytest.raises(ValueError, match="lastmodifieddate"):
        core.outbox.subscribe([{"type": "contact.propertyChange", "property": "lastmodifieddate"}])
    with pytest.raises(ValueError, match="unknown"):
        core.outbox.subscribe([{"type": "deal.birthday"}])


def test_signature_v3_is_the_documented_one() -> None:
    event = {
        "eventId": 531833541,
        "subscriptionId": 3923621,
        "portalId": 48807704,
        "appId": 16111050,
        "occurredAt": 1752613920733,
        "subscriptionType": "contact.creation",
        "attemptNumber": 0,
        "objectId": 138017612137,
        "changeFlag": "CREATED",
        "changeSource": "CRM_UI",
        "sourceId": "userId:76023669",
    }
    made = signing.v3(
        "cfc68c0b-4b4e-4ef8-b764-95350e4ea479",
        "POST",
        "https://webhook.site/335453f5-94b3-49d9-b684-a55354d4b8df",
        orjson.dumps([event]),
        1752613922216,
    )
    assert made == "gbj1XPRvUt0noT7i7fXfTzOD4sLzQmf0VT28ZYq0EYg="


def test_signature_v1_is_the_documented_one() -> None:
    body = (
        b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
        b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
        b'"changeFlag":"NEW","appId":54321}]'
    )
    expected = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    assert signing.v1("yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", body) == expected


class _Ear:
    """A small receiver: keeps (headers, body) of each call and answers the status that `verdict` gives."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.verdict: Callable[[int], int] = lambda number: 204
        ear = self

        class Listening(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ear.calls.append((dict(self.headers.items()), body))
                self.send_response(ear.verdict(len(ear.calls)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Listening)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/webhooks/hubspot?a=b"

    def events(self) -> list[dict[str, Any]]:
        return [event for _, body in self.calls for event in orjson.loads(body)]

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def ear() -> Iterator[_Ear]:
    made = _Ear()
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serve_hubspot(index_lag=0) as running:
        yield running


def _core(server: Server) -> HubSpotCore:
    assert isinstance(server.core, HubSpotCore)
    return server.core


def _settle(server: Server, sent: int) -> dict[str, Any]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        shown: dict[str, Any] = requests.get(f"{server.base_url}/_practice/webhooks", timeout=60).json()
        done = shown["delivered"]
        if shown["idle"] and done["events"] + done["lost"] + done["given_up"] >= sent:
            return shown
        time.sleep(0.01)
    raise AssertionError(shown)


def _listen(server: Server, ear: _Ear, **more: Any) -> None:
    body = {"target_url": ear.url, "subscriptions": "all", "window_ms": 5, **more}
    assert requests.post(f"{server.base_url}/_practice/webhooks", json=body, timeout=60).status_code == 200


def test_events_arrive_gathered_and_signed(server: Server, ear: _Ear) -> None:
    _listen(server, ear)
    core = _core(server)
    key = core.edit({"email": "a@firm.example.com", "city": "Boston"}, create=True)
    _settle(server, 4)
    headers, body = ear.calls[0]
    assert {event["objectId"] for event in orjson.loads(body)} == {int(key)}
    assert headers["X-HubSpot-Signature-Version"] == "v1"
    assert Signature.is_valid(
        signature=headers["X-HubSpot-Signature-v3"],
        client_secret=core.portal.account.client_secret,
        request_body=body.decode(),
        http_uri=ear.url,
        http_method="POST",
        signature_version="v3",
        timestamp=headers["X-HubSpot-Request-Timestamp"],
    )


def test_the_public_address_is_what_is_signed(server: Server, ear: _Ear) -> None:
    public = "https://accord.example.com/webhooks/hubspot"
    _listen(server, ear, signed_url=public)
    core = _core(server)
    core.edit({"lastname": "Bell"}, create=True)
    _settle(server, 2)
    headers, body = ear.calls[0]
    stamp = int(headers["X-HubSpot-Request-Timestamp"])
    expected = signing.v3(core.portal.account.client_secret, "POST", public, body, stamp)
    assert headers["X-HubSpot-Signature-v3"] == expected


def test_a_refused_call_is_tried_again_with_its_attempt_number(server: Server, ear: _Ear) -> None:
    ear.verdict = lambda number: 500 if number < 3 else 204
    _listen(server, ear, retry_seconds=0.01, subscriptions=[{"type": "contact.creation"}])
    _core(server).edit({"lastname": "Bell"}, create=True)
    shown = _settle(server, 1)
    assert [event["attemptNumber"] for event in ear.events()] == [0, 1, 2]
    assert shown["delivered"]["failed_attempts"] == 2


def test_after_ten_attempts_an_event_is_given_up(server: Server, ear: _Ear) -> None:
    ear.verdict = lambda number: 404
    _listen(server, ear, retry_seconds=0.001, subscriptions=[{"type": "contact.creation"}])
    _core(server).edit({"lastname": "Bell"}, create=True)
    assert _settle(server, 1)["delivered"]["given_up"] == 1
    assert len(ear.calls) == 10


def test_undelivered_events_are_shown(server: Server, ear: _Ear) -> None:
    ear.verdict = lambda number: 503
    _listen(server, ear, retry_seconds=30, subscriptions=[{"type": "contact.creation"}])
    _core(server).edit({"lastname": "Bell"}, create=True)
    until = time.monotonic() + 60
    while not ear.calls and time.monotonic() < until:
        time.sleep(0.01)
    shown = requests.get(f"{server.base_url}/_practice/webhooks", timeout=60).json()
    assert not shown["idle"] and len(shown["undelivered"]) == 1


def test_calls_hold_fewer_than_a_hundred_events_and_none_is_lost_unasked(server: Server, ear: _Ear) -> None:
    _listen(server, ear, subscriptions=[{"type": "contact.creation"}])
    core = _core(server)
    for number in range(250):
        core.edit({"lastname": f"Bell {number}"}, create=True)
    _settle(server, 250)
    assert max(len(orjson.loads(body)) for _, body in ear.calls) <= 99
    assert len({event["objectId"] for event in ear.events()}) == 250


def test_duplicates_loss_and_disorder_when_asked(server: Server, ear: _Ear) -> None:
    _listen(server, ear, duplicates=0.5, loss=0.3, batch=10, subscriptions=[{"type": "contact.creation"}])
    core = _core(server)
    for number in range(100):
        core.edit({"lastname": f"Bell {number}"}, create=True)
    delivered = _settle(server, 100)["delivered"]
    told = [event["objectId"] for event in ear.events()]
    assert delivered["lost"] > 0 and delivered["duplicated"] > 0
    assert len(set(told)) == 100 - delivered["lost"]
    assert len(told) == len(set(told)) + delivered["duplicated"]


def test_without_a_target_nothing_is_kept_for_later(server: Server, ear: _Ear) -> None:
    core = _core(server)
    core.delivery.window_ms = 1
    core.edit({"lastname": "Early"}, create=True)
    until = time.monotonic() + 60
    while core.outbox.waiting() and time.monotonic() < until:
        time.sleep(0.01)
    _listen(server, ear, subscriptions=[{"type": "contact.creation"}])
    late = core.edit({"lastname": "Late"}, create=True)
    _settle(server, 1)
    assert [event["objectId"] for event in ear.events()] == [int(late)]


def test_an_answer_after_the_time_out_is_none(server: Server, ear: _Ear) -> None:
    """Five seconds in reality (see test_checklist.py); here a twentieth of one."""

    def slow(number: int) -> int:
        time.sleep(0.2 if number == 1 else 0)
        return 204

    ear.verdict = slow
    _listen(server, ear, timeout=0.05, retry_seconds=0.3, subscriptions=[{"type": "contact.creation"}])
    _core(server).edit({"lastname": "Bell"}, create=True)
    shown = _settle(server, 1)
    assert shown["delivered"]["failed_attempts"] == 1
    assert [event["attemptNumber"] for event in ear.events()] == [0, 1]


def test_never_more_calls_at_once_than_the_apps_settings_allow(server: Server, ear: _Ear) -> None:
    _listen(server, ear, batch=2, concurrency=3, subscriptions=[{"type": "contact.creation"}])
    core = _core(server)
    for number in range(40):
        core.edit({"lastname": f"Bell {number}"}, create=True)
    assert 1 <= _settle(server, 40)["delivered"]["most_at_once"] <= 3
