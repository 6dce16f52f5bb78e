"""The rounds' side of the database: claims, fences and the two transactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from connector.core.records import Ref

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
    """Transaction 2, as services build it; see services/rounds/saving.py."""

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
    items: list[dict[str, Any]]
    finish: list[dict[str, Any]]

    def keep(self, mine: set[int], notes: dict[int, list[dict[str, Any]]]) -> None:
        """Drop what belongs to rows that are no longer ours; judge the notices that came under the lease."""

    def repointed(self, moved: set[int]) -> None:
        """Which Links could move to the Contact."""

    def linked(self, made: dict[tuple[str, str], int]) -> None:
        """Which new Links were made: (HubSpot id, Salesforce id) -> link id. The others met a uniqueness error."""


class Rounds(Protocol):
    """The rounds' side of the database; see adapters/postgres/rounds.py."""

    def claim(self, limit: int, now: datetime, until: datetime, spare: Sequence[int] = ()) -> Claim: ...
    def busy(self, links: Sequence[int], since: datetime, limit: int) -> list[dict[str, Any]]: ...
    def trip(self, trips: Sequence[tuple[str, str, str, str]], now: datetime) -> None: ...
    def written(self, side: str, since: datetime) -> tuple[int, int]: ...
    def report_side(self, side: str, message: str, fix: str, now: datetime, part: str = "") -> None: ...
    def side_works(self, side: str, now: datetime, part: str = "") -> None: ...
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
    def erased(self, addresses: Sequence[str]) -> dict[str, datetime]: ...
    def readmit(self, address: str) -> bool: ...
    def linked(self, refs: Sequence[Ref]) -> dict[Ref, int]: ...
    def requeue(self, links: Sequence[int], refs: Sequence[Ref], lane: int, now: datetime) -> None: ...
    def intend(self, token: int, rows: Rows, intent: Intent, now: datetime) -> Mine: ...
    def save(self, token: int, rows: Rows, saving: Saving, now: datetime) -> set[int]: ...
    def waiting(self, now: datetime) -> int: ...
    def spent(self, run: int, calls: Mapping[str, float]) -> None:
        """API calls that a run cost, by side and endpoint, come on top of what it cost so far."""
