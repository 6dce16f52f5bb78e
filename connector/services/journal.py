"""The journal's upkeep: months ahead of time, and what is past its time goes.

Whole months go by dropping their table. What an open run may still look at stays, and so does a month with a write of
which nobody knows yet whether it came to pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import structlog

AHEAD = 2
"""Months made ahead of time, beside the present one."""
log = structlog.get_logger(__name__)


class Part(Protocol):
    """A part of the journal. ``since`` None: from the beginning; both None: what no month covers."""

    @property
    def name(self) -> str: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def about(self) -> int: ...


class JournalStore(Protocol):
    """See adapters/postgres/journal.py."""

    def months(self) -> Sequence[Part]: ...
    def make(self, since: datetime) -> bool: ...
    def unsettled(self, since: datetime | None, until: datetime) -> int: ...
    def needed_by(self) -> tuple[int, datetime | None] | None: ...
    def drop(self, month: str) -> int | None: ...
    def old_rows(self, month: str, before: datetime) -> int: ...
    def delete_old(self, month: str, before: datetime) -> int: ...
    def pruned(
        self, before: datetime, by: str, months: Sequence[str], records: int, now: datetime
    ) -> None: ...


@dataclass(slots=True)
class Pruning:
    """``before``: rows older than this go; None: all are kept. ``whole``: parts that go as a whole; ``partly``: those
    of which old rows go, with how many. ``kept``: why older ones stay. ``records``: rows that went."""

    before: datetime | None
    whole: list[str] = field(default_factory=list)
    partly: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    records: int = 0


def month_of(moment: datetime, back: int = 0) -> datetime:
    """Its first moment (UTC); ``back`` months earlier, or later where negative."""
    count = moment.astimezone(UTC).year * 12 + moment.astimezone(UTC).month - 1 - back
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)


def make_ahead(store: JournalStore, now: datetime) -> int:
    """The present month and the next ones; how many were made."""
    made = sum(store.make(month_of(now, -ahead)) for ahead in range(AHEAD + 1))
    if made:
        log.info("journal months made", months=made)
    return made


def planned(store: JournalStore, now: datetime, keep: int) -> Pruning:
    """What ``prune`` would do. ``keep``: whole months beside the present one; 0 keeps all."""
    if not keep:
        return Pruning(None)
    pruning = Pruning(month_of(now, keep))
    _spare_runs(store, pruning)
    if pruning.before is None:
        return pruning
    for part in store.months():
        if part.until is not None and part.until <= pruning.before:
            if waiting := store.unsettled(part.since, part.until):
                pruning.kept.append(f"{part.name}: {waiting} writes in it are not settled yet")
            else:
                pruning.whole.append(part.name)
        elif (part.since is None) and (old := store.old_rows(part.name, pruning.before)):
            pruning.partly[part.name] = old
    return pruning


def _spare_runs(store: JournalStore, pruning: Pruning) -> None:
    needed = store.needed_by()
    if needed is None or pruning.before is None:
        return
    run, since = needed
    if since is not None and since >= pruning.before:
        return
    pruning.before = month_of(since) if since is not None else None
    what = f"what was written since {pruning.before:%Y-%m-%d}" if pruning.before is not None else "everything"
    pruning.kept.append(f"{what}, for run {run} is open and may look at it")


def prune(store: JournalStore, now: datetime, keep: int, by: str) -> Pruning:
    """Drop and delete what is older than ``keep`` months. A table that is busy is left for the next time."""
    pruning = planned(store, now, keep)
    if pruning.before is None:
        return pruning
    for name in list(pruning.whole):
        gone = store.drop(name)
        if gone is None:
            pruning.whole.remove(name)
            pruning.kept.append(f"{name}: the journal was busy; it goes the next time")
        else:
            pruning.records += gone
    for name in pruning.partly:
        pruning.partly[name] = store.delete_old(name, pruning.before)
        pruning.records += pruning.partly[name]
    if pruning.whole or pruning.records:
        store.pruned(pruning.before, by, [*pruning.whole, *pruning.partly], pruning.records, now)
        log.info(
            "journal pruned", before=pruning.before.isoformat(), months=pruning.whole, records=pruning.records,
            kept=pruning.kept or None,
        )  # fmt: skip
    return pruning


def upkeep(store: JournalStore, now: datetime, keep: int) -> Pruning:
    """What a worker does now and then."""
    make_ahead(store, now)
    return prune(store, now, keep, "worker")
