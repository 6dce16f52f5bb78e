"""Outbound messages: what is told, when, and what happens without an Ack."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from defusedxml import ElementTree

from connector.practice.salesforce import SalesforceCore, SalesforceServer

from .conftest import Caller

OUT = "{http://soap.sforce.com/2005/09/outbound}"
ACK = "<E><notificationsResponse><Ack>{}</Ack></notificationsResponse></E>"


class Listener:
    """A receiver that keeps the bodies; `refusals` messages are not acknowledged first."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.refusals = 0
        listener = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                refuse = listener.refusals > 0
                listener.refusals -= refuse
                answer = ACK.format("false" if refuse else "true").encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                listener.bodies.append(body)

            def log_message(self, format: str, *args: Any) -> None: ...

        self._http = HTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/secret"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def wait(self, number: int) -> None:
        end = time.monotonic() + 60
        while len(self.bodies) < number and time.monotonic() < end:
            time.sleep(0.005)
        assert len(self.bodies) >= number

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


def test_a_notice_carries_the_latest_values_once_per_write(call: Caller, core: SalesforceCore) -> None:
    core.outbound.configure({"objects": {"Lead": ["Email", "City"]}})
    lead = call.lead(Email="a@example.com")
    core.edit("Lead", lead, {"City": "Paris"})
    call("POST", "sobjects/Contact", {"LastName": "not asked for"})
    told = (core.org_id, "Lead", lead, {"Email": "a@example.com", "City": "Paris"})
    assert core.take_notifications() == [told, told]
    assert core.take_notifications() == []


def test_the_loop_guard_keeps_our_own_writes_silent(call: Caller, core: SalesforceCore) -> None:
    core.outbound.configure({"objects": {"Lead": ["City"]}, "skip_integration_user": True})
    lead = call.lead()
    core.edit("Lead", lead, {"City": "Paris"})
    assert len(core.take_notifications()) == 1


def test_what_was_rolled_back_is_not_told(call: Caller, core: SalesforceCore) -> None:
    core.outbound.configure({"objects": {"Lead": ["City"]}})
    rows = [{"attributes": {"type": "Lead"}, **values} for values in ({"LastName": "A", "Company": "A"}, {})]
    call("POST", "composite/sobjects", {"allOrNone": True, "records": rows})
    assert core.take_notifications() == []


def test_a_deleted_record_has_no_values_to_tell(call: Caller, core: SalesforceCore) -> None:
    core.outbound.configure({"objects": {"Lead": ["City"]}})
    call("DELETE", f"sobjects/Lead/{call.lead()}")
    assert core.take_notifications()[0][3] == {}


def test_the_envelope_is_the_service_s_own(call: Caller, core: SalesforceCore) -> None:
    core.outbound.configure(
        {"objects": {"Lead": ["Company", "City", "HasOptedOutOfEmail", "SystemModstamp"]}}
    )
    lead = call.lead(Company="Rock & <Roll>")
    root = ElementTree.fromstring(core.outbound.envelope(core.outbound.waiting))
    (notices,) = root[0]
    assert notices.tag == f"{OUT}notifications"
    assert notices.findtext(f"{OUT}OrganizationId") == core.org_id
    assert notices.findtext(f"{OUT}SessionId") == ""
    (record,) = notices.iter(f"{OUT}sObject")
    values = {part.tag.rpartition("}")[2]: part.text for part in record}
    assert values == {
        "Id": lead, "Company": "Rock & <Roll>", "HasOptedOutOfEmail": "false", "SystemModstamp": "2026-10-01T09:30:15.000Z",
    }  # fmt: skip


def test_an_unknown_field_can_not_be_told(call: Caller) -> None:
    answer = call("POST", "/_practice/outbound", {"objects": {"Lead": ["Nope"]}})
    assert (answer.status, "Nope" in answer.json()["error"]) == (400, True)


def test_messages_are_batched_and_repeated_until_acknowledged(
    server: SalesforceServer, listener: Listener
) -> None:
    core = server.core
    listener.refusals = 2
    core.outbound.configure({"objects": {"Lead": ["City"]}})
    for number in range(130):
        core.edit("Lead", None, {"LastName": f"L{number}", "Company": "C"})
    core.outbound.configure({"target_url": listener.url})
    listener.wait(4)
    counts = [body.count(b"<Notification>") for body in listener.bodies]
    assert max(counts) == 100
    end = time.monotonic() + 60
    while core.outbound.sent < 130 and time.monotonic() < end:
        time.sleep(0.005)
    shown = core.outbound.shown()
    assert (shown["sent"], shown["waiting"], shown["failed_attempts"]) == (130, 0, 2)
