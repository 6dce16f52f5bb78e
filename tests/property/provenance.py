"""Whose value stands where, and on top of which: every edit has a number, and a value carries it wherever it is copied."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

NUMBER = re.compile(r"\d{3}")


def number(value: Any) -> int | None:
    """The edit a value comes from; a cut or copied value still tells."""
    found = NUMBER.search(str(value)) if value not in (None, "") else None
    return int(found[0]) if found else None


@dataclass
class Debt:
    """An edit that a write of ours replaced without knowing it: the ledger owes it, unless it fell into the gap."""

    at: datetime
    side: str
    field: str
    lost: int
    by: int
    in_gap: bool


@dataclass
class Provenance:
    parents: dict[int, set[int]] = field(default_factory=dict)
    made_at: dict[int, datetime] = field(default_factory=dict)
    debts: list[Debt] = field(default_factory=list)
    blanks: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _next: int = 100

    def edit(self, on: Any, at: datetime) -> int:
        """A new edit made on top of the value ``on``."""
        self._next += 1
        parent = number(on)
        self.parents[self._next] = set() if parent is None else {parent}
        self.made_at[self._next] = at
        return self._next

    def ancestors(self, n: int) -> set[int]:
        seen, todo = {n}, [n]
        while todo:
            for parent in self.parents.get(todo.pop(), ()):
                if parent not in seen:
                    seen.add(parent)
                    todo.append(parent)
        return seen

    def written(self, at: datetime, side: str, name: str, old: Any, new: Any, read_at: datetime | None) -> None:
        """A write of ours put ``new`` where ``old`` stood."""
        was, now = number(old), number(new)
        if was is None or was == now or was not in self.made_at:
            return
        if now is None:
            self.blanks.append(f"{side}.{name}: {old} overwritten by a blank nobody wrote")
            return
        if was in self.ancestors(now):
            return
        in_gap = read_at is not None and self.made_at[was] >= read_at
        self.counts["gap" if in_gap else "conflict"] += 1
        self.debts.append(Debt(at, side, name, was, now, in_gap))

    def unpaid(self, ledger: list[tuple[str, Any]], standing: set[tuple[str, int]]) -> list[Debt]:
        """Debts that neither the ledger nor what stands now pays. Those of the gap are counted, not owed."""
        paid = {(name, number(value)) for name, value in ledger}
        owed = []
        for debt in self.debts:
            if (debt.field, debt.lost) in paid or self._lives_on(debt, standing):
                continue
            if debt.in_gap:
                self.counts["lost in the gap"] += 1
            else:
                owed.append(debt)
        return owed

    def _lives_on(self, debt: Debt, standing: set[tuple[str, int]]) -> bool:
        return any(name == debt.field and debt.lost in self.ancestors(n) for name, n in standing)
