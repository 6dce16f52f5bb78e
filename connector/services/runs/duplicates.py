"""Which records that a preview would make the org's own duplicate rules would refuse, and how certain that is.

A rule that compares to the letter, without conditions, is known to refuse; what a rule takes for alike (Salesforce's
standard rules compare names and firms roughly) is only likely where e-mail and last name are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.core.plan import Creation, Plan
from connector.core.records import Record, Side, Value
from connector.errors import CallFailed, TryAgain, WaitUntil
from connector.ports import Guard
from connector.ports.survey import DuplicateRule, Match
from connector.services.workbench import Workbench

Why = tuple[str, str]
KEYS = ("Email", "Phone", "LastName")
"""What records are looked up by, the most telling first."""
ROUGHLY = ("Email", "LastName")


def refused(bench: Workbench, plans: Sequence[Plan], guard: Guard) -> dict[int, list[Why]]:
    """By id(plan): ('salesforce Lead', why). No call where nothing would be made in Salesforce; else a few a page.
    Raises what waiting mends."""
    found: dict[int, list[Why]] = {}
    making = [p for p in plans if p.creation is not None and p.creation.side is Side.SALESFORCE]
    for object_ in dict.fromkeys(p.creation.object for p in making if p.creation):
        mine = [p for p in making if p.creation is not None and p.creation.object == object_]
        for rule in bench.salesforce.surveyor.duplicate_rules(object_) or ():
            for match in rule.matches if rule.refuses else ():
                for plan in _alike(bench, mine, match, guard):
                    found.setdefault(id(plan), []).append((f"salesforce {object_}", _said(rule, match)))
    return found


def _said(rule: DuplicateRule, match: Match) -> str:
    names = ", ".join(match.fields if match.exact else [f for f in ROUGHLY if f in match.fields])
    sure = "certain" if match.exact and not rule.filtered else "likely"
    what = f"the same {names} as another {match.object}"
    return f"the duplicate rule “{rule.name}” refuses it ({sure}): {what}"


def _alike(bench: Workbench, plans: Sequence[Plan], match: Match, guard: Guard) -> list[Plan]:
    """Those whose new record matches one that is there."""
    compared = match.fields if match.exact else tuple(f for f in ROUGHLY if f in match.fields)
    key = next((name for name in KEYS if name in compared), compared[0] if compared else "")
    if not key or (not match.exact and len(compared) < len(ROUGHLY)):
        return []
    new = [(p, _values(p.creation)) for p in plans if p.creation is not None]
    wanted = sorted({str(values[key]) for _, values in new if values.get(key)})
    try:
        there = bench.salesforce.find(match.object, key, wanted, compared, guard) if wanted else []
    except (TryAgain, WaitUntil):
        raise
    except CallFailed:
        return []  # a field that can't be searched by
    known = {_shape(r.values, compared) for r in there if isinstance(r, Record)}
    return [p for p, values in new if (shape := _shape(values, compared)) is not None and shape in known]


def _values(creation: Creation) -> dict[str, Value]:
    return {c.native: c.send for c in creation.changes}


def _shape(values: Mapping[str, Any], fields: Sequence[str]) -> tuple[str, ...] | None:
    """None where one of them is blank: a blank is no match."""
    told = [str(values.get(name) or "").strip().casefold() for name in fields]
    return tuple(told) if all(told) else None
