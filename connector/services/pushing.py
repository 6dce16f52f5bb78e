"""What Salesforce pushes over a stream: echoes are dropped, gaps make polls due, the rest goes to the door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from connector.core.changes import told_by
from connector.core.records import Notice
from connector.ports import NoticeStore
from connector.ports.push import Batch, ChangeStream, Streams, StreamState
from connector.services.intake import accept

SILENT = timedelta(seconds=360)
"""A stream that gave no sign of life for so long is down: Salesforce gives one at least every 270 seconds."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one batch. ``echoes`` were known by who wrote and what; ``dropped`` at the door by what is Seen;
    ``unsure``: objects that have to be polled."""

    events: int = 0
    echoes: int = 0
    dropped: int = 0
    queued: int = 0
    unsure: frozenset[str] = frozenset()


@dataclass(slots=True)
class Hearing:
    """Takes in the batches of all streams. ``fields``: object -> the fields that Accord reads there;
    ``bookmarks``: object -> names of its polls."""

    source: ChangeStream
    streams: Streams
    notices: NoticeStore
    fields: Mapping[str, Collection[str]]
    bookmarks: Mapping[str, Sequence[str]]
    _us: str = field(default="", init=False)

    def take(self, object_: str, batch: Batch) -> Heard:
        """One batch, durably: only then is its place saved, so that nothing is lost with this process and at most
        something is taken in twice, which does no harm."""
        heard = self._pass_on(batch) if batch.changes else Heard()
        if batch.place:
            self.streams.reached(object_, batch.place, heard.events)
        return heard

    def _pass_on(self, batch: Batch) -> Heard:
        self._us = self._us or self.source.us()
        told = told_by(batch.changes, self.fields, self._us, self.source.client)
        mine = [told.notices[index] for index in told.by_us]
        echoes = {told.by_us[place] for place in self.streams.echoes(mine)} if mine else set()
        rest: list[Notice] = [notice for at, notice in enumerate(told.notices) if at not in echoes]
        accepted = accept(self.notices, rest) if rest else None
        if told.unsure:
            self.streams.due(self._polls(told.unsure))
            log.info("changes without their records: they will be polled", objects=sorted(told.unsure))
        counts = {
            "events": len(batch.changes),
            "echoes": len(echoes),
            "dropped": accepted.dropped if accepted else 0,
            "queued": accepted.queued if accepted else 0,
        }
        log.debug("changes taken in", **counts)
        return Heard(**counts, unsure=frozenset(told.unsure))

    def catch_up(self, object_: str) -> None:
        """What this stream may not have told is to be polled, at once."""
        self.streams.due(self._polls({object_}))

    def _polls(self, objects: Collection[str]) -> list[str]:
        return [name for object_ in sorted(objects) for name in self.bookmarks.get(object_, ())]


@dataclass(frozen=True, slots=True)
class PushState:
    """How Salesforce's changes come. ``mode``: 'pubsub', 'outbound' (messages) or 'poll'; ``since``: how long by the
    Pub/Sub API; ``last_event``: when it last brought one; ``streams``: each object's; ``troubles``: what an admin
    has to mend for it, in words."""

    mode: str
    since: datetime | None
    last_event: datetime | None
    streams: tuple[StreamState, ...]
    troubles: tuple[str, ...]


def push_state(streams: Streams, wish: str, outbound: bool, now: datetime) -> PushState:
    """Which push is on. ``wish``: the setting ACCORD_SALESFORCE_PUSH; ``outbound``: outbound messages are set up."""
    states = tuple(streams.states()) if wish in ("auto", "pubsub") else ()
    alive = [state for state in states if is_alive(state, now)]
    otherwise = "outbound" if outbound and wish in ("auto", "outbound") else "poll"
    return PushState(
        mode="pubsub" if alive else otherwise,
        since=max((state.since for state in alive), default=None),
        last_event=max((state.event_at for state in states if state.event_at), default=None),
        streams=states,
        troubles=tuple(f"{state.object}: {state.trouble}" for state in states if state.trouble),
    )


def is_alive(state: StreamState, now: datetime) -> bool:
    """Does this stream tell of changes, as far as is known?"""
    return state.state == "open" and now - state.heard_at < SILENT
