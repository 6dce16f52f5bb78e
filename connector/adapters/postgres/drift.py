"""What a comparison of both sides asks of the database and keeps there: the table verification."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg import Connection

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.core.records import Ref

Row = dict[str, Any]
BACKFILL = 2
_queries, _rounds = load_queries("drift"), load_queries("rounds")


class PostgresDrift:
    """Implements services/drift/store.py."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        with self._pool.connection() as conn:
            yield conn

    def waiting(self, links: Sequence[int], refs: Sequence[Ref]) -> set[str]:
        """Of them, as subjects (``link:7`` or a Ref), those that wait for a round or are in one."""
        with self._connection() as conn:
            rows = _queries.waiting(conn, links=list(links), refs=[str(ref) for ref in refs])
            return {row["subject"] for row in rows}

    def issues(self, subjects: Sequence[str]) -> list[Row]:
        """Open ones: {subject, code, field, message}."""
        with self._connection() as conn:
            return list(_queries.issues(conn, subjects=list(subjects)))

    def undone(self, links: Sequence[int]) -> dict[int, set[str]]:
        """Link -> fields of which an undo had the last word."""
        found: dict[int, set[str]] = {}
        with self._connection() as conn:
            for row in _queries.undone(conn, links=list(links)):
                found.setdefault(row["link_id"], set()).add(row["field"])
        return found

    def sample(self, count: int, seed: int) -> list[int]:
        """Links drawn at random, the same for the same seed as long as there are no others."""
        with self._connection() as conn:
            return [row["id"] for row in _queries.sample(conn, count=count, seed=seed)]

    def contacts_after(self, after: int, part: int, parts: int, limit: int) -> list[Row]:
        """Linked contacts of one part of all, in order: {id, hubspot_object, hubspot_id}. Without those of which an
        issue tells already that their record is gone."""
        with self._connection() as conn:
            return list(_queries.contacts_after(conn, after=after, part=part, parts=parts, limit=limit))

    def links(self) -> int:
        with self._connection() as conn:
            return int(_queries.links(conn)["n"])

    def queue(self, links: Sequence[int], refs: Sequence[Ref], now: datetime) -> None:
        """Let them go round, behind all that is live."""
        with self._connection() as conn:
            if links:
                _rounds.requeue_links(conn, links=sorted(set(links)), lane=BACKFILL, now=now)
            if refs:
                rows = [{"side": r.side, "object": r.object, "ref_id": r.id} for r in sorted(set(refs))]
                _rounds.requeue_refs(conn, refs=document(rows), lane=BACKFILL, now=now)
            conn.execute("SELECT pg_notify('accord_pending', '2')")

    # -- what it came to

    def keep(self, row: Row, issue: Row | None = None, close: Row | None = None) -> int:
        """A comparison's row; with it ``issue`` is opened, or ``close`` closed ({code, subject, field, …})."""
        documents = {"scope": document(row["scope"]), "causes": document(row["causes"])}
        with self._connection() as conn:
            made = _queries.keep(conn, **row | documents)
            if issue is not None:
                _rounds.open_issue(conn, rows=document([issue]), now=row["ended_at"])
            if close is not None:
                _rounds.close_issues(conn, rows=document([close]), now=row["ended_at"])
            return int(made["id"])

    def mended(self, id_: int, people: int) -> None:
        with self._connection() as conn:
            _queries.mended(conn, id=id_, mended=people)

    def latest(self, limit: int) -> list[Row]:
        with self._connection() as conn:
            return list(_queries.latest(conn, limit=limit))

    def forget(self, before: datetime) -> None:
        """Rows that are older, but for the last one."""
        with self._connection() as conn:
            _queries.forget(conn, before=before)
