"""Consent: the stricter side wins, always and both ways, and no sync ever opts anybody in."""

from __future__ import annotations

from typing import Any

import pytest

from connector.adapters.postgres.database import Pool
from connector.practice.faults import OneShot
from connector.practice.hubspot.scopes import SCOPES
from tests.cases.cast import born_in_salesforce, hot, is_quiet, open_issue
from tests.world import World


def test_an_opt_out_in_hubspot_reaches_salesforce(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, hs_email_optout="true")
    world.settle()
    assert world.sf(lead)["HasOptedOutOfEmail"] is True
    assert is_quiet(world)


def test_an_opt_out_in_salesforce_reaches_hubspot_by_the_subscription_preferences(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_lead(lead, HasOptedOutOfEmail=True, City="Lyon")
    world.settle()
    assert world.hs(ann)["hs_email_optout"] == "true"
    assert world.hs(ann)["city"] == "Lyon"
    assert world.issues() == set()
    assert is_quiet(world)


def test_who_is_born_opted_out_in_salesforce_is_opted_out_in_hubspot_from_the_start(database: Pool) -> None:
    world = World(database)
    kim, _ = born_in_salesforce(world, HasOptedOutOfEmail=True, DoNotCall=True)
    assert world.hs(kim)["hs_email_optout"] == "true"
    assert world.hs(kim)["do_not_call"] == "true"
    assert is_quiet(world)


def test_who_is_not_opted_out_is_not_told_to_be_opted_in(database: Pool) -> None:
    world = World(database)
    kim, lead = born_in_salesforce(world)
    assert "hs_email_optout" not in world.hs(kim) and "do_not_call" not in world.hs(kim)
    assert world.sf(lead)["HasOptedOutOfEmail"] is False


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_taking_an_opt_out_back_on_one_side_only_does_not_hold(database: Pool, side: str) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, hs_email_optout="true", do_not_call="true")
    world.settle()
    if side == "hubspot":
        world.edit_contact(ann, hs_email_optout="false", do_not_call="false")
    else:
        world.edit_lead(lead, HasOptedOutOfEmail=False, DoNotCall=False)
    world.settle()
    assert (world.hs(ann)["hs_email_optout"], world.hs(ann)["do_not_call"]) == ("true", "true")
    assert (world.sf(lead)["HasOptedOutOfEmail"], world.sf(lead)["DoNotCall"]) == (True, True)
    assert is_quiet(world)


def test_both_sides_changed_at_once_and_the_stricter_wins_whoever_is_newest(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_lead(lead, DoNotCall=True)
    world.later(seconds=30)
    world.edit_contact(ann, do_not_call="false")
    world.settle()
    assert world.hs(ann)["do_not_call"] == "true"
    assert world.sf(lead)["DoNotCall"] is True


def test_do_not_call_goes_both_ways(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_lead(lead, DoNotCall=True)
    world.settle()
    assert world.hs(ann)["do_not_call"] == "true"
    assert is_quiet(world)


def test_at_the_first_link_the_stricter_side_wins_both_ways(database: Pool) -> None:
    world = World(database)
    ann = world.form(email="ann@acme.example.com", lastname="Ito")
    world.edit_contact(ann, do_not_call="true")
    lead = world.lead(Email="ann@acme.example.com", HasOptedOutOfEmail=True)
    world.settle()
    assert world.hs(ann)["hs_email_optout"] == "true"
    assert world.sf(lead)["DoNotCall"] is True


def test_without_the_scope_it_is_an_issue_and_the_rest_of_the_record_goes_over(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.hubspot.faults.update({"next": [OneShot("unsubscribe-all", "status", 403, times=9)]})
    world.edit_lead(lead, HasOptedOutOfEmail=True, City="Lyon")
    world.settle()
    assert world.hs(ann)["city"] == "Lyon"
    assert "hs_email_optout" not in world.hs(ann)
    (row,) = world.all("SELECT message, fix FROM issue WHERE closed_at IS NULL AND field = 'email_opt_out'")
    assert "communication_preferences" in row["message"]
    assert len(row["fix"]) > 15


def test_who_is_born_opted_out_is_made_without_the_scope_too_and_the_opt_out_is_an_issue(
    database: Pool,
) -> None:
    world = World(database)
    world.hubspot.settings.scopes = [s for s in SCOPES if not s.startswith("communication_preferences")]
    kim, lead = born_in_salesforce(world, HasOptedOutOfEmail=True)
    assert world.hs(kim)["lastname"] == "Kim" and "hs_email_optout" not in world.hs(kim)
    assert any(field == "email_opt_out" for _, field in world.issues())
    world.hubspot.settings.scopes = None
    world.edit_lead(lead, City="Lyon")
    world.settle()
    assert world.hs(kim)["hs_email_optout"] == "true"
    assert not any(field == "email_opt_out" for _, field in world.issues())


def test_a_property_that_follows_late_or_never_makes_no_loop(database: Pool) -> None:
    world = World(database)
    world.hubspot.settings.optout_shows = False
    _, lead = hot(world)
    world.edit_lead(lead, HasOptedOutOfEmail=True)
    world.settle()
    world.forget_calls()
    world.settle()
    assert world.writes() == 0
    assert world.sf(lead)["HasOptedOutOfEmail"] is True


def test_no_address_stands_in_a_log_line_or_an_error_of_an_opt_out(
    database: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(database)
    _, lead = hot(world)
    world.hubspot.faults.update({"next": [OneShot("unsubscribe-all", "status", 400, times=9)]})
    world.edit_lead(lead, HasOptedOutOfEmail=True)
    world.settle()
    told = str(world.all("SELECT message, fix FROM issue")) + capsys.readouterr().out
    assert "ann@acme" not in told and "ann%40acme" not in told


def test_a_lost_reply_to_an_opt_out_is_settled_by_reading(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.hubspot.faults.update({"next": [OneShot("unsubscribe-all", "lost_reply")]})
    world.edit_lead(lead, HasOptedOutOfEmail=True)
    world.settle()
    assert world.hs(ann)["hs_email_optout"] == "true"
    assert is_quiet(world)


def test_where_the_mapping_goes_one_way_a_stricter_word_of_the_other_side_is_an_issue(database: Pool) -> None:
    from dataclasses import replace

    from connector.core.mapping import Direction
    from tests.world import _shipped

    shipped = _shipped()
    fields = tuple(
        replace(f, direction=Direction.TO_SALESFORCE) if f.name == "email_opt_out" else f
        for f in shipped.person.fields
    )
    world = World(database, agreement=replace(shipped, person=replace(shipped.person, fields=fields)))
    ann, lead = hot(world)
    world.edit_lead(lead, HasOptedOutOfEmail=True)
    world.settle()
    assert "hs_email_optout" not in world.hs(ann)
    issue: dict[str, Any] = open_issue(world, "consent_differs", "email_opt_out")
    assert "salesforce" in issue["message"]
    world.edit_contact(ann, hs_email_optout="true")
    world.settle()
    assert world.issues() == set()
