"""A run's collection: from its scope to pages of pairs, resumable at a cursor.

A cursor is {phase, after}: which part of the collection, and the place in it: a Link's id, a record's id, a time.
Parts that go by time begin again at the very time they had come to; what a run has met already its store leaves out.
Between two parts is an empty page, a border: who was linked from one side by then is not met from the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.core.conditions import Condition, Truth, evaluate, fields_of
from connector.core.mapping import KindMapping
from connector.core.matching import EMAIL, match_key
from connector.core.records import Record, Ref, Side
from connector.core.values import to_instant
from connector.errors import CallFailed
from connector.ports import Guard
from connector.services.runs.store import Row, RunStore
from connector.services.workbench import Workbench

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before either service had a customer."""
PAGE = 1000
SOQL_PAGE = 2000
Phase = tuple[str, ...]
ReadCondition = Callable[[Any, Side], Condition]
"""Makes a condition of what the scope holds. Raises Refused."""


@dataclass(slots=True)
class Page:
    """``rows``: {subject, link_id, bounds}; ``cursor``: behind this page; ``over``: nothing comes after it."""

    rows: list[Row]
    cursor: Row
    over: bool = False


def phases_of(scope: Row, mapping: KindMapping) -> list[Phase]:
    """The parts of the collection, in order."""
    if "soql" in scope:
        return [("soql", scope["soql"]["object"], scope["soql"]["where"])]
    if "list" in scope:
        return [("list", str(scope["list"]))]
    objects = [("hubspot", "contact"), *(("salesforce", o) for o in mapping.salesforce_objects)]
    wanted = [(s, o) for s, o in objects if scope.get("from") in (None, s)]
    if any(scope.get(name) for name in ("since", "until", "filter")):
        return [("changed", s, o) for s, o in wanted]
    new: list[Phase] = [("new", s, o) for s, o in wanted]
    if scope.get("never_synced"):
        return new
    if scope.get("linked") or scope.get("fields"):
        return [("links",)]
    return [("links",), *new]


def at_border(cursor: Row) -> bool:
    """Is nothing of this part taken yet, and another one before it?"""
    return int(cursor.get("phase", 0)) > 0 and cursor.get("after") is None


def bounds_of(scope: Row) -> Row | None:
    """What a round may write of a pair of this run."""
    found = {name: scope[name] for name in ("fields", "side") if scope.get(name)}
    return found or None


class Collection:
    """Of one run, from ``cursor`` on. ``condition``: the scope's filter."""

    def __init__(
        self, bench: Workbench, store: RunStore, run: Row, guard: Guard, condition: Condition | None = None
    ) -> None:
        self._bench, self._store, self._guard, self._condition = bench, store, guard, condition
        self._run: int | None = run.get("id")  # None: a comparison, which writes no items
        self._scope: Row = run["scope"]
        self._phases = phases_of(self._scope, bench.desk.mapping)
        self._bounds = bounds_of(self._scope)
        self._pages = self._walk(int(run["cursor"].get("phase", 0)), run["cursor"].get("after"))

    def next(self) -> Page | None:
        """None: it is over."""
        return next(self._pages, None)

    def _walk(self, phase: int, after: Any) -> Iterator[Page]:
        while phase < len(self._phases):
            kind = self._phases[phase][0]
            yield from gathered(getattr(self, f"_{kind}")(phase, after))
            phase, after = phase + 1, None
            if phase < len(self._phases):
                yield Page([], {"phase": phase, "after": after})

    def _page(self, phase: int, after: Any, links: Sequence[int] = (), refs: Sequence[Ref] = ()) -> Page:
        rows: list[Row] = [
            {"subject": f"link:{link}", "link_id": link, "bounds": self._bounds} for link in links
        ]
        rows += [{"subject": str(ref), "link_id": None, "bounds": self._bounds} for ref in refs]
        return Page(rows, {"phase": phase, "after": after})

    def _read(self, phase: int, after: Any, records: Sequence[Record]) -> Page:
        """A page of records that were read: their identity is told with them, which saves the round a read."""
        rows: list[Row] = []
        for record in records:
            known = {"key": match_key(record)} if record.values.get(EMAIL[record.ref.side]) else {}
            bounds = {**(self._bounds or {}), **known} or None
            rows.append({"subject": str(record.ref), "link_id": None, "bounds": bounds})
        return Page(rows, {"phase": phase, "after": after})

    def _links(self, phase: int, after: Any) -> Iterator[Page]:
        last = int(after or 0)
        resting = not (self._scope.get("linked") or self._scope.get("fields"))
        while links := self._store.links_after(last, PAGE, resting):
            last = links[-1]
            yield self._page(phase, last, links)

    def _new(self, phase: int, after: Any) -> Iterator[Page]:
        for page, at in self._all(phase, after):
            linked = self._bench.rounds.linked([r.ref for r in page])
            found = self._read(phase, at, [r for r in page if r.ref not in linked])
            found.rows += self._linked_meanwhile(sorted(set(linked.values())))
            yield found

    def _all(self, phase: int, after: Any) -> Iterator[tuple[list[Record], str]]:
        """Contacts by id: in the order of changes all that the run itself writes would be met once more at the end."""
        if self._phases[phase][1] != Side.HUBSPOT:
            yield from self._changes(phase, after)
            return
        above = int(after) if after and str(after).isdigit() else 0
        for page in self._bench.hubspot.all_above("contact", above, [EMAIL[Side.HUBSPOT]], self._guard):
            yield page, page[-1].ref.id

    def _linked_meanwhile(self, links: Sequence[int]) -> list[Row]:
        """Whom a live round linked before the walk came to them: the run accounts for them by their Link. Those that it
        linked itself it knows."""
        if self._run is None or not links or self._scope.get("never_synced"):
            return []
        return self._store.unmet(self._run, self._page(0, None, links).rows)

    def _changed(self, phase: int, after: Any) -> Iterator[Page]:
        until = self._moment("until")
        side = Side(self._phases[phase][1])
        for page, at in self._changes(phase, after):
            there = [r for r in page if until is None or (_moved_at(r) or BEGINNING) < until]
            yield self._read(phase, at, [r for r in there if self._meets(r, side)])
            if len(there) < len(page):
                return

    def _changes(self, phase: int, after: Any) -> Iterator[tuple[list[Record], str]]:
        _, side, object_ = self._phases[phase]
        crm = self._bench.hubspot if side == Side.HUBSPOT else self._bench.salesforce
        since = datetime.fromisoformat(after) if after else self._moment("since") or BEGINNING
        named = list(dict.fromkeys([*fields_of(self._condition), EMAIL[Side(side)]]))
        for page in crm.changes(object_, since, named, self._guard):
            latest = _moved_at(page[-1]) or since  # they come in the order of their changes
            yield [r for r in page if r.moved_to is None], latest.isoformat()

    def _meets(self, record: Record, side: Side) -> bool:
        if self._condition is None or self._scope["filter"]["side"] != side:
            return self._condition is None
        return evaluate(self._condition, record.values.get, self._bench.clock())[0] is Truth.MET

    def _moment(self, name: str) -> datetime | None:
        told = self._scope.get(name)
        return datetime.fromisoformat(told) if told else None

    def _soql(self, phase: int, after: Any) -> Iterator[Page]:
        _, object_, where = self._phases[phase]
        last = str(after or "")
        while True:
            beyond = f" AND Id > '{last}'" if last else ""
            text = f"SELECT Id FROM {object_} WHERE ({where}){beyond} ORDER BY Id LIMIT {SOQL_PAGE}"  # noqa: S608 (the operator\'s own)
            ids = [str(row["Id"]) for page in self._bench.salesforce.query(text, self._guard) for row in page]
            if ids:
                last = ids[-1]
                yield self._page(phase, last, refs=[Ref(Side.SALESFORCE, object_, i) for i in ids])
            if len(ids) < SOQL_PAGE:
                return

    def _list(self, phase: int, after: Any) -> Iterator[Page]:
        name = self._phases[phase][1]
        for ids, place in self._bench.hubspot.members(name, after, self._guard):
            yield self._page(phase, place, refs=[Ref(Side.HUBSPOT, "contact", i) for i in ids])


def gathered(pages: Iterator[Page]) -> Iterator[Page]:
    """The same rows in pages of PAGE, so that a round's calls are full. What is left of a page that was cut comes with
    the next one; until then the cursor stands before it, and the run knows who of it was taken. What came before
    a call that failed is given before its error is raised."""
    rows: list[Row] = []
    behind: Row | None = None
    try:
        for page in pages:
            rows = rows + page.rows
            whole = len(rows) // PAGE * PAGE if behind is not None else len(rows)
            if len(rows) >= PAGE:
                yield Page(rows[:whole], page.cursor if whole == len(rows) or behind is None else behind)
                rows = rows[whole:]
            behind = page.cursor
    except CallFailed:
        if rows and behind is not None:
            yield Page(rows, behind)
        raise
    if rows and behind is not None:
        yield Page(rows, behind)


def _moved_at(record: Record) -> datetime | None:
    return to_instant(record.values.get("SystemModstamp")) or record.modified_at
