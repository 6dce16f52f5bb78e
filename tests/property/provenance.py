"""Whose value stands where, and on top of which: every edit has a number, and a value carries it wherever it is copied."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

NUMBER = re.compile(r"\d{3}")


class Fault(NamedTuple):
    """Something a history must not end with. ``kind``: one of the words that ending.py and this file use."""

    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"


def number(value: Any) -> int | None:
    """The edit a value comes from; a cut or copied value still tells."""
    found = NUMBER.search(str(value)) if value not in (None, "") else None
    return int(found[0]) if found else None


@dataclass
class Debt:
    """An edit that a write of ours replaced without knowing it: the ledger owes it. ``in_gap``: it was typed after that
    write's read; then only if a notice told of it, and of a pair that is ``linked``: late notices are kept by Link."""

    side: str
    field: str
    lost: int
    by: int
    in_gap: bool
    linked: bool
    by_older: bool


@dataclass
class Provenance:
    """``parents``: edit -> edits it was made on top of. ``made_at``: when it was typed, the last time. ``forms``: what an org
    made of a value of ours within the save -> that value: no edit of its own. ``cuts``: (field, whole, cut copy).
    ``told``: (side, field, edit) that a pushed notice named with its value. ``broken``: faults seen while they happened."""

    parents: dict[int, set[int]] = field(default_factory=dict)
    made_at: dict[int, datetime] = field(default_factory=dict)
    retyped: set[int] = field(default_factory=set)
    forms: dict[int, int] = field(default_factory=dict)
    cuts: list[tuple[str, str, str]] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    broken: list[Fault] = field(default_factory=list)
    told: set[tuple[str, str, int]] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    writes: int = 0
    _next: int = 100

    @property
    def edits(self) -> int:
        return self._next - 100 + len(self.retyped)

    def edit(self, on: Any, at: datetime) -> int:
        """A new edit made on top of the value ``on``."""
        self._next += 1
        parent = number(on)
        self.parents[self._next] = set() if parent is None else {parent}
        self.made_at[self._next] = at
        return self._next

    def form(self, of: Any, at: datetime) -> int:
        """What an org makes of a value of ours before it saves it."""
        made = self.edit(of, at)
        self.forms[made] = number(of) or made
        return made

    def retype(self, value: Any, on: Any, at: datetime) -> None:
        """Somebody types ``value``, which stood there before, on top of ``on``: from now on it descends from that too."""
        again, parent = number(value), number(on)
        if again is not None and parent is not None:
            self.parents[again].add(parent)
            self.made_at[again] = at
            self.retyped.add(again)

    def hear(self, side: str, values: dict[str, Any]) -> None:
        """A notice told, within the hour, what fields of this history held."""
        self.told |= {(side, name, n) for name, value in values.items() if (n := number(value)) is not None}

    def ancestors(self, n: int) -> set[int]:
        seen, todo = {n}, [n]
        while todo:
            for parent in self.parents.get(todo.pop(), ()):
                if parent not in seen:
                    seen.add(parent)
                    todo.append(parent)
        return seen

    def written(
        self, side: str, name: str, old: Any, new: Any, read_at: datetime | None, linked: bool
    ) -> None:
        """A write of ours, planned on what was read at ``read_at``, put ``new`` where ``old`` stood."""
        self.writes += 1
        was, now = number(old), number(new)
        if was is None or was not in self.made_at:
            return
        if was == now:
            self._same_edit(side, name, old, new, was)
            return
        if now is None:
            self.broken.append(Fault("blank", f"{side}.{name}: {old} overwritten by a blank nobody wrote"))
            return
        if {was, self.forms.get(was)} & self.ancestors(now):
            return
        in_gap = read_at is not None and self.made_at[was] >= read_at
        self.counts["overwritten unread" if in_gap else "conflict"] += 1
        before = self.ancestors(was)
        by_older = now in before and not in_gap and not self.retyped & before
        self.debts.append(Debt(side, name, was, now, in_gap, linked, by_older))

    def _same_edit(self, side: str, name: str, old: Any, new: Any, n: int) -> None:
        if side == "hubspot" and len(str(new)) < len(str(old)) and n not in self.retyped:
            self.cuts.append((name, str(old), str(new)))

    def unpaid(self, ledger: list[tuple[str, Any]], standing: set[tuple[str, int]]) -> list[Debt]:
        """Debts that neither the ledger nor what stands now pays. Those of the gap are counted by what became of them."""
        paid = {(name, number(value)) for name, value in ledger}
        owed = []
        for debt in self.debts:
            fate = "in the ledger" if (debt.field, debt.lost) in paid else ""
            fate = fate or ("lives on" if self._lives_on(debt, standing) else "")
            if debt.in_gap:
                self.counts[f"gap: {fate or self._lost(debt)}"] += 1
            if not fate and (not debt.in_gap or self._lost(debt) == "lost, though told"):
                owed.append(debt)
        return owed

    def _lost(self, debt: Debt) -> str:
        if not debt.linked:
            return "lost, before the pair was linked"
        told = (debt.side, debt.field, debt.lost) in self.told
        return "lost, though told" if told else "lost, nobody told within the hour"

    def older(self, ledger: list[tuple[str, Any]]) -> list[Fault]:
        """Edits that what they were made on top of overwrote. Where the org made something else of our value, the worker
        died before it could see that, and somebody else then touched the record, nobody can tell what stands there from
        an edit; then the ledger must have what lost."""
        paid = {(name, number(value)) for name, value in ledger}
        words = "{0.side}.{0.field}: #{0.lost} overwritten by #{0.by}, on top of which it was made"
        faults = []
        for debt in self.debts:
            if debt.by_older and debt.field == "u" and ("u", debt.lost) in paid:
                self.counts["overwritten by what the org made of an older one, in the ledger"] += 1
            elif debt.by_older:
                faults.append(Fault("older", words.format(debt)))
        return faults

    def cut(self, ledger: list[tuple[str, Any]]) -> list[Fault]:
        """Whole texts that were overwritten by their own cut copies and are not in the ledger."""
        self.counts["cut"] += len(self.cuts)
        kept = {(name, str(value)) for name, value in ledger}
        return [
            Fault("cut", f"{name}: {whole} overwritten by its own cut copy {cut}")
            for name, whole, cut in self.cuts if (name, whole) not in kept
        ]  # fmt: skip

    def _lives_on(self, debt: Debt, standing: set[tuple[str, int]]) -> bool:
        return any(name == debt.field and debt.lost in self.ancestors(n) for name, n in standing)
