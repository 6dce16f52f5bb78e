"""How things stand: backlog and lag per lane, issues, API budget, breakers, modes, workers, hand-offs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connector.core.agreement import Agreement
from connector.services.lanes import LANES

ALIVE = 45.0
"""Seconds after its last beat up to which a worker counts as alive."""
Row = dict[str, Any]


class StandingStore(Protocol):
    def standing(self, now: datetime) -> dict[str, Any]:
        """Lists of rows by what they are about, and ``totals``; see adapters/postgres/standing.py."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Rows as the store gives them. ``verified``: the last comparison of both sides, if any. ``lanes``: all three, with
    ``lane`` (its word) and ``paused`` (the reason, or None). ``workers`` have ``alive``. ``warnings``: what needs a
    person, in words."""

    at: datetime
    agreement: str
    fingerprint: str
    lanes: list[Row]
    issues: list[Row]
    budgets: list[Row]
    breakers: list[Row]
    modes: list[Row]
    workers: list[Row]
    handoffs: list[Row]
    verified: list[Row]
    totals: Row
    warnings: tuple[str, ...]


def standing(store: StandingStore, agreement: Agreement, now: datetime) -> Standing:
    told = store.standing(now)
    pauses = {row["lane"]: row["reason"] for row in told["pauses"]}
    rows = {row["lane"]: row for row in told["lanes"]}
    empty = {"waiting": 0, "leased": 0, "later": 0, "oldest_seconds": 0.0, "lag_seconds": 0.0}
    lanes = [
        {**empty, **rows.get(number, {}), "lane": word, "paused": pauses.get(number)}
        for word, number in LANES.items()
    ]
    workers = [{**row, "alive": row["age_seconds"] <= ALIVE} for row in told["workers"]]
    return Standing(
        at=now,
        agreement=".".join(map(str, agreement.version)),
        fingerprint=agreement.fingerprint,
        lanes=lanes,
        workers=workers,
        warnings=tuple(_warnings(lanes, workers, told)),
        **{name: told[name] for name in ("issues", "budgets", "breakers", "modes", "handoffs", "verified", "totals")},
    )


def _warnings(lanes: list[Row], workers: list[Row], told: dict[str, Any]) -> list[str]:
    found = [
        f"A restored database is compared since {row['started_at']:%Y-%m-%d %H:%M} UTC: nothing is written. See "
        "`accord recover status`."
        for row in told["recovery"]
    ]
    found += [f"The {row['lane']} lane is paused: {row['paused']}" for row in lanes if row["paused"]]
    found += [
        f"A breaker holds {row['field'] or 'everything'} in {row['side']}: {row['reason']}. "
        "When it is no accident, `accord resume` lifts it."
        for row in told["breakers"]
    ]
    if not any(worker["alive"] for worker in workers):
        found.append("No worker is alive: nothing is synced. Start `accord worker`.")
    for row in told["budgets"]:
        if row["not_before"] is not None:
            found.append(f"{row['side']} asked us to wait until {row['not_before']:%H:%M:%S} UTC.")
    overdue = sum(row["overdue"] for row in told["handoffs"])
    if overdue:
        found.append(f"{overdue} hand-offs are overdue: sales has not answered in the agreed time.")
    return found
