"""Whether the database answers and is up to date, and what all processes together are up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from psycopg.errors import UndefinedTable

from connector.adapters.postgres.database import OLDEST, Pool
from connector.adapters.postgres.documents import load_queries
from connector.adapters.postgres.migrate import known
from connector.errors import Refused
from connector.ports import Clock

PATIENCE = 2.0
_LANES = {0: "handoff", 1: "live", 2: "backfill"}
_queries = load_queries("health")
Figure = tuple[str, str, Mapping[str, str], float]


class PostgresHealth:
    """What the edges ask (``connector.web.wired.Health``)."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool, self._clock = pool, clock
        self._known = known()

    def ready(self) -> None:
        """Raises PoolTimeout or psycopg.Error where the database does not answer within two seconds, and Refused where
        it is too old or lacks a migration of this release. One that is ahead is fine: so are rolling upgrades."""
        with self._pool.connection(timeout=PATIENCE) as connection:
            if connection.info.server_version < OLDEST * 10000:
                raise Refused(f"the database is older than PostgreSQL {OLDEST}")
            try:
                applied = {row["migration_id"] for row in _queries.applied(connection)}
            except UndefinedTable:
                applied = set()
        if missing := sorted(self._known - applied):
            raise Refused(f"the database lacks {', '.join(missing)}: run `accord db migrate`")

    def figures(self) -> Iterator[Figure]:
        """Name, meaning, labels, value."""
        with self._pool.connection(timeout=PATIENCE) as connection:
            now = self._clock()
            lanes = {row["lane"]: row for row in _queries.backlog(connection, now=now)}
            totals = _queries.totals(connection, now=now)
            issues = list(_queries.issues(connection))
            budgets = list(_queries.budgets(connection, now=now))
        for lane, word in _LANES.items():
            yield from _of_lane(word, lanes.get(lane, {}), lane in totals["paused"])
        yield "accord_breakers_tripped", "Breakers that wait for a person.", {}, totals["breakers"]
        yield "accord_writes_intended", "Journal rows not settled yet.", {}, totals["intended"]
        yield "accord_workers_alive", "Worker processes with a heartbeat of late.", {}, totals["workers"]
        yield "accord_handoffs_overdue", "Hand-offs that sales has not answered in time.", {}, totals["overdue"]
        yield "accord_recovering", "1 while a restored database is compared.", {}, totals["recovering"]
        yield "accord_links_in_doubt", "Links that differ since a backup was restored.", {}, totals["doubted"]
        for row in issues:
            yield "accord_issues_open", "Issues that wait for a person.", {"code": row["code"]}, row["issues"]
        for row in budgets:
            yield from _of_budget({"side": row["side"]}, row)


def _of_lane(word: str, row: Mapping[str, Any], paused: bool) -> Iterator[Figure]:
    labels = {"lane": word}
    yield "accord_pending", "Pairs that wait or are at work.", labels, row.get("waiting", 0)
    yield "accord_leased", "Pairs at work.", labels, row.get("leased", 0)
    yield "accord_oldest_seconds", "Age of the oldest pair that waits.", labels, row.get("oldest", 0.0)
    yield "accord_lag_seconds", "How long the pair due longest has been due.", labels, row.get("lag", 0.0)
    yield "accord_lane_paused", "1 where no round begins in this lane.", labels, paused


def _of_budget(labels: Mapping[str, str], row: Mapping[str, Any]) -> Iterator[Figure]:
    yield "accord_api_calls_today", "API calls counted today.", labels, row["used"]
    if row["daily_limit"]:
        yield "accord_api_calls_by_all", "API calls of the day by everybody, as told.", labels, row["daily_used"] or 0
        yield "accord_api_calls_limit", "API calls that the service allows a day.", labels, row["daily_limit"]
