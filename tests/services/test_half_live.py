"""One side is written, the other only observed: no half of a hand-off is told to anybody, and nothing goes on for ever."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.database import Pool
from connector.core.records import Ref, Side
from tests.cases.cast import rows_written
from tests.world import HOT, World

ANN = {"email": "ann@acme.example.com", "firstname": "Ann", "lastname": "Ito", **HOT}


def anew(world: World) -> None:
    """All is looked at again."""
    links = [r["id"] for r in world.all("SELECT id FROM link")]
    refs = [Ref(Side.HUBSPOT, "contact", str(c["id"])) for c in world.hubspot.snapshot()["contacts"]]
    world.bench.rounds.requeue(links, refs, 1, world.clock.now())
    world.settle()


def test_hubspot_is_told_the_verdict_and_no_hand_off_that_nobody_took(database: Pool) -> None:
    world = World(database, live=False)
    world.set_mode("live", "hubspot")
    contact = world.form(**ANN)
    world.settle()
    told = world.hs(contact)
    assert told["accord_tier"] == "hot"
    assert not told.get("accord_handoff")
    assert not told.get("accord_handed_off_at")
    assert world.leads() == []
    world.set_mode("live", "salesforce")
    anew(world)
    assert world.hs(contact)["accord_handoff"] == "offered"
    assert len(world.leads()) == 1


@pytest.mark.parametrize("live", ["hubspot", "salesforce"])
def test_nothing_is_written_again_and_again(database: Pool, live: str) -> None:
    world = World(database, live=False)
    world.set_mode("live", live)
    contact = world.form(**ANN)
    world.lead(LastName="Ito", Email=ANN["email"], Phone="+1 555 010 1111")
    world.settle()
    before = rows_written(world)
    for _ in range(3):
        world.later(minutes=3)
        anew(world)
    assert rows_written(world) == before
    assert world.all("SELECT * FROM handoff") == []
    world.set_mode("live")
    world.edit_contact(contact, city="Oslo")
    world.settle()
    assert world.one("SELECT state FROM handoff")["state"] == "offered"
    assert world.hs(contact)["accord_handoff"] == "offered"
