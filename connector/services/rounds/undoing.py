"""What an undo needs of the outside while it is planned: who else wrote to records that Accord made; and what becomes
of the hand-off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.core.handoff import undone
from connector.core.plan import Plan
from connector.ports import Guard
from connector.services.workbench import Workbench


def ask_touched(bench: Workbench, plans: Sequence[Plan], guard: Guard) -> list[int]:
    """Asks HubSpot, 50 records a call, of those that an undo would put away. The places of plans to be made anew."""
    asked = {i: p.pair.hubspot for i, p in enumerate(plans) if p.asks_touched and p.pair.hubspot is not None}
    if not asked:
        return []
    told = bench.hubspot.touched([record.ref.id for record in asked.values()], guard)
    for i, record in asked.items():
        plans[i].pair.touched = told.get(record.ref.id, "")
    return [i for i in asked if plans[i].pair.touched]


def step_of(bench: Workbench, plan: Plan, now: datetime) -> None:
    """An undone hand-off is withdrawn, one that is done again is offered."""
    bounds = plan.pair.bounds
    if bounds is not None and bounds.undoes and plan.pair.gone is None and all(plan.pair.mode.values()):
        plan.step = undone(plan, bench.agreement.handoff, plan.verdict, now, str(bounds.only["why"]))


def undoes(plan: Plan) -> bool:
    return plan.pair.bounds is not None and plan.pair.bounds.undoes


