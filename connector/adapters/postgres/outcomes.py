"""What sales made of contacts, and what has to be looked at for it: the tables outcome and outcome_due."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.core.outcome import WithoutRole
from connector.core.records import Ref, Side

HANDOFF = 0
CODE = "opportunity_without_role"
_queries, _rounds = load_queries("outcomes"), load_queries("rounds")


class PostgresOutcomes:
    """Implements services.outcomes.OutcomeStore."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def tell(self, refs: Sequence[Ref]) -> None:
        if not refs:
            return
        with self._pool.connection() as conn:
            _queries.tell(conn, refs=document([{"object": ref.object, "id": ref.id} for ref in refs]))
            _queries.wake_outcomes(conn)

    def due(self, limit: int) -> list[tuple[Ref, datetime]]:
        return [
            (Ref(Side.SALESFORCE, row["object"], row["ref_id"]), row["told_at"])
            for row in self._all("due", limit=limit)
        ]

    def linked(self, contacts: Collection[str]) -> dict[str, str | None]:
        rows = self._all("linked", contacts=list(contacts)) if contacts else []
        return {row["contact"]: row["account"] for row in rows}

    def holding(self, opportunities: Collection[str]) -> set[str]:
        rows = self._all("holding", opportunities=list(opportunities)) if opportunities else []
        return {row["contact"] for row in rows}

    def save(
        self,
        views: Mapping[str, dict[str, Any] | None],
        lone: Sequence[WithoutRole],
        settled: Collection[str],
        looked_at: Sequence[tuple[Ref, datetime]],
        now: datetime,
    ) -> int:
        rows = [
            {"contact": contact, "opportunity": (view or {}).get("id", ""), "document": {"view": view}}
            for contact, view in views.items()
        ]
        told = [{"object": ref.object, "id": ref.id, "at": at} for ref, at in looked_at]
        with self._pool.connection() as conn:
            moved = [r["id"] for r in _queries.save_outcomes(conn, rows=document(rows), now=now)]
            if moved:
                _rounds.requeue_links(conn, links=sorted(moved), lane=HANDOFF, now=now)
                conn.execute("SELECT pg_notify('accord_pending', '0')")
            _report(conn, lone, settled, now)
            _queries.forget_due(conn, told=document(told))
        return len(moved)

    def _all(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        with self._pool.connection() as conn:
            return list(getattr(_queries, query)(conn, **parameters))


def _report(
    conn: Connection[Any], lone: Sequence[WithoutRole], settled: Collection[str], now: datetime
) -> None:
    opened = [
        {"code": CODE, "subject": _subject(one.opportunity_id), "link_id": None, "field": "",
         "message": one.message, "fix": one.fix, "detail": {"account": one.account_id}}
        for one in lone
    ]  # fmt: skip
    if opened:
        _rounds.open_issue(conn, rows=document(opened), now=now)
    closed = [{"subject": _subject(id_), "code": CODE, "field": ""} for id_ in sorted(settled)]
    if closed:
        _rounds.close_issues(conn, rows=document(closed), now=now)


def _subject(opportunity: str) -> str:
    return str(Ref(Side.SALESFORCE, "Opportunity", opportunity))
