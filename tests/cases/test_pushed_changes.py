"""Salesforce's changes by change events instead of messages: echoes (T1), and what an event does not tell (T21).

In process: the practice bus's bytes are read by Accord's own decoder; only the wire between them is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from connector.adapters.calling import no_guard
from connector.adapters.postgres.bookmarks import PostgresBookmarks
from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.streams import PostgresStreams
from connector.adapters.salesforce.pubsub.events import EventSchema
from connector.core.desk import natives
from connector.core.records import Side
from connector.ports.push import Batch, Subscription
from connector.practice.salesforce.pubsub.changes import Change
from connector.practice.salesforce.pubsub.feed import Feed
from connector.services.polling import Watch, as_notices, poll
from connector.services.pushing import Heard, Hearing
from tests.cases.cast import ANN, hot, rows_written
from tests.world import HOT, World


@dataclass
class Org:
    """A ChangeStream as far as Hearing asks it."""

    world: World
    client: str = "accord"

    def us(self) -> str:
        return self.world.salesforce.org.people["integration"]

    def subscribe(self, object_: str, after: bytes | None) -> Subscription:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is open."""


class PushedWorld(World):
    """A world whose Salesforce tells by change events alone. ``heard``: what became of them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.salesforce.outbound.objects = {}
        self.feed, self.heard = Feed(self.salesforce), list[Heard]()
        self.streams = PostgresStreams(self.database, self.clock.now)
        fields = {o: tuple(n) for (s, o), n in natives(self.bench.desk).items() if s is Side.SALESFORCE}
        bookmarks = {object_: [f"salesforce:{object_}"] for object_ in fields}
        self.hearing = Hearing(Org(self), self.streams, self.store, fields, bookmarks)
        self._fields, self._place = fields, 0

    def deliver(self, lane: int = 1) -> int:
        told = super().deliver(lane)
        with self.feed.changed:
            events = self.feed.after(self._place, None, 100)
        for event in events:
            self._place = event.number
            change = EventSchema(event.schema.json).change(event.payload)
            place = self.feed.replay_id(event.number)
            self.heard.append(self.hearing.take(change.object, Batch((change,), place)))
        return told + sum(heard.queued for heard in self.heard[len(self.heard) - len(events) :])

    def overheard(self) -> None:
        self.deliver()

    def poll(self, object_: str) -> int:
        fields = self._fields[object_]
        watch = Watch(self.bench.salesforce, object_, fields, timedelta(0), as_notices(self.store, fields))
        return poll(watch, PostgresBookmarks(self.database, self.clock.now), self.clock.now, no_guard).queued

    def echoes(self) -> int:
        return sum(heard.echoes + heard.dropped for heard in self.heard)


@pytest.fixture
def world(database: Pool) -> PushedWorld:
    return PushedWorld(database)


def linked(world: PushedWorld) -> tuple[str, str]:
    """Ann on both sides, and quiet."""
    ann, lead = hot(world)
    world.settle()
    world.heard.clear()
    world.forget_calls()
    return ann, lead


def test_T1_our_write_comes_back_as_an_event_and_is_dropped_without_a_call(world: PushedWorld) -> None:
    ann, _ = linked(world)
    world.edit_contact(ann, city="Boston")
    world.deliver()
    world.round()
    calls = world.hubspot.calls.total + world.salesforce.calls.total
    world.deliver()
    assert [(heard.events, heard.echoes, heard.queued) for heard in world.heard] == [(1, 1, 0)]
    assert world.round().idle and world.hubspot.calls.total + world.salesforce.calls.total == calls


def test_T1_a_record_that_we_made_comes_back_and_is_dropped_without_a_call(world: PushedWorld) -> None:
    ann = world.form(**{**ANN, **HOT})
    for _ in range(8):  # events come a moment after their writes
        world.later(seconds=1)
        World.deliver(world)
        world.round()
    assert world.lead_of(ann) and not world.all("SELECT 1 FROM pending")
    world.deliver()
    kinds = {event.change.kind for event in world.feed.after(0, None, 100)}
    assert "CREATE" in kinds and [heard.queued for heard in world.heard] == [0] * len(world.heard)


def test_T1_an_event_that_overtakes_the_end_of_its_round_is_dropped_too(world: PushedWorld) -> None:
    """Salesforce tells before our second transaction: the journal knows already what was sent."""
    ann, _ = linked(world)
    world.edit_contact(ann, city="Boston")
    world.deliver()
    world.salesforce.on_write.append(lambda core, written: world.overheard())
    world.round()
    assert world.echoes() == 1 and not world.all("SELECT 1 FROM pending")


@pytest.mark.parametrize("merged", [True, False])
def test_T1_what_an_automation_changed_in_our_transaction_is_no_echo(
    world: PushedWorld, merged: bool
) -> None:
    ann, lead = linked(world)
    world.feed.settings.merges_saves = merged
    rule = {"object": "Lead", "when_field": "City", "set": {"Title": "Neighbour"}, "mode": "after"}
    world.salesforce.org.rules.add_automation(rule)
    world.edit_contact(ann, city="Boston")
    world.settle()
    assert world.hs(ann)["jobtitle"] == "Neighbour" and world.sf(lead)["City"] == "Boston"


def test_T21_a_compound_address_moves_its_changed_parts_alone(world: PushedWorld) -> None:
    ann, lead = linked(world)
    before = world.hs(ann)
    world.edit_lead(lead, City="Lyon", Country="France")
    world.settle()
    after = world.hs(ann)
    assert after["city"] == "Lyon" and {n for n in after if after[n] != before.get(n)} >= {"city"}
    assert after.get("email") == before.get("email") and world.sf(lead)["City"] == "Lyon"


def test_T21_a_blanked_part_is_told_as_blank(world: PushedWorld) -> None:
    ann, lead = linked(world)
    world.edit_lead(lead, City="Lyon")
    world.settle()
    world.edit_lead(lead, City=None)
    world.settle()
    assert world.sf(lead)["City"] is None and not world.hs(ann).get("city")


def _oversized(world: PushedWorld) -> None:
    world.feed.settings.gap_above_bytes = 10


def _diffed(world: PushedWorld) -> None:
    world.feed.settings.diff_above = 2


def _with_gaps(world: PushedWorld) -> None:
    world.feed.gaps = 1


@pytest.mark.parametrize("spoil", [_oversized, _diffed, _with_gaps])
def test_T21_an_event_without_its_values_makes_the_record_be_read(
    world: PushedWorld, spoil: Callable[[PushedWorld], None]
) -> None:
    ann, lead = linked(world)
    spoil(world)
    world.edit_lead(lead, City="Lyon")
    world.settle()
    assert world.hs(ann)["city"] == "Lyon"


def test_T21_an_overflow_makes_its_object_be_polled(database: Pool) -> None:
    world = PushedWorld(database)
    ann, lead = linked(world)
    PostgresBookmarks(database, world.clock.now).move("next:salesforce:Lead", world.clock.now(), {})
    world.feed.settings.overflow_above = 0
    world.edit_lead(lead, City="Lyon")
    world.settle()
    assert world.heard[0].unsure == {"Lead"} and world.hs(ann).get("city") != "Lyon"
    assert not world.all("SELECT 1 FROM cursor WHERE name = 'next:salesforce:Lead'")
    assert world.poll("Lead")
    world.settle()
    assert world.hs(ann)["city"] == "Lyon"


def test_T21_an_event_merged_from_several_records_moves_each(world: PushedWorld) -> None:
    pairs = [linked(world), hot(world, email="bob@acme.example.com", lastname="Bo")]
    world.feed.settings.objects = ()  # what follows is told by one event, made by hand
    for _, lead in pairs:
        world.edit_lead(lead, City="Lyon")
    ids, user = tuple(lead for _, lead in pairs), world.salesforce.org.people["user"]
    world.feed.publish([Change("Lead", ids, "UPDATE", user, "", {"City": "Lyon"}, ("City",))])
    world.settle()
    assert [world.hs(contact)["city"] for contact, _ in pairs] == ["Lyon", "Lyon"]


def test_edits_on_both_sides_cost_one_write_each(world: PushedWorld) -> None:
    ann, lead = linked(world)
    before = rows_written(world)
    world.edit_contact(ann, city="Boston")
    world.edit_lead(lead, Title="CEO")
    world.settle()
    assert rows_written(world) == {side: count + 1 for side, count in before.items()}
