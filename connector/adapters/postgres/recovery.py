"""After a backup was restored: what is doubted, read anew, and believed again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import load_queries

_queries, _review = load_queries("recovery"), load_queries("review")


class PostgresRecovery:
    """Implements services.recovery.RecoveryStore."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def running(self) -> dict[str, Any] | None:
        with self._pool.connection() as conn:
            row = _queries.running(conn)
            return dict(row) if row is not None else None

    def start(self, by: str, now: datetime) -> int | None:
        """All in one transaction. How many Links are in doubt; None where a recovery is running already."""
        with self._pool.connection() as conn:
            if _queries.open_recovery(conn, by=by, now=now) is None:
                return None
            _queries.lapse_intended(conn, now=now)
            links = int(_queries.doubt_links(conn)["links"])
            for step in ("free_pending", "queue_links", "poll_now", "look_at_outcomes"):
                getattr(_queries, step)(conn, now=now)
            for table in ("polled", "observed", "identities", "workers"):
                getattr(_queries, f"forget_{table}")(conn)
            _queries.cancel_runs(conn)
            _queries.skip_tokens(conn)
            _queries.wake(conn)
            return links

    def standing(self, since: datetime) -> dict[str, int]:
        """{unread, differing, waiting, polls, outcomes, would_write, conflicts}: counts."""
        with self._pool.connection() as conn:
            return {name: int(count) for name, count in _queries.standing(conn, since=since).items()}

    def finish(self, by: str, now: datetime) -> int:
        """Modes count again, and what was observed or is still in doubt goes round: how many."""
        with self._pool.connection() as conn:
            _queries.close_recovery(conn, by=by, now=now)
            queued = int(_review.queue_observed(conn, now=now)["queued"])
            _review.forget_observed(conn)
            _queries.queue_links(conn, now=now)
            _queries.wake(conn)
            return queued
