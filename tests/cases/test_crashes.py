"""A worker is killed at every step of a round, one after the other: the case T67 of the field.

A step is the moment before or after a call of a side or a statement of the rounds' database. After each crash the lease
lapses, another worker goes on, and the same end is reached as without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.rounds import PostgresRounds
from tests.cases.cast import hot, is_quiet, ledger
from tests.world import HOT, World

BOUNDARIES = ("claim", "drop", "release", "claim_identities", "requeue", "intend", "save", "handoffs", "tripped")


class Killed(BaseException):
    """Nobody catches this: as if the process were gone."""


@dataclass
class Steps:
    """Counts the steps of a round and kills the worker at one of them (None: at none), or at the first called ``when``."""

    at: int | None = None
    when: str = ""
    seen: list[str] = field(default_factory=list)
    armed: bool = False

    def __call__(self, when: str, what: str) -> None:
        if not self.armed:
            return
        self.seen.append(f"{when} {what}")
        if (self.at is not None and len(self.seen) == self.at) or self.seen[-1] == self.when:
            self.armed = False
            raise Killed(self.seen[-1])


class SteppedRounds(PostgresRounds):
    """The rounds' database with a step before and after each of its transactions."""

    def __init__(self, pool: Pool, steps: Steps) -> None:
        super().__init__(pool)
        for name in BOUNDARIES:
            setattr(self, name, _stepped(getattr(self, name), name, steps))


def _stepped(method: Callable[..., Any], name: str, steps: Steps) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        steps("before", name)
        answer = method(*arguments)
        steps("after", name)
        return answer

    return call


@dataclass
class Person:
    """One person per crash, all in the same world."""

    world: World
    number: int
    contact: str = ""
    lead: str = ""

    @property
    def email(self) -> str:
        return f"p{self.number}@acme.example.com"

    def handed_over(self) -> None:
        self.contact, self.lead = hot(self.world, email=self.email, lastname=f"Ito {self.number}")

    def link(self) -> dict[str, Any]:
        found = self.world.all(
            "SELECT hubspot_id h, salesforce_object o, salesforce_id s FROM link WHERE %s IN (hubspot_id, salesforce_id) OR hubspot_id = %s",
            self.lead or self.contact,
            self.contact,
        )
        assert len(found) == 1
        return found[0]

    def both(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The contact and the Salesforce record, each the only one of this person."""
        world, link = self.world, self.link()
        contacts = [c for c in world.hubspot.portal.contacts.values() if c.values.get("email") == self.email]
        held = [
            row
            for object_ in ("Lead", "Contact")
            for row in world.salesforce.org.tables[object_].rows.values()
            if row["Email"] == self.email and not row.get("IsConverted")
        ]
        assert (len(contacts), len(held)) == (1, 1)
        assert (contacts[0].id, held[0]["Id"]) == (link["h"], link["s"])
        assert contacts[0].values["accord_salesforce_id"] == held[0]["Id"]
        assert held[0]["Accord_HubSpot_Id__c"] == contacts[0].id
        return dict(contacts[0].values), dict(held[0])

    def handoffs(self) -> list[str]:
        rows = self.world.all("SELECT state FROM handoff WHERE person = %s", f"hubspot:contact:{self.link()['h']}")
        return [row["state"] for row in rows]


# --- what happens, and how it must end ----------------------------------------------------------------------------


class FormFill:
    """Somebody fills in a form and is hot."""

    def before(self, person: Person) -> None:
        pass

    def act(self, person: Person) -> None:
        person.contact = person.world.form(**HOT, email=person.email, lastname=f"Ito {person.number}")

    def check(self, person: Person) -> None:
        contact, lead = person.both()
        assert (lead["LastName"], lead["Accord_Tier__c"]) == (f"Ito {person.number}", "Hot")
        assert lead["OwnerId"] in person.world.bench.people.values()
        assert (contact["accord_handoff"], contact["lifecyclestage"]) == ("offered", "salesqualifiedlead")
        assert person.handoffs() == ["offered"]


class Edits:
    """Both teams edit different fields of one person."""

    def before(self, person: Person) -> None:
        person.handed_over()

    def act(self, person: Person) -> None:
        person.world.edit_contact(person.contact, phone=f"+1 555 010 {person.number:04}", fit_score="")
        person.world.edit_lead(person.lead, City=f"City {person.number}", Budget__c=20000 + person.number)

    def check(self, person: Person) -> None:
        contact, lead = person.both()
        assert lead["Phone"] == contact["phone"] == f"+1 555 010 {person.number:04}"
        assert lead["City"] == contact["city"] == f"City {person.number}"
        assert contact["budget"] == str(20000 + person.number)
        assert f"budget is {20000 + person.number}" in contact["accord_tier_reasons"]
        assert person.handoffs() == ["offered"]


class BornInSales:
    """Bob enters somebody HubSpot does not know."""

    def before(self, person: Person) -> None:
        pass

    def act(self, person: Person) -> None:
        person.lead = person.world.lead(LastName=f"Kim {person.number}", Company="Kim AG", Email=person.email, City="Seoul")

    def check(self, person: Person) -> None:
        contact, _ = person.both()
        assert (contact["lastname"], contact["city"]) == (f"Kim {person.number}", "Seoul")
        assert contact["accord_tier"] == "nurture"


class Rejection:
    """Bob says no with a reason: HubSpot's lifecycle stage goes back, through blank."""

    def before(self, person: Person) -> None:
        person.handed_over()
        person.world.later(minutes=5)

    def act(self, person: Person) -> None:
        person.world.edit_lead(person.lead, Accord_Answer__c="Rejected", Accord_Reject_Reason__c="No budget")

    def check(self, person: Person) -> None:
        contact, lead = person.both()
        assert (contact["accord_handoff"], contact["accord_reject_reason"]) == ("rejected", "no_budget")
        assert contact["lifecyclestage"] == "lead"
        assert lead["Accord_Handoff__c"] is None
        assert person.handoffs() == ["rejected"]


class Conversion:
    """Bob converts the Lead while marketing edits the contact."""

    def before(self, person: Person) -> None:
        person.handed_over()

    def act(self, person: Person) -> None:
        person.world.salesforce.convert(person.lead)
        person.world.edit_contact(person.contact, phone="+1 555 010 0001")

    def check(self, person: Person) -> None:
        contact, held = person.both()
        assert person.link()["o"] == "Contact"
        assert held["Phone"] == "+1 555 010 0001"
        assert (contact["accord_handoff"], contact["lifecyclestage"]) == ("converted", "opportunity")
        assert person.handoffs() == ["converted"]


def _work(world: World, steps: Steps) -> None:
    """Hear both sides and run rounds until nothing is left; whoever is killed is followed by another once the lease lapsed."""
    steps.armed = True
    for _ in range(40):
        world.later(seconds=1)
        told = world.deliver()
        try:
            idle = world.round().idle
        except Killed:
            world.later(seconds=world.pace.lease + 1)
            continue
        if not told and idle and not world.all("SELECT 1 FROM pending LIMIT 1"):
            steps.armed = False
            return
    raise AssertionError(f"not settled: {world.all('SELECT * FROM pending')}")


@pytest.mark.slow
@pytest.mark.parametrize("case", [FormFill(), Edits(), BornInSales(), Rejection(), Conversion()], ids=lambda c: type(c).__name__)
def test_T67_a_worker_killed_at_any_step_ends_as_if_it_had_not_been(database: Pool, case: Any) -> None:
    steps = Steps()
    world = World(database, hook=steps)
    world.bench.rounds = SteppedRounds(database, steps)
    number, steps_of_a_round = 0, 0
    while number <= steps_of_a_round:
        person = Person(world, number)
        case.before(person)
        steps.at, steps.seen = number or None, []
        case.act(person)
        _work(world, steps)
        if number == 0:
            steps_of_a_round = len(steps.seen)
        elif len(steps.seen) < number:  # the first of all rounds also logged in
            break
        _check(world, case, person, f"killed {steps.seen[number - 1]}" if number else "not killed")
        number += 1
    assert number > 20
    assert is_quiet(world)


def _check(world: World, case: Any, person: Person, how: str) -> None:
    try:
        case.check(person)
        assert world.all("SELECT id FROM journal WHERE state = 'intended'") == []
        assert ledger(world) == []
        assert world.issues() == set()
    except AssertionError as failed:
        raise AssertionError(f"{how} ({person.number}): {failed}") from failed
