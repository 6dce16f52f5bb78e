"""Who gets a person: the first rule that is met, its owners in turn, and who steps in where one is gone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.core.conditions import Lookup, Truth, evaluate
from connector.core.plan import Trouble
from connector.core.rules import HandoffRules


@dataclass(frozen=True, slots=True)
class OwnerChoice:
    """``email`` None: nobody who could take the person is active. ``issue``: what an admin should mend, if anything."""

    email: str | None
    reason: str
    issue: Trouble | None = None


def choose_owner(
    rules: HandoffRules, lookup: Lookup, turn: int, active: frozenset[str], now: datetime | None = None
) -> OwnerChoice:
    """``turn``: how many persons were given out before (round robin). ``active``: e-mails, lower case, of active users.
    ``lookup``: HubSpot property -> raw value; ``now`` (aware UTC): for rules about time."""
    place, owners = _pool(rules, lookup, now)
    gone: list[str] = []
    for email in owners[turn % len(owners) :] + owners[: turn % len(owners)] if owners else ():
        if email in active:
            return OwnerChoice(email, f"the turn in {place}", _gone(gone, email))
        gone.append(email)
    fallback = rules.fallback_owner
    if fallback in active:
        return OwnerChoice(fallback, f"fallback: nobody in {place} is active", _gone(gone, fallback))
    return OwnerChoice(
        None, f"neither {place} nor the fallback has an active owner", _gone([*gone, fallback], None)
    )


def _pool(rules: HandoffRules, lookup: Lookup, now: datetime | None) -> tuple[str, tuple[str, ...]]:
    for number, rule in enumerate(rules.owners, start=1):
        if rule.condition is None or evaluate(rule.condition, lookup, now)[0] is Truth.MET:
            return f"owner rule {number}", rule.owners
    return "the owner rules, of which none is met,", ()


def _gone(emails: list[str], stands_in: str | None) -> Trouble | None:
    """Reported, because a rep who left else goes unnoticed while their leads pile up on others."""
    if not emails:
        return None
    took = f"{stands_in} took the person instead" if stands_in else "the person waits"
    return Trouble(
        "owner_inactive" if stands_in else "no_owner",
        "owner",
        f"No active Salesforce user: {', '.join(emails)}; {took}.",
        "Take them out of the owners in handoff.yaml, or activate the user in Salesforce.",
    )
