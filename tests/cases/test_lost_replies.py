"""A write was committed and its reply was lost: the case T57 of the field."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.database import Pool
from connector.practice.faults import OneShot
from tests.cases.cast import born_in_salesforce, contacts, hot, is_quiet, ledger, rows_written, states
from tests.world import World

# --- T57: committed, and the reply was lost -----------------------------------------------------------------------


@pytest.mark.parametrize(("side", "match"), [("salesforce", "composite"), ("hubspot", "batch/update")])
def test_T57_a_write_whose_reply_was_lost_is_settled_by_reading_and_not_repeated(database: Pool, side: str, match: str) -> None:
    world = World(database)
    ann, lead = hot(world)
    before = rows_written(world)
    if side == "salesforce":
        world.edit_contact(ann, phone="+1 555 010 0001")
        world.salesforce.faults.update({"next": [OneShot(match, "lost_reply")]})
    else:
        world.edit_lead(lead, Phone="+1 555 010 0001")
        world.hubspot.faults.update({"next": [OneShot(match, "lost_reply")]})
    world.settle()
    assert world.sf(lead)["Phone"] == world.hs(ann)["phone"] == "+1 555 010 0001"
    assert rows_written(world)[side] - before[side] == 1
    assert {r["state"] for r in world.all("SELECT state FROM journal")} == {"done"}
    assert ledger(world) == []
    assert world.issues() == set()
    assert is_quiet(world)


def test_T57_a_lead_that_was_made_without_our_hearing_of_it_is_not_made_twice(database: Pool) -> None:
    world = World(database)
    world.salesforce.faults.update({"next": [OneShot("composite", "lost_reply", skip=1)]})
    ann, lead = hot(world)
    assert [row["Id"] for row in world.leads()] == [lead]
    assert world.hs(ann)["accord_salesforce_id"] == lead
    assert states(world) == ["offered"]
    assert world.issues() == set()
    assert is_quiet(world)


def test_T57_a_contact_that_was_made_without_our_hearing_of_it_is_not_made_twice(database: Pool) -> None:
    world = World(database)
    world.hubspot.faults.update({"next": [OneShot("batch/upsert", "lost_reply")]})
    kim, lead = born_in_salesforce(world)
    assert len(contacts(world)) == 1
    assert world.sf(lead)["Accord_HubSpot_Id__c"] == kim
    assert world.issues() == set()
    assert is_quiet(world)


def test_T57_a_contact_that_came_after_its_create_was_given_up_is_known_as_ours(database: Pool) -> None:
    world = World(database)
    world.hubspot.faults.update({"next": [OneShot("batch/upsert", "lost_reply")]})
    lead = world.lead(LastName="Kim", Company="Kim AG", Email="kim@kim.example.com")
    world.deliver()
    world.round()
    made = "SELECT state, ref_id FROM journal WHERE action = 'create' AND side = 'hubspot'"
    assert world.all(made) == [{"state": "intended", "ref_id": ""}]
    world.all("UPDATE journal SET state = 'lapsed', settled_at = intended_at RETURNING 1")  # read before it was there
    world.settle()
    assert len(contacts(world)) == 1
    kim = world.one("SELECT hubspot_id i FROM link WHERE salesforce_id = %s", lead)["i"]
    assert world.all(made) == [{"state": "done", "ref_id": kim}]
    assert ledger(world) == []
    assert is_quiet(world)


def test_T57_an_edit_on_top_of_a_write_whose_reply_was_lost_wins_and_nothing_is_lost(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.salesforce.faults.update({"next": [OneShot("composite", "lost_reply"), OneShot("GET", "drop", times=3)]})
    world.later(seconds=1)
    world.deliver()
    world.round()
    world.later(seconds=5)
    world.edit_lead(lead, Phone="+1 555 010 0002")
    world.settle()
    assert world.sf(lead)["Phone"] == world.hs(ann)["phone"] == "+1 555 010 0002"
    assert all(value == "+1 555 010 0001" for _, _, value, _ in ledger(world))
    assert is_quiet(world)
