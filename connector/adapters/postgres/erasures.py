"""Persons who were erased: all their values leave the database in one transaction; ids, times and kinds stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.core.erased import AddressKeys, Erased, Traces
from connector.core.records import Ref, Side

_queries = load_queries("erasure")
_STEPS = (
    "pending", "journal", "ledger", "issue", "block", "handoff", "outcome", "observed", "matched", "run_item", "polled",
    "identity", "link",
)  # fmt: skip
"""In this order: a round that has the person loses its fence first."""
_FREE_TEXT = {
    "run": ("scope", "reason", "why", "counts", "cursor"),
    "issue": ("message", "fix", "detail"),
    "side_mode": ("limits",),
    "preview": ("summary",),
    "match_report": ("summary",),
}
"""Small tables with words of operators and about others, in which an address may stand: column names by table."""


class PostgresErasures:
    """Implements services.erasing.ErasureStore."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def ask(self, refs: Iterable[Ref], by: str, now: datetime) -> None:
        """Durably; asking again while it waits changes nothing."""
        rows = [{"side": r.side, "object": r.object, "ref_id": r.id} for r in sorted(set(refs))]
        with self._pool.connection() as conn:
            _queries.ask(conn, refs=document(rows), by=by, now=now)

    def due(self, limit: int) -> list[tuple[int, Ref]]:
        """What was asked for and not done yet: (id, Ref)."""
        with self._pool.connection() as conn:
            return [(r["id"], _ref(r)) for r in _queries.due(conn, limit=limit)]

    def asked(self, ref: Ref) -> int | None:
        """The id of what is asked for and not done yet."""
        with self._pool.connection() as conn:
            row = _queries.asked(conn, **_parts(ref))
            return int(row["id"]) if row is not None else None

    def traces(self, keys: AddressKeys, ref: Ref | None = None, link: int | None = None, address: str = "") -> Traces:
        """All ids and addresses by which the database knows a person."""
        with self._pool.connection() as conn:
            links = set() if link is None else {link}
            if ref is not None:
                links |= {r["id"] for r in _queries.by_ref(conn, **_parts(ref))}
            if address:
                links |= {r["id"] for r in _queries.by_address(conn, address=address.strip(), **keys.parameters())}
            refs = {_ref(r) for r in _queries.refs_of(conn, links=sorted(links))}
            found = _queries.addresses_of(conn, links=sorted(links), **keys.parameters())
            addresses = {r["address"] for r in found} | ({address.strip().casefold()} if address else set())
        return Traces(sorted(links), sorted(refs | ({ref} if ref is not None else set())), sorted(addresses))

    def erase(self, id_: int, traces: Traces, now: datetime) -> dict[str, int] | None:
        """All in one transaction: rows changed or deleted, by table. None where somebody else has done it."""
        with self._pool.connection() as conn:
            if _queries.take(conn, id=id_) is None:
                return None
            link = traces.links[0] if traces.links else None
            _queries.bar(conn, id=id_, link=link, addresses=list(traces.addresses))
            counts = {step: _purge(conn, step, traces, now) for step in _STEPS}
            for table, columns in _FREE_TEXT.items():
                for column in columns:
                    counts[table] = counts.get(table, 0) + _blot(conn, table, column, traces.addresses)
            counts = {table: count for table, count in counts.items() if count}
            _queries.done(conn, id=id_, link=link, records=document(counts), now=now)
            return counts

    def erased(self, ref: Ref, link: int | None) -> Erased | None:
        """When, and on whose word; None: they were not."""
        with self._pool.connection() as conn:
            rows = list(_queries.of_link(conn, link=link)) if link is not None else []
            rows = rows or list(_queries.of_ref(conn, **_parts(ref)))
        return Erased(rows[0]["done_at"], rows[0]["by_whom"]) if rows else None

    def totals(self) -> dict[str, int]:
        """{done, waiting}."""
        with self._pool.connection() as conn:
            return dict(_queries.totals(conn))

    def barred(self, addresses: Iterable[str]) -> dict[str, datetime]:
        """Those of the addresses that belonged to an erased person, with when that was."""
        with self._pool.connection() as conn:
            rows = _queries.barred(conn, addresses=sorted(set(addresses)))
            return {r["address"]: r["done_at"] for r in rows}

    def readmit(self, address: str) -> bool:
        """They agreed anew: the address is free again. False: it was not barred."""
        with self._pool.connection() as conn:
            known = list(_queries.barred(conn, addresses=[address]))
            list(_queries.readmit(conn, address=address))
            return bool(known)


def _purge(conn: Connection[Any], step: str, traces: Traces, now: datetime) -> int:
    return int(getattr(_queries, f"purge_{step}")(
        conn, now=now, links=list(traces.links), refs=[str(r) for r in traces.refs], ids=[r.id for r in traces.refs],
        subjects=traces.subjects, addresses=list(traces.addresses),
    ))  # fmt: skip


def _blot(conn: Connection[Any], table: str, column: str, addresses: Sequence[str]) -> int:
    """An address in other text or JSON becomes the word 'erased'."""
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    statement = sql.SQL(
        "UPDATE {table} SET {column} = replace_in({column}, %(address)s)"
        " WHERE strpos(lower({column}::text), %(address)s) > 0"
    ).format(**names)
    return sum(conn.execute(statement, {"address": address}).rowcount for address in addresses)


def _ref(row: dict[str, Any]) -> Ref:
    return Ref(Side(row["side"]), row["object"], row["ref_id"])


def _parts(ref: Ref) -> dict[str, str]:
    return {"side": str(ref.side), "object": ref.object, "ref_id": ref.id}
