"""Mode limited also caps how much is written: records made since the mode was set, and records written an hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from connector.core.plan import Plan, Trouble
from connector.core.records import Side
from connector.services.workbench import Workbench

HOUR = timedelta(hours=1)
LATER = 600.0
Modes = Mapping[str, tuple[str, dict[str, Any]]]


def keep_to_caps(bench: Workbench, plans: Sequence[Plan], modes: Modes) -> None:
    """Takes out of the plans what goes beyond a side's caps; those persons go round again after ten minutes."""
    for side in Side:
        mode, limits = modes.get(side, ("observe", {}))
        creates, hourly = limits.get("creates"), limits.get("per_hour")
        if mode != "limited" or (creates is None and hourly is None):
            continue
        made, written = bench.rounds.written(side, bench.clock() - HOUR)
        room = {
            "creates": float("inf") if creates is None else creates - made,
            "per_hour": float("inf") if hourly is None else hourly - written,
        }
        for plan in plans:
            _keep(plan, side, room)


def _keep(plan: Plan, side: Side, room: dict[str, float]) -> None:
    makes = plan.creation is not None and plan.creation.side is side
    if not makes and not plan.on(side):
        return
    over = [name for name in ("creates", "per_hour") if room[name] <= 0 and (makes or name == "per_hour")]
    if over:
        _postpone(plan, side, over[0], makes)
        return
    room["per_hour"] -= 1
    room["creates"] -= makes


def _postpone(plan: Plan, side: Side, cap: str, makes: bool) -> None:
    plan.changes = [c for c in plan.changes if c.side is not side and not (makes and c.bound)]
    if makes:
        plan.creation = None
    plan.held.add("")
    plan.again, plan.retry_after = True, LATER
    what = "records made" if cap == "creates" else "records written an hour"
    plan.troubles.append(
        Trouble(
            "cap",
            "",
            f"The cap on {what} in {side} is reached (mode limited).",
            "Raise it, or go live: `accord mode`. It goes on by itself when there is room.",
        )
    )
