"""What the services need from outside, as protocols. Adapters implement them; wiring joins them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from connector.core.records import Notice, Record, Ref, Side, Value, Version

Guard = Callable[[float], None]
"""Called before every HTTP call with that call's time-out in seconds. Raises LeaseEnding or Stopping."""


@dataclass(frozen=True, slots=True)
class Write:
    """One record's write. ``values``: native names -> raw values to send (None clears).
    ``key``: None for an update by ``ref.id``; for an upsert (create) the unique field's name, and ``ref.id`` is
    its value.
    ``unmodified_since``: Salesforce only: send If-Unmodified-Since where the call allows it."""

    ref: Ref
    values: Mapping[str, Value]
    key: str | None = None
    unmodified_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The verdict on one Write, in the order of the Writes.

    ``verdict``: 'done'; 'refused' (``code``, ``message``, ``fields`` say why; nothing was written);
    'stale' (If-Unmodified-Since failed; nothing was written); 'moved' (a converted Lead; nothing was written);
    'gone' (deleted); 'locked' (try again later; nothing was written);
    'duplicate' (the record exists already: ``existing`` is its Ref if told); 'unknown' (no verdict: it may have
    happened).
    ``ref``: the record written (for an upsert: the id it has now; ``created`` tells whether it is new).
    ``record``: the read-back, where it was asked for and could be had."""

    ref: Ref
    verdict: str
    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()
    existing: Ref | None = None
    created: bool = False
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """One field as a side describes it. ``type``: HubSpot's or Salesforce's own word. ``length`` 0: unknown.
    ``options``: API values, empty where free. ``restricted``: other values are refused."""

    name: str
    label: str
    type: str
    length: int = 0
    writable: bool = True
    required: bool = False
    unique: bool = False
    restricted: bool = False
    options: tuple[str, ...] = ()


class Crm(Protocol):
    """One side, in bulk. All methods raise the errors of connector.errors (WaitUntil, TryAgain, OutcomeUnknown,
    MendConnection, MendRequest) for a call that fails as a whole; ``write`` never raises OutcomeUnknown: its rows
    say so."""

    side: Side

    def read(
        self, refs: Sequence[Ref], fields: Mapping[str, Sequence[str]], guard: Guard
    ) -> dict[Ref, Record]:
        """Read refs by id; ``fields`` per object. Missing or deleted records are absent from the answer."""

    def write(
        self, writes: Sequence[Write], read_back: Mapping[str, Sequence[str]] | None, guard: Guard
    ) -> list[Written]:
        """Write a batch, record by record verdicts. With ``read_back`` (fields per object) every row that was or may
        have been written carries the record as it is now."""

    def find(
        self, object_: str, field: str, values: Sequence[str], fields: Sequence[str], guard: Guard
    ) -> list[Record]:
        """All live records of an object whose ``field`` equals one of ``values`` (case-insensitive for e-mail)."""

    def changes(
        self, object_: str, since: datetime, fields: Sequence[str], guard: Guard
    ) -> Iterator[list[Record]]:
        """Pages of records modified at or after ``since``, oldest first, for polls and backfills."""

    def schema(self, object_: str) -> dict[str, FieldSchema]: ...

    def people(self) -> dict[str, str]:
        """Owners/users who can own records: e-mail (lower case) -> id."""

    def inactive_people(self) -> dict[str, str]:
        """The same of those who left: records may still be theirs."""


class HubSpotCrm(Crm, Protocol):
    def write(
        self,
        writes: Sequence[Write],
        read_back: Mapping[str, Sequence[str]] | None,
        guard: Guard,
        *,
        fresh: bool = False,
    ) -> list[Written]:
        """As Crm.write. The read-back may be the write's own answer; ``fresh`` asks for a read."""

    def history(
        self, ids: Sequence[str], properties: Sequence[str], guard: Guard
    ) -> dict[str, dict[str, tuple[Version, ...]]]:
        """Property history, newest first, by contact id and property."""

    def set_members(self, list_name: str, add: Sequence[str], remove: Sequence[str], guard: Guard) -> None:
        """Add to and remove from a static list (made if missing)."""


class SalesforceCrm(Crm, Protocol):
    def query(self, soql: str, guard: Guard) -> Iterator[list[dict[str, Any]]]:
        """Pages of rows."""

    def find_any(
        self, object_: str, wanted: Mapping[str, Sequence[str]], fields: Sequence[str], guard: Guard
    ) -> list[Record]:
        """Records that match on any of several fields, in one query where it fits: {"Email": […], "Id": […], key: […]}.
        By e-mail only live ones; by id or external id converted Leads too (with ``moved_to``)."""

    def lead_of(self, contact_ids: Sequence[str], guard: Guard) -> dict[str, list[str]]:
        """ConvertedContactId -> ids of the Leads that were converted into it."""


class Budget(Protocol):
    """The API budget of one side, shared by all processes."""

    def take(self, calls: int = 1) -> None:
        """Count calls that are about to be made. Raises WaitUntil when the window is used up."""

    def report(self, used: int | None, limit: int | None) -> None:
        """What the service itself said of the daily budget."""


Clock = Callable[[], datetime]
"""Now, as aware UTC."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of notices: ``dropped`` as echoes at the door, or ``queued`` for a round (both count notices).
    ``late``: values put into the ledger because they fell between a read and its write.
    ``repeated``: the very same delivery was taken before; nothing was done."""

    dropped: int
    queued: int
    late: int = 0
    repeated: bool = False


class NoticeStore(Protocol):
    """The door: from notices to due pairs."""

    def accept(self, notices: Sequence[Notice], lane: int, delivery: bytes | None = None) -> Accepted:
        """In one durable transaction: drop echoes, queue the rest in ``lane`` (0 hand-off, 1 live, 2 backfill),
        wake the
        workers. ``delivery``: a digest of the request; one taken within the last minutes is a repeat."""


class Bookmarks(Protocol):
    """How far each poll has come, and which versions of records it has passed on already."""

    def bookmark(self, name: str) -> datetime | None:
        """Modification time up to which everything was passed on; None before the first poll."""

    def unseen(self, name: str, versions: Mapping[str, bytes]) -> set[str]:
        """Of record ids with the digest of what was read: those whose digest was not passed on before."""

    def move(self, name: str, at: datetime, versions: Mapping[str, bytes]) -> None:
        """Set the bookmark (never back) and remember ``versions`` as passed on, in one transaction."""

    def forget(self, name: str, before: datetime) -> None:
        """Drop what no poll met since ``before`` (our clock)."""


Rows = Sequence[dict[str, Any]]
"""Rows of ``pending`` as {"id", "seq", "now", …}."""


@dataclass(slots=True)
class Claim:
    """Leased rows, and what the database knows of them. ``rows``: columns of pending with ``was_leased`` and
    ``requeued`` as
    they were before. ``moved``: rows that became rows of their Link and wait there."""

    token: int
    until: datetime
    rows: list[dict[str, Any]]
    moved: int = 0
    links: dict[int, dict[str, Any]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    blocks: list[dict[str, Any]] = field(default_factory=list)
    left: list[dict[str, Any]] = field(default_factory=list)
    modes: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)


@dataclass(slots=True)
class Documents:
    """What both transactions may save. Every document names its pending row as ``row``, so a lost fence drops it."""

    agreement: str = ""
    settled: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    handoffs_new: list[dict[str, Any]] = field(default_factory=list)
    handoffs: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    handoff_ids: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Intent(Documents):
    """Transaction 1. ``journal_ids``: (side, ref id, mate) -> id of the row inserted."""

    journal: list[dict[str, Any]] = field(default_factory=list)
    journal_ids: dict[tuple[str, str, str | None], int] = field(default_factory=dict)

    def keep(self, mine: set[int]) -> None:
        for name in ("journal", "settled", "ledger", "handoffs_new", "handoffs", "edges", "links"):
            setattr(self, name, [d for d in getattr(self, name) if d["row"] in mine])


@dataclass(frozen=True, slots=True)
class Mine:
    """Rows that passed the fence, with the notices that came since the claim."""

    notes: dict[int, list[dict[str, Any]]]
    journal_ids: dict[tuple[str, str, str | None], int]
    handoff_ids: dict[str, int]


class Saving(Protocol):
    """Transaction 2, as services build it; see services/saving.py."""

    settled: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    handoffs_new: list[dict[str, Any]]
    handoffs: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    links: list[dict[str, Any]]
    handoff_ids: dict[str, int]
    repoint: list[dict[str, Any]]
    new_links: list[dict[str, Any]]
    open_issue: list[dict[str, Any]]
    close_issues: list[dict[str, Any]]
    set_blocks: list[dict[str, Any]]
    lift_blocks: list[dict[str, Any]]
    observed: list[dict[str, Any]]
    unobserved: list[str]
    answered: list[dict[str, Any]]
    finish: list[dict[str, Any]]

    def keep(self, mine: set[int], notes: dict[int, list[dict[str, Any]]]) -> None:
        """Drop what belongs to rows that are no longer ours; judge the notices that came under the lease."""

    def repointed(self, moved: set[int]) -> None:
        """Which Links could move to the Contact."""

    def linked(self, made: dict[tuple[str, str], int]) -> None:
        """Which new Links were made: (HubSpot id, Salesforce id) -> link id. The others met a uniqueness error."""


class Rounds(Protocol):
    """The rounds' side of the database; see adapters/postgres/rounds.py."""

    def claim(self, limit: int, now: datetime, until: datetime) -> Claim: ...
    def busy(self, links: Sequence[int], since: datetime, limit: int) -> list[dict[str, Any]]: ...
    def trip(self, trips: Sequence[tuple[str, str, str, str]], now: datetime) -> None: ...
    def report_side(self, side: str, message: str, fix: str, now: datetime) -> None: ...
    def side_works(self, side: str, now: datetime) -> None: ...
    def vanished(self, since: datetime) -> dict[str, int]: ...
    def tripped(self) -> list[tuple[str, str]]: ...
    def handoffs(self, persons: Sequence[str]) -> dict[str, tuple[int, dict[str, Any]]]: ...
    def outcomes(self, contacts: Sequence[str]) -> dict[str, dict[str, Any]]: ...
    def turns(self, name: str, count: int) -> int: ...
    def drop(self, token: int, rows: Rows) -> set[int]: ...
    def release(self, token: int, rows: Rows) -> None: ...
    def claim_identities(
        self, token: int, keys: Iterable[str], now: datetime, until: datetime
    ) -> set[str]: ...
    def linked(self, refs: Sequence[Ref]) -> dict[Ref, int]: ...
    def requeue(self, links: Sequence[int], refs: Sequence[Ref], lane: int, now: datetime) -> None: ...
    def intend(self, token: int, rows: Rows, intent: Intent, now: datetime) -> Mine: ...
    def save(self, token: int, rows: Rows, saving: Saving, now: datetime) -> set[int]: ...
    def waiting(self, now: datetime) -> int: ...


__all__ = [
    "Accepted",
    "Bookmarks",
    "Budget",
    "Clock",
    "Crm",
    "FieldSchema",
    "Guard",
    "HubSpotCrm",
    "NoticeStore",
    "SalesforceCrm",
    "Write",
    "Written",
]
