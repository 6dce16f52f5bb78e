"""Rounds on what Salesforce pushes by the Pub/Sub API: edits cross over without a poll, our own writes cause nothing."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import pytest
import structlog

from connector.practice.salesforce.pubsub import PubSubServer, serve_pubsub
from connector.services.intake import accept
from connector.web.hubspot_events import notices_of
from connector.wiring.world import World
from connector.worker import streaming
from tests.worker.town import Town, eventually, working
from tests.world import HOT

pytestmark = pytest.mark.slow
ANN = "ann@acme.example.com"
Lines = list[MutableMapping[str, Any]]


class Pair:
    """Ann on both sides, linked; the streams are open and everything is quiet."""

    def __init__(self, town: Town, world: World, server: PubSubServer, lines: Lines) -> None:
        self.town, self.world, self.server, self._lines = town, world, server, lines
        eventually(lambda: len(town.all("SELECT 1 FROM stream WHERE state = 'open'")) == 3)
        self.contact = town.hubspot.edit(dict(email=ANN, lastname="Ito", **HOT), by="form", create=True)
        self.tell()
        self.lead = eventually(lambda: town.lead(ANN))["Id"]
        eventually(lambda: town.hubspot.contact(self.contact).get("accord_salesforce_id"))
        self.quiet()
        self._lines.clear()

    def tell(self) -> None:
        """What HubSpot would tell now goes through intake."""
        account = self.town.hubspot.portal.account
        body = orjson.dumps(self.town.hubspot.take_events())
        found = notices_of(body, str(account.portal_id), str(account.app_id), ["contact"])
        accept(self.world.stores.notices, found)

    def quiet(self) -> None:
        """Every committed change was taken in, and no pair is due."""

        def told() -> bool:
            states = {
                row["object"]: row["place"] for row in self.town.all("SELECT object, place FROM stream")
            }
            feed = self.server.feed
            with feed.changed:
                events = {event.change.object: event.number for event in feed.after(-1, None, 10_000)}
                return all(
                    states.get(name) is not None and feed.place(states[name]) >= number
                    for name, number in events.items()
                    if name in states
                )

        eventually(told)
        eventually(lambda: not self.town.all("SELECT 1 FROM pending"))

    def edit(self, **values: Any) -> None:
        self.town.salesforce.edit("Lead", self.lead, values)

    def row(self) -> dict[str, Any]:
        return self.town.lead(ANN) or {}

    def lives_in(self, city: str) -> bool:
        return bool(self.row().get("City") == city)

    def heard(self, what: str) -> int:
        return sum(int(line[what]) for line in self._lines if line["event"] == "changes taken in")

    def calls(self) -> int:
        return self.town.salesforce.calls.total + self.town.hubspot.calls.total


@pytest.fixture
def pair(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setattr(streaming, "LOOK", 0.05)
    monkeypatch.setattr(streaming, "SETTLED", 0.1)
    with _paired(town) as made:
        yield made


@contextmanager
def _paired(town: Town) -> Iterator[Pair]:
    server = serve_pubsub(town.salesforce)
    given = town.settings.salesforce.model_copy(
        update={"pubsub_endpoint": server.endpoint, "outbound_secret": None}
    )
    town.settings = replace(town.settings, salesforce=given)
    try:
        with structlog.testing.capture_logs() as lines, working(town) as (world, _):
            yield Pair(town, world, server, lines)
    finally:
        server.close()


def test_a_persons_edit_crosses_over(pair: Pair) -> None:
    pair.edit(Phone="+1 617 555 0100", City="Boston")
    eventually(lambda: pair.town.hubspot.contact(pair.contact).get("phone") == "+1 617 555 0100")
    assert pair.town.hubspot.contact(pair.contact)["city"] == "Boston"


@pytest.mark.parametrize("named", [True, False])
def test_our_own_write_comes_back_and_is_dropped_without_a_call(pair: Pair, named: bool) -> None:
    pair.server.feed.settings.client_named = named
    for city in ("Boston", "Basel", "Bonn"):
        pair.town.hubspot.edit({"city": city}, id=pair.contact)
        pair.tell()
        eventually(partial(pair.lives_in, city))
        pair.quiet()
    before = pair.calls()
    assert pair.heard("events") == 3 == pair.heard("echoes") and pair.heard("queued") == 0
    assert pair.calls() == before


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize("mode", ["before", "after"])
def test_what_an_automation_did_to_our_write_is_not_dropped(pair: Pair, merged: bool, mode: str) -> None:
    pair.server.feed.settings.merges_saves = merged
    rule = {"object": "Lead", "when_field": "City", "set": {"Title": "Neighbour"}, "mode": mode}
    pair.town.salesforce.org.rules.add_automation(rule)
    pair.town.hubspot.edit({"city": "Boston"}, id=pair.contact)
    pair.tell()
    eventually(lambda: pair.row().get("City") == "Boston")
    eventually(lambda: pair.town.hubspot.contact(pair.contact).get("jobtitle") == "Neighbour")


def test_a_gap_is_followed_by_a_read(pair: Pair) -> None:
    pair.server.feed.gaps = 1
    pair.edit(Phone="+1 617 555 0100")
    eventually(lambda: pair.town.hubspot.contact(pair.contact).get("phone") == "+1 617 555 0100")


def test_an_overflow_is_followed_by_a_poll(pair: Pair) -> None:
    pair.server.feed.settings.overflow_above = 0
    pair.edit(Phone="+1 617 555 0100")
    eventually(lambda: pair.town.hubspot.contact(pair.contact).get("phone") == "+1 617 555 0100")


def test_a_conversion_moves_the_link_at_once(pair: Pair) -> None:
    made = pair.town.salesforce.convert(pair.lead, opportunity_name="Acme", amount=5000)
    link = "SELECT 1 FROM link WHERE salesforce_object = 'Contact' AND salesforce_id = %s"
    eventually(lambda: pair.town.all(link, made["contact_id"]))
    eventually(lambda: pair.town.hubspot.contact(pair.contact).get("accord_outcome") == "open")
