"""One changed record's way through the engine, on both practice servers and the real database."""

from __future__ import annotations

from connector.adapters.postgres.database import Pool
from tests.world import HOT, World


def test_a_form_fill_that_makes_someone_hot_arrives_as_an_owned_lead(database: Pool) -> None:
    world = World(database)
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.settle()
    lead = world.lead_of(ann)
    assert (lead["LastName"], lead["Company"], lead["Email"]) == ("Ito", "Acme Tools", "ann@acme.example.com")
    assert lead["Accord_HubSpot_Id__c"] == ann
    assert lead["Accord_Tier__c"] == "Hot"
    contact = world.hs(ann)
    assert contact["accord_tier"] == "hot"
    assert contact["accord_salesforce_id"] == lead["Id"]
    assert contact["accord_handoff"] == "offered"


def test_an_edit_goes_over_once_and_then_there_is_silence(database: Pool) -> None:
    world = World(database)
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.settle()
    world.edit_contact(ann, phone="+1 555 010 9999", city="Boston")
    world.settle()
    lead = world.lead_of(ann)
    assert (lead["Phone"], lead["City"]) == ("+1 555 010 9999", "Boston")
    world.forget_calls()
    world.later(minutes=5)
    world.settle()
    assert world.writes() == 0


def test_someone_warm_stays_in_hubspot_with_the_reasons(database: Pool) -> None:
    world = World(database)
    warm = HOT | {"budget": "", "demo_requested": "false"}
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **warm)
    world.settle()
    assert world.leads() == []
    assert world.hs(ann)["accord_tier"] == "warm"
    assert "budget" in world.hs(ann)["accord_tier_reasons"]
