"""The plan of one pair: each side is compared with what that side last held, field by field. Pure.

``reconcile`` answers with a Plan that is whole, unless it asks for HubSpot property history (``needs_history``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.core.creation import plan_creation
from connector.core.derive import derive
from connector.core.desk import Desk
from connector.core.doubt import ALL, without_old_wishes
from connector.core.fields import Fields
from connector.core.plan import UNSEEN, Derived, Pair, Plan, Trouble
from connector.core.records import SIDES, Side
from connector.core.settle import Settling, late_writes


def reconcile(
    pair: Pair, desk: Desk, derived: Sequence[Derived], now: datetime, create: tuple[Side, str] | None = None
) -> Plan:
    """``create``: the side on which a missing record may be made, and why."""
    plan = Plan(pair)
    if pair.gone is not None:
        plan.reason = f"the linked record on {pair.gone} is gone"
        if _archived(plan):
            Settling(pair, desk.mapping, desk.fields, plan).run()
            plan.reason = f"an undo put the {pair.gone} record into the recycle bin"
        else:
            plan.troubles.append(_gone(pair))
        return plan
    if ALL in pair.doubt:
        derived = without_old_wishes(plan, derived)
    settling = Settling(pair, desk.mapping, desk.fields, plan)
    if pair.left:
        settling.run()
        for side, patch in late_writes(pair, pair.seen, desk.mapping, desk.fields).items():
            plan.seen[side].update(patch)
    if pair.hubspot is not None and pair.salesforce is not None:
        Fields(pair, desk, plan, derived, set(settling.finish), now).run(pair.hubspot, pair.salesforce)
    elif create is not None:
        plan_creation(plan, desk, derived, *create)
    derive(plan, desk, derived, settling.finish.keys(), now)
    _watch(plan, desk)
    _withhold(plan)
    if not plan.reason:
        plan.reason = "fields differ" if plan.writes else "nothing to write"
    return plan


def _watch(plan: Plan, desk: Desk) -> None:
    """Seen of the fields that are not mapped but matter."""
    for side, names in desk.watched.items():
        record, seen = plan.pair.record(side), plan.pair.seen[side]
        for native in names if record is not None else ():
            value = record.values.get(native)  # type: ignore[union-attr]
            if value != seen.get("@" + native, UNSEEN):
                plan.seen[side]["@" + native] = value


def _withhold(plan: Plan) -> None:
    """A side that is only observed is not written: what would have been is kept apart, and Seen stays as it was."""
    mode = plan.pair.mode
    if all(mode.get(side, True) for side in SIDES):
        return
    plan.withheld = [c for c in plan.changes if not mode.get(c.side, True)]
    plan.changes = [c for c in plan.changes if mode.get(c.side, True)]
    if plan.creation is not None and not mode.get(plan.creation.side, True):
        plan.withheld += plan.creation.changes
        plan.unmade = plan.creation
        plan.changes = [c for c in plan.changes if not c.bound]
        plan.creation = None


def _archived(plan: Plan) -> bool:
    """Did we archive it? An archive whose answer was lost has happened: the record is gone."""
    pair = plan.pair
    left = any(row.action == "archive" and row.side is pair.gone for row in pair.left)
    if left or pair.archived is pair.gone:
        plan.archived = pair.gone
    return plan.archived is not None


def _gone(pair: Pair) -> Trouble:
    """HubSpot tells of a privacy deletion by a webhook alone. A contact that is neither live nor in the recycle bin
    (which keeps it for 90 days) was erased for privacy or deleted for good: a person decides."""
    purge = f"`accord journal purge {pair.subject}`"
    what = "deleted, or can't be read any more"
    fix = (
        "Restore it, or remove the other record too; Accord neither deletes nor makes it anew. Was the person erased "
        f"for privacy? Then also {purge}."
    )
    if pair.merged:
        what = pair.merged
        fix = "Merge the two HubSpot contacts, too; then both are one person again. Accord merges nobody."
    elif pair.binned:
        what = "deleted: it is in HubSpot's recycle bin"
    elif pair.binned is False:
        what = "erased for privacy, or deleted for good: it is not in HubSpot's recycle bin either"
        fix = (
            f"Ask who did it. If the person was erased for privacy: {purge}, and erase the other record. Else remove "
            "that record, or take the person up again in HubSpot."
        )
    return Trouble("gone", "", f"The {pair.gone} record of this link was {what}.", fix)
