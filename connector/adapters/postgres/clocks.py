"""What time alone moves, found in the database and let go round."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.core.records import Ref

HANDOFF, BACKFILL = 0, 2
_queries, _rounds = load_queries("clocks"), load_queries("rounds")
Found = Sequence[dict[str, Any]]


class PostgresClocks:
    """Implements services.clocks.ClockStore."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def handoffs_due(self, now: datetime, again: datetime, limit: int) -> int:
        with self._pool.connection() as conn:
            found = list(_queries.handoffs_due(conn, now=now, again=again, limit=limit))
            refs = [Ref.parse(row["person"]) for row in found if row["link"] is None]
            return _requeue(conn, found, refs, HANDOFF, now)

    def refusals_due(self, now: datetime, older: datetime, limit: int) -> int:
        with self._pool.connection() as conn:
            found = list(_queries.blocks_due(conn, now=now, limit=limit))
            refused = list(_queries.refused_due(conn, now=now, older=older, limit=limit))
            refs = [Ref.parse(row["subject"]) for row in refused if _names_a_record(row)]
            return _requeue(conn, found + refused, refs, BACKFILL, now)


def _names_a_record(row: dict[str, Any]) -> bool:
    return row["link"] is None and str(row["subject"]).startswith(("hubspot:", "salesforce:"))


def _requeue(conn: Connection[Any], found: Found, refs: list[Ref], lane: int, now: datetime) -> int:
    links = sorted({row["link"] for row in found if row["link"] is not None})
    if links:
        _rounds.requeue_links(conn, links=links, lane=lane, now=now)
    if refs:
        rows = [{"side": r.side, "object": r.object, "ref_id": r.id} for r in sorted(set(refs))]
        _rounds.requeue_refs(conn, refs=document(rows), lane=lane, now=now)
    if links or refs:
        _queries.wake(conn)
    return len(links) + len(set(refs))
