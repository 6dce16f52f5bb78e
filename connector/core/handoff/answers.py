"""What sales' fresh facts make of a hand-off. A deal beats a conversion, that a rejection, that work, that a plain yes:
of two things said between two looks, the later in a person's way is taken. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.core.handoff.case import Case, Moved
from connector.core.handoff.facts import AT_WORK, CONVERTED, OPPORTUNITY, YES, rejections
from connector.core.handoff.row import Handoff
from connector.core.handoff.table import State, may

S = State
_OF_DEAL = {"won": S.WON, "lost": S.LOST, "open": S.CONVERTED}
_SAID = {
    S.ACCEPTED: "sales accepted",
    S.WORKING: "sales works on the person",
    S.REJECTED: "sales rejected the person",
    S.ANSWER_INCOMPLETE: "sales rejected the person without a reason: not final",
    S.CONVERTED: "the person is in a deal or was converted to a Contact",
    S.WON: "the deal is won",
    S.LOST: "the deal is lost",
    S.OFFERED: "sales took the rejection back",
    S.HELD: "sales took the rejection back, and something is still missing",
}
_ASK = "Accord: this rejection needs a reason. Please choose one in Reject Reason, or accept."
_NO_LONGER = {
    "cool_off_until": None,
    "evidence": None,
    "reject_reason": None,
    "reminded_at": None,
    "note": "",
}


def answered(handoff: Handoff | None, case: Case) -> Moved | None:
    """The edge that sales' facts take, or None where they say nothing new."""
    if handoff is None:
        return _unasked(case)
    fresh = case.found - handoff.standing
    for to, reason_code in _candidates(handoff, case, fresh):
        if to is handoff.state is S.REJECTED and reason_code not in ("", handoff.reject_reason):
            corrected = case.heard(handoff, reject_reason=reason_code)
            return corrected, f"sales corrected the reason to {reason_code}"
        if may(handoff.state, to):
            return case.heard(handoff, state=to, **_changes(handoff, case, to, reason_code)), _SAID[to]
    return None


def _unasked(case: Case) -> Moved | None:
    """A deal that sales made without us. A closed one is history where the person is to be offered now."""
    view = case.sales.opportunity
    if not any(fact.startswith(OPPORTUNITY) for fact in case.found) or view is None:
        return None
    if view.is_closed and case.wanted:
        return None
    evidence = {"evidence": case.verdict.fingerprint()} if view.is_closed else {}
    return case.decision(_OF_DEAL[view.outcome], **evidence), "sales has a deal without a hand-off"


def _candidates(handoff: Handoff, case: Case, fresh: frozenset[str]) -> Iterator[tuple[State, str]]:
    """Where the facts point, the most telling first, with the reason code of a rejection."""
    for deal in sorted(fact for fact in fresh if fact.startswith(OPPORTUNITY)):
        yield _OF_DEAL[deal.rsplit(":", 1)[1]], ""
    if CONVERTED in fresh and handoff.state not in (S.WON, S.LOST):
        yield S.CONVERTED, ""
    if said_no := rejections(fresh):
        yield (S.REJECTED if said_no[0] else S.ANSWER_INCOMPLETE), said_no[0]
    if fresh & AT_WORK:
        yield S.WORKING, ""
    if fresh & YES:
        yield S.ACCEPTED, ""
    if handoff.state is S.ANSWER_INCOMPLETE and not rejections(case.found):
        yield _before_the_no(handoff, case), ""


def _before_the_no(handoff: Handoff, case: Case) -> State:
    """Where a hand-off is once its incomplete rejection was taken back."""
    if case.found & AT_WORK:
        return S.WORKING
    if case.found & YES or handoff.answered_at:
        return S.ACCEPTED
    return S.OFFERED if handoff.offered_at else S.HELD


def _changes(handoff: Handoff, case: Case, to: State, reason_code: str) -> dict[str, Any]:
    if to is S.ANSWER_INCOMPLETE:
        return {"note": _ASK, "reminded_at": case.now}
    changes: dict[str, Any] = dict(_NO_LONGER)
    if to in (S.REJECTED, S.WON, S.LOST):
        changes |= case.ended()
    if to is S.REJECTED:
        changes["reject_reason"] = reason_code
    if to not in (S.OFFERED, S.HELD):
        changes["answered_at"] = handoff.answered_at or case.now
    return changes
