"""The walk: one page of a run's collection after the other, queued for rounds (or planned, in a preview).

The cursor moves in the transaction that queues its page, and only for whoever holds the run's token: a walk may be
killed anywhere, or woken twice, and nothing is queued twice or left out. At most OUT items are out at a time, so the
table of what is due stays as small for a million persons as for ten thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from connector.core.conditions import Condition
from connector.core.forecast import Schema
from connector.core.records import Side
from connector.core.runs import ENDED, Facts, State, Wanted, next_state
from connector.errors import CallFailed, MendConnection, MendRequest, NotOurs, Refused, Stopping, WaitUntil
from connector.services.review.first_day import Terms, look
from connector.services.runs.collecting import PAGE, Collection, Page, at_border, bounds_of
from connector.services.runs.previewing import preview_page
from connector.services.runs.store import Row, RunStore
from connector.services.workbench import KEPT_CALLS, Calls, Workbench

OUT = 5 * PAGE
"""Items of one run that wait for a round or are in one, at most."""
LEASE = 45.0
"""Seconds for which a walk that was killed keeps others away, at most: no longer than a round does. It is prolonged at
every page."""
SOON = timedelta(seconds=5)
"""What waits for longer than that does not keep a walk at the border between two parts of its collection."""
AGAIN, MENDING = timedelta(seconds=5), timedelta(seconds=30)
"""How long a walk leaves a side alone that failed, and one that refuses our credentials."""
ReadFilter = Callable[[Row], Condition | None]
"""The condition of a scope's filter. Raises Refused."""

NO_TERMS = Terms()

log = structlog.get_logger(__name__)


def no_filter(scope: Row) -> Condition | None:
    return None


@dataclass(slots=True)
class _Walk:
    """What a process remembers of a run that it walks. ``place``: subject up to which the backlog was looked at."""

    collection: Collection
    token: int
    guard: _Patient
    place: str = ""


class Walker:
    """Walks all open runs. One per process; ``tick`` now and then."""

    def __init__(
        self, bench: Workbench, store: RunStore, read_filter: ReadFilter = no_filter, terms: Terms = NO_TERMS,
        out: int = OUT, page: int = PAGE,
    ) -> None:  # fmt: skip
        self._bench, self._store, self._filter, self._terms = bench, store, read_filter, terms
        self._out, self._page = out, page
        self._lease = timedelta(seconds=min(LEASE, bench.pace.lease))
        self._walks: dict[int, _Walk] = {}
        self._not_before: dict[int, datetime] = {}
        self._schema: dict[tuple[Side, str], Any] = {}

    def tick(self) -> int:
        """Goes on with every open run as far as it can go now; how many steps were taken. Raises database errors."""
        steps = 0
        for run in self._store.open():
            if self._bench.stop.is_set():
                break
            steps += self._go_on(run)
        return steps

    def _go_on(self, run: int) -> int:
        now = self._bench.clock()
        row = self._store.take(run, now, now + self._lease)
        if row is None:
            return 0
        token, steps = int(row["token"]), 0
        try:
            while not self._bench.stop.is_set() and self._step(row):
                steps += 1
                row = self._store.prolong(run, token, self._bench.clock() + self._lease)
                if State(row["state"]) in ENDED:
                    break
        except NotOurs:
            self._walks.pop(run, None)
            return steps
        except Stopping:
            self._walks.pop(run, None)
        except (CallFailed, Refused) as failed:
            self._walks.pop(run, None)
            self._fails(row, failed)
        self._store.leave(run, token)
        return steps

    def _fails(self, row: Row, failed: CallFailed | Refused) -> None:
        """What waiting mends is told, and tried again after a while; what it does not ends the run."""
        if isinstance(failed, MendRequest | Refused):
            self._move(row, Facts(0, False, str(failed)))
        else:
            # a tick comes every second: a side that said when, or that an admin has to mend, is not knocked at before
            pause = MENDING if isinstance(failed, MendConnection) else AGAIN
            limit = failed.not_before if isinstance(failed, WaitUntil) else self._bench.clock() + pause
            self._not_before[row["id"]] = limit
            self._store.tell(row["id"], str(failed))
            log.warning("a run waits", run=row["id"], reason=str(failed))

    def _step(self, row: Row) -> bool:
        """One page, or one move of the state. False: there is nothing to do now."""
        out, backlog = self._store.facts(row["id"])
        facts = Facts(out, bool(row["walked"]) and not backlog, self._broken(row))
        if row["dry"] and facts.over and "costs" not in row["counts"] and row["state"] == State.RUNNING:
            self._cost(row)
            return True
        if self._move(row, facts):
            return True
        if out and State(row["state"]) in (State.PAUSING, State.CANCELLING):
            # what was in a round then may have been given back since, to wait for a limit
            forget = State(row["state"]) is State.CANCELLING
            return bool(self._store.withdraw(row["id"], row["token"], forget, self._bench.clock()))
        if State(row["state"]) is not State.RUNNING or facts.broken or facts.over or out >= self._out:
            return False
        not_before = self._not_before.get(row["id"])
        if not_before is not None and self._bench.clock() < not_before:
            return False
        if at_border(row["cursor"]) and not row["walked"] and self._store.busy(row["id"], self._bench.clock() + SOON):
            return False
        return self._preview(row) if row["dry"] else self._queue(row, self._out - out)

    def _broken(self, row: Row) -> str:
        if row["relation"] == "apply" and row["agreement"] != self._bench.agreement.fingerprint:
            return "The agreement has changed since the preview: make a new one."
        return ""

    def _move(self, row: Row, facts: Facts) -> bool:
        before = State(row["state"])
        after = next_state(before, Wanted(row["wanted"]), facts)
        if after is before:
            return False
        reason = facts.broken if after is State.FAILED else ""
        self._store.move(row["id"], row["token"], after, reason, self._bench.clock())
        row["state"] = after
        if after is not State.RUNNING:
            self._walks.pop(row["id"], None)
        log.info("run", run=row["id"], state=str(after), reason=reason or None)
        return True

    def _queue(self, row: Row, room: int) -> bool:
        page = self._capped(row, self._next(row, room))
        if page is None:
            return False
        self._store.queue(row["id"], row["token"], page.rows, self._progress(row, page), self._bench.clock())
        self._store.tell(row["id"], "")
        return True

    def _preview(self, row: Row) -> bool:
        page = self._capped(row, self._next(row, self._page))
        if page is None:
            return False
        todo = self._store.unmet(row["id"], page.rows)
        given = [r["subject"] for r in page.rows]
        items: list[Row] = []
        if todo:
            schema, guard = self._schemas(), self._walks[row["id"]].guard
            items = preview_page(
                self._bench, self._store, row["id"], todo, row["counts"], schema, guard
            ).items
        progress = self._progress(row, page)
        self._store.previewed(row["id"], row["token"], items, given, progress, self._bench.clock())
        self._store.tell(row["id"], "")
        return True

    def _cost(self, row: Row) -> None:
        """At the end of a preview: what the records it would make cost, and what would answer its writes."""
        made: dict[Side, int] = {}
        for what, count in row["counts"].get("creates", {}).items():
            side = Side(what.split()[0])
            made[side] = made.get(side, 0) + count
        seen = look(self._bench, made, self._terms, _changed(row["counts"]))
        counts = row["counts"] | {"costs": list(seen.costs), "risks": list(seen.risks)}
        progress = self._progress(row, Page([], row["cursor"])) | {"counts": counts}
        self._store.previewed(row["id"], row["token"], [], [], progress, self._bench.clock())

    def _next(self, row: Row, room: int) -> Page | None:
        """The next page: of the collection, then of what waits one by one. None: nothing can be taken now."""
        walk = self._walks.get(row["id"])
        if walk is None or walk.token != row["token"]:
            guard = _Patient(self._bench)
            collection = Collection(self._bench, self._store, row, guard, self._filter(row["scope"]))
            walk = self._walks[row["id"]] = _Walk(collection, row["token"], guard)
        if not row["walked"]:
            return walk.collection.next() or Page([], row["cursor"], over=True)
        rows = self._store.waiting(row["id"], walk.place, min(room, self._page))
        if not rows:
            walk.place = ""  # what another run still has is looked at again at the next tick
            return None
        walk.place = rows[-1]["subject"]
        chosen = bounds_of(row["scope"])
        return Page([r | {"bounds": r["bounds"] or chosen} for r in rows], row["cursor"])

    def _capped(self, row: Row, page: Page | None) -> Page | None:
        """At most so many persons where the scope says so: the rest of the collection is left."""
        most = row["scope"].get("limit")
        if page is None or most is None:
            return page
        left = max(0, int(most) - int(row["taken"]))
        return page if len(page.rows) < left else replace(page, rows=page.rows[:left], over=True)

    def _progress(self, row: Row, page: Page) -> Row:
        """``calls``: what this page took, by side and endpoint; a page that could not be had is not counted."""
        walked = bool(row["walked"]) or page.over
        walk = self._walks.get(row["id"])
        calls = walk.guard.calls.told() if walk is not None else {}
        return {"cursor": page.cursor, "walked": walked, "counts": row["counts"], "calls": calls}

    def _schemas(self) -> Schema:
        """Both sides' own descriptions, read once a process."""
        if not self._schema:
            bench = self._bench
            self._schema[Side.HUBSPOT, "contact"] = bench.hubspot.schema("contact")
            for object_ in bench.desk.mapping.salesforce_objects:
                self._schema[Side.SALESFORCE, object_] = bench.salesforce.schema(object_)
        return self._schema



class _Patient:
    """The guard of a walk's own calls: none after a stop; they wait their turn as a backfill's."""

    keep = KEPT_CALLS

    def __init__(self, bench: Workbench) -> None:
        self._stop, self.calls = bench.stop, Calls()

    def __call__(self, timeout: float) -> None:
        if self._stop.is_set():
            raise Stopping


def _changed(counts: Row) -> dict[Side, dict[str, int]]:
    """By side and native field: records that a preview would write, new ones apart."""
    found: dict[Side, dict[str, int]] = {side: {} for side in Side}
    for name, n in counts.get("fields", {}).items():
        side, _, native = name.partition(" ")
        found[Side(side)][native] = n["updates"] + n["fills"] + n["blanks"]
    return found
