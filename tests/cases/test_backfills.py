"""Backfills: the cases T65, T78 to T81 and T88 of the field, on the whole engine."""

from __future__ import annotations

from dataclasses import replace

from connector.adapters.postgres.budget import Allowance, PostgresBudget
from connector.adapters.postgres.database import Pool
from connector.core.runs import State, Wanted
from connector.services.runs.starting import apply, want
from tests.services.runs.cast import Running, linked, unheard
from tests.world import HOT, MAPPINGS, World


def test_T65_a_run_waits_while_others_eat_the_day_and_goes_on_by_itself(database: Pool) -> None:
    world = World(database)
    ((contact, lead), (other, _)) = linked(world, 2)
    world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    run = runs.start(linked=True)
    budget = PostgresBudget(database, "salesforce", Allowance(backfill_share=0.8), world.clock.now)
    budget.report(8_500, 10_000)
    world.edit_contact(other, jobtitle="Clerk")
    for _ in range(4):
        runs.step()
    assert runs.state(run) is State.RUNNING
    assert world.hs(contact).get("mobilephone") is None
    clerk = """SELECT run_id FROM journal WHERE side = 'salesforce' AND changes @> '[{"v": "Clerk"}]'"""
    assert world.one(clerk)["run_id"] is None  # live changes go on, and are none of the run's
    budget.report(10, 10_000)
    runs.end(run)
    assert world.hs(contact)["mobilephone"] == "+1 555 020 2222"


def test_T78_every_person_of_a_run_is_accounted_for_with_the_cause(database: Pool) -> None:
    world = World(database)
    people = linked(world, 4)
    world.edit_lead(people[0][1], MobilePhone="+1 555 020 2222")  # goes over
    world.edit_contact(people[1][0], industry="Alchemy")  # a word nobody agreed on
    world.contact(email="us@accord.example.com", lastname="Own")  # not selected
    world.contact(email="bea@bolt.example.com", lastname="Bo")  # two Leads match her
    for _ in range(2):
        world.lead(LastName="Bo", Company="Bolt", Email="bea@bolt.example.com")
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    run = runs.start()
    outcomes = runs.end(run)
    persons = 4 + 2 + 2
    assert sum(outcomes.values()) == persons, outcomes
    assert outcomes["written"] == 1
    assert outcomes["not selected"] == 1
    assert outcomes["held"] == 4  # the word; Bea and each of her Leads
    for item in runs.store.items(run):
        assert item["reason"], item


def test_T79_a_new_mapping_is_applied_to_old_values_by_a_run_of_that_field(database: Pool) -> None:
    from connector.adapters.mappings import load

    whole = load(MAPPINGS)
    without = replace(
        whole, person=replace(whole.person, fields=tuple(f for f in whole.person.fields if f.name != "fax"))
    )
    world = World(database, agreement=without)
    people = linked(world, 3)
    for _, lead in people[:2]:
        world.edit_lead(lead, Fax="+1 555 030 3333")
    world.edit_contact(people[2][0], jobtitle="Clerk")
    unheard(world)
    world.agreement = whole
    world.bench = world._bench()
    runs = Running(world)
    preview = runs.start(dry=True, fields=["fax"])
    assert runs.end(preview) == {"would": 2, "nothing": 1}
    assert runs.end(apply(world.bench, runs.store, runs.review, preview, "alice")) == {"written": 2}
    assert [world.hs(c).get("fax") for c, _ in people] == ["+1 555 030 3333", "+1 555 030 3333", None]
    assert world.sf(people[2][1])["Title"] is None  # another field is not this run's


def test_T80_a_run_that_is_repeated_interrupted_and_overtaken_by_edits_ends_as_if_it_were_not(
    database: Pool,
) -> None:
    world = World(database)
    people = linked(world, 6)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222", City="Lyon")
    unheard(world)
    runs = Running(world, out=2, page=2)
    refs = [f"link:{r['id']}" for r in world.all("SELECT id FROM link")]
    first = runs.start(*refs)
    runs.step()
    want(runs.store, first, Wanted.CANCEL)
    runs.end(first)
    second = runs.start(*refs)
    runs.walker.tick()
    world.later(minutes=1)
    world.edit_lead(people[0][1], MobilePhone="+1 555 020 9999")  # newer than what waits, and heard
    world.edit_contact(people[5][0], city="Oslo")  # newer than Bob's
    runs.end(second)
    assert world.hs(people[0][0])["mobilephone"] == world.sf(people[0][1])["MobilePhone"] == "+1 555 020 9999"
    assert world.hs(people[5][0])["city"] == world.sf(people[5][1])["City"] == "Oslo"
    world.forget_calls()
    assert runs.end(runs.start(*refs)) == {"nothing": 6}
    assert world.writes() == 0
    assert world.one("SELECT count(*) n FROM link")["n"] == 6


def test_T81_what_would_wake_up_is_told_before_and_a_first_batch_can_be_small(database: Pool) -> None:
    world = World(database)
    for n in range(4):
        world.form(email=f"hot{n}@acme.example.com", firstname="Hot", lastname=f"Ash{n}", **HOT)
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    preview = runs.start(dry=True)
    assert runs.end(preview) == {"would": 4}
    counts = runs.row(preview)["counts"]
    assert counts["creates"] == {"salesforce Lead": 4}
    assert any("workflows" in line for line in counts["risks"])
    assert any("4 records would be made" in line for line in counts["costs"])
    assert world.leads() == []
    runs.approve()
    few = runs.start(never_synced=True, limit=1)
    assert runs.end(few) == {"created": 1}
    assert len(world.leads()) == 1


def test_T88_the_same_change_on_both_sides_is_not_written(database: Pool) -> None:
    world = World(database)
    ((contact, lead),) = linked(world, 1)
    world.edit_contact(contact, mobilephone="+1 555 020 2222")
    world.edit_lead(lead, MobilePhone="+15550202222")
    unheard(world)
    runs = Running(world)
    world.forget_calls()
    assert runs.end(runs.start(linked=True)) == {"nothing": 1}
    assert world.writes() == 0
    assert world.one("SELECT count(*) n FROM ledger")["n"] == 0
