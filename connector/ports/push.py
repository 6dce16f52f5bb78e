"""Changes pushed by Salesforce over a stream that we hold: the stream, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connector.core.changes import Change
from connector.core.records import Notice

MENDED = "accord_streams"
"""The channel on which whoever holds the streams hears that a refused one may be asked for again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one response brought, maybe nothing. ``place``: where the stream stands after it, opaque."""

    changes: tuple[Change, ...]
    place: bytes


class Subscription(Protocol):
    """An open stream of one object's changes."""

    def __iter__(self) -> Iterator[Batch]:
        """Batches as they come; ends when cancelled. Raises ReplayLost, MendConnection, WaitUntil, TryAgain."""

    @property
    def opened(self) -> bool:
        """The call is under way; whether it is served shows only by what comes, or by no refusal."""

    def cancel(self) -> None:
        """From any thread: the iteration ends soon."""


class ChangeStream(Protocol):
    """Where Salesforce tells of changes."""

    @property
    def client(self) -> str:
        """What our calls to the org call themselves."""

    def us(self) -> str:
        """The id of the user we write as."""

    def subscribe(self, object_: str, after: bytes | None) -> Subscription:
        """The changes of an object beyond a place, or from now on (None). Nothing is called before the iteration."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class StreamState:
    """One object's stream as last told. ``state``: 'open', 'waiting' (to be tried again) or 'refused' (an admin has to
    mend it, see ``trouble``). ``since``: how long it has been so; ``heard_at``: the last sign of life, ours of it;
    ``event_at``: when the last event was taken in."""

    object: str
    state: str
    since: datetime
    heard_at: datetime
    event_at: datetime | None = None
    trouble: str = ""


class Streams(Protocol):
    """Places and states of the streams, kept in the database for whichever process holds them."""

    def place(self, object_: str) -> bytes | None:
        """Where to go on; None: nowhere, start at the tip."""

    def reached(self, object_: str, place: bytes, events: int) -> None:
        """Everything up to ``place`` was taken in."""

    def lost(self, object_: str) -> None:
        """Forget the place."""

    def note(self, object_: str, state: str, trouble: str = "") -> None:
        """See StreamState."""

    def due(self, bookmarks: Collection[str]) -> None:
        """Let these polls be due at once (their names without ``next:``)."""

    def echoes(self, notices: Sequence[Notice]) -> set[int]:
        """Indexes of those that hold nothing but what the latest write to their record sends or sent."""

    def states(self) -> list[StreamState]: ...

    def ask_again(self) -> list[str]:
        """Something was mended: whoever holds the streams asks soon for those that were refused. Returns these."""
