"""What an undo does to a hand-off: one that nobody has answered is withdrawn; undoing that offers it again. Pure.

The person is not handed over again by itself: where the link lives on, it takes what it takes after a rejection.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from connector.core.handoff.row import Handoff, Step
from connector.core.handoff.table import State
from connector.core.plan import Plan
from connector.core.qualification import Verdict
from connector.core.records import Side, Value
from connector.core.rules import HandoffRules, Tier

NO_VALUES: dict[str, Value] = {}


def undone(plan: Plan, rules: HandoffRules, verdict: Verdict | None, now: datetime, why: str) -> Step | None:
    """``plan``: of an undo, confined. ``verdict``: on the contact as it will be. None where no hand-off and no place on
    the nurture list is concerned."""
    back = {c.native: c.send for c in plan.changes if c.side is Side.HUBSPOT}
    tier, moved = rules.hubspot.tier, None
    before: Handoff | None = plan.pair.handoff
    offered = _offered(plan, rules)
    if before is not None and offered is not None:
        moved = _moved(before, offered, plan, rules, verdict, now)
    if plan.pair.archived is Side.HUBSPOT and plan.pair.hubspot is not None:
        back[tier] = plan.pair.hubspot.values.get(tier)  # somebody restored it: it fell off the list meanwhile
    if moved is None and tier not in back:
        return None
    edge = f"{before.state}->{moved.state}" if before is not None and moved is not None else None
    nurture = back[tier] == Tier.NURTURE if tier in back else None
    return Step(moved or before, edge, f"undone: {why}", NO_VALUES, NO_VALUES, frozenset(), nurture, create=False)


def _offered(plan: Plan, rules: HandoffRules) -> bool | None:
    """Will the sides show it as offered? A contact that goes into the recycle bin is told of by the Salesforce record.
    None: the span has nothing to do with a hand-off."""
    told = {Side.HUBSPOT: rules.hubspot.handoff, Side.SALESFORCE: rules.salesforce.handoff}
    words = (State.OFFERED, rules.salesforce.handoff_values.get("offered"))
    shown = [c.send in words for c in plan.changes if c.native == told[c.side]]
    if plan.archive is not None and not shown:
        return False
    return any(shown) if shown else None


def _moved(
    before: Handoff, offered: bool, plan: Plan, rules: HandoffRules, verdict: Verdict | None, now: datetime
) -> Handoff | None:
    if offered:
        if before.state is not State.WITHDRAWN:
            return None
        return replace(before, state=State.OFFERED, cool_off_until=None, evidence=None)
    if before.state not in (State.HELD, State.OFFERED, State.EXPIRED):
        return None
    if plan.rests or verdict is None:  # nothing happens to a link at rest
        return replace(before, state=State.WITHDRAWN, cool_off_until=None, evidence=None)
    until = now + timedelta(days=rules.cool_off_days)
    return replace(before, state=State.WITHDRAWN, cool_off_until=until, evidence=verdict.fingerprint())
