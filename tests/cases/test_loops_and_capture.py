"""Loops, and how changes are heard of: the cases T1 to T8 and T11 of the field."""

from __future__ import annotations

import itertools
from typing import Any

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.rounds import PostgresRounds
from connector.core.records import Side
from connector.practice.salesforce.rules import us_phone
from connector.services.health.subscriptions import unheard
from connector.services.intake import LIVE, accept
from tests.cases.cast import (
    ANN,
    born_in_salesforce,
    contacts,
    hot,
    is_quiet,
    ledger,
    open_issue,
    rows_written,
)
from tests.world import HOT, World


def _turns(world: World, number: int) -> None:
    """Each turn hears both sides and runs a round, whether or not anything is left to do."""
    for _ in range(number):
        world.later(seconds=2)
        world.deliver()
        world.round()


class Forgetful(PostgresRounds):
    """A memory of what each side last held that is lost after every round."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.pool = pool

    def save(self, *arguments: Any) -> set[int]:
        saved = super().save(*arguments)
        with self.pool.connection() as conn:
            conn.execute("UPDATE link SET seen_hubspot = '{}', seen_salesforce = '{}'")
        return saved


def _org_answers_cities(world: World) -> None:
    """A flow numbers every city it is sent: what we send is never what is stored, and each write is a new change."""
    numbers = itertools.count(1)
    world.salesforce.org.rules.normalizers["Lead", "City"] = lambda city: f"{city} ({next(numbers)})"


def test_T1_our_write_comes_back_as_a_change_of_the_other_side_and_then_there_is_silence(database: Pool) -> None:
    world = World(database)
    _org_answers_cities(world)
    ann, lead = hot(world)
    world.edit_contact(ann, city="Boston")
    before = rows_written(world)
    _turns(world, 8)
    assert world.sf(lead)["City"] == "Boston (1)"
    assert world.hs(ann)["city"] == "Boston"
    assert rows_written(world)["salesforce"] - before["salesforce"] == 1
    assert rows_written(world)["hubspot"] == before["hubspot"]
    assert is_quiet(world)


def test_T1_the_same_loops_for_ever_where_nothing_is_remembered(database: Pool) -> None:
    world = World(database)
    _org_answers_cities(world)
    ann, _ = hot(world)
    world.bench.rounds = Forgetful(database)
    world.edit_contact(ann, city="Boston")
    before = rows_written(world)
    _turns(world, 8)
    assert rows_written(world)["salesforce"] - before["salesforce"] >= 7


def test_T1_a_write_to_hubspot_comes_back_too(database: Pool) -> None:
    world = World(database)
    kim, lead = born_in_salesforce(world)
    world.edit_lead(lead, Phone="+1 555 010 9999")
    before = rows_written(world)
    _turns(world, 6)
    assert world.hs(kim)["phone"] == "+1 555 010 9999"
    assert rows_written(world) == {**before, "hubspot": before["hubspot"] + 1}
    assert is_quiet(world)


def _heard_without_source(world: World) -> None:
    """HubSpot's events as if every one were an integration's: who wrote is no evidence."""
    events = [event | {"changeSource": "INTEGRATION", "sourceId": "1"} for event in world.hubspot.take_events()]
    accept(world.store, world.notices_of_hubspot(events), LIVE)


def test_T2_a_later_change_back_to_the_value_we_wrote_is_not_taken_for_our_echo(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world, phone="+1 555 010 0001")
    world.edit_lead(lead, Phone="+1 555 010 0002")
    world.settle()
    assert world.hs(ann)["phone"] == "+1 555 010 0002"
    for number in ("+1 555 010 0003", "+1 555 010 0002"):
        world.later(minutes=1)
        world.edit_contact(ann, phone=number)
        _heard_without_source(world)
        world.settle()
        assert world.sf(lead)["Phone"] == number
    assert ledger(world) == []


def test_T2_our_own_write_is_known_by_what_it_says_not_by_who_is_said_to_have_written(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_lead(lead, Phone="+1 555 010 0002")
    world.deliver()
    world.round()
    written = rows_written(world)
    _heard_without_source(world)
    assert world.all("SELECT * FROM pending") == []
    world.settle()
    assert rows_written(world) == written
    assert world.hs(ann)["phone"] == "+1 555 010 0002"


def test_T3_a_side_that_stores_numbers_in_its_own_form_gets_one_write_and_no_answer(database: Pool) -> None:
    world = World(database)
    world.salesforce.org.rules.normalizers["Lead", "Phone"] = us_phone
    ann, lead = hot(world)
    before = rows_written(world)
    world.edit_contact(ann, phone="+1 (617) 555-0199")
    world.settle()
    assert world.sf(lead)["Phone"] == "(617) 555-0199"
    assert world.hs(ann)["phone"] == "+1 (617) 555-0199"
    assert rows_written(world) == {**before, "salesforce": before["salesforce"] + 1}
    assert world.issues() == set()
    assert is_quiet(world)


def test_T4_the_echo_of_a_new_record_is_dropped_yet_its_link_back_is_written(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    assert world.hs(ann)["accord_salesforce_id"] == lead
    assert world.sf(lead)["Accord_HubSpot_Id__c"] == ann
    kim, other = born_in_salesforce(world)
    assert world.hs(kim)["accord_salesforce_id"] == other
    assert world.sf(other)["Accord_HubSpot_Id__c"] == kim
    assert is_quiet(world)


def test_T5_a_second_contact_that_claims_a_linked_lead_is_refused_and_reported(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    twin = world.form(**HOT, email="other@acme.example.com", lastname="Ito", salesforceleadid=lead)
    world.settle()
    assert world.all("SELECT hubspot_id FROM link") == [{"hubspot_id": ann}]
    assert open_issue(world, "duplicate")["subject"] == f"hubspot:contact:{twin}"
    before = world.sf(lead)
    assert before["Email"] == "ann@acme.example.com"
    world.edit_contact(twin, city="Nantes")
    world.settle()
    assert world.sf(lead) == before
    assert len(world.leads()) == 1
    assert is_quiet(world)


def test_T6_the_same_events_delivered_three_times_make_one_record(database: Pool) -> None:
    world = World(database)
    ann = world.form(**ANN, **HOT)
    events = world.hubspot.take_events()
    for attempt in range(3):
        again = [event | {"attemptNumber": attempt} for event in events]
        accept(world.store, world.notices_of_hubspot(again), LIVE)
        world.round()
    world.settle()
    accept(world.store, world.notices_of_hubspot(events), LIVE)
    world.settle()
    assert [row["Accord_HubSpot_Id__c"] for row in world.leads()] == [ann]
    assert len(world.all("SELECT * FROM handoff")) == 1
    assert is_quiet(world)


def test_T7_events_out_of_order_never_bring_an_older_value_back(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    for city in ("Lyon", "Nantes", "Paris"):
        world.later(seconds=5)
        world.edit_contact(ann, city=city)
    late = world.hubspot.take_events()[::-1]
    for event in late:
        accept(world.store, world.notices_of_hubspot([event]), LIVE)
        world.round()
    world.settle()
    assert world.sf(lead)["City"] == world.hs(ann)["city"] == "Paris"
    assert is_quiet(world)


def test_T8_a_hundred_events_in_one_post_are_stored_in_one_go_and_become_one_write(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    before = rows_written(world)
    for number in range(100):
        world.later(seconds=1)
        world.edit_contact(ann, city=f"City {number}")
    world.forget_calls()
    assert world.deliver() == 100
    assert world.hubspot.calls.shown()["total"] + world.salesforce.calls.shown()["total"] == 0
    assert len(world.all("SELECT * FROM pending")) == 1
    world.settle()
    assert world.sf(lead)["City"] == "City 99"
    assert rows_written(world) == {**before, "salesforce": before["salesforce"] + 1}


def test_T8_an_import_is_written_in_bulk_and_not_row_by_row(database: Pool) -> None:
    world = World(database)
    for number in range(25):
        world.form(**HOT, email=f"p{number}@acme.example.com", lastname=f"Ito {number}")
    world.forget_calls()
    world.settle()
    assert len(world.leads()) == len(contacts(world)) == 25
    assert {row["accord_handoff"] for row in contacts(world)} == {"offered"}
    assert world.writes() <= 6


def test_T11_a_property_that_matters_and_has_no_subscription_is_named_at_the_start(database: Pool) -> None:
    desk = World(database).bench.desk
    heard = [("contact.creation", ""), ("contact.deletion", ""), ("contact.merge", ""), ("contact.restore", "")]
    heard += [("contact.propertyChange", field.hubspot) for field in desk.mapping.fields]
    heard += [("object.propertyChange", name) for name in desk.watched[Side.HUBSPOT]]
    assert unheard(desk, heard) == []
    forgotten = [one for one in heard if one[1] not in ("city", "jobtitle") and one[0] != "contact.deletion"]
    found = unheard(desk, forgotten)
    assert [trouble.field for trouble in found] == ["jobtitle", "city", "deletion"]
    assert all(trouble.field in trouble.fix for trouble in found)


def test_T11_without_its_subscription_a_change_waits_for_the_next_look_and_is_not_lost(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.hubspot.outbox.subscribe([{"type": "contact.propertyChange", "property": "phone"}])
    world.edit_contact(ann, city="Lyon")
    world.settle()
    assert world.sf(lead)["City"] is None
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.settle()
    assert (world.sf(lead)["City"], world.sf(lead)["Phone"]) == ("Lyon", "+1 555 010 0001")
