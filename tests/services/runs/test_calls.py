"""What API calls a run cost is kept with it, by side and endpoint."""

from __future__ import annotations

import pytest

from connector.adapters.calling import endpoint
from connector.adapters.postgres.database import Pool
from connector.core.runs import ENDED
from tests.services.runs.cast import Running, linked, unheard
from tests.world import World

READ = "hubspot POST /crm/v3/objects/contacts/batch/read"
SEARCH = "hubspot POST /crm/v3/objects/contacts/search"


def served(world: World) -> int:
    """Calls that both sides answered, but for those that describe a side: they are nobody's."""
    counted = world.hubspot.calls.shown()["by_endpoint"] | world.salesforce.calls.shown()["by_endpoint"]
    return sum(n for name, n in counted.items() if "describe" not in name and "properties" not in name)


def test_a_run_knows_every_call_of_its_walk_and_of_its_rounds(database: Pool) -> None:
    world = World(database, people=40)
    unheard(world)
    runs = Running(world)
    runs.approve()
    world.forget_calls()
    run = runs.start()
    while runs.state(run) not in ENDED:
        world.later(seconds=1)
        runs.walker.tick()
        world.round()
        unheard(world)  # what it wrote comes back as nobody's
    calls = runs.row(run)["calls"]
    assert calls[SEARCH] >= 1
    assert calls[READ] >= 1
    assert calls["salesforce POST /services/data/v66.0/composite"] >= 1
    assert sum(calls.values()) == pytest.approx(served(world), abs=0.1)


def test_of_a_mixed_round_a_run_has_the_share_of_its_rows(database: Pool) -> None:
    world = World(database)
    people = linked(world, 4)
    unheard(world)
    runs = Running(world)
    run = runs.start(*(f"hubspot:contact:{contact}" for contact, _ in people[:1]))
    runs.walker.tick()
    for contact, _ in people[1:]:
        world.edit_contact(contact, jobtitle="Clerk")
    world.deliver(lane=2)
    world.later(seconds=1)
    assert world.round().claimed == 4
    assert runs.row(run)["calls"][READ] == 0.25


def test_a_preview_costs_calls_too(database: Pool) -> None:
    world = World(database, people=10)
    runs = Running(world)
    run = runs.start(dry=True)
    runs.end(run)
    assert runs.row(run)["calls"][READ] >= 1


def test_no_id_and_no_address_is_kept_with_a_run() -> None:
    assert endpoint("PUT /crm/v3/lists/1/memberships/add?x=1") == "PUT /crm/v3/lists/{id}/memberships/add"
    assert endpoint("POST /a/statuses/ann%40acme.example.com/all") == "POST /a/statuses/{id}/all"
    assert endpoint("GET /services/data/v66.0/sobjects/Lead/00Q5g0000000001EAA") == (
        "GET /services/data/v66.0/sobjects/Lead/{id}"
    )
    assert endpoint("POST /crm/objects/2026-03/contacts/batch/read") == "POST /crm/objects/2026-03/contacts/batch/read"
