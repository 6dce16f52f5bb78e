"""The two sides, in bulk, and the budget their calls are taken from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connector.core.records import Record, Ref, Side, Value, Version
from connector.ports.survey import SurveyedOrg, SurveyedPortal

Guard = Callable[[float], None]
"""Called before every HTTP call with that call's time-out in seconds. Raises LeaseEnding or Stopping.
A backfill's has an attribute ``keep``: see Budget.take. Where it has ``calls`` (services/workbench.py), they are noted
there."""


@dataclass(frozen=True, slots=True)
class Write:
    """One record's write. ``values``: native names -> raw values to send (None clears).
    ``key``: None for an update by ``ref.id``; for an upsert (create) the unique field's name, and ``ref.id`` is
    its value.
    ``unmodified_since``: Salesforce only: send If-Unmodified-Since where the call allows it.
    ``twins_by``: Salesforce only, for an upsert: a field whose value makes any other live record that has it a
    twin, to be looked for in the same call."""

    ref: Ref
    values: Mapping[str, Value]
    key: str | None = None
    unmodified_since: datetime | None = None
    twins_by: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """The verdict on one Write, in the order of the Writes.

    ``verdict``: 'done'; 'refused' (``code``, ``message``, ``fields`` say why; nothing was written);
    'stale' (If-Unmodified-Since failed; nothing was written); 'moved' (a converted Lead; nothing was written);
    'gone' (deleted); 'locked' (try again later; nothing was written);
    'duplicate' (the record exists already: ``existing`` is its Ref if told); 'unknown' (no verdict: it may have
    happened).
    ``ref``: the record written (for an upsert: the id it has now; ``created`` tells whether it is new).
    ``record``: the read-back, where it was asked for and could be had.
    ``twins``: what ``twins_by`` found; None: it was not looked for."""

    ref: Ref
    verdict: str
    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()
    existing: Ref | None = None
    created: bool = False
    record: Record | None = None
    twins: tuple[Ref, ...] | None = None


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

    def archive(self, refs: Sequence[Ref], guard: Guard) -> dict[Ref, Written]:
        """Into the recycle bin, where people can restore them: 'done' (also where it was there already), 'refused',
        'unknown'. Only an undo asks for it, of records that Accord made and nobody touched."""

    def schema(self, object_: str) -> dict[str, FieldSchema]: ...

    def people(self) -> dict[str, str]:
        """Owners/users who can own records: e-mail (lower case) -> id."""

    def inactive_people(self) -> dict[str, str]:
        """The same of those who left: records may still be theirs."""


class HubSpotCrm(Crm, Protocol):
    @property
    def surveyor(self) -> SurveyedPortal: ...

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

    def binned(self, ids: Sequence[str], guard: Guard) -> set[str]:
        """Which of these contacts are in the recycle bin."""

    def touched(self, ids: Sequence[str], guard: Guard) -> dict[str, str]:
        """Who else than we wrote any property of contacts that we made, in words; '' for nobody."""

    def set_members(self, list_name: str, add: Sequence[str], remove: Sequence[str], guard: Guard) -> None:
        """Add to and remove from a static list (made if missing)."""

    def all_above(self, object_: str, id_: int, fields: Sequence[str], guard: Guard) -> Iterator[list[Record]]:
        """Pages of all records with a greater id, in the order of ids: each once, however often it is changed."""

    def members(self, list_name: str, after: str | None, guard: Guard) -> Iterator[tuple[list[str], str]]:
        """Pages of a list's contact ids, each with the place behind it. Raises MendRequest for an unknown list."""


class SalesforceCrm(Crm, Protocol):
    @property
    def surveyor(self) -> SurveyedOrg: ...

    def fetch(self, refs: Sequence[Ref], guard: Guard) -> dict[Ref, Written]:
        """Out of the recycle bin again: 'done' (also where it was out already), 'refused', 'unknown'."""

    def query(self, soql: str, guard: Guard, every: bool = False) -> Iterator[list[dict[str, Any]]]:
        """Pages of rows; ``every``: also of what was deleted or merged away, as long as the recycle bin keeps it."""

    def find_any(
        self,
        wanted: Mapping[str, Mapping[str, Sequence[str]]],
        fields: Mapping[str, Sequence[str]],
        guard: Guard,
    ) -> list[Record]:
        """Records that match on any of several fields, per object, in one call where it fits:
        {"Lead": {"Email": […], "Id": […], key: […]}, …}.
        By e-mail only live ones; by id or external id converted Leads too (with ``moved_to``)."""

    def lead_of(self, contact_ids: Sequence[str], guard: Guard) -> dict[str, list[str]]:
        """ConvertedContactId -> ids of the Leads that were converted into it."""


class Budget(Protocol):
    """The API budget of one side, shared by all processes."""

    def take(self, calls: int = 1, keep: int = 0) -> None:
        """Count calls that are about to be made. Raises WaitUntil when the window is used up.

        ``keep``: of a call that can wait: it waits its turn, and leaves so many calls of the window to others."""

    def report(self, used: int | None, limit: int | None) -> None:
        """What the service itself said of the daily budget."""


Clock = Callable[[], datetime]
"""Now, as aware UTC."""
