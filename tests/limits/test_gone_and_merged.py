"""Records that are deleted, merged, restored or erased in one system: nothing is made anew, nothing is written to others."""

from __future__ import annotations

from typing import Any

from connector.adapters.postgres.drift import PostgresDrift
from connector.core.records import Ref, Side
from connector.practice.faults import OneShot
from connector.services.drift.missing import look_for_missing
from tests.adapters.in_process import free
from tests.limits.standing import Standing


def _is_gone(town: Standing, side: str) -> Any:
    told = town.issue("gone")
    assert side in told["message"].lower()
    return told


def test_a_contact_that_was_deleted_is_told_and_comes_back_with_its_restore(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    world.hubspot.edit(id=contact, delete=True)
    world.edit_lead(lead, City="Lyon")
    world.settle()
    assert "it is in HubSpot's recycle bin" in _is_gone(town, "hubspot")["message"]
    assert len(world.all("SELECT 1 FROM link WHERE salesforce_id = %s", lead)) == 1
    world.hubspot.edit(id=contact, restore=True)
    world.settle()
    assert world.hs(contact)["city"] == "Lyon"
    assert town.issues() == [], [(r["field"], r["message"]) for r in town.issues()]


def test_a_contact_that_was_erased_for_privacy_is_never_made_again(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    before = len(world.hubspot.snapshot()["contacts"])
    world.hubspot.edit(id=contact, forget=True)
    world.edit_lead(lead, City="Lyon")
    world.settle()
    told = _is_gone(town, "hubspot")
    assert "erased for privacy, or deleted for good" in told["message"]
    assert f"`accord journal purge {told['subject']}`" in told["fix"]
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
    assert town.issues() == [], [(r["field"], r["message"]) for r in town.issues()]


def test_a_lead_that_was_merged_away_is_followed_to_its_winner(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    winner = str(world.salesforce.edit("Lead", None, {"LastName": "Kim", "Company": "Kim AG"}))
    world.salesforce.take_notifications()
    world.salesforce.merge("Lead", winner, [lead])
    world.edit_contact(contact, city="Lyon")
    world.settle()
    row = world.one("SELECT id, salesforce_id s FROM link WHERE hubspot_id = %s", contact)
    assert row["s"] == winner
    assert (world.sf(winner)["City"], world.sf(winner)["Email"]) == ("Lyon", world.hs(contact)["email"])
    assert world.hs(contact)["email"]  # the winner had none: nobody blanked it
    assert world.one("SELECT ref_id FROM alias WHERE link_id = %s", row["id"])["ref_id"] == lead
    world.edit_lead(winner, City="Bern")
    world.settle()
    assert world.hs(contact)["city"] == "Bern"
    assert town.issues() == [], [(r["field"], r["message"]) for r in town.issues()]


def test_a_winner_that_a_poll_meets_first_leads_to_the_losers_link(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    winner = str(world.salesforce.edit("Lead", None, {"LastName": "Kim", "Company": "Kim AG", "Email": world.hs(contact)["email"]}))
    world.salesforce.merge("Lead", winner, [lead])
    world.salesforce.take_notifications()
    world.bench.rounds.requeue([], [Ref(Side.SALESFORCE, "Lead", winner)], 1, world.clock.now())
    world.settle()
    assert world.one("SELECT salesforce_id s FROM link WHERE hubspot_id = %s", contact)["s"] == winner
    assert town.issues() == [], [(r["field"], r["message"]) for r in town.issues()]


def test_a_lead_that_was_merged_twice_is_followed_to_the_last_winner(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    first, last = (
        str(world.salesforce.edit("Lead", None, {"LastName": "Kim", "Company": "Kim AG"})) for _ in range(2)
    )
    world.salesforce.take_notifications()
    world.salesforce.merge("Lead", first, [lead])
    world.salesforce.merge("Lead", last, [first])
    world.edit_contact(contact, city="Lyon")
    world.settle()
    assert world.one("SELECT salesforce_id s FROM link WHERE hubspot_id = %s", contact)["s"] == last
    assert town.issues() == [], [(r["field"], r["message"]) for r in town.issues()]


def test_a_lead_that_was_merged_into_a_linked_one_is_told_and_both_are_left_alone(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    winner = world.lead(LastName="Kim", Company="Kim AG", Email=f"{town.name()}@kim.example.com")
    world.settle()
    world.salesforce.merge("Lead", winner, [lead])
    world.edit_contact(contact, city="Lyon")
    world.settle()
    told = _is_gone(town, "salesforce")
    other = world.one("SELECT id FROM link WHERE salesforce_id = %s", winner)["id"]
    assert f"merged into salesforce:Lead:{winner}, which link:{other} has" in told["message"]
    assert "Merge the two HubSpot contacts" in told["fix"]
    assert world.sf(winner)["City"] is None
    assert world.hs(contact)["city"] == "Lyon"


def test_where_the_recycle_bin_may_not_be_read_a_merged_lead_is_only_gone(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    winner = str(world.salesforce.edit("Lead", None, {"LastName": "Kim", "Company": "Kim AG"}))
    world.salesforce.take_notifications()
    world.salesforce.merge("Lead", winner, [lead])
    refusal = [{"errorCode": "INVALID_FIELD", "message": "No such column 'MasterRecordId' on entity 'Lead'"}]
    world.salesforce.faults.next.append(OneShot("/queryAll", "status", 400, body=refusal, times=99))
    world.edit_contact(contact, city="Lyon")
    world.settle()
    _is_gone(town, "salesforce")
    assert world.sf(winner)["City"] is None
    world.salesforce.faults.next.clear()


def test_where_only_polls_look_a_contact_erased_for_privacy_is_found_missing_and_told_never_erased_on_a_guess(
    town: Standing,
) -> None:
    world, (contact, lead) = town.world, town.pair()
    store = PostgresDrift(world.database)
    link = world.one("SELECT id FROM link WHERE hubspot_id = %s", contact)["id"]
    world.hubspot.edit(id=contact, forget=True)
    world.notices()  # no webhook comes
    look_for_missing(world.bench, store, link + 1, free)  # another night's part
    assert world.all("SELECT 1 FROM pending WHERE link_id = %s", link) == []
    assert look_for_missing(world.bench, store, link, free) >= 1
    assert len(world.all("SELECT 1 FROM pending WHERE link_id = %s", link)) == 1
    world.settle()
    told = world.one("SELECT link_id, message FROM issue WHERE code = 'gone' AND link_id = %s AND closed_at IS NULL", link)
    assert told["link_id"] == link and "erased for privacy, or deleted for good" in told["message"]
    assert world.all("SELECT 1 FROM erasure") == []
    look_for_missing(world.bench, store, link, free)
    assert world.all("SELECT 1 FROM pending WHERE link_id = %s", link) == []  # it is told already
    world.settle()
    assert world.sf(lead)["Id"] == lead


def test_a_lead_that_was_deleted_between_read_and_write_is_told(town: Standing) -> None:
    world, (contact, lead) = town.world, town.pair()
    world.salesforce.edit("Lead", lead, delete=True)
    world.salesforce.take_notifications()
    world.edit_contact(contact, city="Lyon")
    world.settle()
    _is_gone(town, "salesforce")
