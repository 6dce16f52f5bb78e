"""How things stand, and the lanes' switches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import load_queries

Row = dict[str, Any]
_queries = load_queries("standing")


class PostgresStanding:
    """What services/status.py and lanes.py ask of the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def standing(self, now: datetime) -> dict[str, Any]:
        """Everything under one snapshot: lists of rows by what they are about, and ``totals``."""
        with self._pool.connection() as conn:
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return {
                "lanes": list(_queries.lanes(conn, now=now)),
                "pauses": list(_queries.pauses(conn)),
                "recovery": list(_queries.recovery(conn)),
                "issues": list(_queries.issues(conn)),
                "budgets": list(_queries.budgets(conn, now=now)),
                "breakers": list(_queries.breakers(conn)),
                "modes": list(_queries.modes(conn)),
                "workers": list(_queries.workers(conn, now=now)),
                "handoffs": list(_queries.handoffs(conn, now=now)),
                "verified": list(_queries.verified(conn)),
                "totals": dict(_queries.totals(conn, now=now)),
            }

    def server(self) -> tuple[str, datetime]:
        """Version and time of the database server."""
        with self._pool.connection() as conn:
            row = _queries.server(conn)
            return str(row["version"]), row["at"]

    def pause(self, lanes: Sequence[int], reason: str, now: datetime) -> None:
        with self._pool.connection() as conn:
            _queries.pause(conn, lanes=list(lanes), reason=reason, now=now)

    def resume(self, lanes: Sequence[int], now: datetime) -> tuple[list[int], list[Row], list[Row]]:
        """The lanes that were paused, the breakers lifted ({side, code, field}), and what these held ({link_id,
        subject})."""
        with self._pool.connection() as conn:
            paused = [row["lane"] for row in _queries.unpause(conn, lanes=list(lanes))]
            lifted = list(_queries.lift(conn, now=now))
            held = list(_queries.held_by_breakers(conn)) if lifted else []
            _queries.wake(conn, now=now)
            conn.execute("SELECT pg_notify('accord_pending', '')")
            return paused, lifted, held
