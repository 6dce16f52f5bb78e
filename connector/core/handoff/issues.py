"""What a person must do so that a hand-off goes on. Pure."""

from __future__ import annotations

from connector.core.handoff.case import Case
from connector.core.handoff.facts import rejections
from connector.core.handoff.offers import NO_OWNER
from connector.core.handoff.row import Handoff
from connector.core.handoff.table import State
from connector.core.plan import Trouble


def issues_of(handoff: Handoff | None, case: Case) -> tuple[Trouble, ...]:
    """The issues that are open now; one that is not named any more is solved."""
    if handoff is None:
        return ()
    found = []
    if handoff.state in (State.HELD, State.EXPIRED) and handoff.offered_at is None:
        found.append(_held(case))
    if handoff.reminded_at is not None and rejections(case.found)[:1] == [""]:
        found.append(_incomplete(case))
    elif handoff.state is State.EXPIRED and handoff.offered_at is not None:
        found.append(_overdue())
    return tuple(found)


def _held(case: Case) -> Trouble:
    if case.blocked:
        return Trouble(
            "handoff_held",
            "handoff",
            f"{case.verdict.summary()}, but can't be handed over: {case.blocked}. The time to answer runs.",
            "Fill it in on the HubSpot contact, or give a fallback in handoff.yaml.",
        )
    return Trouble(
        "no_owner",
        "owner",
        f"{case.verdict.summary()}, but {NO_OWNER}. The time to answer runs.",
        "Name an active user under owners or as the fallback owner in handoff.yaml.",
    )


def _incomplete(case: Case) -> Trouble:
    agreed = ", ".join(case.rules.reject_reasons)
    return Trouble(
        "answer_incomplete",
        "reject_reason",
        "Sales rejected this person without one of the agreed reasons: the hand-off stays open.",
        f"The owner chooses a reject reason in Salesforce ({agreed}), or accepts.",
    )


def _overdue() -> Trouble:
    return Trouble(
        "answer_overdue",
        "answer",
        "Nobody in sales answered this hand-off in the agreed time.",
        "The owner accepts or rejects in Salesforce; or give the record to somebody who will.",
    )
