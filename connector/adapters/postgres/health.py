"""Whether the database answers, and what all processes together are up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import load_queries
from connector.ports import Clock

PATIENCE = 2.0
_LANES = {0: "handoff", 1: "live", 2: "backfill"}
_queries = load_queries("health")
Figure = tuple[str, str, Mapping[str, str], float]


class PostgresHealth:
    """What the edge asks (``connector.web.wired.Health``)."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool, self._clock = pool, clock

    def ready(self) -> None:
        """Raises PoolTimeout or psycopg.Error where the database does not answer within two seconds."""
        with self._pool.connection(timeout=PATIENCE) as connection:
            _queries.answer(connection)

    def figures(self) -> Iterator[Figure]:
        """Name, meaning, labels, value."""
        with self._pool.connection(timeout=PATIENCE) as connection:
            now = self._clock()
            lanes = {row["lane"]: row for row in _queries.backlog(connection, now=now)}
            totals = _queries.totals(connection)
            issues = list(_queries.issues(connection))
            budgets = list(_queries.budgets(connection, now=now))
        for lane, word in _LANES.items():
            yield from _of_lane(word, lanes.get(lane, {}))
        yield "accord_breakers_tripped", "Breakers that wait for a person.", {}, totals["breakers"]
        yield "accord_writes_intended", "Journal rows not settled yet.", {}, totals["intended"]
        for row in issues:
            yield "accord_issues_open", "Issues that wait for a person.", {"code": row["code"]}, row["issues"]
        for row in budgets:
            yield "accord_api_calls_today", "API calls counted today.", {"side": row["side"]}, row["used"]


def _of_lane(word: str, row: Mapping[str, Any]) -> Iterator[Figure]:
    labels = {"lane": word}
    yield "accord_pending", "Pairs that wait or are at work.", labels, row.get("waiting", 0)
    yield "accord_leased", "Pairs at work.", labels, row.get("leased", 0)
    yield "accord_oldest_seconds", "Age of the oldest pair that waits.", labels, row.get("oldest", 0.0)
