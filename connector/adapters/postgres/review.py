"""Match reports, previews and modes: what is decided before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg import Connection

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries

Row = dict[str, Any]
CHUNK = 10_000
_queries = load_queries("review")


class PostgresReview:
    """What services/review/match.py, preview.py and modes.py ask of the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        with self._pool.connection() as conn:
            yield conn

    # -- match reports

    def add_report(self, summary: Row, found: Sequence[Row], agreement: str, now: datetime) -> int:
        """Keep a report. ``found``: {side, object, ref_id, verdict}; what earlier ones found is forgotten."""
        with self._connection() as conn:
            report = int(
                _queries.add_report(conn, summary=document(summary), agreement=agreement, now=now)["id"]
            )
            _queries.forget_matched(conn, report=report)
            for start in range(0, len(found), CHUNK):
                _queries.add_matched(conn, report=report, rows=document(found[start : start + CHUNK]))
            return report

    def latest_report(self) -> Row | None:
        with self._connection() as conn:
            return _one(_queries.latest_report(conn))

    def approved_report(self) -> Row | None:
        """The one approved last."""
        with self._connection() as conn:
            return _one(_queries.approved_report(conn))

    def approve(self, report: int, by: str, now: datetime) -> int:
        """Approve it, and queue what it found in the backfill lane; how many go round."""
        with self._connection() as conn:
            _queries.approve(conn, report=report, by=by, now=now)
            return self._queue(conn, now, observed=False)

    # -- previews

    def unplanned(self) -> int:
        """Persons that wait for a round, or are in one."""
        with self._connection() as conn:
            return int(_queries.unplanned(conn)["waiting"])

    def observed(self, each: int) -> Row:
        """What rounds would have written: {subjects, latest, waiting, fields, creates, examples}; ``each``: examples a
        field."""
        with self._connection() as conn:
            totals = dict(_queries.observed_totals(conn))
            return totals | {
                "fields": list(_queries.observed_fields(conn)),
                "creates": list(_queries.observed_creates(conn)),
                "examples": list(_queries.observed_examples(conn, each=each)),
            }

    def add_preview(self, summary: Row, agreement: str, by: str, now: datetime) -> None:
        with self._connection() as conn:
            _queries.add_preview(conn, summary=document(summary), agreement=agreement, by=by, now=now)

    def latest_preview(self) -> Row | None:
        with self._connection() as conn:
            return _one(_queries.latest_preview(conn))

    # -- modes

    def modes(self) -> list[Row]:
        """{side, mode, limits, changed_at, changed_by} of both sides."""
        with self._connection() as conn:
            return list(_queries.modes(conn))

    def set_mode(self, sides: Sequence[str], mode: str, limits: Row, by: str, now: datetime) -> int:
        """Set it. Where sides may be written then, what was observed and what the report found goes round: how many."""
        with self._connection() as conn:
            _queries.set_mode(conn, sides=list(sides), mode=mode, limits=document(limits), by=by, now=now)
            return 0 if mode == "observe" else self._queue(conn, now, observed=True)

    def _queue(self, conn: Connection[Any], now: datetime, observed: bool) -> int:
        queued = int(_queries.queue_matched(conn, now=now)["queued"])
        if observed:
            queued += int(_queries.queue_observed(conn, now=now)["queued"])
            _queries.forget_observed(conn)
        if queued:
            conn.execute("SELECT pg_notify('accord_pending', '2')")
        return queued


def _one(row: Row | None) -> Row | None:
    return dict(row) if row is not None else None
