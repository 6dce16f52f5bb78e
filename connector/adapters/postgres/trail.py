"""What the database knows of one person: for explaining, for a dry run, and for a round asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg import Connection

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import load_queries
from connector.adapters.postgres.erasures import PostgresErasures
from connector.adapters.postgres.journal import PostgresJournal
from connector.adapters.postgres.rounds import LATE
from connector.core.erased import Erased
from connector.core.records import Ref
from connector.ports import Claim

Row = dict[str, Any]
_queries, _rounds = load_queries("trail"), load_queries("rounds")


class PostgresTrail:
    """What services/explain.py, looking.py and sync_now.py ask of the database. Reads, but for ``hurry``."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        with self._pool.connection() as conn:
            yield conn

    # -- a claim that leases nothing

    def look(self, ref: Ref, link: int | None, now: datetime) -> Claim:
        """What a claim of this one row would bring, without a lease or a trace."""
        row: Row = {"id": 0, "link_id": link, "side": ref.side, "object": ref.object, "ref_id": ref.id, "lane": 0,
        "seq": 0,
               "was_leased": True, "requeued": True, "notes": [], "attempts": 1}  # fmt: skip
        links = [] if link is None else [link]
        with self._connection() as conn:
            claim = Claim(0, now, [row])
            claim.links = {r["id"]: r for r in _rounds.links(conn, links=links)}
            claim.issues = list(_rounds.open_issues(conn, links=links))
            claim.blocks = list(_rounds.blocks(conn, links=links))
            claim.left = list(_rounds.left_over(conn, since=now - LATE, oldest=None))
            claim.modes = {r["side"]: (r["mode"], r["limits"]) for r in _rounds.modes(conn)}
            return claim

    def turn(self, name: str) -> int:
        """The turn of a round robin that comes next; it is not taken."""
        with self._connection() as conn:
            return int(_queries.turn(conn, name=name)["first"])

    # -- what there is

    def link(self, link: int) -> Row | None:
        with self._connection() as conn:
            row = _queries.link(conn, link=link)
            return dict(row) if row is not None else None

    def story(self, link: int, persons: Sequence[str], subjects: Sequence[str]) -> dict[str, list[Row]]:
        """Of a Link, or with link 0 of a person without one: aliases, writers, handoffs with ``edges``, issues,
        ledger."""
        with self._connection() as conn:
            handoffs = list(_queries.handoffs(conn, persons=list(persons)))
            edges = list(_queries.edges(conn, handoffs=[h["id"] for h in handoffs]))
            return {
                "aliases": list(_queries.aliases(conn, link=link)),
                "writers": list(_queries.writers(conn, link=link)),
                "handoffs": handoffs,
                "edges": edges,
                "issues": list(_queries.issues(conn, link=link, subjects=list(subjects))),
                "ledger": list(_queries.ledger(conn, link=link)),
            }

    def last_journal(self) -> int:
        with self._connection() as conn:
            return int(_queries.last_journal(conn)["id"])

    def journal(self, ref: Ref, link: int | None, after: int, limit: int = 100) -> list[Row]:
        """Rows of the Link, or of a Ref without one, that came after row ``after``; latest first."""
        with self._connection() as conn:
            if link is not None:
                return list(_queries.journal(conn, link=link, after=after, limit=limit))
            return list(
                _queries.journal_of_ref(
                    conn, ref=str(ref), side=ref.side, object=ref.object, id=ref.id, after=after, limit=limit
                )
            )

    # -- what waits

    def waiting(self, ref: Ref, link: int | None) -> list[Row]:
        """Its pending rows: {lane, due_at, leased_until, attempts, born_at}."""
        with self._connection() as conn:
            return list(_queries.pending(conn, link=link or 0, side=ref.side, object=ref.object, id=ref.id))

    def hurry(self, ref: Ref, link: int | None, now: datetime) -> None:
        """Its pending row is due now, before all others, unless a round has it."""
        with self._connection() as conn:
            _queries.hurry(conn, link=link or 0, side=ref.side, object=ref.object, id=ref.id, now=now)
            conn.execute("SELECT pg_notify('accord_pending', '0')")

    def paused(self) -> dict[int, str]:
        """Lanes that are, with the reason."""
        with self._connection() as conn:
            return {row["lane"]: row["reason"] for row in _queries.paused(conn)}

    # -- what is no longer kept

    def erased(self, ref: Ref, link: int | None) -> Erased | None:
        return PostgresErasures(self._pool).erased(ref, link)

    def kept_since(self) -> datetime | None:
        """Older rows of the journal were pruned; None: none ever were."""
        return PostgresJournal(self._pool).kept_since()

    # -- the canary

    def told(self, ref: Ref, link: int | None, native: str, value: str, since: datetime) -> bool:
        """Did that value of that field reach us since then, by a notice that was pushed?"""
        with self._connection() as conn:
            row = _queries.told(
                conn, link=link or 0, subject=f"link:{link}" if link else str(ref), side=ref.side,
                object=ref.object, id=ref.id, native=native, value=value, since=since,
            )  # fmt: skip
            return bool(row["told"])
