"""Runs in the database: what they are, how far they were walked, and what became of each item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg import Connection

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.adapters.postgres.rounds import LATE
from connector.core.records import Ref
from connector.errors import NotOurs
from connector.ports import Claim

Row = dict[str, Any]
_queries, _rounds, _trail = load_queries("runs"), load_queries("rounds"), load_queries("trail")
CHUNK = 5_000


class PostgresRuns:
    """Implements services/runs/store.py."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        with self._pool.connection() as conn:
            yield conn

    # -- what operators do

    def create(self, run: Row, now: datetime, refs: Sequence[str] = ()) -> int:
        """A queued run: {purpose, scope, dry, by, why, agreement, parent, relation, wanted}. ``refs``: its items, where
        they are given one by one; else they come from ``parent`` or, as it is walked, from the scope. ``keys`` of the
        scope are not kept."""
        relation, scope = run["relation"], run["scope"]
        given = bool(refs) or relation is not None or run["purpose"] == "undo"
        with self._connection() as conn:
            kept = {name: value for name, value in scope.items() if name != "keys"}
            told = {"wanted": "run", **run, "scope": document(kept)}
            made = _queries.create(conn, **told, now=now, walked=given)
            id_ = int(made["id"])
            for start in range(0, len(refs), CHUNK):
                rows = [{"subject": ref, "link_id": _link_of(ref)} for ref in refs[start : start + CHUNK]]
                _queries.wait_for(conn, run=id_, rows=document(rows), now=now)
            if relation == "apply":
                _queries.wait_for_previewed(conn, run=id_, parent=run["parent"], now=now)
            elif relation == "retry":
                outcomes = list(scope["outcomes"])
                _queries.lift_failed(conn, parent=run["parent"], outcomes=outcomes)
                _queries.wait_for_failed(conn, run=id_, parent=run["parent"], outcomes=outcomes, now=now)
            elif run["purpose"] == "undo":
                told = {**_span(scope), "run": id_, "now": now}
                _queries.wait_for_undo(conn, **told, keys=scope.get("keys", []), why=scope["words"])
            return id_

    def lineage(self, run: int) -> list[Row]:
        """The run, its retries and theirs, and what undid one of the retries: {id, state, relation}."""
        with self._connection() as conn:
            return list(_queries.lineage(conn, run=run))

    def put_away(self, scope: Row) -> list[Row]:
        """HubSpot records in the recycle bin that an undo of this span can't fetch: {side, object, ref_id, link_id}."""
        with self._connection() as conn:
            return list(_queries.put_away(conn, **_span(scope)))

    def concerned(self, run: int) -> list[Row]:
        """Of an undo that nobody walked yet: {what: value, made, away or person, side, native, persons}."""
        with self._connection() as conn:
            return list(_queries.concerned(conn, run=run))

    def want(self, run: int, wanted: str) -> bool:
        """False where it has ended already."""
        with self._connection() as conn:
            return _queries.want(conn, run=run, wanted=wanted) is not None

    def get(self, run: int) -> Row | None:
        with self._connection() as conn:
            row = _queries.run(conn, run=run)
            return dict(row) if row is not None else None

    def latest(self, limit: int) -> list[Row]:
        with self._connection() as conn:
            return list(_queries.runs(conn, limit=limit))

    def tally(self, run: int, since: datetime) -> Row:
        """{outcomes: {outcome: items}, lately: items that got theirs since then, out, written: rows of the journal}."""
        with self._connection() as conn:
            rows = list(_queries.tally(conn, run=run, since=since))
            return {
                "outcomes": {r["outcome"]: r["n"] for r in rows},
                "lately": sum(r["lately"] for r in rows if r["outcome"] != "waiting"),
                "out": int(_queries.out(conn, run=run)["n"]),
                "written": list(_queries.written(conn, run=run)),
            }

    def items(
        self, run: int, outcomes: Sequence[str] = (), after: str = "", limit: int = 1000, left: bool = False
    ) -> list[Row]:
        """A page of items, by subject: of these outcomes (none: of all); ``left``: and those of which something was
        left unwritten."""
        with self._connection() as conn:
            return list(
                _queries.items(conn, run=run, outcomes=list(outcomes), after=after, limit=limit, left=left)
            )

    def budgets(self, now: datetime) -> list[Row]:
        """{side, used_today, today, daily_used, daily_limit}."""
        with self._connection() as conn:
            return list(_queries.budgets(conn, now=now))

    # -- what a walk does

    def open(self) -> list[int]:
        with self._connection() as conn:
            return [r["id"] for r in _queries.open_runs(conn)]

    def take(self, run: int, now: datetime, until: datetime) -> Row | None:
        """The run, to be walked by us alone until then; None where somebody else walks it."""
        with self._connection() as conn:
            row = _queries.take(conn, run=run, now=now, until=until)
            return dict(row) if row is not None else None

    def prolong(self, run: int, token: int, until: datetime) -> Row:
        """The same run as it is now. Raises NotOurs."""
        with self._connection() as conn:
            row = _queries.prolong(conn, run=run, token=token, until=until)
        if row is None:
            raise NotOurs
        return dict(row)

    def leave(self, run: int, token: int) -> None:
        with self._connection() as conn:
            _queries.leave(conn, run=run, token=token)

    def busy(self, run: int, until: datetime) -> bool:
        """Is any of its items in a round, or due until then?"""
        with self._connection() as conn:
            return bool(_queries.busy(conn, run=run, until=until)["found"])

    def facts(self, run: int) -> tuple[int, bool]:
        """Items that wait for a round or are in one; and whether any waits to be queued."""
        with self._connection() as conn:
            return int(_queries.out(conn, run=run)["n"]), bool(_queries.backlog(conn, run=run)["found"])

    def move(self, run: int, token: int, state: str, reason: str, now: datetime) -> None:
        """A new state; what is out is withdrawn where it pauses, and forgotten where it is cancelled or failed."""
        with self._connection() as conn:
            self._fence(conn, run, token)
            if state in ("pausing", "cancelling"):
                _queries.withdraw(conn, run=run, forget=state == "cancelling", now=now)
            if state in ("cancelling", "cancelled"):
                _queries.forget_backlog(conn, run=run)
            _queries.move(conn, run=run, token=token, state=state, reason=reason, now=now)

    def withdraw(self, run: int, token: int, forget: bool, now: datetime) -> int:
        """Takes back, once more, what no round has begun; ``forget``: for good. How many items. Raises NotOurs."""
        with self._connection() as conn:
            self._fence(conn, run, token)
            return int(_queries.withdraw(conn, run=run, forget=forget, now=now)["n"])

    def tell(self, run: int, reason: str) -> None:
        """Why it waits; '' once it goes on."""
        with self._connection() as conn:
            _queries.tell(conn, run=run, reason=reason)

    def links_after(self, after: int, limit: int, resting: bool = True) -> list[int]:
        """``resting``: those, too, that an undo put to rest: who is linked anew wakes them."""
        with self._connection() as conn:
            return [r["id"] for r in _queries.links_after(conn, after=after, limit=limit, resting=resting)]

    def waiting(self, run: int, after: str, limit: int) -> list[Row]:
        """{subject, link_id, bounds}."""
        with self._connection() as conn:
            return list(_queries.waiting(conn, run=run, after=after, limit=limit))

    def queue(self, run: int, token: int, rows: Sequence[Row], progress: Row, now: datetime) -> int:
        """In one transaction: a page ({subject, link_id, bounds}) becomes due in the backfill lane, and the cursor
        moves behind it. What this run has met already is left out; what another run has waits. How many were queued."""
        with self._connection() as conn:
            self._fence(conn, run, token)
            given = [r["subject"] for r in rows]
            todo = self._unmet(conn, run, self._resolved(conn, rows))
            links = [r for r in todo if r["link_id"] is not None]
            refs = [{**r, **_parts(r["subject"])} for r in todo if r["link_id"] is None]
            queued: set[str] = set()
            if links:
                queued |= {
                    r["subject"] for r in _queries.queue_links(conn, run=run, rows=document(links), now=now)
                }
            if refs:
                queued |= {
                    r["subject"] for r in _queries.queue_refs(conn, run=run, rows=document(refs), now=now)
                }
            _queries.forget_waiting(conn, run=run, subjects=given)
            if late := [r for r in todo if r["subject"] not in queued]:
                _queries.postpone(conn, run=run, rows=document(late), now=now)
            self._advance(conn, run, len(queued), progress)
            if queued:
                conn.execute("SELECT pg_notify('accord_pending', '2')")
            return len(queued)

    def previewed(
        self, run: int, token: int, items: Sequence[Row], given: Sequence[str], progress: Row, now: datetime
    ) -> None:
        """In one transaction: what a page of a preview came to, and the cursor behind it."""
        with self._connection() as conn:
            self._fence(conn, run, token)
            _queries.forget_waiting(conn, run=run, subjects=list(given))
            if items:
                _queries.add_previewed(conn, run=run, rows=document(list(items)), now=now)
            self._advance(conn, run, len(given), progress)

    def unmet(self, run: int, rows: Sequence[Row]) -> list[Row]:
        """Of a page: what this run has not met yet, by Link where there is one."""
        with self._connection() as conn:
            return self._unmet(conn, run, self._resolved(conn, rows))

    def look(self, rows: Sequence[Row], now: datetime) -> Claim:
        """What a claim of these ({subject, link_id, bounds}) would bring, without a lease or a trace."""
        links = [r["link_id"] for r in rows if r["link_id"] is not None]
        with self._connection() as conn:
            claim = Claim(0, now, [])
            claim.links = {r["id"]: r for r in _rounds.links(conn, links=links)}
            claim.rows = [
                _as_claimed(n, r)
                for n, r in enumerate(rows, 1)
                if r["link_id"] is None or r["link_id"] in claim.links
            ]
            claim.issues = list(_rounds.open_issues(conn, links=links))
            claim.blocks = list(_rounds.blocks(conn, links=links))
            claim.left = list(_rounds.left_over(conn, since=now - LATE, oldest=None))
            claim.modes = {r["side"]: (r["mode"], r["limits"]) for r in _rounds.modes(conn)}
            return claim

    def turn(self, name: str) -> int:
        """The turn of a round robin that comes next; it is not taken."""
        with self._connection() as conn:
            return int(_trail.turn(conn, name=name)["first"])

    # -- inside

    def _fence(self, conn: Connection[Any], run: int, token: int) -> None:
        if _queries.fence(conn, run=run, token=token) is None:
            raise NotOurs

    def _advance(self, conn: Connection[Any], run: int, taken: int, progress: Row) -> None:
        documents = {name: document(progress[name]) for name in ("cursor", "counts")}
        _queries.advance(conn, run=run, taken=taken, walked=progress["walked"], **documents)
        if progress["calls"]:
            _rounds.spend(conn, run=run, calls=document(progress["calls"]))

    def _resolved(self, conn: Connection[Any], rows: Sequence[Row]) -> list[Row]:
        """Refs that have a Link stand for it; each pair once, in the order of the page."""
        loose = [{"row_id": n, **_parts(r["subject"])} for n, r in enumerate(rows) if r["link_id"] is None]
        found = _rounds.linked_refs(conn, refs=document(loose)) if loose else ()
        links = {m["row_id"]: m["link_id"] for m in found}
        answer: dict[str, Row] = {}
        for n, row in enumerate(rows):
            link = row["link_id"] or links.get(n)
            subject = f"link:{link}" if link is not None else row["subject"]
            answer.setdefault(subject, {"subject": subject, "link_id": link, "bounds": row.get("bounds")})
        return list(answer.values())

    def _unmet(self, conn: Connection[Any], run: int, rows: list[Row]) -> list[Row]:
        subjects = [r["subject"] for r in rows]
        known = {r["subject"] for r in _queries.known(conn, run=run, subjects=subjects)} if rows else set()
        return [r for r in rows if r["subject"] not in known]


def _link_of(subject: str) -> int | None:
    return int(subject[5:]) if subject.startswith("link:") else None


def _parts(subject: str) -> Row:
    ref = Ref.parse(subject)
    return {"side": str(ref.side), "object": ref.object, "ref_id": ref.id}


def _as_claimed(number: int, row: Row) -> Row:
    ref = {"side": "", "object": "", "ref_id": ""} if row["link_id"] is not None else _parts(row["subject"])
    run = {"run_id": row["run_id"], "run_seq": 0, "run_only": row["bounds"]}
    told = {"id": number, "link_id": row["link_id"], "lane": 2, "seq": 0, "notes": [], "attempts": 1}
    return told | ref | run | {"was_leased": True, "requeued": True}


def _span(scope: Row) -> Row:
    names = {"runs": "runs", "link": "link", "since": "since", "until": "until", "version": "agreement"}
    return {name: scope.get(key) for name, key in names.items()}
