"""A hand-off of which the database knows an older state than the contact shows: a backup was restored. Pure.

Accord's own fields on the contact say how far it had come; what the restored row says is taken back to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.core.due import due
from connector.core.handoff.facts import facts
from connector.core.handoff.row import Handoff, SalesView
from connector.core.handoff.table import ENDED, State
from connector.core.handoff.writes import told
from connector.core.qualification import Verdict
from connector.core.records import Value
from connector.core.rules import HandoffRules

SAME = timedelta(seconds=1)


def regained(
    handoff: Handoff | None,
    contact: Mapping[str, Value],
    verdict: Verdict,
    sales: SalesView,
    now: datetime,
    rules: HandoffRules,
) -> Handoff | None:
    """The hand-off as the contact shows it; the one given, where that is no other."""
    names = rules.hubspot
    word, offered_at = contact.get(names.handoff), _moment(contact.get(names.handed_off_at))
    if word not in set(State) or offered_at is None:
        return handoff
    same_offer = handoff is not None and _same(handoff.offered_at, offered_at)
    if same_offer and word == told(handoff):
        return handoff
    state, answered_at = State(str(word)), _moment(contact.get(names.answered_at))
    base = handoff if same_offer and handoff is not None else _decided(state, verdict, rules)
    ended = state in ENDED or state is State.EXPIRED
    rest = (answered_at or now) + timedelta(days=rules.cool_off_days)
    return replace(
        base,
        state=state,
        owner_email=sales.owner_email or base.owner_email,
        offered_at=base.offered_at or offered_at,
        due_at=base.due_at or due(offered_at, rules.accept_within),
        answered_at=answered_at,
        reject_reason=sales.reject_reason if state is State.REJECTED else None,
        cool_off_until=rest if ended and rest > now else None,
        evidence=verdict.fingerprint() if ended else None,
        standing=facts(sales, base, rules),
    )


def _decided(state: State, verdict: Verdict, rules: HandoffRules) -> Handoff:
    """The inputs of the decision are lost with the row: today's verdict stands for them."""
    agreement = f"qualification {verdict.version}, handoff {rules.version}"
    document: dict[str, Any] = verdict.document()
    return Handoff(state, verdict.tier, document, agreement)


def _same(one: datetime | None, other: datetime) -> bool:
    return one is not None and abs(one - other) < SAME


def _moment(value: Value) -> datetime | None:
    """As HubSpot keeps it: ISO 8601 with Z, or milliseconds."""
    text = str(value or "")
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    except ValueError:
        return None
