"""What the account of hand-offs asks of the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.core.records import Ref, Side

Row = dict[str, Any]
_queries = load_queries("reckoning")


class PostgresReckoning:
    """Implements services/drift/handoffs.py's HandoffStore. Reads only."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def begun(self, since: datetime, until: datetime) -> list[Row]:
        """Hand-offs that began then: {id, person, link_id, document, qualified_at, reason, erased, archived,
        salesforce_object, salesforce_id}."""
        return self._all("begun", since=since, until=until)

    def judged(self, since: datetime, until: datetime, native: str, tiers: Sequence[str]) -> dict[str, datetime]:
        """Contact id -> when one of these verdicts was first written to it then."""
        rows = self._all("judged", since=since, until=until, native=native, tiers=list(tiers))
        return {row["ref_id"]: row["at"] for row in rows}

    def told(self, subjects: Sequence[str]) -> list[Row]:
        """{subject, code, message} of open issues that say why somebody is not there."""
        return self._all("told", subjects=list(subjects)) if subjects else []

    def unknown(self, refs: Sequence[Ref]) -> list[Ref]:
        """Those that no hand-off is about."""
        if not refs:
            return []
        rows = self._all("unknown", refs=document([{"object": r.object, "id": r.id} for r in refs]))
        return [Ref(Side.SALESFORCE, row["object"], row["id"]) for row in rows]

    def _all(self, query: str, **parameters: Any) -> list[Row]:
        with self._pool.connection() as conn:
            return list(getattr(_queries, query)(conn, **parameters))
