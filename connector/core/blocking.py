"""Refusals that still hold: the very same write is not tried again. Pure."""

from __future__ import annotations

from datetime import datetime

from connector.core.desk import Desk, snapshot
from connector.core.plan import Plan
from connector.core.records import Record, Value


def is_blocked(plan: Plan, desk: Desk, now: datetime, name: str, record: Record, send: Value) -> bool:
    """Does a refusal of this very write still hold? One that does not is lifted."""
    for block in plan.pair.blocks:
        if block.field != name or block.side is not record.ref.side:
            continue
        same = (block.ref_id, block.sent, block.agreement) == (record.ref.id, send, desk.version)
        if same and block.until > now and block.snapshot == snapshot(plan.pair, desk):
            return True
        plan.unblocked.add((block.side, block.field))
    return False
