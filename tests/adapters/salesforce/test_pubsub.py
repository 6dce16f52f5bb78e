"""Accord's end of the Pub/Sub API against the practice server, over the loopback."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.adapters.calling import FreeBudget, no_guard, utc_now
from connector.adapters.salesforce import SalesforceOptions
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.pubsub import PubSub
from connector.adapters.salesforce.pubsub.bitmaps import names_of, places
from connector.adapters.salesforce.pubsub.client import topic_of
from connector.core.changes import Change
from connector.core.records import Ref, Side
from connector.errors import MendConnection, ReplayLost, TryAgain, WaitUntil
from connector.ports.push import Batch
from connector.practice.salesforce.pubsub import PubSubServer
from connector.practice.salesforce.server import SalesforceServer, serve_salesforce
from tests.adapters.in_process import salesforce_connection, salesforce_on

pytestmark = pytest.mark.slow
"""A gRPC server and real streams."""

ANN = {"FirstName": "Ann", "LastName": "Ito", "Company": "Acme", "Email": "ann@acme.example.com"}
EARLIEST = b""


class Listening:
    """A subscription to Leads whose batches are gathered in a thread."""

    def __init__(self, bus: PubSub, after: bytes | None, object_: str = "Lead") -> None:
        self.batches: list[Batch] = []
        self.error: Exception | None = None
        self.subscription = bus.subscribe(object_, after)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for batch in self.subscription:
                self.batches.append(batch)
        except Exception as error:
            self.error = error

    @property
    def changes(self) -> list[Change]:
        return [change for batch in self.batches for change in batch.changes]

    def take(self, count: int) -> list[Change]:
        self.wait(lambda: len(self.changes) >= count)
        return self.changes

    def wait(self, found: Any) -> None:
        until = time.monotonic() + 60
        while not found():
            assert time.monotonic() < until and self.error is None, self.error
            time.sleep(0.002)

    def failure(self) -> Exception:
        self._thread.join(60)
        assert self.error is not None
        return self.error

    def stop(self) -> None:
        self.subscription.cancel()
        self._thread.join(60)
        assert not self._thread.is_alive() and self.error is None


@pytest.fixture
def org() -> Iterator[SalesforceServer]:
    server = serve_salesforce(pubsub=True)
    assert server.pubsub is not None
    server.pubsub.feed.settings.keepalive_seconds = 0.02
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def served(org: SalesforceServer) -> PubSubServer:
    assert org.pubsub is not None
    return org.pubsub


@pytest.fixture
def bus(org: SalesforceServer, served: PubSubServer) -> Iterator[PubSub]:
    made = bus_on(org, served)
    try:
        yield made
    finally:
        made.close()


def bus_on(org: SalesforceServer, served: PubSubServer) -> PubSub:
    api = SalesforceApi(
        salesforce_connection(org.core, org.base_url), SalesforceOptions(), FreeBudget(), utc_now
    )
    return PubSub(api, served.endpoint)


@pytest.fixture
def leads(bus: PubSub) -> Iterator[Listening]:
    """From the tip, and known to be there."""
    listening = Listening(bus, None)
    listening.wait(lambda: listening.batches)
    yield listening
    if listening.error is None:
        listening.stop()


def test_topics() -> None:
    assert topic_of("Lead") == "/data/LeadChangeEvent"
    assert topic_of("Thing__c") == "/data/Thing__ChangeEvent"


def test_bitmaps_mean_fields_and_parts() -> None:
    part: dict[str, Any] = {
        "type": "record",
        "name": "Address",
        "fields": [{"name": "Street"}, {"name": "City"}],
    }
    fields: list[dict[str, Any]] = [
        {"name": "ChangeEventHeader", "type": "string"}, {"name": "Phone", "type": ["null", "string"]},
        {"name": "MailingAddress", "type": ["null", part]}, {"name": "Name", "type": ["null", "string", {**part, "name": "N"}]},
    ]  # fmt: skip
    assert places(["0x02", "2-0x02"], fields) == {("Phone", ""), ("MailingAddress", "City")}
    assert places(["0x06", "2-0x01"], fields) == {("Phone", ""), ("MailingAddress", "Street")}, (
        "its own bit too"
    )
    assert places(["0x04"], fields) == {("MailingAddress", "Street"), ("MailingAddress", "City")}
    assert places(["0xFF02", "9-0x01", "2-0xF0"], fields) >= {("Phone", "")}, (
        "what the schema lacks is passed over"
    )
    assert [names_of(place) for place in (
        ("Phone", ""), ("MailingAddress", "Street"), ("Address", "City"), ("Name", "FirstName"), ("Name", ""),
        ("Spot__c", "Latitude"),
    )] == ["Phone", "MailingStreet", "City", "FirstName", "Name", "Spot__Latitude__s"]  # fmt: skip


@pytest.mark.parametrize("parents", [False, True])
def test_values_are_those_that_the_rest_api_gives(
    org: SalesforceServer, served: PubSubServer, leads: Listening, parents: bool
) -> None:
    core = org.core
    served.feed.settings.parents_in_bitmap = parents
    lead = core.edit(
        "Lead", None, {**ANN, "Phone": "+1 202 555 0100", "Street": "1 Way", "City": "Basel"}, create=True
    )
    edited = {
        "LastName": "Kay", "Phone": None, "City": None, "Street": "2 Way", "AnnualRevenue": 12.5, "NumberOfEmployees": 7,
        "DoNotCall": True, "Webinar_Date__c": "2026-03-09", "Accord_Answer_By__c": "2026-03-09T08:30:00.000+0000",
        "Fit_Score__c": 4, "Description": "two\nlines", "OwnerId": core.org.people["admin"], "Email": "kay@acme.example.com",
    }  # fmt: skip
    core.edit("Lead", lead, edited)
    change = leads.take(2)[1]
    names = [*edited, "LastModifiedDate"]
    crm = salesforce_on(core)
    ref = Ref(Side.SALESFORCE, "Lead", lead)
    read = crm.read([ref], {"Lead": names}, no_guard)[ref].values
    crm.close()
    assert {name: change.values[name] for name in edited} == {name: read[name] for name in edited}
    assert {type(change.values[name]) for name in ("AnnualRevenue", "Fit_Score__c")} == {float}
    assert set(change.values) <= set(names), "nothing else is said to have changed"
    assert change.values.get("LastModifiedDate", read["LastModifiedDate"]) == read["LastModifiedDate"]
    assert (change.kind, change.gap, change.ids, change.client) == (
        "changed",
        False,
        (lead,),
        "SfdcInternalAPI",
    )
    assert change.user == core.org.people["user"] and change.by_api
    assert change.at and change.at <= datetime.now(UTC) < change.at + timedelta(seconds=10)


def test_every_kind_of_event(org: SalesforceServer, served: PubSubServer, leads: Listening) -> None:
    core = org.core
    lead = core.edit("Lead", None, ANN, create=True)
    core.edit("Lead", lead, {"Title": "CEO"})
    core.edit("Lead", lead, delete=True)
    for kind in ("UNDELETE", "GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE", "GAP_OVERFLOW"):
        served.feed.gap("Lead", [lead], kind)
    served.feed.settings.overflow_ids = "zero"
    served.feed.gap("Lead", [], "GAP_OVERFLOW")
    found = [(change.kind, change.gap, change.ids) for change in leads.take(10)]
    one = (lead,)
    assert found == [
        ("created", False, one), ("changed", False, one), ("gone", False, one), ("restored", False, one),
        ("created", True, one), ("changed", True, one), ("gone", True, one), ("restored", True, one), ("overflow", True, ()), ("overflow", True, ()),
    ]  # fmt: skip


def test_a_diff_tells_that_it_does_not_tell(
    org: SalesforceServer, served: PubSubServer, leads: Listening
) -> None:
    lead = org.core.edit("Lead", None, ANN, create=True)
    served.feed.settings.diff_above = 10
    org.core.edit("Lead", lead, {"Description": "much longer than that", "Title": "CEO"})
    change = leads.take(2)[1]
    assert (
        change.untold == {"Description"}
        and "Description" not in change.values
        and change.values["Title"] == "CEO"
    )


def test_what_the_adapter_writes_is_known_as_ours(
    org: SalesforceServer, bus: PubSub, leads: Listening
) -> None:
    from connector.ports import Write

    lead = org.core.edit("Lead", None, ANN, create=True)
    crm = salesforce_on(org.core)
    ref = Ref(Side.SALESFORCE, "Lead", lead)
    crm.write([Write(ref, {"Title": "CEO"})], {"Lead": ("Title",)}, no_guard)
    crm.close()
    change = leads.take(2)[1]
    assert change.client == bus.client == "accord" and change.user == bus.us()


def test_a_new_field_is_understood(org: SalesforceServer, leads: Listening) -> None:
    lead = org.core.edit("Lead", None, ANN, create=True)
    org.core.change_field("Lead", "Shoe_Size__c", {"type": "double"})
    org.core.edit("Lead", lead, {"Shoe_Size__c": 42})
    assert leads.take(2)[1].values["Shoe_Size__c"] == 42.0


def test_hundreds_of_events_keep_coming(org: SalesforceServer, leads: Listening) -> None:
    lead = org.core.edit("Lead", None, ANN, create=True)
    for number in range(350):
        org.core.edit("Lead", lead, {"Title": f"CEO {number}"})
    assert [change.values["Title"] for change in leads.take(351)[1:]] == [f"CEO {n}" for n in range(350)]


def test_a_place_is_gone_on_from(org: SalesforceServer, bus: PubSub, leads: Listening) -> None:
    lead = org.core.edit("Lead", None, ANN, create=True)
    leads.take(1)
    place = leads.batches[-1].place
    org.core.edit("Lead", lead, {"Title": "CEO"})
    again = Listening(bus, place)
    assert [change.kind for change in again.take(1)] == ["changed"]
    again.stop()


def test_a_quiet_stream_still_moves_its_place(leads: Listening) -> None:
    leads.wait(lambda: len(leads.batches) > 2)
    assert not leads.changes and all(batch.place for batch in leads.batches)


def test_a_place_that_is_not_kept_any_more_is_lost(
    served: PubSubServer, bus: PubSub, leads: Listening
) -> None:
    place = leads.batches[0].place
    served.feed.forget()
    assert isinstance(Listening(bus, place).failure(), ReplayLost)
    assert isinstance(Listening(bus, b"of another org").failure(), ReplayLost)


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("", TryAgain, "UNAVAILABLE"),
        ("service.unavailable", TryAgain, "service.unavailable"),
        ("subscription.limit.exceeded", WaitUntil, "delivery limit"),
        ("subscription.topic.cannot.subscribe", MendConnection, "View All Records"),
        ("subscription.fetch.replayid.corrupted", ReplayLost, "Replay ID"),
        ("service.auth.error", TryAgain, "there is a new one"),
    ],
)
def test_a_stream_that_breaks(
    served: PubSubServer, leads: Listening, code: str, error: type[Exception], words: str
) -> None:
    served.feed.break_streams(code)
    failure = leads.failure()
    assert type(failure) is error and words in str(failure)


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"licensed": False}, "edition"),
        ({"objects": ("Contact",)}, "Change Data Capture"),
        ({"denied": ("Lead",)}, "may not subscribe"),
    ],
)
@pytest.mark.parametrize("status", ["", "INTERNAL", "UNAVAILABLE"])
def test_an_org_that_does_not_push_is_told_from_one_that_fails(
    served: PubSubServer, bus: PubSub, knobs: dict[str, Any], words: str, status: str
) -> None:
    served.feed.settings.update({**knobs, "refusals_as": status})
    failure = Listening(bus, None).failure()
    assert isinstance(failure, MendConnection) and words in str(failure)


def test_an_expired_session_is_renewed_before_the_stream_opens(
    org: SalesforceServer, bus: PubSub, leads: Listening
) -> None:
    org.core.tokens.clear()
    again = Listening(bus, None)
    again.wait(lambda: again.batches)
    again.stop()


def test_nobody_there_is_tried_again(org: SalesforceServer, served: PubSubServer) -> None:
    api = SalesforceApi(
        salesforce_connection(org.core, org.base_url), SalesforceOptions(), FreeBudget(), utc_now
    )
    nowhere = PubSub(api, "127.0.0.1:9")
    assert isinstance(Listening(nowhere, None).failure(), TryAgain)
    nowhere.close()


def test_cancelled_before_it_began_it_ends(bus: PubSub) -> None:
    subscription = bus.subscribe("Lead", None)
    subscription.cancel()
    assert list(subscription) == []
