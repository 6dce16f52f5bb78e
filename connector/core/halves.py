"""Half a hand-off's step is none: while only one side may be written, what the step would write stays unwritten. Pure.

The step is not saved then, so it would be taken anew at every round, with a new time, and the side that may be written
would be told for ever of a hand-off that never was.
"""

from __future__ import annotations

from connector.core.desk import Desk
from connector.core.handoff.row import Step
from connector.core.plan import Change, Pair, Plan
from connector.core.records import Side
from connector.core.rules import HandoffRules


def withhold_step(plan: Plan, desk: Desk, step: Step | None, rules: HandoffRules) -> None:
    """Keeps apart what a step that is not taken would write. The verdict is no part of it: it holds without it."""
    if step is None or step.edge is None or not any(plan.pair.mode.values()):
        return
    verdict = {rules.hubspot.tier, rules.hubspot.tier_reasons, rules.salesforce.tier, rules.salesforce.reasons}
    own = [c for c in plan.changes if c.origin is None and c.why != "link" and c.native not in verdict]
    own += [c for c in plan.changes if c.origin is not None and _carried(plan.pair, desk, c)]
    if plan.creation is not None and step.create and plan.creation.side is Side.SALESFORCE:
        plan.withheld += plan.creation.changes
        plan.creation, plan.unmade = None, plan.creation
        plan.changes = [c for c in plan.changes if not c.bound]
    gone = {id(c) for c in own}
    plan.changes = [c for c in plan.changes if id(c) not in gone]
    plan.withheld += [c for c in own if not c.bound]
    plan.losers = [loser for loser in plan.losers if loser.why != "agreement"]
    for c in own:
        _unsee(plan, desk, c)


def _carried(pair: Pair, desk: Desk, c: Change) -> bool:
    """Is it a value that its source does not hold, but would by the step?"""
    record, field = pair.record(c.side.other), desk.fields.get(c.field)
    native = desk.mapping.native(field, record) if field is not None and record is not None else None
    return record is not None and native is not None and record.values.get(native) != c.source


def _unsee(plan: Plan, desk: Desk, c: Change) -> None:
    """A field was compared as if the agreement's own value stood there already; it will not."""
    name = desk.by_native_name(c.side, c.native) if c.origin is None else c.field
    for side in Side:
        plan.seen[side].pop(name or "", None)
