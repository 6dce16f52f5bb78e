"""What a round knows of a pair, and what it means to do: the whole Plan exists before the first write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from connector.core.records import Record, Ref, Side, Value


class _Unseen:
    """No Seen for this field yet. Equal to nothing but itself."""

    def __repr__(self) -> str:
        return "UNSEEN"


UNSEEN: Final = _Unseen()

Seen = dict[str, Value]
"""One side's Seen: mapping field name (or ``=native`` for values the agreement derives) -> raw value."""


@dataclass(slots=True)
class Left:
    """A journal row that is not settled, or lapsed a short while ago. ``changes`` are the row's jsonb objects."""

    id: int
    side: Side
    ref_id: str
    action: str
    state: str
    changes: list[dict[str, Any]]
    intended_at: datetime


@dataclass(slots=True)
class Block:
    """A refusal that still holds."""

    side: Side
    ref_id: str
    field: str
    sent: Value
    agreement: str
    snapshot: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked of one field: that ``value`` stand on ``side``, and go from there to the other one, whatever
    moved meanwhile. ``as_is``: the value that stands there, whichever it is. ``ledger``: the row it comes from, where a
    loser is restored."""

    side: Side
    value: Value
    why: str
    ledger: int | None = None
    as_is: bool = False

    def document(self) -> dict[str, Any]:
        """As the column link.asked holds it."""
        return {
            "side": str(self.side),
            "value": self.value,
            "why": self.why,
            "ledger": self.ledger,
            "as_is": self.as_is,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Asked:
        """Inverse of ``document``."""
        return cls(**{**document, "side": Side(document["side"])})


@dataclass(slots=True)
class Pair:
    """All a plan may know of one person. ``salesforce`` or ``hubspot`` is None where that side has no record.

    ``shown_at``: the last read at which Salesforce still showed its Seen, ``shown`` the fields with an earlier one.
    ``gone``: the side whose linked record can't be read any more.
    """

    row: int
    seq: int
    link: int | None
    lane: int
    hubspot: Record | None = None
    salesforce: Record | None = None
    seen: dict[Side, Seen] = field(default_factory=lambda: {Side.HUBSPOT: {}, Side.SALESFORCE: {}})
    shown_at: datetime | None = None
    shown: dict[str, datetime] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    open_issues: set[tuple[str, str]] = field(default_factory=set)
    gone: Side | None = None
    binned: bool | None = None
    """Is the gone contact in HubSpot's recycle bin? None: not asked."""
    merged: str = ""
    """In words, what the gone record was merged into, where that has a Link of its own."""
    match_key: str | None = None
    linked_ref: Ref | None = None
    origin: Ref | None = None
    notes: list[dict[str, Any]] = field(default_factory=list)
    handoff: Any = None
    outcome: Any = None
    mode: Mapping[Side, bool] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    doubt: frozenset[str] = frozenset()
    """Names of fields whose Seen may be older than both sides: core/doubt.py."""
    bounds: Any = None
    """Of the run that wants it: core/bounds.py."""
    archived: Side | None = None
    """The side whose record an undo put into the recycle bin: the pair rests until somebody restores it."""
    resting: bool = False
    """An undo took back the very link: nothing flows until a run wakes it."""
    touched: str | None = None
    """Who else wrote to the HubSpot record, '' for nobody; None: not asked yet."""
    touched_there: bool = False
    """Somebody else was seen to have written to the Salesforce record, some time since it was made."""

    def record(self, side: Side) -> Record | None:
        return self.hubspot if side is Side.HUBSPOT else self.salesforce

    @property
    def subject(self) -> str:
        if self.link is not None:
            return f"link:{self.link}"
        known = self.origin or (self.hubspot or self.salesforce or _nothing()).ref
        return str(known)


def _nothing() -> Record:
    raise ValueError("a Pair without a record has no subject")


@dataclass(slots=True)
class Change:
    """One field that will be written on ``side``. ``field``: the mapping's name, or ``=native`` where the agreement
    itself derives the value (``origin`` None). ``old``: what the target holds; ``send``: what is sent; ``source``: the
    value read on the side it comes from. ``two_step``: goes through blank first; ``second_only``: the blank is there
    already. ``bound``: filled with the id of the record that this round creates. ``ours``: derived and always
    enforced."""

    field: str
    side: Side
    native: str
    old: Value
    send: Value
    source: Value
    origin: Side | None
    why: str
    two_step: bool = False
    second_only: bool = False
    bound: bool = False
    enforced: bool = False
    loser: Loser | None = None
    verdict: str = ""
    got: Value = None


class Derived(NamedTuple):
    """A value that the agreement itself wants on a side. ``enforced``: written whenever the side holds another value
    (Accord's own fields); else only when the wanted value itself changes (fields that people use too)."""

    side: Side
    native: str
    value: Value
    enforced: bool
    why: str
    bound: bool = False


@dataclass(slots=True)
class Creation:
    """A record to be made on ``side`` by an upsert on a key that Accord owns, so a repeat makes no second one.
    ``compare``: a shared field of it gets another value than the source holds: once made, the pair goes round again."""

    side: Side
    object: str
    key: str
    key_value: str
    changes: list[Change]
    why: str
    compare: bool = False


@dataclass(frozen=True, slots=True)
class Loser:
    """A value that loses: kept in the ledger, restorable."""

    side: Side
    field: str
    native: str
    value: Value
    winner: Value
    why: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a person must decide or mend, with the fix in words."""

    code: str
    field: str
    message: str
    fix: str


@dataclass(slots=True)
class Settled:
    """What became of a journal row left over: the row's new state and its changes."""

    id: int
    state: str
    changes: list[dict[str, Any]]


@dataclass(slots=True)
class Plan:
    """The Plan of one pair. ``seen``: patches to Seen that hold whatever the writes bring. ``needs_history``: HubSpot
    properties whose history must be read before this plan is whole (plan again then). ``reason``: why, in words.
    ``withheld`` and ``unmade``: what a side that is only observed is spared. ``beyond``: what a run may not write."""

    pair: Pair
    changes: list[Change] = field(default_factory=list)
    creation: Creation | None = None
    losers: list[Loser] = field(default_factory=list)
    withheld: list[Change] = field(default_factory=list)
    beyond: list[Change] = field(default_factory=list)
    unmade: Creation | None = None
    settled: list[Settled] = field(default_factory=list)
    seen: dict[Side, Seen] = field(default_factory=lambda: {Side.HUBSPOT: {}, Side.SALESFORCE: {}})
    troubles: list[Trouble] = field(default_factory=list)
    cleared: set[tuple[str, str]] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    needs_history: set[str] = field(default_factory=set)
    step: Any = None
    verdict: Any = None
    again: bool = False
    retry_after: float = 0.0
    reason: str = ""
    blocks: list[Block] = field(default_factory=list)
    unblocked: set[tuple[Side, str]] = field(default_factory=set)
    created: Record | None = None
    regained: bool = False
    """The hand-off stands as the contact shows it, not as the database has it."""

    archive: Ref | None = None
    """A record to be put into the recycle bin: an undo's, of one that Accord made."""
    archived: Side | None = None
    """Where it is there (now, or as a row left over tells)."""
    fetch: Ref | None = None
    """A record to be taken out of the recycle bin again: an undo's, of an undo."""
    rests: bool | None = None
    """An undo puts the link to rest (True) or wakes it (False)."""
    asks_touched: bool = False
    """Whether anybody else wrote to the HubSpot record must be asked before this plan is whole (plan again then)."""

    @property
    def writes(self) -> bool:
        return bool(self.changes or self.creation or self.archive or self.fetch)

    def on(self, side: Side) -> list[Change]:
        return [c for c in self.changes if c.side is side]
