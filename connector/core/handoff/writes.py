"""What a hand-off wants on both sides: Accord's own fields always, the fields people use too only as it moves. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.core.handoff.facts import OPPORTUNITY, stale_answers
from connector.core.handoff.row import Handoff, SalesView
from connector.core.handoff.table import State
from connector.core.qualification import Verdict
from connector.core.records import Value
from connector.core.rules import HandoffRules
from connector.core.values import plain, to_number

Values = dict[str, Value]
Enforced = set[str]

_MAY_GO_BACK = frozenset({State.REJECTED, State.WITHDRAWN, State.LOST, State.EXPIRED})
"""States whose lifecycle stage may be an earlier one; all others only move a person forward."""
_STANDS = frozenset(
    {State.OFFERED, State.ANSWER_INCOMPLETE, State.EXPIRED, State.ACCEPTED, State.WORKING, State.CONVERTED}
)
_AWAITED = frozenset({State.OFFERED, State.ANSWER_INCOMPLETE, State.EXPIRED})


def told(handoff: Handoff | None) -> str | None:
    """The state in the words both teams see: what lacks a reason is still offered, what is held is not yet."""
    if handoff is None or handoff.state is State.HELD:
        return None
    return State.OFFERED.value if handoff.state is State.ANSWER_INCOMPLETE else handoff.state.value


def for_hubspot(
    handoff: Handoff | None,
    verdict: Verdict,
    sales: SalesView,
    rules: HandoffRules,
    moved: bool,
    stage: Value,
) -> tuple[Values, Enforced]:
    """``moved``: this step took an edge. ``stage``: the contact's present lifecycle stage, None if not known."""
    names = rules.hubspot
    own: Values = {
        names.tier: str(verdict.tier),
        names.tier_reasons: verdict.words(),
        names.handoff: told(handoff),
        names.reject_reason: handoff.reject_reason if handoff else None,
        names.answered_at: _hubspot_time(handoff.answered_at if handoff else None),
        names.handed_off_at: _hubspot_time(handoff.offered_at if handoff else None),
        **_outcome(sales, rules),
    }
    shared: Values = {
        names.lifecycle: _lifecycle(handoff, rules, stage),
        names.status: rules.lead_status.get(told(handoff) or ""),
        names.owner: handoff.owner_email if handoff and moved and handoff.state is State.OFFERED else None,
    }
    shared = {name: value for name, value in shared.items() if value is not None}
    return _joined(own, shared, moved)


def for_salesforce(
    handoff: Handoff | None,
    verdict: Verdict,
    sales: SalesView,
    rules: HandoffRules,
    moved: bool,
    create: bool,
) -> tuple[Values, Enforced]:
    """Empty where there is neither a record nor one to be created."""
    if sales.object is None and not create:
        return {}, set()
    names = rules.salesforce
    stands = handoff is not None and handoff.offered_at is not None and handoff.state in _STANDS
    withdrawn = handoff is not None and handoff.offered_at is not None and handoff.state is State.WITHDRAWN
    shown = "withdrawn" if withdrawn else "offered" if stands else ""
    awaited = handoff is not None and stands and handoff.state in _AWAITED
    own: Values = {
        names.tier: rules.salesforce.tier_values[verdict.tier],
        names.reasons: "\n".join(filter(None, (handoff.note if handoff else "", verdict.words()))),
        names.handoff: names.handoff_values.get(shown),
        names.answer_by: _salesforce_time(handoff.due_at if handoff and awaited else None),
    }
    if handoff is None or not (create or handoff.state is State.OFFERED):
        return _joined(own, {}, False)
    return _joined(own, _offer(handoff, sales, rules, moved, create), True)


def _offer(handoff: Handoff, sales: SalesView, rules: HandoffRules, moved: bool, create: bool) -> Values:
    """What makes a record an offer: its owner, its status, and no answer left over from an earlier one."""
    names = rules.salesforce
    stale_answer, stale_status = stale_answers(handoff)
    values: Values = {}
    if create or moved:
        values[names.owner] = handoff.owner_email
    if rules.status_on_offer and (create or (stale_status and sales.object == "Lead")):
        values[names.status] = rules.status_on_offer
    if stale_answer or (moved and sales.reject_reason):
        values |= {names.answer: None, names.reject_reason: None}
    return values


def _joined(own: Values, shared: Values, moved: bool) -> tuple[Values, Enforced]:
    """Names that the agreement leaves empty are not used. An edge asserts the shared fields too, once."""
    own.pop("", None)
    shared.pop("", None)
    return own | shared, {*own, *shared} if moved else set(own)


def _outcome(sales: SalesView, rules: HandoffRules) -> Values:
    """The outcome, amount and currency as Salesforce keeps them; blank where there is no Opportunity (any more)."""
    if not sales.opportunity_known:
        return {}
    names, view = rules.hubspot, sales.opportunity
    amount = to_number(view.amount) if view else None
    return {
        names.stage: (view.stage or None) if view else None,
        names.outcome: view.outcome if view else None,
        names.amount: plain(amount) if amount is not None else None,
        names.currency: view.currency if view else None,
        names.lost_reason: view.lost_reason if view and view.outcome == "lost" else None,
    }


def _lifecycle(handoff: Handoff | None, rules: HandoffRules, stage: Value) -> str | None:
    """The stage agreed for the state. A customer stays one, whatever becomes of the next offer."""
    if handoff is None:
        return None
    won = any(fact.startswith(OPPORTUNITY) and fact.endswith(":won") for fact in handoff.standing)
    state = State.WON if won else handoff.state
    wanted = rules.lifecycle.get(State.OFFERED if state is State.ANSWER_INCOMPLETE else state)
    order = rules.lifecycle_order
    if wanted in order and stage in order and state not in _MAY_GO_BACK:
        return wanted if order.index(str(stage)) <= order.index(wanted) else None
    return wanted


def _hubspot_time(moment: datetime | None) -> str | None:
    """As HubSpot answers a datetime: milliseconds and Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _salesforce_time(moment: datetime | None) -> str | None:
    """As Salesforce answers a datetime: whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000") if moment else None
