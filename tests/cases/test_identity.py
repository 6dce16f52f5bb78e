"""Who is who: the cases T37 to T44 of the field."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.database import Pool
from tests.cases.cast import (
    ANN,
    account_with_contact,
    born_in_salesforce,
    contacts,
    hot,
    is_quiet,
    ledger,
    open_issue,
    rows_written,
)
from tests.world import HOT, World


def _links(world: World) -> list[tuple[str, str]]:
    rows = world.all("SELECT hubspot_id h, salesforce_id s FROM link ORDER BY id")
    return [(r["h"], r["s"]) for r in rows]


# --- T37, T38: e-mail ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_T37_email_changed_in_one_system_follows_the_link_and_makes_nobody_new(database: Pool, side: str) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, hs_email_optout="true")
    world.settle()
    if side == "hubspot":
        world.edit_contact(ann, email="ann.ito@new.example.com")
    else:
        world.edit_lead(lead, Email="Ann.Ito@new.example.com")
    world.settle()
    assert world.hs(ann)["email"] == "ann.ito@new.example.com"
    assert world.sf(lead)["Email"].lower() == "ann.ito@new.example.com"
    assert _links(world) == [(ann, lead)]
    assert (len(world.leads()), len(contacts(world))) == (1, 1)
    assert world.sf(lead)["HasOptedOutOfEmail"] is True
    assert is_quiet(world)


def test_T37_email_changed_on_both_sides_at_once_keeps_the_loser(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, email="ann@one.example.com")
    world.later(minutes=1)
    world.edit_lead(lead, Email="ann@two.example.com")
    world.settle()
    assert world.hs(ann)["email"] == world.sf(lead)["Email"]
    assert len(ledger(world)) == 1
    assert (len(world.leads()), len(contacts(world))) == (1, 1)


def test_T37_somebody_else_who_takes_the_old_address_is_somebody_else(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, email="ann@new.example.com")
    world.settle()
    bea, second = hot(world, email="ann@acme.example.com", firstname="Bea")
    assert second != lead
    assert _links(world) == [(ann, lead), (bea, second)]


@pytest.mark.parametrize("typed", ["ANN@ACME.example.com", "  Ann@Acme.Example.Com ", "ann@acme.example.com"])
def test_T38_case_and_spaces_of_an_address_are_no_difference(database: Pool, typed: str) -> None:
    world = World(database)
    lead = world.lead(LastName="Ito", Company="Acme Tools", Email=typed)
    world.hubspot.edit({**ANN, **HOT}, by="form", create=True)
    world.settle()
    assert [s for _, s in _links(world)] == [lead]
    assert (len(world.leads()), len(contacts(world))) == (1, 1)
    assert world.sf(lead)["Email"].strip() == typed.strip()
    assert is_quiet(world)


# --- T39, T40: addresses that are taken ---------------------------------------------------------------------------


def test_T39_a_secondary_address_finds_its_contact(database: Pool) -> None:
    world = World(database)
    ann = world.form(**ANN, **{**HOT, "budget": "", "demo_requested": "false"}, hs_additional_emails="ann@home.example.com")
    world.settle()
    lead = world.lead(LastName="Ito", Company="Acme Tools", Email="Ann@home.example.com")
    world.settle()
    assert _links(world) == [(ann, lead)]
    assert len(contacts(world)) == 1
    assert world.hs(ann)["email"] == "ann@acme.example.com" or world.hs(ann)["email"] == "ann@home.example.com"
    assert is_quiet(world)


def test_T39_a_secondary_address_that_is_taken_fails_its_own_row_and_not_the_batch(database: Pool) -> None:
    world = World(database)
    ann = world.form(**ANN, **{**HOT, "budget": "", "demo_requested": "false"}, hs_additional_emails="ann@home.example.com")
    pairs = [born_in_salesforce(world, LastName=f"Kim {n}", Email=f"kim{n}@kim.example.com") for n in range(3)]
    for number, (_, lead) in enumerate(pairs):
        address = "ann@home.example.com" if number == 1 else f"new{number}@kim.example.com"
        world.edit_lead(lead, Email=address, City="Lyon")
    world.settle()
    assert [world.hs(kim)["email"] for kim, _ in pairs] == ["new0@kim.example.com", "kim1@kim.example.com", "new2@kim.example.com"]
    assert [world.hs(kim)["city"] for kim, _ in pairs] == ["Lyon"] * 3
    told = world.one("SELECT message, fix FROM issue WHERE closed_at IS NULL AND field = 'email'")
    assert ann in told["message"] + told["fix"]
    assert is_quiet(world)


def test_T40_one_address_twice_in_a_batch_makes_one_contact_and_reports_the_other(database: Pool) -> None:
    world = World(database)
    first = world.lead(LastName="Kim", Company="Kim AG", Email="kim@kim.example.com")
    second = world.lead(LastName="Kim", Company="Kim GmbH", Email="KIM@kim.example.com")
    other = world.lead(LastName="Lee", Company="Lee AG", Email="lee@lee.example.com")
    world.settle()
    assert sorted(row["email"] for row in contacts(world)) == ["kim@kim.example.com", "lee@lee.example.com"]
    assert sorted(s for _, s in _links(world)) == sorted([first, other])
    told = open_issue(world, "duplicate")
    assert told["subject"] == f"salesforce:Lead:{second}"
    assert is_quiet(world)


# --- T42, T43: several, or none -----------------------------------------------------------------------------------


def test_T42_a_contact_comes_before_a_lead_with_the_same_address(database: Pool) -> None:
    world = World(database, live=False)
    _, contact = account_with_contact(world)
    lead = world.lead(LastName="Ito", Company="Acme Tools", Email="ann@acme.example.com")
    world.settle()
    world.set_mode("live")
    ann = world.form(**ANN, **HOT)
    world.settle()
    assert _links(world) == [(ann, contact)]
    assert world.sf(contact, "Contact")["Accord_HubSpot_Id__c"] == ann
    assert world.sf(lead)["Accord_HubSpot_Id__c"] is None


def test_T42_which_of_two_leads_moves_first_does_not_decide_the_match(database: Pool) -> None:
    world = World(database, live=False)
    first, _ = (world.lead(LastName="Ito", Company=c, Email="ann@acme.example.com") for c in ("Acme", "Tools"))
    world.contact(**ANN)
    world.settle()
    world.set_mode("live")
    world.edit_lead(first, City="Lyon")
    world.settle()
    assert _links(world) == []
    told = world.all("SELECT subject FROM issue WHERE code = 'several_matches' AND closed_at IS NULL")
    assert {"subject": f"salesforce:Lead:{first}"} in told


def test_T42_several_leads_are_held_and_shown_and_none_is_guessed(database: Pool) -> None:
    world = World(database, live=False)
    leads = [world.lead(LastName="Ito", Company=c, Email="ann@acme.example.com") for c in ("Acme", "Acme Tools")]
    world.settle()
    world.set_mode("live")
    ann = world.form(**ANN, **HOT)
    world.settle()
    assert _links(world) == []
    assert len(world.leads()) == 2
    told = open_issue(world, "several_matches")
    assert told["subject"] == f"hubspot:contact:{ann}"
    assert all(lead in told["message"] for lead in leads)
    world.edit_lead(leads[1], Email="other@acme.example.com")
    world.edit_contact(ann, city="Lyon")
    world.settle()
    assert (ann, leads[0]) in _links(world)
    assert ("several_matches", "") not in world.issues()


def test_T42_a_converted_lead_is_its_contact_and_no_second_match(database: Pool) -> None:
    world = World(database, live=False)
    lead = world.lead(LastName="Ito", Company="Acme Tools", Email="ann@acme.example.com")
    made = world.salesforce.convert(lead)
    world.settle()
    world.set_mode("live")
    ann = world.form(**ANN, **HOT)
    world.settle()
    assert _links(world) == [(ann, made["contact_id"])]
    assert world.issues() == set()


def test_T43_a_lead_without_an_address_is_not_dropped_and_never_matched_by_its_blank(database: Pool) -> None:
    world = World(database)
    first = world.lead(LastName="Kim", Company="Kim AG", Phone="+1 555 010 0001")
    second = world.lead(LastName="Lee", Company="Lee AG")
    world.settle()
    assert sorted(s for _, s in _links(world)) == sorted([first, second])
    assert sorted(row["lastname"] for row in contacts(world)) == ["Kim", "Lee"]
    kim = next(h for h, s in _links(world) if s == first)
    world.edit_lead(first, Email="kim@kim.example.com")
    world.settle()
    assert world.hs(kim)["email"] == "kim@kim.example.com"
    assert len(contacts(world)) == 2
    assert is_quiet(world)


def test_T43_a_contact_without_an_address_waits_outside_until_it_has_one(database: Pool) -> None:
    world = World(database)
    ann = world.contact(lastname="Ito", firstname="Ann", **HOT)
    world.settle()
    assert world.leads() == []
    world.edit_contact(ann, email="ann@acme.example.com")
    world.settle()
    assert world.lead_of(ann)["Email"] == "ann@acme.example.com"


# --- T44 ----------------------------------------------------------------------------------------------------------


def test_T44_an_address_that_is_in_use_is_refused_in_the_open_with_the_one_who_has_it(database: Pool) -> None:
    world = World(database)
    ann, _ = hot(world)
    kim, lead = born_in_salesforce(world)
    before = rows_written(world)
    world.edit_lead(lead, Email="ann@acme.example.com", City="Lyon")
    world.settle()
    assert (world.hs(kim)["email"], world.hs(kim)["city"]) == ("kim@kim.example.com", "Lyon")
    assert world.hs(ann)["email"] == "ann@acme.example.com"
    told = world.one("SELECT message, fix FROM issue WHERE closed_at IS NULL AND field = 'email'")
    assert f"hubspot:contact:{ann}" in told["message"] + told["fix"]
    assert rows_written(world)["hubspot"] - before["hubspot"] <= 2
    assert is_quiet(world)
    world.edit_lead(lead, Email="kim@new.example.com")
    world.settle()
    assert world.hs(kim)["email"] == "kim@new.example.com"
    assert world.issues() == set()
