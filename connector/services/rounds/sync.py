"""One round, for a batch of pairs: claim, read, plan, transaction 1, write, read back, transaction 2.

State-based: a notice said that something may have moved; what moved is seen by comparing each side with what that side
last held. So a round may be repeated, doubled or cut short anywhere without harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from connector.core.plan import Pair, Plan, Trouble
from connector.core.records import Side
from connector.errors import CallFailed, LeaseEnding, Stopping, WaitUntil
from connector.ports import Intent
from connector.services.intake import BACKFILL
from connector.services.rounds import breakers
from connector.services.rounds.caps import keep_to_caps
from connector.services.rounds.claiming import Claimed, claim
from connector.services.rounds.counting import keep_count
from connector.services.rounds.crowd import Crowd
from connector.services.rounds.intending import intent_of, rows_of
from connector.services.rounds.lists import keep_lists
from connector.services.rounds.making import Result
from connector.services.rounds.marking import mark
from connector.services.rounds.planning import Planning
from connector.services.rounds.reading import read_pairs
from connector.services.rounds.resolving import Resolved, Resolving, later
from connector.services.rounds.saving import saving_of
from connector.services.rounds.transaction_two import Saving
from connector.services.rounds.writing import Writing
from connector.services.runs.outcomes import resolved_item
from connector.services.telling import WRITING, Failing, is_for_an_admin
from connector.services.workbench import KEPT_CALLS, Lease, Workbench

log = structlog.get_logger()


@dataclass(slots=True)
class RoundReport:
    """What a round did. ``claimed`` counts rows, ``dropped`` echoes found at the claim; ``backfill``: nobody waits for
    any of them; ``overran``: its lease was too short for so many."""

    claimed: int = 0
    dropped: int = 0
    planned: int = 0
    written: int = 0
    seconds: float = 0.0
    stopped: str = ""
    backfill: bool = False
    overran: bool = False

    @property
    def idle(self) -> bool:
        return not self.claimed


class Sync:
    """Runs rounds. One instance per drain: the claim shrinks when an org answers slowly.

    ``full`` is called as soon as a claim took as many pairs as it may: another drain may look beside this one.
    ``crowd``: shared by the drains of a process."""

    def __init__(
        self, bench: Workbench, full: Callable[[], None] = lambda: None, crowd: Crowd | None = None
    ) -> None:
        self.bench, self._full, self._crowd = bench, full, crowd or Crowd()
        self._limit = bench.pace.claim
        self._failing = Failing(bench.rounds, bench.clock)

    def round(self, limit: int | None = None) -> RoundReport:
        """One round, of ``limit`` pairs at most (of a backfill any number: its calls wait their turn). Returns an idle
        report where nothing was due. Errors of a side release the rows and are told in ``stopped``."""
        started = time.perf_counter()
        most = min(limit or self._limit, self._limit)
        claimed, inside = self._claim(most)
        try:
            # the lease's token: it stands in the journal, too
            with bound_contextvars(round=claimed.claim.token):
                return self._claimed(claimed, self._limit if inside else most, started)
        finally:
            if inside:
                self._crowd.leave()

    def _claim(self, most: int) -> tuple[Claimed, bool]:
        """Hand-offs and live changes; only where none are due backfills. Whether this round is one of the crowd that
        may be at backfills."""
        if self._crowd.any:
            return claim(self.bench, most), False
        claimed = claim(self.bench, most, (BACKFILL,))
        if claimed.claim.rows or claimed.claim.moved or not self._crowd.enter():
            return claimed, False
        try:
            return claim(self.bench, self._limit, patient=True), True
        except BaseException:  # the place would be taken for ever: no backfill here after a database that went away
            self._crowd.leave()
            raise

    def _claimed(self, claimed: Claimed, most: int, started: float) -> RoundReport:
        report = RoundReport(len(claimed.claim.rows) + claimed.claim.moved, claimed.dropped)
        report.backfill = claimed.backfill
        if report.claimed >= most:
            self._full()
        if claimed:
            self._guarded(claimed, report)
        report.seconds = time.perf_counter() - started
        self._adapt(report)
        if report.claimed:
            told = {"claimed": report.claimed, "dropped": report.dropped, "planned": report.planned}
            ms, stopped = round(report.seconds * 1000), report.stopped or None
            log.info("round", **told, written=report.written, ms=ms, stopped=stopped)
        return report

    def _guarded(self, claimed: Claimed, report: RoundReport) -> None:
        guard = Lease(self.bench, claimed.claim.until, KEPT_CALLS if claimed.backfill else 0)
        try:
            self._run(claimed, report, guard)
            for side in Side:
                self._failing.works(side)
        except WaitUntil as limit:
            report.stopped = str(limit)
            self._failing.failed(limit)
            self._give_back(claimed, max(0.5, (limit.not_before - self.bench.clock()).total_seconds()))
        except (LeaseEnding, Stopping) as stop:
            report.stopped = str(stop)
            report.overran = isinstance(stop, LeaseEnding)
            self._give_back(claimed, 0.0)
        except CallFailed as failed:
            report.stopped = str(failed)
            log.warning("side failed", error=str(failed))
            self._give_back(claimed, max(5.0, self._failing.failed(failed)))
        keep_count(self.bench, claimed.claim.rows, guard)

    def _give_back(self, claimed: Claimed, seconds: float) -> None:
        due = self.bench.clock() + timedelta(seconds=seconds)
        rows = [{"id": row["id"], "due_at": due} for row in claimed.claim.rows]
        self.bench.rounds.release(claimed.claim.token, rows)

    def _run(self, claimed: Claimed, report: RoundReport, guard: Lease) -> None:
        bench, token = self.bench, claimed.claim.token
        resolved = Resolving(bench, claimed, guard).run() if claimed.loose else Resolved()
        read_pairs(bench, claimed.pairs, guard)
        pairs = [*claimed.pairs, *resolved.pairs]
        pairs = breakers.before_planning(bench, claimed, pairs)
        plans = Planning(bench, claimed.claim.modes).run(pairs, guard)
        breakers.before_writing(bench, plans)
        keep_to_caps(bench, plans, claimed.claim.modes)
        mark(plans, bench.desk, bench.clock())
        report.planned = len(plans)
        results, silent, intent = self._write(token, plans, guard)
        report.written = len(results)
        self._save(
            claimed,
            resolved,
            saving_of(bench, results, silent, intent.journal_ids, intent.handoff_ids),
            silent,
            results,
        )
        keep_lists(bench, plans, guard)

    def _write(
        self, token: int, plans: Sequence[Plan], guard: Lease
    ) -> tuple[list[Result], list[Plan], Intent]:
        """Transaction 1, then the calls. A pair whose row was lost meanwhile is dropped here, unwritten."""
        writing = [p for p in plans if p.writes]
        silent = [p for p in plans if not p.writes]
        intent = intent_of(writing, self.bench)
        if not writing:
            return [], silent, intent
        mine = self.bench.rounds.intend(token, rows_of([p.pair for p in writing]), intent, self.bench.clock())
        ours = [p for p in writing if p.pair.row in mine.notes]
        calls = Writing(self.bench, ours, guard)
        results = calls.run()
        self._told(calls, results)
        return results, silent, intent

    def _told(self, calls: Writing, results: Sequence[Result]) -> None:
        """A side that takes no write at all though it is read well: told, and tried again ever more slowly."""
        failed = calls.failure()
        for side in calls.answering - ({failed.side} if failed else set()):
            self._failing.works(side, WRITING)
        if failed is None:
            return
        if is_for_an_admin(failed):
            log.warning("side failed", error=str(failed))
        wait = self._failing.failed(failed, WRITING)
        for plan in (r.plan for r in results if r.plan.again):
            plan.retry_after = max(plan.retry_after, wait)

    def _save(
        self, claimed: Claimed, resolved: Resolved, saving: Saving, silent: list[Plan], results: list[Result]
    ) -> None:
        now = self.bench.clock()
        pairs = [p.pair for p in silent] + [r.plan.pair for r in results]
        rows = rows_of(pairs)
        for row, ref, trouble in resolved.troubles:
            saving.open_issue.append(_issue(row["id"], str(ref), trouble))
            resolved.finished.append(row | {"trouble": trouble.message})
        for row in resolved.finished:
            rows.append({"id": row["id"], "seq": row["seq"]})
            saving.finish.append(
                {"row": row["id"], "id": row["id"], "seq": row["seq"], "again": False, "due_at": now,
                 "run": row.get("run_id"), "free": False}
            )  # fmt: skip
            if row.get("run_id") is not None:
                saving.items.append(resolved_item(row, row.get("trouble", "")))
        if resolved.links or resolved.refs:
            self.bench.rounds.requeue(sorted(resolved.links), sorted(resolved.refs), 1, now)
        if rows:
            self.bench.rounds.save(claimed.claim.token, rows, saving, now)
        if resolved.later:
            self.bench.rounds.release(claimed.claim.token, later(resolved.later, self.bench))

    def _adapt(self, report: RoundReport) -> None:
        pace = self.bench.pace
        if report.overran or (report.seconds > pace.slow and report.claimed):
            self._limit = max(50, min(self._limit, report.claimed) // 2)
        elif self._limit < pace.claim and report.seconds < pace.slow / 2:
            self._limit = min(pace.claim, self._limit + max(50, pace.claim // 10))


def _issue(row: int, subject: str, trouble: Trouble) -> dict[str, Any]:
    return {
        "row": row,
        "code": trouble.code,
        "subject": subject,
        "link_id": None,
        "field": trouble.field,
        "message": trouble.message,
        "fix": trouble.fix,
    }


__all__ = ["Pair", "RoundReport", "Side", "Sync"]
