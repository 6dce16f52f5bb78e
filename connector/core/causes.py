"""The words of a comparison: what can differ between the sides, and the causes it can have. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.core.records import Value


class Cause(StrEnum):
    NEVER = "never synced"
    PENDING = "pending"
    UNHEARD = "unheard"
    CONFLICT = "conflict"
    HELD = "held"
    REFUSED = "refused"
    OBSERVED = "observed"
    MISSING = "missing"
    UNEXPLAINED = "unexplained"
    FILTERED = "filtered"
    NOT_DUE = "not handed over"
    RULE = "by the mapping"
    CONSENT = "consent"
    LOSSY = "lossy"
    UNDONE = "undone"
    ARCHIVED = "put away"
    ERASED = "erased"


EXPLAINED = frozenset(
    {
        Cause.FILTERED,
        Cause.NOT_DUE,
        Cause.RULE,
        Cause.CONSENT,
        Cause.LOSSY,
        Cause.UNDONE,
        Cause.ARCHIVED,
        Cause.ERASED,
    }
)
"""The agreement, or a person's decision, wants it so: nothing is to be done. All others are not as they should be."""
MENDABLE = frozenset({Cause.NEVER, Cause.UNHEARD, Cause.UNEXPLAINED})
"""A round mends it, and nobody has asked for one."""
ABOUT_SALES = frozenset({"answer_overdue", "answer_incomplete", "owner_inactive"})
"""Issues that wait for a person and make no difference between the sides."""


def native(name: str) -> str:
    """A field as people know it: the mapping's name, or the native one of what the agreement keeps."""
    return name.removeprefix("=")


@dataclass(frozen=True, slots=True)
class Difference:
    """``field``: the mapping's name, ``=native`` for what the agreement itself keeps there, '' for the whole record.
    ``hubspot``, ``salesforce``: what both hold now (of the agreement's own value: what its side does)."""

    cause: Cause
    field: str
    hubspot: Value
    salesforce: Value
    why: str

    @property
    def counts(self) -> bool:
        return self.cause not in EXPLAINED


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of a pair besides its Plan. ``pending``: it waits for a round, or is in one. ``issues``:
    (code, field) -> message of open ones. ``undone``: fields of which an undo had the last word. ``fresh``: what
    changed since then may still be told."""

    pending: bool = False
    issues: Mapping[tuple[str, str], str] = field(default_factory=dict)
    undone: frozenset[str] = frozenset()
    fresh: datetime | None = None


NOTHING = Known()
