"""What sales has said, as a set of facts. A hand-off moves on facts that are fresh: not those that stood already at its
last step. So a rejection of last year, still on the Lead, does not answer this year's offer. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from connector.core.handoff.row import Handoff, SalesView
from connector.core.handoff.table import State
from connector.core.rules import HandoffRules

ANSWER, STATUS, OPPORTUNITY, OWNER = "answer:", "status:", "opportunity:", "owner:"
CONVERTED = "converted"
YES_BY_STATUS = frozenset({"status:accepted"})
YES = YES_BY_STATUS | {"answer:accepted"}
AT_WORK = frozenset({"status:working"})

_RECYCLED = "bad_timing"
"""Why a Lead went back to nurturing, where sales gives no other reason."""
_TAKEN = frozenset({State.ACCEPTED, State.WORKING, State.CONVERTED, State.WON, State.LOST})


def facts(sales: SalesView, handoff: Handoff | None, rules: HandoffRules) -> frozenset[str]:
    """All that sales says now. A rejection carries its reason code, empty where none of the agreed ones is given.
    Where the record can't be read any more, nothing is unsaid by that."""
    if sales.object is None and handoff is not None and handoff.salesforce_ref is not None:
        return handoff.standing
    found = {_answer(sales, rules), _status(sales, rules), _opportunity(sales, handoff)}
    found |= {CONVERTED} if sales.converted else set()
    found |= {OWNER + sales.owner_email} if sales.owner_email else set()
    if handoff is not None and not sales.opportunity_known:
        found |= {fact for fact in handoff.standing if fact.startswith(OPPORTUNITY)}
    return frozenset(found - {""})


def rejections(found: Iterable[str]) -> list[str]:
    """Reason codes of the rejections among facts, given ones first; '' is a rejection without a reason."""
    codes = [
        fact.split(":")[2] for fact in found if fact.startswith(("answer:rejected:", "status:rejected:"))
    ]
    return sorted(codes, key=lambda code: (not code, code))


def stale_answers(handoff: Handoff) -> tuple[bool, bool]:
    """Does an answer, does a status still stand that an open offer must clear? (answer, status)"""
    if handoff.state is not State.OFFERED:
        return False, False
    answer = any(fact.startswith(ANSWER) for fact in handoff.standing)
    return answer, any(fact.startswith(STATUS) for fact in handoff.standing)


def settled(handoff: Handoff, sales: SalesView, rules: HandoffRules) -> Handoff:
    """The hand-off once its writes were read back: old answers that are cleared may be given anew."""
    return replace(handoff, standing=handoff.standing & facts(sales, handoff, rules))


def _answer(sales: SalesView, rules: HandoffRules) -> str:
    word = (sales.answer or "").lower()
    return f"answer:rejected:{_reason(sales, rules)}" if word == "rejected" else word and ANSWER + word


def _status(sales: SalesView, rules: HandoffRules) -> str:
    says = rules.status_answers.get(sales.status_word or "", "")
    if says == "nurture":
        recycled = _RECYCLED if _RECYCLED in rules.reject_reasons else ""
        return f"status:rejected:{_reason(sales, rules) or recycled}"
    return f"status:rejected:{_reason(sales, rules)}" if says == "rejected" else says and STATUS + says


def _reason(sales: SalesView, rules: HandoffRules) -> str:
    code = sales.reject_reason or ""
    return code if code in rules.reject_reasons else ""


def _opportunity(sales: SalesView, handoff: Handoff | None) -> str:
    """An Opportunity that reaches the person only by the account may be a colleague's: it answers no offer."""
    view = sales.opportunity
    taken = handoff is not None and handoff.state in _TAKEN
    if view is None or not sales.opportunity_known or (view.by_account and not taken):
        return ""
    return f"{OPPORTUNITY}{view.id}:{view.outcome}"
