"""What the agreement in use calls the things that the story speaks of, so that the same day works with anybody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

from connector.core.agreement import Agreement
from connector.core.conditions import All, Any_, Condition, Not, Test, Truth, evaluate
from connector.core.mapping import Direction, Field, Wins
from connector.core.qualification import judge
from connector.core.records import Side
from connector.core.rules import HubSpotAnswers, SalesforceAnswers, Tier

LIKELY = {
    "email": "somebody@works.example.com",
    "jobtitle": "Chief Marketing Officer",
    "numemployees": "100-500",
    "annualrevenue": "9000000",
    "decision_maker": "true",
    "budget": "60000",
    "purchase_timeframe": "this_quarter",
    "demo_requested": "true",
}
"""What somebody would fill in, where the agreement asks for it and is content with it."""
_ALWAYS = {"is_true": "true", "is_false": "false", "filled": "yes"}
_OPERAND = ("equals", "one_of", "contains", "starts_with", "at_least", "at_most", "between")


@dataclass(frozen=True)
class Words:
    """``object``: what a hand-off creates in Salesforce."""

    agreement: Agreement

    @property
    def object(self) -> str:
        return self.agreement.person.create_object

    @property
    def contacts(self) -> bool:
        return "Contact" in self.agreement.person.salesforce_objects

    @property
    def hubspot(self) -> HubSpotAnswers:
        return self.agreement.handoff.hubspot

    @property
    def salesforce(self) -> SalesforceAnswers:
        return self.agreement.handoff.salesforce

    @property
    def link(self) -> tuple[str, str]:
        """The fields that hold the other side's id: HubSpot's, Salesforce's."""
        return self.agreement.person.hubspot_key, self.agreement.person.salesforce_key

    @property
    def rejected_stage(self) -> str | None:
        return self.agreement.handoff.lifecycle.get("rejected")

    def reject_reason(self) -> str:
        """The first agreed reason, as sales writes it."""
        word = self.agreement.handoff.reject_reasons[0]
        return self.agreement.vocabulary.reject_reasons.written(Side.SALESFORCE, word)

    def status_on_offer(self) -> str | None:
        word = self.agreement.handoff.status_on_offer
        if word is None or self.object != "Lead":
            return None
        return self.agreement.vocabulary.statuses.written(Side.SALESFORCE, word)

    def person(self, name: str) -> dict[str, str]:
        """What a form asks everybody for: names and firm, by the properties that go to LastName and Company."""
        said = {"FirstName": name.title(), "LastName": "Demo", "Company": f"{name.title()} Works"}
        fields = [(f.salesforce.get(self.object), f.hubspot) for f in self.agreement.person.fields]
        return {hubspot: said[salesforce] for salesforce, hubspot in fields if salesforce in said}

    # -- who is hot

    def form(self, tier: Tier) -> dict[str, str] | None:
        """What to fill in to be of this tier: as few traits as it takes; None where it can't be done."""
        traits = [(t.name, wish) for t in self.agreement.qualification.traits if (wish := meeting(t.condition))]
        for number in range(len(traits), -1, -1):
            for chosen in combinations(traits, number):
                wish = {name: value for _, some in chosen for name, value in some.items()}
                if self._tier(wish) is tier:
                    return wish
        return None

    def hot(self) -> dict[str, str] | None:
        """What makes somebody be handed over."""
        wishes = (self.form(tier) for tier in self.agreement.handoff.hand_over)
        return next((wish for wish in wishes if wish is not None), None)

    def _tier(self, wish: Mapping[str, str]) -> Tier:
        return judge(self.agreement.qualification, wish.get, datetime.now(UTC)).tier

    # -- fields for a scene

    def contested(self, object_: str) -> Field | None:
        """A field that both sides edit and one of them wins: a phone number if there is one."""
        fields = [f for f in self._two_way(object_) if f.wins in (Wins.HUBSPOT, Wins.SALESFORCE)]
        kinds = ("phone", "text")
        return next((f for kind in kinds for f in fields if f.lens_name == kind and f.hubspot != "email"), None)

    def plain(self, object_: str, besides: Field | None = None) -> Field | None:
        """A text that goes both ways, whoever wins: a city if there is one."""
        names = self.person("")
        fields = [f for f in self._two_way(object_) if f.lens_name == "text" and f.hubspot not in names]
        fields = [f for f in fields if besides is None or f.name != besides.name]
        return next((f for f in fields if f.hubspot == "city"), fields[0] if fields else None)

    def status(self, object_: str) -> Field | None:
        """The field that speaks in agreed words, from sales to marketing."""
        fields = self.agreement.person.fields
        from_sales = (f for f in fields if object_ in f.salesforce and f.direction is not Direction.TO_SALESFORCE)
        return next((f for f in from_sales if f.lens_name == "vocabulary"), None)

    def by_salesforce(self, object_: str, native: str) -> Field | None:
        """The two-way field that holds this one."""
        return next((f for f in self._two_way(object_) if f.salesforce[object_] == native), None)

    def _two_way(self, object_: str) -> Iterator[Field]:
        fields = self.agreement.person.fields
        return (f for f in fields if f.direction is Direction.BOTH and object_ in f.salesforce)


def meeting(condition: Condition) -> dict[str, str] | None:
    """Values that meet a condition, None where none is known."""
    if isinstance(condition, Test):
        return next(({condition.field: value} for value in _candidates(condition) if _met(condition, value)), None)
    if isinstance(condition, Not):
        return None
    found = [meeting(each) for each in condition.conditions]
    if isinstance(condition, Any_):
        return next((each for each in found if each is not None), None)
    assert isinstance(condition, All)
    if any(each is None for each in found):
        return None
    return {name: value for each in found if each for name, value in each.items()}


def _candidates(test: Test) -> Iterator[str]:
    if test.field in LIKELY:
        yield LIKELY[test.field]
    if test.operator in _ALWAYS:
        yield _ALWAYS[test.operator]
    operand = test.value[0] if isinstance(test.value, tuple) and test.value else test.value
    if test.operator in _OPERAND and operand is not None and not isinstance(operand, tuple):
        yield str(operand)
    if test.operator in ("greater_than", "less_than") and isinstance(operand, int | float):
        yield str(operand + (1 if test.operator == "greater_than" else -1))
    if test.operator == "within_days":
        yield datetime.now(UTC).date().isoformat()


def _met(test: Test, value: str) -> bool:
    return evaluate(test, {test.field: value}.get, datetime.now(UTC))[0] is Truth.MET
