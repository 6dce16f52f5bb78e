"""Owners come and go while Accord runs."""

from __future__ import annotations

import pytest

from connector.adapters.mappings import load
from connector.adapters.postgres.database import Pool
from connector.core.desk import desk_for
from connector.core.lenses.owner import OwnerLens
from connector.errors import CallFailed
from connector.practice.faults import OneShot
from connector.services.directory import OwnerDirectory
from tests.world import MAPPINGS, World


@pytest.fixture
def world(database: Pool) -> World:
    """A world whose agreement knows no owners yet, as a process begins."""
    made = World(database)
    made.bench.agreement = load(MAPPINGS)
    made.bench.desk = desk_for(made.bench.agreement)
    made.bench.people, made.bench.hubspot_people = {}, {}
    return made


def lens(world: World) -> OwnerLens:
    found = world.bench.desk.fields["owner"].lens
    assert isinstance(found, OwnerLens)
    return found


def test_owners_are_known_after_a_refresh_on_both_sides(world: World) -> None:
    assert not lens(world).loaded
    OwnerDirectory(world.bench).refresh()
    bob = world.bench.people["bob@accord.example.com"]
    assert lens(world).to_hubspot(bob) == world.bench.hubspot_people["bob@accord.example.com"]


def test_an_owner_who_leaves_gets_no_more_records_and_a_new_one_does(world: World) -> None:
    directory = OwnerDirectory(world.bench)
    directory.refresh()
    bob = world.bench.people["bob@accord.example.com"]
    world.salesforce.org.tables["User"].rows[bob]["IsActive"] = False
    directory.refresh()
    assert "bob@accord.example.com" not in world.bench.people
    # what is still Bob's in Salesforce is still Bob's in HubSpot
    assert lens(world).to_hubspot(bob) == world.bench.hubspot_people["bob@accord.example.com"]
    world.salesforce.org.tables["User"].rows[bob]["IsActive"] = True
    directory.refresh()
    assert world.bench.people["bob@accord.example.com"] == bob


def test_a_side_that_does_not_answer_leaves_the_owners_that_were_known(world: World) -> None:
    directory = OwnerDirectory(world.bench)
    directory.refresh()
    world.hubspot.faults.next.append(OneShot("owners", "status", 500, times=9))
    with pytest.raises(CallFailed):
        directory.refresh()
    assert lens(world).loaded
    assert world.bench.people
