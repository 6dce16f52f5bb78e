"""The cast of the hand-off tests: an agreement of five yes/no traits, and how Bob in sales shows in Salesforce."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from connector.core.conditions import Test
from connector.core.handoff import Handoff, SalesView, Step, advance
from connector.core.outcome import OpportunityView
from connector.core.qualification import Verdict, judge
from connector.core.rules import AcceptWithin, HandoffRules, OwnerRule, Qualification, Tier, Trait

ALICE, BOB, CAROL = "alice@accord.example.com", "bob@accord.example.com", "carol@accord.example.com"
MONDAY = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

TRAITS = ("budget", "authority", "need", "timing", "fit")
QUALIFICATION = Qualification(
    version=3,
    traits=tuple(Trait(name, name.title(), Test(name, "equals", "yes")) for name in TRAITS),
    tiers={0: Tier.NURTURE, 1: Tier.NURTURE, 2: Tier.NURTURE, 3: Tier.WARM, 4: Tier.HOT, 5: Tier.HOT},
)
RULES = HandoffRules(
    version=2,
    hand_over=(Tier.HOT,),
    accept_within=AcceptWithin(24),
    cool_off_days=30,
    owners=(OwnerRule(None, (BOB, CAROL)),),
    fallback_owner=ALICE,
    status_on_offer="new",
    last_name_fallback=None,
    company_fallback=None,
    lifecycle={
        "offered": "salesqualifiedlead",
        "rejected": "lead",
        "converted": "opportunity",
        "won": "customer",
        "lost": "lead",
    },
    lifecycle_order=(
        "subscriber",
        "lead",
        "marketingqualifiedlead",
        "salesqualifiedlead",
        "opportunity",
        "customer",
    ),
    nurture_list="Nurture",
    reject_reasons=("no_budget", "bad_timing", "wrong_contact"),
)

NOWHERE = SalesView()
LEAD = SalesView(object="Lead", status_word="new", owner_id="005B", owner_email=BOB)
CONTACT = SalesView(object="Contact", owner_id="005B", owner_email=BOB)
OPEN_DEAL = OpportunityView("006A", "Prospecting", False, False, 50000.0, "EUR", None, "2025-06-30")
WON_DEAL = replace(OPEN_DEAL, stage="Closed Won", is_closed=True, is_won=True)
LOST_DEAL = replace(OPEN_DEAL, stage="Closed Lost", is_closed=True, lost_reason="Too expensive")


@cache
def verdict(*met: str, unknown: tuple[str, ...] = ()) -> Verdict:
    """The verdict on a person with exactly these traits."""
    held = {name: None if name in unknown else "yes" if name in met else "no" for name in TRAITS}
    return judge(QUALIFICATION, held.get, MONDAY)


HOT = verdict("budget", "authority", "need", "timing")
HOTTER = verdict(*TRAITS)
WARM = verdict("budget", "authority", "need")
COLD = verdict("budget")


class Person:
    """One person's way: keeps the latest hand-off, the clock, and every step taken."""

    def __init__(self, rules: HandoffRules = RULES, owner: Callable[[], str | None] = lambda: BOB) -> None:
        self.rules, self.owner, self.now = rules, owner, MONDAY
        self.handoff: Handoff | None = None
        self.steps: list[Step] = []

    def see(
        self, judged: Verdict = HOT, sales: SalesView = NOWHERE, after: timedelta = HOUR, **more: Any
    ) -> Step:
        """Time passes, then a round looks at the person."""
        self.now += after
        blocked = more.pop("blocked", None)
        step = advance(self.handoff, judged, sales, self.now, self.rules, self.owner, blocked, **more)
        self.handoff = step.handoff
        self.steps.append(step)
        return step

    @property
    def edges(self) -> list[str]:
        return [step.edge for step in self.steps if step.edge]

    @property
    def last(self) -> Step:
        return self.steps[-1]


def lead(**more: Any) -> SalesView:
    return replace(LEAD, **more)


def rejected(reason: str | None = "no_budget", view: SalesView = LEAD) -> SalesView:
    return replace(view, answer="Rejected", reject_reason=reason)


def offered_lead() -> Person:
    """A hot person who was offered, and whose Lead was made."""
    person = Person()
    person.see(HOT, NOWHERE)
    person.see(HOT, LEAD)
    return person
