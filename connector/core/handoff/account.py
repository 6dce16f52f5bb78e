"""The account of hand-offs: what became of everybody who qualified, and of everything that was sent. Pure.

Qualified = handed off + explained, and sent = received + explained: what is left over is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector.core.handoff.row import Handoff
from connector.core.handoff.table import State
from connector.core.plan import Plan
from connector.core.qualification import Verdict
from connector.core.records import Side
from connector.core.rules import HandoffRules


class Why(StrEnum):
    """What became of somebody who qualified."""

    HANDED = "handed off"
    COOL_OFF = "cool-off"
    NO_NEWS = "no new evidence"
    WITH_SALES = "with sales already"
    DEAL = "sales has a deal"
    TAKEN = "taken by sales"
    HELD = "held"
    WITHDRAWN = "withdrawn before the offer"
    COOLED = "not hot any more"
    REFUSED = "refused"
    DUPLICATE = "several records"
    OBSERVED = "observe mode"
    FILTERED = "filtered"
    WAITS = "waits for a round"
    GONE = "contact gone"
    ERASED = "erased"
    UNDONE = "undone"
    UNEXPLAINED = "unexplained"


class Arrival(StrEnum):
    """What Salesforce holds of somebody who was handed off."""

    THERE = "in Salesforce"
    CONVERTED = "converted"
    MERGED = "merged"
    DELETED = "deleted"
    PUT_AWAY = "put away by an undo"
    REFUSED = "refused"
    WAITS = "waits for a round"
    ERASED = "erased"
    MISSING = "missing"


RECEIVED = frozenset({Arrival.THERE, Arrival.CONVERTED, Arrival.MERGED})
Told = tuple[Why, str]
_ENDED_SALE = {State.CONVERTED: Why.DEAL, State.WON: Why.DEAL, State.LOST: Why.DEAL, State.WITHDRAWN: Why.WITHDRAWN}


def of_handoff(handoff: Handoff, reason: str, erased: bool) -> Told:
    """Of a person who has a hand-off from that time. ``reason``: of the edge it took last."""
    if handoff.offered_at is not None:
        return Why.HANDED, f"{handoff.state}: {reason}" if reason else str(handoff.state)
    if erased:
        return Why.ERASED, "erased before the offer"
    if handoff.state in (State.HELD, State.EXPIRED):
        return Why.HELD, reason
    return _ENDED_SALE.get(handoff.state, Why.TAKEN), reason


def of_plan(plan: Plan, rules: HandoffRules, pending: bool, refused: str, now: datetime) -> Told:
    """Of a person who was hot and has no hand-off from that time: what would a round do now, and what keeps it?
    ``refused``: what Salesforce said to the record, if it refused one."""
    pair, verdict = plan.pair, plan.verdict
    if plan.reason.startswith("not selected"):
        return Why.FILTERED, plan.reason
    if pair.gone is not None:
        return Why.GONE, plan.reason
    if verdict is not None and verdict.tier not in rules.hand_over:
        return Why.COOLED, str(verdict.summary())
    if not all(pair.mode.values()):
        closed = " and ".join(str(side) for side in Side if not pair.mode.get(side, True))
        return Why.OBSERVED, f"{closed} may not be written for this person"
    if refused:
        return Why.REFUSED, refused
    if _would_be_offered(plan):
        return (Why.WAITS, "a round is on its way") if pending else (Why.UNEXPLAINED, "should have been handed off")
    return _of_earlier(pair.handoff, verdict, now)


def _would_be_offered(plan: Plan) -> bool:
    return plan.step is not None and plan.step.edge is not None and plan.step.edge.endswith((">offered", ">held"))


def _of_earlier(handoff: Handoff | None, verdict: Verdict | None, now: datetime) -> Told:
    """An earlier hand-off stands in the way."""
    if handoff is None:
        return Why.UNEXPLAINED, "hot, and neither handed off nor held"
    if handoff.cool_off_until is not None and now < handoff.cool_off_until:
        return Why.COOL_OFF, f"{handoff.state}, cooling off until {handoff.cool_off_until:%Y-%m-%d}"
    if handoff.state in (State.CONVERTED, State.WON):
        return Why.DEAL, f"{handoff.state} since an earlier hand-off"
    if handoff.is_open and handoff.state is not State.EXPIRED:
        since = f" since {handoff.offered_at:%Y-%m-%d}" if handoff.offered_at else ""
        return Why.WITH_SALES, f"{handoff.state}{since}"
    if verdict is not None and handoff.evidence == verdict.fingerprint():
        return Why.NO_NEWS, f"{handoff.state}, and no trait has changed since"
    return Why.UNEXPLAINED, f"{handoff.state}, and may be handed off again"


def arrival(found: Mapping[str, Any] | None, handoff: Handoff, known: Mapping[str, Any]) -> tuple[Arrival, str]:
    """``found``: Salesforce's own row of the record, also from the recycle bin. ``known``: {archived, erased, gone,
    refused, pending} of what the database knows: texts or flags."""
    if found is None:
        return _not_there(handoff, known)
    if found.get("MasterRecordId"):
        return Arrival.MERGED, f"into {found['MasterRecordId']}"
    if found.get("IsDeleted"):
        if known.get("archived"):
            return Arrival.PUT_AWAY, "an undo put it into the recycle bin"
        return Arrival.DELETED, "in Salesforce's recycle bin"
    if found.get("IsConverted"):
        return Arrival.CONVERTED, f"to {found.get('ConvertedContactId') or 'a Contact that is gone'}"
    return Arrival.THERE, ""


def _not_there(handoff: Handoff, known: Mapping[str, Any]) -> tuple[Arrival, str]:
    if known.get("erased"):
        return Arrival.ERASED, "the person was erased"
    if handoff.salesforce_ref is None:
        if known.get("refused"):
            return Arrival.REFUSED, str(known["refused"])
        if known.get("pending"):
            return Arrival.WAITS, "to be made by the next round"
        return Arrival.MISSING, "no record was ever made for it"
    if known.get("archived"):
        return Arrival.PUT_AWAY, "an undo put it into the recycle bin, which was emptied since"
    if known.get("gone"):
        return Arrival.DELETED, str(known["gone"])
    return Arrival.MISSING, f"Salesforce does not know {handoff.salesforce_ref}"
