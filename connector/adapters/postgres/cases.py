"""Issues and the ledger: what waits for a person, and what they ask."""

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
_queries = load_queries("cases")
_rounds, _outcomes, _trail = load_queries("rounds"), load_queries("outcomes"), load_queries("trail")
PERSONS = ("contact", "Lead", "Contact")


class PostgresCases:
    """What services/issues.py and conflicts.py ask of the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        with self._pool.connection() as conn:
            yield conn

    def issues(self, code: str | None, closed: bool, limit: int) -> list[Row]:
        """Latest first, open ones before closed ones."""
        with self._connection() as conn:
            return list(_queries.issues(conn, code=code, closed=closed, limit=limit))

    def issue(self, id_: int) -> Row | None:
        """One issue with its Link's Refs and ``blocks``."""
        with self._connection() as conn:
            row = _queries.issue(conn, id=id_)
            if row is None:
                return None
            blocks = list(_queries.blocks(conn, link=row["link_id"])) if row["link_id"] else []
            return {**row, "blocks": blocks}

    def retry(self, ids: Sequence[int], code: str | None, everything: bool, now: datetime) -> list[Row]:
        """In one transaction: close the open issues meant, lift their blocks, and let their persons go round. A
        round that
        runs meanwhile either saw the block or opens the issue anew."""
        with self._connection() as conn:
            found = list(_queries.open_like(conn, ids=list(ids), code=code, everything=everything))
            closing = [row["id"] for row in found]
            _queries.lift_blocks(conn, ids=closing)
            _queries.close(conn, ids=closing, now=now)
            requeue(conn, found, 1, now)
            return found

    def ledger(self, link: int | None, restored: bool, limit: int) -> list[Row]:
        """Latest first. ``asked``: its restoring waits for a round."""
        with self._connection() as conn:
            return list(_queries.ledger(conn, link=link, restored=restored, limit=limit))

    def loser(self, id_: int) -> Row | None:
        with self._connection() as conn:
            row = _queries.loser(conn, id=id_)
            return dict(row) if row is not None else None

    def link(self, link: int) -> Row | None:
        with self._connection() as conn:
            row = _trail.link(conn, link=link)
            return dict(row) if row is not None else None

    def modes(self) -> list[Row]:
        """{side, mode, limits} of both sides."""
        with self._connection() as conn:
            return list(_rounds.modes(conn))

    def ask(self, link: int, asked: Row, lift: Sequence[str], now: datetime) -> None:
        """Keep what a person asked of a Link's fields until a round has done it, and let the Link go round first
        of all.
        ``lift``: keys of refusals that must not keep it from happening."""
        with self._connection() as conn:
            _queries.ask(conn, link=link, asked=document(asked))
            _queries.unblock(conn, link=link, fields=list(lift))
            _rounds.requeue_links(conn, links=[link], lane=0, now=now)
            conn.execute("SELECT pg_notify('accord_pending', '0')")

    def still_asked(self, link: int, field: str) -> bool:
        with self._connection() as conn:
            row = _queries.still_asked(conn, link=link, field=field)
            return bool(row and row["asked"])


def requeue(conn: Connection[Any], rows: Sequence[Row], lane: int, now: datetime) -> None:
    """Let what issues are about go round: their Link, else the person that is their subject; a deal is looked at
    anew."""
    links = sorted({row["link_id"] for row in rows if row["link_id"] is not None})
    refs = {ref for row in rows if row["link_id"] is None and (ref := subject_ref(row["subject"]))}
    persons = [
        {"side": r.side, "object": r.object, "ref_id": r.id} for r in sorted(refs) if r.object in PERSONS
    ]
    deals = [{"object": r.object, "id": r.id} for r in sorted(refs) if r.object == "Opportunity"]
    if links:
        _rounds.requeue_links(conn, links=links, lane=lane, now=now)
    if persons:
        _rounds.requeue_refs(conn, refs=document(persons), lane=lane, now=now)
    if deals:
        _outcomes.tell(conn, refs=document(deals))
        _outcomes.wake_outcomes(conn)
    if links or persons:
        conn.execute("SELECT pg_notify('accord_pending', '')")


def subject_ref(subject: str) -> Ref | None:
    """The Ref that an issue is about; None where it is about something else."""
    try:
        return Ref.parse(subject)
    except ValueError:
        return None
