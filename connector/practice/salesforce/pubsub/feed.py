"""The event bus of one org: what was committed, encoded and kept for 72 hours, in the order of commits."""

import struct
import threading
import uuid
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.fields import SObject
from connector.practice.salesforce.metadata.channel_members import captured
from connector.practice.salesforce.pubsub.changes import Change, changes_of
from connector.practice.salesforce.pubsub.schemas import EventSchema, event_schema
from connector.practice.salesforce.pubsub.settings import PubSubSettings
from connector.practice.salesforce.pubsub.stored import Stored
from connector.practice.salesforce.state import Written


class Lost(Exception):
    """A replay id that is none of ours, or older than what is kept."""


class Feed:
    """Hears every commit of a core. Readers wait on `changed`; `broken` counts up when their streams are to end."""

    def __init__(self, core: Acts, settings: PubSubSettings | None = None) -> None:
        self.core = core
        self.settings = settings or PubSubSettings()
        self.changed = threading.Condition()
        self.broken = (0, "")
        self.gaps = 0
        self.schemas: dict[str, EventSchema] = {}
        self._salt = uuid.uuid4().bytes[:2]
        self._events: list[Stored] = []
        self._marks: list[tuple[int, datetime]] = [(0, core.clock.now())]
        self._shapes: dict[str, tuple[Any, EventSchema]] = {}
        core.on_commit.append(self.heard)

    # what is published ----------------------------------------------------------------------------
    def heard(self, writes: list[Written]) -> None:
        """The writes of one committed call. The core's lock is held."""
        by_transaction: dict[int, list[Written]] = {}
        for write in writes:
            by_transaction.setdefault(getattr(write, "transaction", 0), []).append(write)
        for of_one in by_transaction.values():
            self.publish(changes_of(of_one, self._watched(of_one), self.settings))

    def publish(self, changes: Sequence[Change]) -> None:
        """The events of one transaction."""
        if not changes:
            return
        key, now, settings = str(uuid.uuid4()), self.core.clock.now(), replace(self.settings)
        with self.changed:
            for sequence, change in enumerate(changes, 1):
                if self.gaps:
                    self.gaps -= 1
                    change = change.as_gap()
                self._put(change, key, sequence, now, settings)
            if len(self._events) > 1.1 * self.settings.most_events:
                self._purge()
            self.changed.notify_all()

    def gap(self, object_name: str, ids: Iterable[str], kind: str = "GAP_UPDATE") -> None:
        """A gap event out of nothing; an id may be a wildcard such as `00Q*`; GAP_OVERFLOW needs none."""
        with self.core.lock:
            self._schema(self._shape(object_name))
            self.publish([Change(object_name, tuple(ids), kind, self.core.org.people["process"], "", {})])

    def break_streams(self, error_code: str = "") -> None:
        """Ends every open stream: as a lost connection, or with one of the API's error codes."""
        with self.changed:
            self.broken = (self.broken[0] + 1, error_code)
            self.changed.notify_all()

    def forget(self) -> None:
        """As if all that was published were older than what is kept."""
        with self.changed:
            self._events.clear()
            last = self._marks[-1][0] + 1
            self._marks = [(last, self.core.clock.now())]

    def selected(self) -> Sequence[str]:
        """Objects that are selected for Change Data Capture."""
        return captured(self.core.org) if self.settings.objects is None else self.settings.objects

    def denied(self, object_name: str | None) -> bool:
        """May the integration user not view all records of this object? By an assigned permission set, unless his
        profile says so. Who subscribes to everything is not refused."""
        org = self.core.org
        if object_name in self.settings.denied:
            return True
        if object_name is None or org.settings.views_all:
            return False
        mine = org.tables["PermissionSetAssignment"].find("AssigneeId", org.people["integration"])
        given = org.tables["ObjectPermissions"]
        return not any(
            right["SobjectType"] == object_name and right["PermissionsViewAllRecords"]
            for row in mine
            for right in given.find("ParentId", row["PermissionSetId"])
        )

    # what is read ---------------------------------------------------------------------------------
    def schema(self, object_name: str) -> EventSchema | None:
        """Of an object as it is now; None where it is not seen."""
        with self.core.lock:
            shape = self._shape(object_name)
            return self._schema(shape) if shape else None

    def after(self, number: int, object_name: str | None, most: int) -> list[Stored]:
        """Events beyond a place, of one object or of all (None). Hold `changed`."""
        self._purge()
        start = bisect_right(self._events, number, key=lambda event: event.number)
        found: list[Stored] = []
        for event in self._events[start:]:
            if len(found) == most:
                break
            if object_name in (None, event.change.object):
                found.append(event)
        return found

    def replay_id(self, number: int) -> bytes:
        return self._salt + struct.pack(">Q", number)

    def place(self, replay_id: bytes) -> int:
        """The inverse. Raises Lost. Hold `changed`."""
        self._purge()
        if len(replay_id) != 10 or replay_id[:2] != self._salt:
            raise Lost
        number = int(struct.unpack(">Q", replay_id[2:])[0])
        if not self._marks[0][0] <= number <= self._marks[-1][0]:
            raise Lost
        return number

    def latest(self) -> int:
        """The tip. It moves on with time, so that a quiet topic's place does not grow old. Hold `changed`."""
        now = self.core.clock.now()
        if now - self._marks[-1][1] > timedelta(minutes=1):
            self._marks.append((self._marks[-1][0] + 1, now))
        return self._marks[-1][0]

    def earliest(self) -> int:
        """The place before all that is kept. Hold `changed`."""
        self._purge()
        return self._events[0].number - 1 if self._events else self.latest()

    # inside ---------------------------------------------------------------------------------------
    def _put(self, change: Change, key: str, sequence: int, now: datetime, settings: PubSubSettings) -> None:
        number = self._marks[-1][0] + 1
        self._marks.append((number, now))
        schema = self._shapes[change.object][1]
        self._events.append(Stored(number, now, change, schema, key, sequence, settings))

    def _watched(self, writes: Iterable[Written]) -> dict[str, EventSchema]:
        names = {write.object for write in writes} & set(self.selected())
        return {name: self._schema(shape) for name in names if (shape := self._shape(name))}

    def _shape(self, name: str) -> Any:
        """As the integration user sees it: events leave out what the subscriber may not see."""
        org = self.core.org
        access = getattr(org, "access", None)
        return (access.shapes(org.people["integration"]) if access else org.objects).get(name)

    def _schema(self, shape: SObject) -> EventSchema:
        held = self._shapes.get(shape.name)
        # An admin changes a shape in place.
        mark = (id(shape), len(shape.fields), self.core.org.schema_changed)
        if held is None or held[0] != mark:
            made = event_schema(shape)
            self.schemas[made.id] = made
            held = self._shapes[shape.name] = (mark, made)
        return held[1]

    def _purge(self) -> None:
        """Drops what is too old, or too much. Hold `changed`."""
        oldest = self.core.clock.now() - timedelta(hours=self.settings.retention_hours)
        gone = bisect_right(self._events, oldest, key=lambda event: event.at)
        gone = max(gone, len(self._events) - self.settings.most_events)
        last = self._events[gone - 1].number if gone else -1
        del self._events[:gone]
        kept = bisect_right(self._marks, oldest, key=lambda mark: mark[1])
        kept = max(kept, bisect_right(self._marks, last, key=lambda mark: mark[0]) - 1)
        if kept > 0:
            self._marks = self._marks[kept:] or [(self._marks[-1][0] + 1, self.core.clock.now())]
