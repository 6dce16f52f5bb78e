"""Which records that a preview would make or change the org's own duplicate rules would refuse, and how surely.

A rule that compares to the letter, without conditions, is known to refuse; what a rule takes for alike (Salesforce's
standard rules compare names and firms roughly) is only likely where e-mail and last name are the same. A change is held
against a rule where it touches a field that the rule compares (practice setting ``duplicates_on_any_update``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.core.plan import Plan
from connector.core.records import Record, Ref, Side, Value
from connector.errors import CallFailed, TryAgain, WaitUntil
from connector.ports import Guard
from connector.ports.survey import DuplicateRule, Match
from connector.services.workbench import Workbench

Why = tuple[str, str]
KEYS = ("Email", "Phone", "LastName")
"""What records are looked up by, the most telling first."""
ROUGHLY = ("Email", "LastName")


@dataclass(frozen=True, slots=True)
class Saved:
    """A Salesforce record as it would be saved. ``ref`` None: it would be made. ``values`` of a change lack what was
    not read."""

    plan: Plan
    object: str
    ref: Ref | None
    values: Mapping[str, Value]
    changed: frozenset[str]

    def is_held_against(self, rule: DuplicateRule, fields: Sequence[str]) -> bool:
        return bool(rule.refuses) if self.ref is None else bool(rule.refuses_change and self.changed & set(fields))


def refused(bench: Workbench, plans: Sequence[Plan], guard: Guard) -> dict[int, list[Why]]:
    """By id(plan): ('salesforce Lead', why). No call where nothing would be written to Salesforce; else a few a page.
    Raises what waiting mends."""
    found: dict[int, list[Why]] = {}
    saves = [saved for plan in plans for saved in _saves(plan)]
    for object_ in dict.fromkeys(saved.object for saved in saves):
        mine = [saved for saved in saves if saved.object == object_]
        for rule in bench.salesforce.surveyor.duplicate_rules(object_) or ():
            for match in rule.matches:
                for saved in _alike(bench, rule, mine, match, guard):
                    found.setdefault(id(saved.plan), []).append((f"salesforce {object_}", _said(rule, match)))
    return found


def _saves(plan: Plan) -> Iterator[Saved]:
    made, there = plan.creation, plan.pair.salesforce
    if made is not None and made.side is Side.SALESFORCE:
        yield Saved(plan, made.object, None, {c.native: c.send for c in made.changes}, frozenset())
    changes = plan.on(Side.SALESFORCE)
    if there is not None and changes:
        new = {c.native: c.send for c in changes}
        yield Saved(plan, there.ref.object, there.ref, {**there.values, **new}, frozenset(new))


def _said(rule: DuplicateRule, match: Match) -> str:
    names = ", ".join(_compared(match))
    sure = "certain" if match.exact and not rule.filtered else "likely"
    what = f"the same {names} as another {match.object}"
    return f"the duplicate rule “{rule.name}” refuses it ({sure}): {what}"


def _compared(match: Match) -> tuple[str, ...]:
    return match.fields if match.exact else tuple(f for f in ROUGHLY if f in match.fields)


def _alike(
    bench: Workbench, rule: DuplicateRule, saves: Sequence[Saved], match: Match, guard: Guard
) -> list[Saved]:
    """Those that would match a record which is there."""
    compared = _compared(match)
    key = next((name for name in KEYS if name in compared), compared[0] if compared else "")
    mine = [saved for saved in saves if saved.is_held_against(rule, match.fields)]
    if not key or not mine or (not match.exact and len(compared) < len(ROUGHLY)):
        return []
    try:
        whole = _whole(bench, mine, compared, guard)
        wanted = sorted({str(values[key]) for values in whole if values.get(key)})
        there = bench.salesforce.find(match.object, key, wanted, compared, guard) if wanted else []
    except (TryAgain, WaitUntil):
        raise
    except CallFailed:
        return []  # a field that can't be searched by
    known: dict[tuple[str, ...] | None, set[Ref]] = {}
    for record in there:
        known.setdefault(_shape(record.values, compared), set()).add(record.ref)
    shapes = [_shape(values, compared) for values in whole]
    return [
        saved for saved, shape in zip(mine, shapes, strict=True)
        if shape is not None and known.get(shape, set()) - {saved.ref}
    ]  # fmt: skip


def _whole(
    bench: Workbench, saves: Sequence[Saved], fields: Sequence[str], guard: Guard
) -> list[Mapping[str, Value]]:
    """Their values with those that the rule compares and a round does not read."""
    lacking = [s.ref for s in saves if s.ref is not None and any(name not in s.values for name in fields)]
    read = bench.salesforce.read(lacking, {ref.object: tuple(fields) for ref in lacking}, guard) if lacking else {}
    found: list[Mapping[str, Value]] = []
    for saved in saves:
        record: Record | None = read.get(saved.ref) if saved.ref is not None else None
        found.append(saved.values if record is None else {**record.values, **saved.values})
    return found


def _shape(values: Mapping[str, Any], fields: Sequence[str]) -> tuple[str, ...] | None:
    """None where one of them is blank: a blank is no match."""
    told = [str(values.get(name) or "").strip().casefold() for name in fields]
    return tuple(told) if all(told) else None
