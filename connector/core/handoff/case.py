"""What one step of a hand-off may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connector.core.handoff.facts import OWNER
from connector.core.handoff.row import Handoff, SalesView
from connector.core.handoff.table import State
from connector.core.qualification import Verdict
from connector.core.rules import HandoffRules

Moved = tuple[Handoff, str]
"""The hand-off after an edge, and why in words."""


@dataclass(frozen=True, slots=True)
class Case:
    """The arguments of ``advance``; ``found``: all that sales says now."""

    verdict: Verdict
    sales: SalesView
    now: datetime
    rules: HandoffRules
    next_owner: Callable[[], str | None]
    blocked: str | None
    found: frozenset[str]

    @property
    def wanted(self) -> bool:
        return self.verdict.tier in self.rules.hand_over

    def decision(self, state: State, **more: Any) -> Handoff:
        """A new hand-off. The decision is kept with its inputs and versions: later data does not change it."""
        agreement = f"qualification {self.verdict.version}, handoff {self.rules.version}"
        more = {"standing": self.found} | more
        return Handoff(state, self.verdict.tier, self.verdict.document(), agreement, **more)

    def heard(self, handoff: Handoff, **changes: Any) -> Handoff:
        """The hand-off with changes, having heard all that sales says; so an owner whom sales changed is its owner.
        A cool-off that is over is taken off, so that nobody is woken by it again."""
        fresh = self.found - handoff.standing
        if handoff.owner_email and any(fact.startswith(OWNER) for fact in fresh):
            changes["owner_email"] = self.sales.owner_email
        if handoff.cool_off_until and self.now >= handoff.cool_off_until:
            changes = {"cool_off_until": None} | changes
        if not changes and self.found == handoff.standing:
            return handoff
        return replace(handoff, standing=self.found, **changes)

    def ended(self) -> dict[str, Any]:
        """What keeps a person out for a while: the cool-off, and the evidence that will not count as new."""
        rest = timedelta(days=self.rules.cool_off_days)
        return {"cool_off_until": self.now + rest, "evidence": self.verdict.fingerprint()}
