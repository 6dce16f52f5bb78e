"""How a run stands: for progress bars, for `show`, for JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.core.forecast import calls_needed, seconds_needed
from connector.core.records import Side
from connector.core.runs import ENDED, FAILED, Outcome, State
from connector.services.runs.store import Row, RunStore

LATELY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Progress:
    """``done``, ``waiting``, ``out``: items; ``whole``: the collection is known to its end, so ``total`` is final.
    ``rate``: items a second lately; ``remaining``: seconds, None where nobody can tell. ``failed``: refused, held,
    conflict. ``written``: rows of the journal by side and action. ``calls_left``: of today's API budget, by side,
    where it is known."""

    run: Row
    outcomes: dict[str, int]
    done: int
    waiting: int
    out: int
    whole: bool
    rate: float
    remaining: float | None
    failed: int
    written: list[Row]
    calls_left: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.done + self.waiting + self.out

    @property
    def ended(self) -> bool:
        return State(self.run["state"]) in ENDED

    def document(self) -> dict[str, Any]:
        run = {name: value for name, value in self.run.items() if name not in ("token", "leased_until")}
        names = (
            "outcomes",
            "done",
            "waiting",
            "out",
            "total",
            "whole",
            "rate",
            "remaining",
            "failed",
            "written",
            "calls_left",
        )
        return run | {name: getattr(self, name) for name in names}


def progress_of(store: RunStore, run: Row, now: datetime, hubspot_daily: int | None = None) -> Progress:
    """``hubspot_daily``: calls a day where HubSpot's answers don't tell them."""
    told = store.tally(run["id"], now - LATELY)
    outcomes = dict(run["counts"].get("outcomes", {}) if run["dry"] else told["outcomes"])
    waiting = told["outcomes"].get(Outcome.WAITING, 0)
    outcomes.pop(Outcome.WAITING, None)
    done = sum(outcomes.values())
    rate = _rate(run, told, done, now)
    whole = bool(run["walked"])
    left = waiting + told["out"]
    remaining = left / rate if whole and rate and State(run["state"]) not in ENDED else None
    failed = sum(outcomes.get(str(o), 0) for o in FAILED)
    return Progress(
        run, outcomes, done, waiting, told["out"], whole, rate, remaining, failed, told["written"],
        {str(side): n for side, n in _left(store.budgets(now), hubspot_daily).items() if n is not None},
    )  # fmt: skip


def _rate(run: Row, told: Row, done: int, now: datetime) -> float:
    began = run["started_at"]
    if began is None:
        return 0.0
    end = run["ended_at"] or now
    seconds = max(0.001, (end - began).total_seconds())
    if run["ended_at"] or run["dry"] or seconds < LATELY.total_seconds():
        return float(done / max(1.0, seconds))
    return float(told["lately"] / LATELY.total_seconds())


@dataclass(frozen=True, slots=True)
class Cost:
    """``calls``: of applying it, by side; ``left``: of today's budget (None: not known); ``seconds``: at the best."""

    calls: dict[Side, int]
    left: dict[Side, int | None]
    seconds: float


def cost_of(
    run: Row, budgets: list[Row], hubspot_calls_per_10_seconds: int, hubspot_daily: int | None
) -> Cost:
    counts = run["counts"]
    would = int(counts.get("outcomes", {}).get("would", 0))
    calls = calls_needed(would, counts.get("writes", {}))
    left = _left(budgets, hubspot_daily)
    return Cost(calls, left, seconds_needed(calls, hubspot_calls_per_10_seconds))


def _left(budgets: list[Row], hubspot_daily: int | None) -> dict[Side, int | None]:
    left: dict[Side, int | None] = dict.fromkeys(Side)
    for row in budgets:
        side = Side(row["side"])
        most = row["daily_limit"] if side is Side.SALESFORCE else row["daily_limit"] or hubspot_daily
        used = (
            row["daily_used"] if row["daily_used"] is not None else row["used_today"] if row["today"] else 0
        )
        left[side] = None if most is None else max(0, int(most) - int(used))
    return left
