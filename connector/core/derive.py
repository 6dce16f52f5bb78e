"""Values that the agreement itself wants on a side: Accord's own fields always, shared ones when the wish
changes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from connector.core.blocking import is_blocked
from connector.core.desk import Desk
from connector.core.plan import UNSEEN, Change, Derived, Plan
from connector.core.records import SIDES, Record, Side, Value


def is_due(d: Derived, record: Record, seen: dict[str, Value]) -> bool:
    """Has the agreement a value to write there? Enforced: the side holds another. Else: the wanted value is a new
    one."""
    if _stands(d, record):
        return False
    return d.enforced or seen.get("=" + d.native, UNSEEN) != d.value


def _stands(d: Derived, record: Record) -> bool:
    return not d.bound and record.values.get(d.native) == d.value


def derive(plan: Plan, desk: Desk, derived: Sequence[Derived], finish: Collection[str], now: datetime) -> None:
    pair = plan.pair
    seen_by = {side: pair.seen[side] | plan.seen[side] for side in SIDES}
    planned = {c.native for c in plan.changes}
    for d in derived:
        record = pair.hubspot if d.side is Side.HUBSPOT else pair.salesforce
        if record is None or (d.enforced and not finish and _stands(d, record)):
            continue
        if d.bound:
            if plan.creation is not None:
                plan.changes.append(_derived_change(d, record, desk, False))
            continue
        seen, name = seen_by[d.side], "=" + d.native
        hangs = name in finish
        if is_due(d, record, seen) or (hangs and record.values.get(d.native) is None):
            if is_blocked(plan, desk, now, name, record, d.value):
                plan.held.add(name)
                continue
            change = _derived_change(d, record, desk, hangs)
            if d.native in planned:
                plan.changes = [c for c in plan.changes if (c.side, c.native) != (d.side, d.native)]
            planned.add(d.native)
            plan.changes.append(change)
        elif not d.enforced and _stands(d, record) and seen.get(name, UNSEEN) != d.value:
            plan.seen[d.side][name] = d.value


def _derived_change(d: Derived, record: Record, desk: Desk, hangs: bool) -> Change:
    held = record.values.get(d.native)
    order = desk.derived_order.get(d.native, ()) if d.side is Side.HUBSPOT else ()
    two = hangs or goes_back(order, held, d.value)
    return Change(
        "=" + d.native, d.side, d.native, held, d.value, d.value, None, d.why, two, hangs, d.bound, d.enforced
    )


def goes_back(order: tuple[str, ...], held: Value, send: Value) -> bool:
    """Is this an earlier option, which HubSpot takes only through blank?"""
    if held not in order or send not in order:
        return False
    return order.index(str(send)) < order.index(str(held))
