"""Persons who were erased: all their values leave the database in one transaction; ids, times and kinds stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from connector.adapters.postgres import addresses as places
from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.core.erased import AddressKeys, Erased, Traces
from connector.core.records import Ref, Side

_queries, _places = load_queries("erasure"), load_queries("addresses")
_STEPS = (
    "pending", "journal", "ledger", "issue", "block", "handoff", "outcome", "observed", "matched", "run_item", "polled",
    "identity", "link",
)  # fmt: skip
"""In this order: a round that has the person loses its fence first."""
WORDS = ("run", "issue", "side_mode", "preview", "match_report")
"""Small tables with words of operators and about others, in which an address may stand."""


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

    def traces(
        self, keys: AddressKeys, ref: Ref | None = None, link: int | None = None, address: str = "",
        also: Sequence[Ref] = (),
    ) -> Traces:  # fmt: skip
        """All ids and addresses by which the database knows a person. ``also``: records that are known to be theirs."""
        with self._pool.connection() as conn:
            links = set() if link is None else {link}
            named = {*also, *([ref] if ref is not None else ())}
            if address:
                named |= set(places.loose_refs(conn, address))
            for one in sorted(named):
                links |= {r["id"] for r in _queries.by_ref(conn, **_parts(one))}
            if address:
                links |= {r["id"] for r in _queries.by_address(conn, address=address.strip(), **keys.parameters())}
            refs = {_ref(r) for r in _queries.refs_of(conn, links=sorted(links))}
            found = _queries.addresses_of(conn, links=sorted(links), **keys.parameters())
            addresses = {r["address"] for r in found} | ({address.strip().casefold()} if address else set())
        return Traces(sorted(links), sorted(refs | named), sorted(addresses))

    def erase(self, id_: int, traces: Traces, now: datetime) -> dict[str, int] | None:
        """All in one transaction: rows changed or deleted, by table. None where somebody else has done it."""
        with self._pool.connection() as conn:
            return _erase(conn, id_, traces, now, whole=False)

    def erase_by_hand(self, traces: Traces, by: str, now: datetime) -> dict[str, int]:
        """Asked for and done in one transaction. Without a Link every table is searched for the addresses."""
        with self._pool.connection() as conn:
            ref = traces.refs[0] if traces.refs else None
            if ref is None:
                ref = Ref(Side.HUBSPOT, "address", _places.standing_for(conn, address=traces.addresses[0])["hash"])
            rows = [{"side": ref.side, "object": ref.object, "ref_id": ref.id}]
            while True:  # a worker may just have done what was asked for before
                _queries.ask(conn, refs=document(rows), by=by, now=now)
                row = _queries.asked(conn, **_parts(ref))
                if row is None:
                    continue
                counts = _erase(conn, int(row["id"]), traces, now, whole=not traces.links)
                if counts is not None:
                    return counts

    def stands_in(self, address: str) -> list[str]:
        """Tables that name the address."""
        with self._pool.connection() as conn:
            return places.stands_in(conn, address)

    def is_owners(self, address: str) -> bool:
        """Is it a colleague's, to whom people were handed over?"""
        with self._pool.connection() as conn:
            return places.answers_for_leads(conn, address)

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


def _erase(conn: Connection[Any], id_: int, traces: Traces, now: datetime, whole: bool) -> dict[str, int] | None:
    """``whole``: every table is searched for the addresses, not only those with words of operators and about others."""
    if _queries.take(conn, id=id_) is None:
        return None
    link = traces.links[0] if traces.links else None
    _queries.bar(conn, id=id_, link=link, addresses=list(traces.addresses))
    found = [{step: _purge(conn, step, traces, now) for step in _STEPS}]
    for address in traces.addresses:
        found.append(places.blot(conn, address) if whole else places.blot(conn, address, WORDS))
    counts: dict[str, int] = {}
    for table, count in (item for each in found for item in each.items()):
        counts[table] = counts.get(table, 0) + count
    counts = {table: count for table, count in counts.items() if count}
    _queries.done(conn, id=id_, link=link, records=document(counts), now=now)
    return counts


def _purge(conn: Connection[Any], step: str, traces: Traces, now: datetime) -> int:
    return int(getattr(_queries, f"purge_{step}")(
        conn, now=now, links=list(traces.links), refs=[str(r) for r in traces.refs], ids=[r.id for r in traces.refs],
        subjects=traces.subjects, addresses=list(traces.addresses),
    ))  # fmt: skip


def _ref(row: dict[str, Any]) -> Ref:
    return Ref(Side(row["side"]), row["object"], row["ref_id"])


def _parts(ref: Ref) -> dict[str, str]:
    return {"side": str(ref.side), "object": ref.object, "ref_id": ref.id}
