"""Breakers: what looks like an accident is held, and a person lifts it."""

from __future__ import annotations

from dataclasses import replace

from connector.adapters.postgres.database import Pool
from connector.core.breakers import Limits
from tests.world import HOT, World


def _people(world: World, count: int) -> list[str]:
    made = [
        world.form(email=f"p{n}@firm.example.com", lastname=f"P{n}", **HOT | {"company": "Firm", "phone": f"+1 555 010 {n:04d}"})
        for n in range(count)
    ]
    world.settle()
    return made


def test_a_side_that_is_suddenly_empty_stops_everything(database: Pool) -> None:
    world = World(database)
    people = _people(world, 12)
    for person in people[:11]:
        world.salesforce.edit("Lead", world.lead_of(person)["Id"], delete=True)
        world.edit_contact(person, city="Boston")
    world.deliver()
    world.forget_calls()
    world.round()
    assert world.writes() == 0
    assert world.one("SELECT side, code FROM breaker") == {"side": "salesforce", "code": "side_empty"}
    assert len(world.all("SELECT * FROM lane_pause")) == 3
    world.later(minutes=5)
    assert world.round().idle


def test_records_that_vanish_one_by_one_stop_everything_at_the_limit(database: Pool) -> None:
    world = World(database)
    world.bench.limits = replace(world.bench.limits, gone_an_hour=3)
    people = _people(world, 6)
    for person in people[:4]:
        world.salesforce.edit("Lead", world.lead_of(person)["Id"], delete=True)
        world.edit_contact(person, city="Boston")
        world.deliver()
        world.round()
    assert world.one("SELECT side, code FROM breaker") == {"side": "salesforce", "code": "mass_delete"}
    assert world.one("SELECT count(*) n FROM issue WHERE code = 'gone'")["n"] == 3


def test_a_field_that_is_blanked_in_bulk_is_held_while_others_go_over(database: Pool) -> None:
    world = World(database)
    world.bench.limits = Limits(blank_from=8, blank_share=0.5)
    people = _people(world, 10)
    for person in people:
        world.edit_contact(person, phone="", city="Lyon")
    world.deliver()
    world.round()
    leads = [world.lead_of(person) for person in people]
    assert all(lead["City"] == "Lyon" and lead["Phone"] for lead in leads)
    assert world.one("SELECT code, field FROM breaker") == {"code": "mass_blanking", "field": "phone"}
    assert ("breaker", "phone") in world.issues()


def test_a_workflow_that_answers_every_write_is_held_after_a_while(database: Pool) -> None:
    world = World(database)
    world.bench.limits = replace(world.bench.limits, writes_an_hour=6)
    (ann,) = _people(world, 1)
    lead = world.lead_of(ann)["Id"]
    for n in range(12):
        world.edit_contact(ann, city=f"City {n}")
        world.later(seconds=30)
        world.deliver()
        world.round()
    assert len(world.all("SELECT * FROM journal WHERE side = 'salesforce' AND action = 'update'")) <= 8
    assert ("runaway", "city") in world.issues()
    assert world.sf(lead)["City"] != "City 11"


def test_a_limited_side_writes_only_the_named_people(database: Pool) -> None:
    world = World(database)
    world.set_mode("limited", domains=["firm.example.com"])
    inside = world.form(email="ann@firm.example.com", lastname="Ito", **HOT)
    outside = world.form(email="bo@other.example.com", lastname="Kim", **HOT)
    world.settle()
    assert world.lead_of(inside)["LastName"] == "Ito"
    assert [lead["LastName"] for lead in world.leads()] == ["Ito"]
    assert "accord_tier" not in world.hs(outside)


def test_a_limited_side_keeps_to_its_caps_and_goes_on_when_there_is_room(database: Pool) -> None:
    world = World(database)
    world.set_mode("limited", domains=["firm.example.com"], creates=2)
    people = [world.form(email=f"p{n}@firm.example.com", lastname=f"P{n}", **HOT) for n in range(4)]
    world.deliver()
    world.round()
    assert len(world.leads()) == 2
    assert ("cap", "") in world.issues()
    world.set_mode("live")
    world.later(minutes=11)
    world.settle()
    assert len(world.leads()) == 4
    assert world.issues() == set()
    assert {world.lead_of(person)["LastName"] for person in people} == {"P0", "P1", "P2", "P3"}
