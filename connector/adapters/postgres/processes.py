"""Which worker processes live, and what is swept away behind them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.adapters.postgres.notices import REPEAT

GONE = timedelta(days=1)
"""How long a process that was killed is still shown."""
_queries = load_queries("processes")


class PostgresProcesses:
    """The table worker: one row per living process."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def beat(self, name: str, now: datetime, detail: dict[str, Any]) -> None:
        with self._pool.connection() as conn:
            _queries.beat(conn, name=name, now=now, detail=document(detail))

    def leave(self, name: str) -> None:
        with self._pool.connection() as conn:
            _queries.leave(conn, name=name)

    def sweep(self, now: datetime) -> None:
        """Forget deliveries that can't be repeated any more, and processes that are long gone."""
        with self._pool.connection() as conn:
            _queries.forget_deliveries(conn, before=now - REPEAT)
            _queries.forget_workers(conn, before=now - GONE)
