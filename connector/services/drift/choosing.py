"""Whom a comparison is about: everybody, a run's scope, persons given one by one, or a sample."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from connector.core.conditions import Condition
from connector.core.records import Ref, Side
from connector.errors import Refused
from connector.ports import Guard
from connector.services.drift.patience import Patience
from connector.services.drift.store import DriftStore
from connector.services.runs.collecting import Collection, phases_of
from connector.services.runs.store import RunStore
from connector.services.workbench import Workbench

Row = dict[str, Any]
PAGE = 1000
WINDOWS = 2
SOONEST, LONGEST = timedelta(hours=1), timedelta(days=730)
"""Of a sample of strangers: moments an object is looked from, and how long ago they are."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """``scope``: as of a run (services/runs/collecting.py); with ``fields`` only these are compared. ``refs``: one by
    one; ``sample``: so many linked persons drawn at random, and some who moved at random times and are not linked."""

    scope: Row = field(default_factory=dict)
    refs: tuple[str, ...] = ()
    sample: int = 0
    seed: int = 0

    def document(self) -> Row:
        if self.sample:
            return {"sample": self.sample, "seed": self.seed}
        return self.scope | ({"refs": len(self.refs)} if self.refs else {})


@dataclass(slots=True)
class Choosing:
    """Pages of rows {subject, link_id, key: the identity where the walk has read it}; each person once. ``condition``:
    the scope's filter."""

    bench: Workbench
    runs: RunStore
    store: DriftStore
    chosen: Chosen
    guard: Guard
    patience: Patience
    condition: Condition | None = None
    _met: set[str] = field(default_factory=set)

    def pages(self) -> Iterator[list[Row]]:
        """Of PAGE rows, but for the last."""
        waiting: list[Row] = []
        for rows in self._sources():
            waiting += rows
            while len(waiting) >= PAGE:
                yield waiting[:PAGE]
                waiting = waiting[PAGE:]
        if waiting:
            yield waiting

    @property
    def whole(self) -> bool:
        """Everybody: then no person is met twice, and nothing has to be remembered."""
        return not (self.chosen.refs or self.chosen.sample or self.chosen.scope)

    def _sources(self) -> Iterator[list[Row]]:
        chosen = self.chosen
        if chosen.sample:
            yield from self._chunks([f"link:{i}" for i in self.store.sample(chosen.sample, chosen.seed)])
            yield self._once([str(ref) for ref in self._strangers()])
        elif chosen.refs:
            yield from self._chunks([_canonical(text) for text in chosen.refs])
        else:
            yield from self._collected()

    def _chunks(self, subjects: list[str]) -> Iterator[list[Row]]:
        for at in range(0, len(subjects), PAGE):
            yield self._once(subjects[at : at + PAGE])

    def _collected(self) -> Iterator[list[Row]]:
        """A collection that broke off at a limit goes on at its cursor."""
        cursor: Row = {}
        made = self._collection(cursor)
        while True:
            page = self.patience(made.next, self._anew(cursor))
            if isinstance(page, Collection):
                made = page
            elif page is None:
                return
            else:
                cursor = page.cursor
                keys = {r["subject"]: (r.get("bounds") or {}).get("key") for r in page.rows}
                yield [row | {"key": keys.get(row["subject"])} for row in self._once(list(keys))]

    def _collection(self, cursor: Row) -> Collection:
        run = {"scope": self.chosen.scope, "cursor": cursor}
        return Collection(self.bench, self.runs, run, self.guard, self.condition)

    def _anew(self, cursor: Row) -> Callable[[], Collection]:
        return lambda: self._collection(cursor)

    def _strangers(self) -> list[Ref]:
        dice, bench = random.Random(self.chosen.seed), self.bench
        objects = [(bench.hubspot, "contact"), *((bench.salesforce, o) for o in bench.desk.mapping.salesforce_objects)]
        most = max(1, self.chosen.sample // (2 * WINDOWS * len(objects)))
        found: list[Ref] = []
        for crm, object_ in objects * WINDOWS:
            age = math.exp(dice.uniform(math.log(SOONEST.total_seconds()), math.log(LONGEST.total_seconds())))
            since = bench.clock() - timedelta(seconds=age)
            named = ("email",) if crm.side is Side.HUBSPOT else ("Email",)
            pages = crm.changes(object_, since, named, self.guard)
            page = [r.ref for r in next(iter(pages), []) if r.moved_to is None]
            found += dice.sample(page, min(most, len(page)))
        linked = bench.rounds.linked(found) if found else {}
        return [ref for ref in found if ref not in linked]

    def _once(self, subjects: list[str]) -> list[Row]:
        """Refs that have a Link stand for it."""
        refs = [Ref.parse(s) for s in subjects if not s.startswith("link:")]
        linked = self.bench.rounds.linked(refs) if refs and not self.whole else {}
        named = {str(ref): f"link:{link}" for ref, link in linked.items()}
        rows = []
        for subject in dict.fromkeys(named.get(s, s) for s in subjects):
            if not self.whole:
                if subject in self._met:
                    continue
                self._met.add(subject)
            rows.append({"subject": subject, "link_id": int(subject[5:]) if subject.startswith("link:") else None})
        return rows

    def met_twice(self, hubspot_id: str, subject: str) -> bool:
        """A person who is not linked is met from both sides where both are walked: then only HubSpot's counts."""
        if self.chosen.refs or self.chosen.sample or not (hubspot_id and subject.startswith("salesforce:")):
            return False
        return ("new", "hubspot", "contact") in phases_of(self.chosen.scope, self.bench.desk.mapping)


def _canonical(text: str) -> str:
    """Raises Refused for what names nobody."""
    if text.startswith("link:") and text[5:].isdigit():
        return text
    try:
        return str(Ref.parse(text))
    except ValueError as problem:
        raise Refused(str(problem)) from None
