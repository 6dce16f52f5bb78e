"""What a preview adds up to: per side and field, what would fail and why, and how many calls it takes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any, Protocol

from connector.core.plan import Change, Plan
from connector.core.records import Side

Doc = dict[str, Any]
READ = {Side.HUBSPOT: 100, Side.SALESFORCE: 2000}
WRITE = {Side.HUBSPOT: 100, Side.SALESFORCE: 200}
"""Records a call (API-FACTS: batch read and write; collections)."""


class Described(Protocol):
    """A field as its side describes it (ports.FieldSchema)."""

    @property
    def length(self) -> int: ...
    @property
    def writable(self) -> bool: ...
    @property
    def required(self) -> bool: ...
    @property
    def restricted(self) -> bool: ...
    @property
    def options(self) -> tuple[str, ...]: ...
    @property
    def type(self) -> str: ...


Schema = Mapping[tuple[Side, str], Mapping[str, Described]]
"""By side and object: each field's description."""


def would_fail(c: Change, fields: Mapping[str, Described]) -> str:
    """'' or why the side would refuse this value, as far as its own description tells."""
    known = fields.get(c.native)
    if c.bound or not fields:
        return ""
    if known is None:
        return "no such field"
    if not known.writable:
        return "can't be written"
    if c.send is None:
        return "required, and would be blanked" if known.required else ""
    if known.length and isinstance(c.send, str) and len(c.send) > known.length:
        return f"longer than {known.length}"
    if known.restricted and known.options:
        told = str(c.send).split(";") if known.type in ("multipicklist", "checkbox") else [_word(c.send)]
        if any(word not in known.options for word in told if word):
            return "not an option of the picklist"
    return "" if _fits(known.type, c.send) else f"no {known.type}"


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fits(type_: str, value: Any) -> bool:
    if type_ in ("double", "currency", "percent", "int", "number") and isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return False
    return True


def failures(plan: Plan, schema: Schema) -> list[tuple[str, str]]:
    """('salesforce Phone', why) of everything in the plan that would be refused, also what a new record lacks."""
    found = []
    for side in Side:
        record = plan.pair.record(side)
        fields = schema.get((side, record.ref.object), {}) if record is not None else {}
        found += [(f"{side} {c.native}", why) for c in plan.on(side) if (why := would_fail(c, fields))]
    if plan.creation is not None:
        made = plan.creation
        fields = schema.get((made.side, made.object), {})
        found += [(f"{made.side} {c.native}", why) for c in made.changes if (why := would_fail(c, fields))]
        there = {c.native for c in made.changes if c.send is not None}
        missing = [
            name for name, known in fields.items() if known.required and known.writable and name not in there
        ]
        found += [(f"{made.side} {name}", "required for a new record") for name in missing]
    return found


def add_to(counts: Doc, plan: Plan, links: bool, failing: list[tuple[str, str]]) -> None:
    """Adds one plan to a preview's counts. ``links``: the pair would be linked."""
    for c in plan.changes:
        _count_change(counts, c)
    for side in Side:
        writes = bool(plan.on(side)) or (plan.creation is not None and plan.creation.side is side)
        _more(counts, "writes", str(side), int(writes))
    if plan.creation is not None:
        _more(counts, "creates", f"{plan.creation.side} {plan.creation.object}")
    if links:
        _more(counts, "totals", "links")
    if plan.archive is not None:
        _more(counts, "totals", f"{plan.archive.side} {plan.archive.object} into the recycle bin")
    if plan.fetch is not None:
        _more(counts, "totals", f"{plan.fetch.side} {plan.fetch.object} out of the recycle bin")
    if plan.step is not None and plan.step.edge and plan.pair.bounds is not None and plan.pair.bounds.undoes:
        _more(counts, "totals", f"hand-offs {plan.step.handoff.state}")
    if plan.rests is not None:
        _more(counts, "totals", "links come to rest" if plan.rests else "links woken")
    losers = [*plan.losers, *(c.loser for c in plan.changes if c.loser is not None)]
    for loser in losers:
        _more(counts, "conflicts", f"{loser.side} {loser.field}")
    for trouble in plan.troubles:
        _more(counts, "holds", f"{trouble.code} {trouble.field}".strip())
    for where, why in failing:
        _more(counts, "fails", f"{where}: {why}")


def _count_change(counts: Doc, c: Change) -> None:
    kind = "fills" if c.old is None else "blanks" if c.send is None else "updates"
    fields = counts.setdefault("fields", {}).setdefault(
        f"{c.side} {c.native}", {"updates": 0, "fills": 0, "blanks": 0}
    )
    fields["fills" if c.bound else kind] += 1


def _more(counts: Doc, group: str, name: str, n: int = 1) -> None:
    if n:
        found = counts.setdefault(group, {})
        found[name] = found.get(name, 0) + n


def calls_needed(pairs: int, writes: Mapping[str, int]) -> dict[Side, int]:
    """API calls of applying it: both sides read once, written, and Salesforce read back with the write."""
    return {side: ceil(pairs / READ[side]) + ceil(int(writes.get(side, 0)) / WRITE[side]) for side in Side}


def seconds_needed(calls: Mapping[Side, int], hubspot_calls_per_10_seconds: int) -> float:
    """At the best: HubSpot's limit is the bound."""
    return calls[Side.HUBSPOT] * 10 / max(1, hubspot_calls_per_10_seconds)
