"""What time alone moves goes round, once for each moment that has passed."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.clocks import PostgresClocks
from connector.adapters.postgres.database import Pool
from connector.services.clocks import strike
from tests.world import HOT, World


@pytest.fixture
def world(database: Pool) -> World:
    return World(database)


def struck(world: World) -> int:
    return strike(PostgresClocks(world.database), world.clock.now)


def ann(world: World, **more: str) -> str:
    contact = world.form(**{"email": "ann@acme.example.com", "lastname": "Ito", **HOT, **more})
    world.settle()
    return contact


def test_an_offer_that_nobody_answered_expires_by_the_clock_alone(world: World) -> None:
    contact = ann(world)
    assert struck(world) == 0
    world.later(days=3)
    assert struck(world) == 1
    assert world.one("SELECT lane FROM pending")["lane"] == 0
    world.settle()
    assert world.hs(contact)["accord_handoff"] == "expired"
    assert struck(world) in (0, 1)
    world.settle()


def test_a_moment_that_has_passed_lets_a_person_go_round_once(world: World) -> None:
    ann(world)
    world.later(days=3)
    struck(world)
    world.settle()
    world.later(days=60)
    counts = []
    for _ in range(4):
        counts.append(struck(world))
        world.settle()
    assert counts[-1] == 0, counts


def test_a_person_who_is_held_without_a_lead_is_looked_at_when_the_answer_was_due(world: World) -> None:
    ann(world, lastname="")
    assert world.leads() == []
    world.later(days=3)
    assert struck(world) == 1
    assert world.one("SELECT side, object FROM pending") == {"side": "hubspot", "object": "contact"}
    world.settle()
    assert world.one("SELECT state FROM handoff")["state"] == "expired"


def test_a_refused_value_is_tried_again_after_a_day(world: World) -> None:
    contact = ann(world)
    world.salesforce.org.rules.add_pattern("Lead", "City", "^[A-M].*", "only the first half of the alphabet")
    world.edit_contact(contact, city="Zurich")
    world.settle()
    assert ("refused", "city") in world.issues()
    assert struck(world) == 0
    world.later(hours=25)
    assert struck(world) >= 1
    assert world.one("SELECT lane FROM pending")["lane"] in (0, 2)
    world.salesforce.org.rules.clear()
    world.settle()
    assert world.lead_of(contact)["City"] == "Zurich"
    assert ("refused", "city") not in world.issues()
