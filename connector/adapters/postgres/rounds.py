"""The rounds' side of the database: claims, fences and the two transactions. One JSON document per statement,
whole batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import by_id, document, load_queries
from connector.adapters.postgres.erasures import PostgresErasures
from connector.adapters.postgres.unsettled import Unsettled
from connector.core.records import Ref
from connector.ports import Claim, Intent, Mine, Rows, Saving

LATE = timedelta(minutes=15)
"""How long a lapsed write may still arrive: far beyond any time-out of a call."""
queries = load_queries("rounds")


class PostgresRounds:
    """Implements ports.Rounds. ``pool`` gives connections that are not in autocommit mode."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self._unsettled = pool, Unsettled()

    def claim(self, limit: int, now: datetime, until: datetime, spare: Sequence[int] = ()) -> Claim:
        """Lease up to ``limit`` due rows (whole groups) of the most urgent lane that is not in ``spare``; Ref rows that
        were linked meanwhile become rows of their Link."""
        with self._pool.connection() as conn:
            queries.serialise_claims(conn)
            token = queries.token(conn)["token"]
            paused = [*spare, *(r["lane"] for r in queries.paused_lanes(conn))]
            due = list(queries.due(conn, now=now, limit=limit, paused=paused))
            groups = sorted({r["group_key"] for r in due if r["group_key"] is not None})
            ids = [r["id"] for r in due]
            rows = list(queries.claim(conn, ids=ids, groups=groups, now=now, paused=paused)) if due else []
            queries.lease(conn, ids=[r["id"] for r in rows], token=token, until=until)
        claim = Claim(token, until, rows)
        with self._pool.connection() as conn:
            self._promote(conn, claim, now)
            if claim.rows:
                self._load(conn, claim, now)
        return claim

    def _promote(self, conn: Connection[Any], claim: Claim, now: datetime) -> None:
        """In a transaction after the lease's, so that it waits for no door while it holds what a door waits for."""
        refs = [_ref_row(r) for r in claim.rows if r["link_id"] is None]
        moves = list(queries.linked_refs(conn, refs=document(refs))) if refs else []
        if moves:
            queries.become_links(conn, moves=document(moves), token=claim.token, now=now)
            queries.became_links(conn, moves=document(moves), token=claim.token)
            gone = {m["row_id"] for m in moves}
            claim.rows = [r for r in claim.rows if r["id"] not in gone]
            claim.moved = len(gone)

    def _load(self, conn: Connection[Any], claim: Claim, now: datetime) -> None:
        links = [r["link_id"] for r in claim.rows if r["link_id"] is not None]
        if links:
            claim.links = {r["id"]: r for r in queries.links(conn, links=links)}
            claim.issues = list(queries.open_issues(conn, links=links))
            claim.blocks = list(queries.blocks(conn, links=links))
        oldest = self._unsettled.since(conn, now)
        claim.left = list(queries.left_over(conn, since=now - LATE, oldest=oldest))
        claim.modes = {r["side"]: (r["mode"], r["limits"]) for r in queries.modes(conn)}

    def busy(self, links: Sequence[int], since: datetime, limit: int) -> list[dict[str, Any]]:
        """Fields of linked records written more than ``limit`` times since then: {link_id, side, field, writes}."""
        with self._pool.connection() as conn:
            return list(queries.busy_fields(conn, links=list(links), since=since, limit=limit))

    def trip(self, trips: Sequence[tuple[str, str, str, str]], now: datetime) -> None:
        """Breakers that went: (side, code, field or '', reason). One for a whole side stops all lanes."""
        rows = [{"side": s, "code": c, "field": f, "reason": r} for s, c, f, r in trips]
        with self._pool.connection() as conn:
            queries.trip(conn, rows=document(rows), now=now)

    def written(self, side: str, since: datetime) -> tuple[int, int]:
        """Since the side's mode was set: records made, and records written since then."""
        with self._pool.connection() as conn:
            row = queries.written(conn, side=side, since=since)
            return row["made"], row["written"]

    def report_side(self, side: str, message: str, fix: str, now: datetime, part: str = "") -> None:
        """A side that fails as a whole, or one ``part`` of what we do there: one open issue, counted up each time."""
        issue = {"code": "side_failed", "subject": f"side:{side}", "field": part, "message": message, "fix": fix}
        with self._pool.connection() as conn:
            queries.open_issue(conn, rows=document([issue]), now=now)

    def side_works(self, side: str, now: datetime, part: str = "") -> None:
        with self._pool.connection() as conn:
            issue = {"code": "side_failed", "subject": f"side:{side}", "field": part}
            queries.close_issues(conn, rows=document([issue]), now=now)

    def vanished(self, since: datetime) -> dict[str, int]:
        """Side -> linked records found gone since then."""
        with self._pool.connection() as conn:
            return {r["side"]: r["found"] for r in queries.vanished(conn, since=since)}

    def tripped(self) -> list[tuple[str, str]]:
        """(side, field) of breakers that nobody has lifted yet."""
        with self._pool.connection() as conn:
            return [(r["side"], r["field"]) for r in queries.tripped(conn)]

    def handoffs(self, persons: Sequence[str]) -> dict[str, tuple[int, dict[str, Any]]]:
        """The latest hand-off of each person: (id, document)."""
        with self._pool.connection() as conn:
            return {
                r["person"]: (r["id"], r["document"]) for r in queries.handoffs(conn, persons=list(persons))
            }

    def outcomes(self, contacts: Sequence[str]) -> dict[str, dict[str, Any]]:
        with self._pool.connection() as conn:
            return {r["contact_id"]: r["document"] for r in queries.outcomes(conn, contacts=list(contacts))}

    def turns(self, name: str, count: int) -> int:
        """Reserve ``count`` consecutive turns of a round robin; returns the first."""
        with self._pool.connection() as conn:
            return int(queries.take_turns(conn, name=name, count=count)["first"])

    def drop(self, token: int, rows: Rows) -> set[int]:
        """Remove rows that need no round, unless a newer notice came. Returns the ids removed; the others are freed."""
        if not rows:
            return set()
        with self._pool.connection() as conn:
            gone = {r["id"] for r in queries.drop_rows(conn, **by_id(rows), token=token)}
            rest = [{**r, "again": False} for r in rows if r["id"] not in gone]
            if rest:
                queries.finish_rows(conn, **by_id(rest), token=token, now=rest[0]["now"])
            return gone

    def release(self, token: int, rows: Rows) -> None:
        """Give rows back, to go round again at their ``due_at``."""
        with self._pool.connection() as conn:
            if rows:
                queries.release(conn, **by_id(rows), token=token)
            queries.free_identities(conn, token=token)

    def claim_identities(self, token: int, keys: Iterable[str], now: datetime, until: datetime) -> set[str]:
        """The match keys (taken in sorted order) that this round now holds."""
        with self._pool.connection() as conn:
            rows = queries.claim_identities(conn, token=token, keys=sorted(set(keys)), now=now, until=until)
            return {r["match_key"] for r in rows}

    def erased(self, addresses: Sequence[str]) -> dict[str, datetime]:
        """Those of the addresses that belonged to an erased person, with when that was."""
        return PostgresErasures(self._pool).barred(addresses) if addresses else {}

    def readmit(self, address: str) -> bool:
        return PostgresErasures(self._pool).readmit(address)

    def linked(self, refs: Sequence[Ref]) -> dict[Ref, int]:
        """Refs that have a Link (or are an alias of one) -> link id."""
        rows = [{"row_id": i, "side": r.side, "object": r.object, "ref_id": r.id} for i, r in enumerate(refs)]
        with self._pool.connection() as conn:
            return {refs[m["row_id"]]: m["link_id"] for m in queries.linked_refs(conn, refs=document(rows))}

    def requeue(self, links: Sequence[int], refs: Sequence[Ref], lane: int, now: datetime) -> None:
        """Let Links and Refs go round, whether or not a notice came."""
        with self._pool.connection() as conn:
            if links:
                queries.requeue_links(conn, links=sorted(set(links)), lane=lane, now=now)
            if refs:
                rows = [{"side": r.side, "object": r.object, "ref_id": r.id} for r in sorted(set(refs))]
                queries.requeue_refs(conn, refs=document(rows), lane=lane, now=now)

    def intend(self, token: int, rows: Rows, intent: Intent, now: datetime) -> Mine:
        """Transaction 1: what is about to be written, only for rows that are still ours."""
        with self._pool.connection() as conn:
            mine = {r["id"]: r for r in queries.fence(conn, **by_id(rows), token=token)}
            if mine:
                intent.keep(set(mine))
                self._intend(conn, token, intent, now)
            return Mine({i: r["notes"] for i, r in mine.items()}, intent.journal_ids, intent.handoff_ids)

    def _intend(self, conn: Connection[Any], token: int, intent: Intent, now: datetime) -> None:
        if intent.journal:
            inserted = queries.insert_journal(
                conn, rows=document(intent.journal), agreement=intent.agreement, token=token, now=now
            )
            intent.journal_ids = {(r["side"], r["ref_id"], r["mate"]): r["id"] for r in inserted}
        self._common(conn, intent, now)

    def _common(self, conn: Connection[Any], what: Intent | Saving, now: datetime) -> None:
        if what.settled:
            oldest = self._unsettled.since(conn, now)
            queries.settle_journal(conn, rows=document(what.settled), now=now, oldest=oldest)
        if what.ledger:
            queries.insert_ledger(conn, rows=document(what.ledger), now=now)
        if what.handoffs_new:
            made = queries.upsert_handoffs(conn, rows=document(what.handoffs_new), now=now)
            what.handoff_ids = {r["person"]: r["id"] for r in made}
        if what.handoffs:
            queries.update_handoffs(conn, rows=document(what.handoffs), now=now)
        edges = [
            {**e, "handoff_id": e["handoff_id"] or what.handoff_ids.get(e["person"])} for e in what.edges
        ]
        if edges:
            queries.insert_edges(conn, rows=document(edges), now=now)
        if what.links:
            queries.save_links(conn, rows=document(what.links), now=now)

    def save(self, token: int, rows: Rows, saving: Saving, now: datetime) -> set[int]:
        """Transaction 2: what became of it, only for rows that are still ours. Returns the rows saved."""
        with self._pool.connection() as conn:
            mine = {r["id"]: r for r in queries.fence(conn, **by_id(rows), token=token)}
            if not mine:
                return set()
            saving.keep(set(mine), {i: r["notes"] for i, r in mine.items()})
            self._save(conn, token, saving, now)
            queries.finish_rows(conn, **by_id(saving.finish), token=token, now=now)
            queries.free_identities(conn, token=token)
            return set(mine)

    def _save(self, conn: Connection[Any], token: int, saving: Saving, now: datetime) -> None:
        if saving.repoint:
            moved = {r["id"] for r in queries.repoint(conn, rows=document(saving.repoint))}
            saving.repointed(moved)
        if saving.new_links:
            made = list(queries.insert_links(conn, rows=document(saving.new_links), now=now))
            saving.linked({(r["hubspot_id"], r["salesforce_id"]): r["id"] for r in made})
            queries.adopt_ledger(conn, links=[r["id"] for r in made])
            queries.adopt_journal(conn, links=[r["id"] for r in made], now=now)
        self._common(conn, saving, now)
        for name in ("open_issue", "close_issues"):
            if docs := getattr(saving, name):
                getattr(queries, name)(conn, rows=document(docs), now=now)
        for name in ("set_blocks", "lift_blocks"):
            if docs := getattr(saving, name):
                getattr(queries, name)(conn, rows=document(docs))
        if saving.items:
            queries.save_items(conn, rows=document(saving.items), now=now)
        if saving.observed:
            queries.observe(conn, rows=document(saving.observed), now=now)
        if saving.unobserved:
            queries.unobserve(conn, subjects=saving.unobserved)
        if saving.answered:
            queries.answer_asked(conn, rows=document(saving.answered), now=now)

    def spent(self, run: int, calls: Mapping[str, float]) -> None:
        with self._pool.connection() as conn:
            queries.spend(conn, run=run, calls=document(dict(calls)))

    def waiting(self, now: datetime) -> int:
        with self._pool.connection() as conn:
            return int(queries.waiting(conn, now=now)["ready"])


def _ref_row(row: dict[str, Any]) -> dict[str, Any]:
    return {"row_id": row["id"], "side": row["side"], "object": row["object"], "ref_id": row["ref_id"]}
