"""Records that are deleted, merged, restored or erased in one system: nothing is made anew, nothing is written to others."""

from __future__ import annotations

from tests.limits.standing import Standing


def _is_gone(town: Standing, side: str) -> None:
    told = town.issue("gone")
    print("GONE", told["message"], "|", told["fix"])
    assert side in told["message"].lower()


def test_a_contact_that_was_deleted_is_told_and_comes_back_with_its_restore(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    world.hubspot.edit(id=contact, delete=True)
    world.edit_lead(lead, City="Lyon")
    world.settle()
    _is_gone(town, "hubspot")
    assert len(world.all("SELECT 1 FROM link WHERE salesforce_id = %s", lead)) == 1
    world.hubspot.edit(id=contact, restore=True)
    world.settle()
    assert world.hs(contact)["city"] == "Lyon"
    assert town.issues() == []


def test_a_contact_that_was_erased_for_privacy_is_never_made_again(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    before = len(world.hubspot.snapshot()["contacts"])
    world.hubspot.edit(id=contact, forget=True)
    world.edit_lead(lead, City="Lyon")
    world.settle()
    _is_gone(town, "hubspot")
    world.edit_lead(lead, City="Bern")
    world.settle()
    assert len(world.hubspot.snapshot()["contacts"]) == before - 1


def test_contacts_that_were_merged_are_followed_to_the_id_they_have_now(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    twin = world.contact(email=f"{town.name()}@acme.example.com", lastname="Kim")
    world.settle()
    world.hubspot.edit(id=contact, merge=twin)
    world.edit_lead(lead, City="Lyon")
    world.settle()
    now = str(world.one("SELECT hubspot_id i FROM link WHERE salesforce_id = %s", lead)["i"])
    assert world.hs(now)["city"] == "Lyon"
    world.edit_contact(now, city="Bern")
    world.settle()
    assert world.sf(lead)["City"] == "Bern"
    assert town.issues() == []


def test_a_lead_that_was_merged_away_is_told_and_its_contact_is_left_alone(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    winner = world.lead(LastName="Kim", Company="Kim AG", Email=f"{town.name()}@kim.example.com")
    world.settle()
    world.salesforce.merge("Lead", winner, [lead])
    world.edit_contact(contact, city="Lyon")
    world.settle()
    _is_gone(town, "salesforce")
    assert world.sf(winner)["City"] is None
    assert world.hs(contact)["city"] == "Lyon"


def test_a_lead_that_was_deleted_between_read_and_write_is_told(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    world.salesforce.edit("Lead", lead, delete=True)
    world.salesforce.take_notifications()
    world.edit_contact(contact, city="Lyon")
    world.settle()
    _is_gone(town, "salesforce")
