"""Salesforce's changes by the Pub/Sub API, from a person's edit to a round, over the loopback."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from connector.practice import ways
from connector.practice.salesforce.pubsub import PubSubServer, serve_pubsub
from connector.services.polling import Polled
from connector.services.pushing import PushState
from connector.settings import Engine
from connector.wiring.push import push_of
from connector.wiring.pushed import state_of
from connector.wiring.world import World, open_world
from connector.worker import streaming
from connector.worker.streaming import Streaming
from tests.worker.town import Town, eventually

ANN = {"FirstName": "Ann", "LastName": "Ito", "Company": "Acme", "Email": "ann@acme.example.com"}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds become twentieths of it."""
    monkeypatch.setattr(streaming, "LOOK", 0.05)
    monkeypatch.setattr(streaming, "SETTLED", 0.1)


class Pushed:
    """A town whose org pushes, and streams on it without rounds: what was pushed stays visible in `pending`."""

    def __init__(self, town: Town, server: PubSubServer) -> None:
        self.town, self.server, self.core = town, server, town.salesforce
        self.polls: list[float] = []
        self.lead = self.core.edit("Lead", None, ANN, create=True)
        given = town.settings.salesforce.model_copy(
            update={"pubsub_endpoint": server.endpoint, "outbound_secret": None}
        )
        town.settings = replace(town.settings, salesforce=given)

    @contextmanager
    def streaming(self, wait: bool = True) -> Iterator[tuple[World, Streaming]]:
        with open_world(self.town.settings, self.town.url) as world:
            pushing = push_of(world)
            assert pushing is not None
            stop = threading.Event()
            held = Streaming(world.url, pushing, lambda: self.polls.append(time.monotonic()), stop)
            thread = threading.Thread(target=held.run)
            thread.start()
            try:
                if wait:
                    eventually(lambda: self.open() == ["Contact", "Lead", "Opportunity"])
                yield world, held
            finally:
                stop.set()
                thread.join(60)
                assert not thread.is_alive()

    def open(self) -> list[str]:
        rows = self.town.all("SELECT object FROM stream WHERE state = 'open' ORDER BY object")
        return [row["object"] for row in rows]

    def pending(self) -> list[dict[str, Any]]:
        return self.town.all("SELECT * FROM pending ORDER BY id")

    def told(self) -> set[str]:
        """Fields of which the notices that wait tell."""
        return {note["f"] for row in self.pending() for note in row["notes"] if "f" in note}

    def state(self, world: World) -> PushState:
        return state_of(self.town.settings, world.stores)


@pytest.fixture
def pushed(town: Town) -> Iterator[Pushed]:
    server = serve_pubsub(town.salesforce)
    try:
        yield Pushed(town, server)
    finally:
        server.close()


def test_a_persons_edit_is_due_at_once(pushed: Pushed) -> None:
    with pushed.streaming() as (world, _):
        pushed.core.edit("Lead", pushed.lead, {"Phone": "+1 202 555 0101", "Rating": "Hot", "Title": "CEO"})
        row = eventually(pushed.pending)[0]
        assert (row["side"], row["object"], row["ref_id"]) == ("salesforce", "Lead", pushed.lead)
        assert {(note["f"], note["v"]) for note in row["notes"]} == {
            ("Phone", "+1 202 555 0101"),
            ("Title", "CEO"),
        }
        told = eventually(lambda: (state := pushed.state(world)).last_event and state)
        assert told.mode == "pubsub" and told.since and not told.troubles


def test_new_and_deleted_records_are_told_of(pushed: Pushed) -> None:
    with pushed.streaming():
        bob = pushed.core.edit("Lead", None, {**ANN, "Email": "bob@acme.example.com"}, create=True)
        pushed.core.edit("Lead", pushed.lead, delete=True)
        rows = eventually(lambda: len(found := pushed.pending()) == 2 and found)
        assert {row["ref_id"]: row["notes"][0]["k"] for row in rows} == {bob: "created", pushed.lead: "gone"}


def test_opportunities_are_told_to_the_outcomes(pushed: Pushed) -> None:
    with pushed.streaming():
        made = pushed.core.convert(pushed.lead, opportunity_name="Acme", amount=10.0)
        told = "SELECT ref_id FROM outcome_due WHERE object = 'Opportunity'"
        assert eventually(lambda: pushed.town.all(told)) == [{"ref_id": made["opportunity_id"]}]


def test_a_conversion_makes_its_lead_be_read(pushed: Pushed) -> None:
    with pushed.streaming():
        pushed.core.convert(pushed.lead)
        rows = eventually(lambda: {row["ref_id"]: row for row in pushed.pending()})
        assert rows[pushed.lead]["requeued"]


def test_polls_are_due_once_a_first_stream_is_open(pushed: Pushed) -> None:
    pushed.town.all(
        "INSERT INTO cursor (name, at) VALUES ('next:salesforce:Lead', now() + interval '1 hour')"
    )
    with pushed.streaming():
        eventually(lambda: pushed.polls)
        eventually(lambda: not pushed.town.all("SELECT 1 FROM cursor WHERE name = 'next:salesforce:Lead'"))


def test_a_gap_makes_its_record_be_read(pushed: Pushed) -> None:
    with pushed.streaming():
        pushed.server.feed.gap("Lead", [pushed.lead])
        row = eventually(pushed.pending)[0]
        assert row["ref_id"] == pushed.lead and row["requeued"]


@pytest.mark.parametrize(("ids", "kind"), [([], "GAP_OVERFLOW"), (["00Q*"], "GAP_UPDATE")])
def test_a_gap_without_records_makes_the_poll_due(pushed: Pushed, ids: list[str], kind: str) -> None:
    with pushed.streaming():
        eventually(lambda: len(pushed.polls) == 3)  # the ones of the beginning
        pushed.town.all(
            "INSERT INTO cursor (name, at) VALUES ('next:salesforce:Lead', now() + interval '1 hour')"
        )
        pushed.server.feed.gap("Lead", ids, kind)
        eventually(lambda: len(pushed.polls) == 4)
        assert (
            not pushed.town.all("SELECT 1 FROM cursor WHERE name = 'next:salesforce:Lead'")
            and not pushed.pending()
        )


def test_what_happened_meanwhile_is_replayed(pushed: Pushed) -> None:
    with pushed.streaming():
        pushed.core.edit("Lead", pushed.lead, {"Title": "CEO"})
        eventually(
            lambda: pushed.town.all("SELECT 1 FROM stream WHERE object = 'Lead' AND place IS NOT NULL")
        )
    pushed.town.all("DELETE FROM pending")
    pushed.polls.clear()
    pushed.core.edit("Lead", pushed.lead, {"Title": "CFO"})
    with pushed.streaming():
        assert eventually(pushed.pending)[0]["notes"][0]["v"] == "CFO"


def test_a_place_lost_beyond_retention_is_made_good_by_a_poll(pushed: Pushed) -> None:
    with pushed.streaming():
        pushed.core.edit("Lead", pushed.lead, {"Title": "CEO"})
        eventually(
            lambda: pushed.town.all("SELECT 1 FROM stream WHERE object = 'Lead' AND place IS NOT NULL")
        )
    pushed.core.edit("Lead", pushed.lead, {"Title": "CFO"})
    pushed.server.feed.forget()
    pushed.town.all("UPDATE stream SET state = 'waiting'")
    pushed.town.all(
        "INSERT INTO cursor (name, at) VALUES ('next:salesforce:Lead', now() + interval '1 hour')"
    )
    pushed.town.all("DELETE FROM pending")
    with pushed.streaming():
        eventually(lambda: not pushed.town.all("SELECT 1 FROM cursor WHERE name = 'next:salesforce:Lead'"))
        pushed.core.edit("Lead", pushed.lead, {"Phone": "+1 202 555 0102"})
        assert eventually(pushed.pending)[0]["notes"][0]["f"] == "Phone"


@pytest.mark.parametrize("code", ["", "service.auth.error", "service.unavailable"])
def test_a_broken_stream_goes_on_where_it_was(pushed: Pushed, code: str) -> None:
    with pushed.streaming():
        pushed.core.edit("Lead", pushed.lead, {"Title": "CEO"})
        eventually(pushed.pending)
        pushed.town.all("DELETE FROM pending")
        with pushed.core.lock:
            if code == "service.auth.error":
                pushed.core.tokens.clear()
            pushed.server.feed.break_streams(code)
            pushed.core.edit("Lead", pushed.lead, {"Title": "CFO"})
        assert eventually(pushed.pending)[0]["notes"][0]["v"] == "CFO"


def test_another_takes_over_when_the_holder_dies_and_misses_nothing(pushed: Pushed) -> None:
    holder = (
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with pushed.streaming() as (_, first), pushed.streaming(wait=False) as (_, second):
        assert first.holding and not second.holding
        pushed.core.edit("Lead", pushed.lead, {"Title": "CEO"})
        assert eventually(pushed.pending)[0]["ref_id"] == pushed.lead
        pushed.town.all(f"SELECT pg_terminate_backend(pid) FROM ({holder}) AS held")
        pushed.core.edit("Lead", pushed.lead, {"Phone": "+1 202 555 0102"})
        eventually(lambda: "Phone" in pushed.told())


def test_a_holder_that_stops_hands_over_what_it_had_not_taken_in(pushed: Pushed) -> None:
    with pushed.streaming(wait=False) as (_, second):
        with pushed.streaming(wait=False) as (_, first):
            eventually(lambda: first.holding or second.holding)
            pushed.core.edit("Lead", pushed.lead, {"Title": "CEO"})
        eventually(lambda: second.holding)
        eventually(lambda: pushed.open() == ["Contact", "Lead", "Opportunity"])
        pushed.core.edit("Lead", pushed.lead, {"Phone": "+1 202 555 0102"})
        eventually(lambda: "Phone" in pushed.told())


@pytest.mark.parametrize("outbound", [True, False])
def test_an_edition_without_it_falls_back_and_says_so_once(pushed: Pushed, outbound: bool) -> None:
    pushed.server.feed.settings.licensed = False
    if outbound:
        given = pushed.town.settings.salesforce.model_copy(
            update={"outbound_secret": SecretStr("a-long-secret-that-nobody-guesses")}
        )
        pushed.town.settings = replace(pushed.town.settings, salesforce=given)
    with structlog.testing.capture_logs() as lines, pushed.streaming(wait=False) as (world, _):
        eventually(lambda: len(pushed.state(world).troubles) == 3)
        told = pushed.state(world)
        said = [line for line in lines if line["log_level"] == "warning"]
    assert told.mode == ("outbound" if outbound else "poll") and "edition" in told.troubles[0]
    assert [line["instead"] for line in said] == [
        "outbound messages" if outbound else "polls every 3600 seconds"
    ]


def test_a_refused_stream_is_asked_for_at_once_when_setup_selected_its_object(pushed: Pushed) -> None:
    """Without being told it would ask again after ten minutes."""
    pushed.server.feed.settings.objects = ("Contact", "Opportunity")
    with pushed.streaming(wait=False) as (world, _):
        eventually(lambda: [s.state for s in world.stores.streams.states() if s.object == "Lead"] == ["refused"])
        eventually(lambda: pushed.open() == ["Contact", "Opportunity"])
        pushed.server.feed.settings.objects = None
        assert world.stores.streams.ask_again() == ["Lead"]
        eventually(lambda: pushed.open() == ["Contact", "Lead", "Opportunity"])
        pushed.core.edit("Lead", pushed.lead, {"Title": "CEO"})
        assert eventually(pushed.pending)[0]["notes"][0]["v"] == "CEO"


def test_a_stream_that_is_still_refused_is_asked_for_ever_more_slowly(pushed: Pushed, monkeypatch: Any) -> None:
    monkeypatch.setattr(streaming, "ASK_SOON", 0.01)
    pushed.server.feed.settings.objects = ("Contact", "Opportunity")
    with pushed.streaming(wait=False) as (world, _):
        eventually(lambda: [s.state for s in world.stores.streams.states() if s.object == "Lead"] == ["refused"])
        world.stores.streams.ask_again()
        pushed.server.feed.settings.objects = None  # setup is done, but the org takes its time
        eventually(lambda: pushed.open() == ["Contact", "Lead", "Opportunity"])


@pytest.mark.parametrize(
    ("wish", "endpoint", "mode"),
    [("auto", "", "outbound"), ("outbound", "127.0.0.1:9", "outbound"), ("poll", "127.0.0.1:9", "poll")],
)
def test_what_the_settings_do_not_want_is_not_tried(town: Town, wish: Any, endpoint: str, mode: str) -> None:
    given = town.settings.salesforce.model_copy(update={"push": wish, "pubsub_endpoint": endpoint})
    town.settings = replace(town.settings, salesforce=given)
    with open_world(town.settings, town.url) as world:
        assert push_of(world) is None
        assert state_of(town.settings, world.stores).mode == mode


def test_polls_are_seldom_while_the_stream_lives(pushed: Pushed) -> None:
    def intervals(world: World) -> dict[str, bool]:
        salesforce = [each for each in world.polls if each.watch.bookmark.startswith("salesforce")]
        return {each.watch.object: each.after(Polled()) == each.later for each in salesforce}

    pushed.town.settings = replace(pushed.town.settings, engine=Engine(poll_seconds=60))
    with open_world(pushed.town.settings, pushed.town.url) as world:
        assert not any(intervals(world).values())
    with pushed.streaming() as (world, _):
        assert all(intervals(world).values())
        pushed.town.all("UPDATE stream SET heard_at = heard_at - interval '7 minutes' WHERE object = 'Lead'")
        assert not intervals(world)["Lead"]


def test_streams_work_where_all_that_is_not_proved_of_them_is_the_other_way(pushed: Pushed) -> None:
    pushed.server.feed.settings.update(dict(ways.flipped().pubsub))
    with pushed.streaming():
        pushed.core.edit("Lead", pushed.lead, {"City": "Lyon", "Title": "CEO"})
        eventually(lambda: {"City", "Title"} <= pushed.told())
        pushed.town.all("DELETE FROM pending")
        pushed.server.feed.gap("Lead", [pushed.lead])
        assert eventually(pushed.pending)[0]["requeued"]
