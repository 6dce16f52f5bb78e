"""The nurture list in HubSpot: who is on it follows from the verdict; only persons whose place changed are called
about."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from connector.core.plan import Plan
from connector.core.records import Side
from connector.errors import AccordError
from connector.ports import Guard
from connector.services.rounds.undoing import undoes
from connector.services.workbench import Workbench

log = structlog.get_logger()


def keep_lists(bench: Workbench, plans: Sequence[Plan], guard: Guard) -> None:
    """After the round is saved: a list that can't be kept now is put right when the person's tier is next written."""
    name = bench.agreement.handoff.nurture_list
    tier = bench.agreement.handoff.hubspot.tier
    add: list[str] = []
    remove: list[str] = []
    for plan in plans:
        if not name or plan.step is None or plan.step.nurture is None:
            continue
        if not (_tier_moved(bench, plan) or (undoes(plan) and plan.pair.archived is Side.HUBSPOT)):
            continue
        contact = plan.pair.hubspot
        if contact is not None and (plan.step.nurture or contact.values.get(tier) is not None):
            # one who had no tier yet was never put on the list
            (add if plan.step.nurture else remove).append(contact.ref.id)
    if not add and not remove:
        return
    try:
        bench.hubspot.set_members(name, add, remove, guard)
    except AccordError as failed:
        log.warning("nurture list not kept", error=str(failed), persons=len(add) + len(remove))


def _tier_moved(bench: Workbench, plan: Plan) -> bool:
    names = bench.agreement.handoff.hubspot
    return any(
        c.side is Side.HUBSPOT and c.native in (names.tier, names.handoff) and c.verdict == "done"
        for c in plan.changes
    )
