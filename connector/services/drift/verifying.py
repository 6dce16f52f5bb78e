"""Are both sides as the agreement wants them? Every difference with its cause; and mending by ordinary rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from connector.core.causes import Cause
from connector.core.conditions import Condition
from connector.core.records import Ref
from connector.errors import CallFailed, Stopping
from connector.services.drift.choosing import Choosing, Chosen
from connector.services.drift.comparing import Compared, compare_page
from connector.services.drift.patience import Patience
from connector.services.drift.store import DriftStore
from connector.services.drift.tally import Tally
from connector.services.runs.store import RunStore
from connector.services.workbench import Workbench

Row = dict[str, Any]
LOOK = 1.0
"""Seconds between two looks at people who wait for a round."""
ROUNDS = 3
"""In which whoever is mended should be right."""
DEFERRED = 2_000
"""People who wait for a round and are looked at again, at most."""


class ReviewStore(Protocol):
    def approved_report(self) -> Row | None: ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a comparison works with. ``sleep``: how it waits where a side asks for it (None: it does not)."""

    bench: Workbench
    runs: RunStore
    store: DriftStore
    review: ReviewStore
    sleep: Callable[[float], None] | None = None

    def guard(self, timeout: float) -> None:
        if self.bench.stop.is_set():
            raise Stopping


@dataclass(slots=True)
class Verified:
    """``id``: its row, once kept. ``mended``: people whom a round was asked for; ``left``: people who would be linked
    or made, and no match report was approved yet."""

    chosen: Chosen
    tally: Tally
    started_at: datetime
    ended_at: datetime
    links: int
    id: int = 0
    mended: int = 0
    left: int = 0

    def document(self) -> Row:
        told = {"id": self.id, "scope": self.chosen.document(), "started_at": self.started_at,
                "ended_at": self.ended_at, "links": self.links, "mended": self.mended, "left": self.left}  # fmt: skip
        return told | self.tally.document()


def nothing(people: Sequence[Compared]) -> None:
    """A sink for whoever wants no list."""


def untold(tally: Tally) -> None:
    """Nobody watches."""


def verify(
    means: Means,
    chosen: Chosen,
    by: str,
    *,
    condition: Condition | None = None,
    sink: Callable[[Sequence[Compared]], None] = nothing,
    tell: Callable[[Tally], None] = untold,
    patience: float = 0.0,
) -> Verified:
    """``sink`` is given everybody who is not equal on both sides, page by page; ``tell`` watches. ``patience``: seconds
    for which people whose round is due are looked at again. The result is kept, also that it broke off.

    Raises CallFailed where a side can't be asked."""
    started = means.bench.clock()
    walk = _Walk(means, chosen, condition, sink, tell)
    problem = ""
    try:
        walk.run(patience)
    except CallFailed as failed:
        problem = str(failed)
        raise
    finally:
        done = Verified(chosen, walk.tally, started, means.bench.clock(), means.store.links())
        if problem:
            means.store.keep(row_of(means, done, by, problem))
    return done


def keep(means: Means, done: Verified, by: str, issue: Row | None = None, close: Row | None = None) -> None:
    done.id = means.store.keep(row_of(means, done, by), issue, close)


def row_of(means: Means, done: Verified, by: str, problem: str = "") -> Row:
    tally = done.tally
    return {
        "started_at": done.started_at, "ended_at": done.ended_at, "by_whom": by, "scope": done.chosen.document(),
        "agreement": means.bench.agreement.fingerprint, "people": tally.people, "differing": tally.differing,
        "explained": tally.explained, "mended": done.mended, "causes": tally.by_cause(), "problem": problem[:300],
    }  # fmt: skip


def mend(means: Means, done: Verified) -> int:
    """Let whoever differs, and waits for nothing and nobody, go round; how many."""
    tally = done.tally
    refs: list[Ref] = tally.refs
    if refs and means.review.approved_report() is None:
        done.left, refs = len(refs), []
    if tally.links or refs:
        means.store.queue(tally.links, refs, means.bench.clock())
    done.mended = len(tally.links) + len(refs)
    return done.mended


def mended(means: Means, done: Verified, seconds: float) -> Tally:
    """Wait until they have gone round; what is left of it then. A record that was made needs a second round."""
    subjects = [f"link:{i}" for i in done.tally.links] + [str(ref) for ref in done.tally.refs]
    end = means.bench.clock().timestamp() + seconds
    for _ in range(ROUNDS):
        _wait(means, subjects, end)
        walk = _Walk(means, Chosen(refs=tuple(subjects)), None, nothing, untold, waiting=[])
        walk.run(0.0)
        links = [p.link for p in walk.waiting or () if p.link is not None] + walk.tally.links
        if not links:
            break
        means.store.queue(links, [], means.bench.clock())
    return walk.tally


def _wait(means: Means, subjects: Sequence[str], end: float) -> None:
    """Until none of them waits for a round, or time is up."""
    refs = [Ref.parse(s) for s in subjects if not s.startswith("link:")]
    links = [int(s[5:]) for s in subjects if s.startswith("link:")]
    while means.sleep is not None and means.bench.clock().timestamp() < end:
        made = means.bench.rounds.linked(refs).values() if refs else ()
        if not means.store.waiting([*links, *made], refs):
            return
        means.sleep(LOOK)


@dataclass(slots=True)
class _Walk:
    means: Means
    chosen: Chosen
    condition: Condition | None
    sink: Callable[[Sequence[Compared]], None]
    tell: Callable[[Tally], None]
    tally: Tally = field(default_factory=Tally)
    deferred: list[Compared] = field(default_factory=list)
    waiting: list[Compared] | None = None
    """Whose round is due, where that is asked for."""

    def run(self, seconds: float) -> None:
        means = self.means
        patience = Patience(means.bench.clock, means.sleep)
        choosing = Choosing(
            means.bench, means.runs, means.store, self.chosen, means.guard, patience, self.condition
        )
        for rows in choosing.pages():
            for people in self._compared(rows, patience):
                kept = [p for p in people if not choosing.met_twice(p.hubspot_id, p.subject)]
                self._take(kept, seconds > 0)
                self.tell(self.tally)
        self._look_again(seconds, patience)

    def _compared(self, rows: list[Row], patience: Patience) -> Iterator[list[Compared]]:
        """Page after page, until nobody is left who shares an address with somebody in it."""
        means, met = self.means, set[str]()
        while rows:
            page = patience(partial(compare_page, means.bench, means.runs, means.store, rows, means.guard))
            yield page.people
            met |= {p.subject for p in page.people}
            rows = [r for r in page.again if r["subject"] not in met] if len(page.again) < len(rows) else []

    def _take(self, people: Sequence[Compared], defer: bool) -> None:
        """Who waits for a round is looked at again at the end: most will be equal then."""
        now, fields = [], self.chosen.scope.get("fields")
        for person in people:
            if fields:
                told = tuple(d for d in person.differences if d.field in fields)
                person = replace(person, differences=told)
            waits = any(d.cause is Cause.PENDING for d in person.differences)
            if defer and waits and len(self.deferred) < DEFERRED:
                self.deferred.append(person)
            else:
                now.append(person)
        self.tally.add(now)
        if self.waiting is not None:
            self.waiting += [p for p in now if any(d.cause is Cause.PENDING for d in p.differences)]
        self.sink([p for p in now if p.differences])

    def _look_again(self, seconds: float, patience: Patience) -> None:
        means = self.means
        end = means.bench.clock().timestamp() + seconds
        while self.deferred and means.sleep is not None and means.bench.clock().timestamp() < end:
            means.sleep(LOOK)
            rows: list[Row] = [{"subject": p.subject, "link_id": p.link} for p in self.deferred]
            rows = [r | {"link_id": self._link(r)} for r in rows]
            again, self.deferred = self.deferred, []
            seen = [p for people in self._compared(rows, patience) for p in people]
            told = {p.subject for p in seen}
            self._take(seen, True)
            self._take([p for p in again if p.subject not in told and self._still_there(p)], False)
        rest, self.deferred = self.deferred, []
        self._take(rest, False)
        self.tell(self.tally)

    def _link(self, row: Row) -> int | None:
        """Linked meanwhile: then the Link is looked at."""
        if row["link_id"] is not None:
            return int(row["link_id"])
        ref = Ref.parse(row["subject"])
        return self.means.bench.rounds.linked([ref]).get(ref)

    def _still_there(self, person: Compared) -> bool:
        return person.link is not None
