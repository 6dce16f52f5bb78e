"""The journal as a whole: its months, what is pruned of it, and all of it row by row. (Rounds write it: rounds.py.)"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg.rows import dict_row

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import load_queries

LOCK_SECONDS = 2
"""How long a month that is made or dropped waits for the table, at most: rounds queue behind it meanwhile."""
BATCH = 10_000
_queries = load_queries("journal")
_BUSY = (LockNotAvailable, DeadlockDetected)


@dataclass(frozen=True, slots=True)
class Month:
    """A part of the journal. ``since`` None: from the beginning; both None: what no month covers. ``about``: rows, as
    the database last counted them. ``bytes``: with indexes."""

    name: str
    since: datetime | None
    until: datetime | None
    about: int
    bytes: int


class PostgresJournal:
    """Implements services.journal.JournalStore."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def months(self) -> list[Month]:
        """Oldest first, the rest last."""
        with self._pool.connection() as conn:
            return [Month(**row) for row in _queries.months(conn)]

    def make(self, since: datetime) -> bool:
        """The month that begins then. False: it is there already, or the table was busy."""
        try:
            with self._pool.connection() as conn:
                _impatient(conn)
                return bool(_queries.make_month(conn, since=since)["made"])
        except _BUSY:
            return False

    def unsettled(self, since: datetime | None, until: datetime) -> int:
        """Rows of that span that nobody knows the outcome of yet."""
        with self._pool.connection() as conn:
            return int(_queries.unsettled(conn, since=since, until=until)["n"])

    def needed_by(self) -> tuple[int, datetime | None] | None:
        """The open run that may look back farthest, and how far: None, to the beginning."""
        with self._pool.connection() as conn:
            row = _queries.needed_by(conn)
        return None if row is None else (row["id"], None if row["all_of_it"] else row["since"])

    def drop(self, month: str) -> int | None:
        """A whole month; how many rows it had. None: the table was busy, nothing happened."""
        name = sql.Identifier(month)
        try:
            with self._pool.connection() as conn:
                _impatient(conn)
                found = conn.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone()
                conn.execute(sql.SQL("DROP TABLE {}").format(name))
                return int(found[0]) if found else 0
        except _BUSY:
            return None

    def old_rows(self, month: str, before: datetime) -> int:
        """Settled rows of a part that are older."""
        count = sql.SQL("SELECT count(*) FROM {} WHERE intended_at < %s AND state <> 'intended'")
        with self._pool.connection() as conn:
            row = conn.execute(count.format(sql.Identifier(month)), [before]).fetchone()
            return int(row[0]) if row else 0

    def delete_old(self, month: str, before: datetime) -> int:
        """The same rows, deleted a batch at a time, for a part that also holds newer ones."""
        delete = sql.SQL(
            "DELETE FROM {0} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {0} WHERE intended_at < %s"
            " AND state <> 'intended' LIMIT %s))"
        ).format(sql.Identifier(month))
        total = 0
        while True:
            with self._pool.connection() as conn:
                gone = conn.execute(delete, [before, BATCH]).rowcount
            total += gone
            if gone < BATCH:
                return total

    def pruned(self, before: datetime, by: str, months: Sequence[str], records: int, now: datetime) -> None:
        with self._pool.connection() as conn:
            _queries.pruned(conn, before=before, by=by, months=list(months), records=records, now=now)

    def kept_since(self) -> datetime | None:
        """Before this moment rows were pruned; None: none ever were."""
        with self._pool.connection() as conn:
            at: datetime | None = _queries.kept_since(conn)["at"]
            return at

    def export(
        self, since: datetime | None = None, until: datetime | None = None, run: int | None = None,
        links: Sequence[int] | None = None, refs: Sequence[str] = (),
    ) -> Iterator[dict[str, Any]]:  # fmt: skip
        """A row per changed field (queries/journal.sql: export), read a few thousand at a time. ``links``, ``refs``: of
        one person; links None: of everybody."""
        given = {"since": since, "until": until, "run": run}
        person = {"of_one": links is not None, "links": list(links or ()), "refs": list(refs)}
        with self._pool.connection() as conn, conn.cursor("journal_export", row_factory=dict_row) as cursor:
            conn.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # a reader may take its time
            cursor.itersize = 2000
            yield from cursor.execute(_queries.export.sql, given | person)


def _impatient(conn: Connection[Any]) -> None:
    conn.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'".encode())
