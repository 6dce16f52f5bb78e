"""What Salesforce refuses: the cases T49 to T52 of the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.adapters.postgres.database import Pool
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.rules import Validation
from tests.cases.cast import (
    account_with_contact,
    born_in_salesforce,
    contacts,
    hot,
    is_quiet,
    ledger,
    open_issue,
    states,
)
from tests.world import HOT, World


def _children(world: World, number: int) -> tuple[str, list[tuple[str, str]]]:
    """An account with so many Contacts, all linked: its id, and the ids of each pair."""
    account, first = account_with_contact(world)
    ids = [first]
    for n in range(1, number):
        values = {"LastName": f"Ito {n}", "Email": f"p{n}@acme.example.com", "AccountId": account}
        ids.append(world.salesforce.edit("Contact", values=values, create=True))
    world.settle()
    pairs = [(str(world.one("SELECT hubspot_id i FROM link WHERE salesforce_id = %s", i)["i"]), i) for i in ids]
    return account, pairs


# --- T49: locks ---------------------------------------------------------------------------------------------------


def test_T49_children_of_a_locked_account_wait_and_nobody_sleeps_over_them(database: Pool) -> None:
    world = World(database)
    account, pairs = _children(world, 4)
    _, lead = born_in_salesforce(world)
    free = world.one("SELECT hubspot_id i FROM link WHERE salesforce_id = %s", lead)["i"]
    world.salesforce.faults.update({"locks": [account]})
    for contact in [*(h for h, _ in pairs), free]:
        world.edit_contact(contact, city="Lyon")
    world.later(seconds=1)
    world.deliver()
    world.round()
    world.round()
    assert world.sf(lead)["City"] == "Lyon"
    waiting = world.all("SELECT due_at, leased_until FROM pending WHERE link_id IS NOT NULL")
    assert len(waiting) == 4
    assert all(row["due_at"] > world.clock.now() and row["leased_until"] is None for row in waiting)
    world.salesforce.faults.update({"locks": []})
    world.later(seconds=30)
    world.settle()
    assert {world.sf(s, "Contact")["MailingCity"] for _, s in pairs} == {"Lyon"}
    assert ledger(world) == []
    assert world.issues() == set()


def test_T49_children_of_one_account_are_never_with_two_workers_at_once(database: Pool) -> None:
    world = World(database)
    _, pairs = _children(world, 3)
    for contact, _ in pairs:
        world.edit_contact(contact, city="Lyon")
    world.later(seconds=1)
    world.deliver()
    first = world.rounds.claim(1, world.clock.now(), world.clock.now().replace(year=2027))
    second = world.rounds.claim(10, world.clock.now(), world.clock.now().replace(year=2027))
    assert len(first.rows) == 3
    assert second.rows == []


# --- T50: duplicate rules -----------------------------------------------------------------------------------------


def _no_second_kim(world: World, contact: str) -> Validation:
    """A duplicate rule by name: the person is known as a Contact under another address."""

    def broken(row: Any) -> bool:
        if row.get("LastName") != "Kim" or row.get("Company") is None:
            return False
        raise Refusal("DUPLICATES_DETECTED", f"You're creating a duplicate record, see record with id: {contact}", [])

    return Validation("Lead", None, broken, "")


def test_T50_a_person_that_a_duplicate_rule_knows_is_held_with_the_one_that_matched_and_not_tried_for_ever(database: Pool) -> None:
    world = World(database)
    _, contact = account_with_contact(world, LastName="Kim", Email="kim@home.example.com")
    world.settle()
    world.salesforce.org.rules.validations.append(_no_second_kim(world, contact))
    kim = world.form(**HOT, email="kim@kim.example.com", lastname="Kim")
    world.settle()
    told = open_issue(world, "duplicate")
    assert told["subject"] == f"hubspot:contact:{kim}"
    assert contact in told["message"]
    assert world.leads() == []
    assert is_quiet(world)
    world.salesforce.org.rules.clear()
    world.edit_contact(kim, city="Lyon")
    world.settle()
    assert world.lead_of(kim)["LastName"] == "Kim"
    assert world.issues() == set()


# --- T51: validation rules, flows ---------------------------------------------------------------------------------


def _no_portland(row: Any) -> bool:
    return bool(row.get("City") == "Portland")


@pytest.mark.parametrize("field", ["City", None])
def test_T51_one_refused_field_keeps_neither_its_record_nor_its_batch_back(database: Pool, field: str | None) -> None:
    world = World(database)
    persons = [world.form(**HOT, email=f"p{n}@acme.example.com", lastname=f"Ito {n}") for n in range(4)]
    world.settle()
    world.salesforce.org.rules.validations.append(Validation("Lead", field, _no_portland, "We do not sell in Portland."))
    for number, one in enumerate(persons):
        world.edit_contact(one, city="Portland" if number == 2 else "Lyon", phone="+1 555 010 0001", jobtitle="CEO")
    world.settle()
    leads = [world.lead_of(one) for one in persons]
    assert [lead["City"] for lead in leads] == ["Lyon", "Lyon", None, "Lyon"]
    assert {(lead["Phone"], lead["Title"]) for lead in leads} == {("+1 555 010 0001", "CEO")}
    told = open_issue(world, "refused", "city")
    assert "We do not sell in Portland." in told["message"]
    assert is_quiet(world)
    world.edit_contact(persons[2], city="Salem")
    world.settle()
    assert world.lead_of(persons[2])["City"] == "Salem"
    assert world.issues() == set()


def test_T51_a_refusal_is_not_tried_again_every_round_but_after_a_day(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.salesforce.org.rules.validations.append(Validation("Lead", "City", _no_portland, "We do not sell in Portland."))
    world.edit_contact(ann, city="Portland")
    world.settle()
    assert is_quiet(world)
    world.salesforce.org.rules.clear()
    world.later(days=1, minutes=1)
    world.bench.rounds.requeue([r["id"] for r in world.all("SELECT id FROM link")], [], 1, world.clock.now())
    world.settle()
    assert world.sf(lead)["City"] == "Portland"
    assert world.issues() - {("answer_overdue", "answer")} == set()


def test_T51_a_new_lead_that_is_refused_for_one_field_is_made_without_it(database: Pool) -> None:
    world = World(database)
    world.salesforce.org.rules.validations.append(Validation("Lead", "City", _no_portland, "We do not sell in Portland."))
    ann = world.form(**HOT, email="ann@acme.example.com", lastname="Ito", city="Portland")
    world.settle()
    assert (world.lead_of(ann)["LastName"], world.lead_of(ann)["City"]) == ("Ito", None)
    assert "We do not sell in Portland." in open_issue(world, "refused", "city")["message"]
    assert is_quiet(world)


def test_T51_a_new_lead_that_is_refused_as_a_whole_is_shown_and_its_batch_is_made(database: Pool) -> None:
    world = World(database)
    stop = Validation("Lead", None, lambda row: row.get("LastName") == "Ito 1", "CPU time limit exceeded")
    world.salesforce.org.rules.validations.append(stop)
    persons = [world.form(**HOT, email=f"p{n}@acme.example.com", lastname=f"Ito {n}") for n in range(3)]
    world.settle()
    assert sorted(row["LastName"] for row in world.leads()) == ["Ito 0", "Ito 2"]
    told = world.one("SELECT subject, message FROM issue WHERE closed_at IS NULL AND code = 'refused'")
    assert (told["subject"], "CPU time limit exceeded" in told["message"]) == (f"hubspot:contact:{persons[1]}", True)
    world.salesforce.org.rules.clear()
    world.edit_contact(persons[1], city="Lyon")
    world.settle()
    assert world.lead_of(persons[1])["LastName"] == "Ito 1"
    assert world.issues() == set()
    assert states(world) == ["offered"] * 3


# --- T52: converted meanwhile -------------------------------------------------------------------------------------


def _between(world: World, line: str, act: Callable[[], None]) -> Callable[[str, str], None]:
    """A hook that acts once, just before the first call that holds ``line``."""
    done: list[bool] = []

    def hook(when: str, call: str) -> None:
        if when == "before" and line in call and not done:
            done.append(True)
            act()

    return hook


class _Hooked:
    """A hook that is chosen after the world is made."""

    def __init__(self) -> None:
        self.hook: Callable[[str, str], None] | None = None

    def __call__(self, when: str, call: str) -> None:
        if self.hook is not None:
            self.hook(when, call)


def test_T52_a_lead_converted_between_our_read_and_our_write_is_followed_to_its_contact(database: Pool) -> None:
    hooked = _Hooked()
    world = World(database, hook=hooked)
    ann, lead = hot(world)
    world.edit_contact(ann, phone="+1 555 010 0001", city="Lyon")
    made: list[str] = []
    hooked.hook = _between(world, "composite", lambda: made.append(str(world.salesforce.convert(lead)["contact_id"])))
    world.settle()
    contact = world.sf(made[0], "Contact")
    assert (contact["Phone"], contact["MailingCity"]) == ("+1 555 010 0001", "Lyon")
    assert world.one("SELECT salesforce_object o, salesforce_id i FROM link") == {"o": "Contact", "i": made[0]}
    assert len(contacts(world)) == 1
    assert ("refused", "phone") not in world.issues()
    assert states(world) == ["converted"]
    hooked.hook = None
    assert is_quiet(world)


def test_T52_if_that_contact_is_deleted_the_pair_is_held_and_nothing_is_made_anew(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    made = world.salesforce.convert(lead)
    world.salesforce.edit("Contact", str(made["contact_id"]), delete=True)
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.settle()
    open_issue(world, "gone")
    assert len(world.leads()) == 1
    assert world.salesforce.org.tables["Contact"].rows == {}
    assert is_quiet(world)
