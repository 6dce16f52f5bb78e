"""One step of a hand-off: what sales said, else the offer, else what turned cold, else the clock. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from connector.core.handoff.answers import answered
from connector.core.handoff.case import Case, Moved
from connector.core.handoff.facts import facts
from connector.core.handoff.issues import issues_of
from connector.core.handoff.offers import offered, overdue, reminded, why_not_again, withdrawn
from connector.core.handoff.row import Handoff, SalesView, Step
from connector.core.handoff.table import State, may
from connector.core.handoff.writes import for_hubspot, for_salesforce
from connector.core.qualification import Verdict
from connector.core.records import Value
from connector.core.rules import HandoffRules, Tier


def advance(
    handoff: Handoff | None,
    verdict: Verdict,
    sales: SalesView,
    now: datetime,
    rules: HandoffRules,
    next_owner: Callable[[], str | None],
    blocked: str | None,
    stage: Value = None,
) -> Step:
    """At most one edge of the table. ``handoff``: the person's latest one, open or ended.

    ``next_owner`` is called only for a person who is offered and has no owner yet (it takes a turn).
    ``blocked``: why this person can't be offered now (a required field is blank and has no fallback), in words.
    ``stage``: HubSpot's present lifecycle stage; with it only a give-back moves a person to an earlier one.
    """
    case = Case(verdict, sales, now, rules, next_owner, blocked, facts(sales, handoff, rules))
    after, reason = _next(handoff, case)
    edge = _edge(handoff, after)
    create = _may_create(after, case)
    hubspot, enforce = for_hubspot(after, verdict, sales, rules, edge is not None, stage)
    salesforce, enforce_too = for_salesforce(after, verdict, sales, rules, edge is not None, create)
    return Step(
        handoff=after,
        edge=edge,
        reason=reason,
        hubspot=hubspot,
        salesforce=salesforce,
        enforce=frozenset(enforce | enforce_too),
        nurture=_nurture(after, verdict),
        create=create,
        issues=issues_of(after, case),
    )


def _next(handoff: Handoff | None, case: Case) -> Moved | tuple[None, str]:
    for move in (answered, offered, withdrawn, overdue):
        if moved := move(handoff, case):
            return moved
    if handoff is None:
        return None, f"no hand-off: {case.verdict.summary()}"
    return reminded(handoff, case) or (case.heard(handoff), _stays(handoff, case))


def _stays(handoff: Handoff, case: Case) -> str:
    if case.wanted:
        return why_not_again(handoff, case) or f"{handoff.state}: {case.blocked or 'nothing new'}"
    return f"{handoff.state}; {case.verdict.summary()}"


def _edge(before: Handoff | None, after: Handoff | None) -> str | None:
    source = before.state if before else None
    if after is None or source is after.state:
        return None
    if not may(source, after.state):
        raise AssertionError(f"{source} -> {after.state} is no edge of the table")
    return f"{source or 'none'}->{after.state}"


def _may_create(handoff: Handoff | None, case: Case) -> bool:
    """Only an offer makes a record, and only once: what sales deleted is not made anew."""
    if handoff is None or handoff.offered_at is None or handoff.state not in (State.OFFERED, State.EXPIRED):
        return False
    return case.sales.object is None and handoff.salesforce_ref is None and case.blocked is None


def _nurture(handoff: Handoff | None, verdict: Verdict) -> bool:
    """What sales gave back, and who is not ready yet, is marketing's to nurture; nobody who is with sales is."""
    if handoff is None:
        return verdict.tier is Tier.NURTURE
    return not handoff.is_open and handoff.state is not State.WON
