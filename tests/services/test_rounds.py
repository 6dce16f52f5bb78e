"""One changed record's way through the engine, on both practice servers and the real database."""

from __future__ import annotations

from datetime import timedelta

from connector.adapters.postgres.database import Pool
from connector.services.rounds.sync import Sync
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


def _handed_over(world: World) -> tuple[str, dict[str, object]]:
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.settle()
    return ann, world.lead_of(ann)


def test_both_sides_edit_one_field_and_the_loser_is_kept(database: Pool) -> None:
    world = World(database)
    ann, lead = _handed_over(world)
    world.edit_contact(ann, phone="+1 555 010 1111")
    world.edit_lead(str(lead["Id"]), Phone="+1 555 010 2222")
    world.settle()
    assert world.hs(ann)["phone"] == "+1 555 010 2222"
    lost = world.one("SELECT field, value, winner, why FROM ledger")
    assert (lost["field"], lost["value"]) == ("phone", "+1 555 010 1111")


def test_newest_wins_by_the_clocks_and_a_tie_goes_by_rule(database: Pool) -> None:
    world = World(database)
    ann, lead = _handed_over(world)
    world.edit_contact(ann, firstname="Anna")
    world.later(minutes=2)
    world.edit_lead(str(lead["Id"]), FirstName="Annette")
    world.later(minutes=2)
    world.edit_contact(ann, firstname="Annika")
    world.settle()
    assert world.lead_of(ann)["FirstName"] == "Annika"
    assert world.one("SELECT value FROM ledger")["value"] == "Annette"


def test_sales_rejects_with_a_reason_and_marketing_reads_it(database: Pool) -> None:
    world = World(database)
    ann, lead = _handed_over(world)
    assert world.hs(ann)["lifecyclestage"] == "salesqualifiedlead"
    world.later(hours=1)
    world.edit_lead(str(lead["Id"]), by="bob@accord.example.com", Accord_Answer__c="Rejected", Accord_Reject_Reason__c="No budget")
    world.settle()
    contact = world.hs(ann)
    assert contact["accord_handoff"] == "rejected"
    assert contact["accord_reject_reason"] == "no_budget"
    assert contact["lifecyclestage"] == "lead"
    assert "Accord: nurture" in {row["name"] for row in world.hubspot.snapshot()["lists"] if ann in row["members"]}


def test_an_unknown_status_is_quarantined_while_the_rest_goes_over(database: Pool) -> None:
    world = World(database)
    ann, lead = _handed_over(world)
    world.edit_lead(str(lead["Id"]), Status="Parked by Bob", City="Lyon")
    world.settle()
    assert world.hs(ann)["city"] == "Lyon"
    assert ("unknown_word", "lead_status") in world.issues() or any(c == "unknown_word" for c, _ in world.issues())
    world.edit_lead(str(lead["Id"]), Status="Working - Contacted")
    world.settle()
    assert not world.issues()


def test_a_converted_lead_leads_the_link_on_to_its_contact(database: Pool) -> None:
    world = World(database)
    ann, lead = _handed_over(world)
    world.salesforce.convert(str(lead["Id"]))
    world.settle()
    link = world.one("SELECT salesforce_object o, salesforce_id i FROM link")
    assert link["o"] == "Contact"
    assert world.hs(ann)["accord_handoff"] == "converted"
    world.edit_contact(ann, phone="+1 555 010 3333")
    world.settle()
    assert world.sf(link["i"], "Contact")["Phone"] == "+1 555 010 3333"
    assert len(world.all("SELECT * FROM link")) == 1


def test_a_person_born_in_salesforce_is_made_in_hubspot_once(database: Pool) -> None:
    world = World(database)
    lead = world.lead(LastName="Kim", Company="Kim AG", Email="kim@kim.example.com")
    world.settle()
    made = world.one("SELECT hubspot_id i FROM link WHERE salesforce_id = %s", lead)["i"]
    assert world.hs(made)["email"] == "kim@kim.example.com"
    assert world.sf(lead)["Accord_HubSpot_Id__c"] == made
    world.settle()
    assert len(world.hubspot.snapshot()["contacts"]) == 1


def test_a_hot_person_who_is_already_a_contact_gets_no_second_record(database: Pool) -> None:
    world = World(database)
    account = world.salesforce.edit("Account", values={"Name": "Acme Tools"}, create=True)
    contact = world.salesforce.edit(
        "Contact", values={"LastName": "Ito", "Email": "ann@acme.example.com", "AccountId": account}, create=True
    )
    world.settle()
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.settle()
    assert world.leads() == []
    held = world.sf(contact, "Contact")
    assert (held["Accord_Handoff__c"], held["FirstName"]) == ("Offered", "Ann")
    assert world.hs(ann)["accord_handoff"] == "offered"


def test_observed_sides_are_planned_and_never_written(database: Pool) -> None:
    world = World(database, live=False)
    world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.lead(LastName="Kim", Company="Kim AG", Email="kim@kim.example.com")
    world.forget_calls()
    world.settle()
    assert world.writes() == 0
    assert len(world.all("SELECT * FROM observed")) == 2
    assert world.all("SELECT * FROM link") == world.all("SELECT * FROM handoff") == []


def test_a_field_removed_from_salesforce_is_an_issue_and_nothing_is_lost(database: Pool) -> None:
    world = World(database)
    ann, _ = _handed_over(world)
    world.salesforce.change_field("Lead", "Budget__c", {"remove": True})
    world.edit_contact(ann, city="Lyon")
    world.deliver()
    world.round()
    issue = world.one("SELECT subject, message, fix FROM issue WHERE code = 'side_failed' AND closed_at IS NULL")
    assert issue["subject"] == "side:salesforce"
    assert "Budget__c" in issue["message"] and "accord mappings check --live" in issue["fix"]
    world.salesforce.change_field("Lead", "Budget__c", {"type": "currency"})
    world.later(minutes=1)
    world.settle()
    assert world.lead_of(ann)["City"] == "Lyon"


def test_a_full_claim_tells_at_once_that_there_may_be_more_for_others(database: Pool) -> None:
    world = World(database)
    for n in range(3):
        world.form(email=f"ann{n}@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.deliver()
    told: list[str] = []
    sync = Sync(world.bench, full=lambda: told.append("full"))
    assert [sync.round(2).claimed, sync.round(2).claimed] == [2, 1]
    assert told == ["full"]


def test_who_waits_for_an_identity_is_not_read_and_asks_ever_less_often(database: Pool) -> None:
    """A backfill that makes a thousand contacts is told of each while it holds them all."""
    world = World(database)
    now = world.clock.now()
    world.rounds.claim_identities(999_999, ["ann@acme.example.com"], now, now + timedelta(minutes=1))
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.deliver()
    world.forget_calls()
    waits = []
    for _ in range(4):
        assert world.round().written == 0
        waits.append((world.one("SELECT due_at FROM pending")["due_at"] - world.clock.now()).total_seconds())
        world.later(seconds=waits[-1])
    assert waits == [1, 2, 4, 4]
    assert world.hubspot.calls.shown()["by_endpoint"] == {}, "its notice tells the address"
    world.later(minutes=1)
    world.settle()
    assert world.lead_of(ann)["LastName"] == "Ito"
