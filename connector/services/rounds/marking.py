"""The mark of a run: beside what it writes to a record anyway, the time of it, in a field of its own where the mapping
names one. A workflow can tell by it that a run wrote, not a person. Nothing is ever written for the mark alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from connector.core.desk import Desk
from connector.core.plan import Change, Plan
from connector.core.records import Side, Value

WHY = "mark of a run"


def mark(plans: Sequence[Plan], desk: Desk, now: datetime) -> None:
    """Adds the mark to whatever these plans write for a run."""
    marks = desk.mapping.run_marks
    for plan in plans if marks else ():
        if plan.pair.bounds is None or plan.pair.bounds.journalled is None or plan.archive is not None:
            continue  # a round that answers a notice, too, is a person's
        for side, native in marks.items():
            plan.changes = [c for c in plan.changes if (c.side, c.native) != (side, native)]  # an undo's old mark
            if plan.on(side):
                plan.changes.append(_mark(plan, side, native, now))
            if plan.creation is not None and plan.creation.side is side:
                plan.creation.changes.append(_mark(plan, side, native, now))


def _mark(plan: Plan, side: Side, native: str, now: datetime) -> Change:
    record, value = plan.pair.record(side), moment(side, now)
    held = record.values.get(native) if record is not None else None
    return Change("=" + native, side, native, held, value, value, None, WHY, enforced=True)


def moment(side: Side, at: datetime) -> Value:
    """As that side shows a time, to the second."""
    told = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000")
    return told + ("Z" if side is Side.HUBSPOT else "+0000")
