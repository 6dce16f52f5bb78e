"""How far back the journal has rows that are not settled: statements that are about these look at few months then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from connector.adapters.postgres.documents import load_queries

AGAIN = timedelta(minutes=10)
"""How long an answer is good for; an old one is only too careful."""
MARGIN = timedelta(days=7)
"""What was intended lately is always looked at: clocks differ, and a restored backup may bring something back."""
_queries = load_queries("rounds")


class Unsettled:
    """One per process; threads may share it."""

    def __init__(self) -> None:
        self._known: tuple[datetime, datetime] | None = None

    def since(self, conn: Connection[Any], now: datetime) -> datetime:
        """Nothing that was intended before this moment is unsettled."""
        known = self._known
        if known is None or not known[0] <= now < known[0] + AGAIN:
            oldest = _queries.oldest_unsettled(conn)["at"]
            known = self._known = (now, min(now - MARGIN, oldest or now))
        return known[1]
