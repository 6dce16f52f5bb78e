"""A Plan, for people."""

from typing import Any

from connector.cli import showing
from connector.core.plan import Change, Creation, Plan


def show_plan(plan: Plan) -> None:
    """What a round would do, with the reason of each change."""
    showing.line(f"Plan: {plan.reason}")
    if plan.creation is not None:
        showing.line(f"would make a {plan.creation.side} {plan.creation.object}: {plan.creation.why}")
    changes = [*plan.changes, *(plan.creation.changes if plan.creation else [])]
    showing.table("would write", ("side", "field", "now", "then", "why"), [_row(c) for c in changes])
    if plan.unmade is not None:
        showing.line(f"would make a {plan.unmade.side} {plan.unmade.object}, but that side is only observed")
    rows = [_row(c) for c in plan.withheld]
    showing.table("withheld: the side is only observed", ("side", "field", "now", "then", "why"), rows)
    losers = [(x.side, x.field, x.value, x.winner, x.why) for x in _losers(plan)]
    showing.table("would lose, and be kept", ("side", "field", "loses", "wins", "why"), losers)
    troubles = [(t.code, t.field, t.message, t.fix) for t in plan.troubles]
    showing.table("would be an issue", ("code", "field", "what", "fix"), troubles, 400)
    if not plan.writes and not plan.withheld:
        showing.line("nothing to write")


def _row(c: Change) -> tuple[Any, ...]:
    then = "(the new record's id)" if c.bound else c.send
    return c.side, c.native, c.old, then, c.why + (" (in two steps)" if c.two_step else "")


def _losers(plan: Plan) -> list[Any]:
    return [*plan.losers, *(c.loser for c in plan.changes if c.loser is not None)]


def plan_document(plan: Plan | None) -> dict[str, Any] | None:
    """For --json."""
    if plan is None:
        return None
    return {
        "reason": plan.reason,
        "writes": [_document(c) for c in plan.changes],
        "create": _creation(plan.creation),
        "withheld": [_document(c) for c in plan.withheld],
        "withheld_create": _creation(plan.unmade),
        "losers": [
            {"side": x.side, "field": x.field, "value": x.value, "winner": x.winner, "why": x.why}
            for x in _losers(plan)
        ],
        "issues": [
            {"code": t.code, "field": t.field, "message": t.message, "fix": t.fix} for t in plan.troubles
        ],
        "verdict": plan.verdict.document() if plan.verdict else None,
        "again": plan.again,
    }


def _creation(creation: Creation | None) -> dict[str, Any] | None:
    if creation is None:
        return None
    return {
        "side": creation.side,
        "object": creation.object,
        "why": creation.why,
        "values": [_document(c) for c in creation.changes],
    }


def _document(c: Change) -> dict[str, Any]:
    return {"side": c.side, "field": c.field, "native": c.native, "old": c.old, "new": c.send, "why": c.why}
