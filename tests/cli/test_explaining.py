"""Explaining a person, a dry run, and syncing one person now."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog
from typer.testing import CliRunner

from connector.adapters.postgres.database import Pool
from connector.cli import build
from connector.errors import Refused
from connector.practice.salesforce.rules import Validation
from tests.cli.test_first_day import accord, operating
from tests.cli.test_operators import handed_over
from tests.world import HOT, World


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


def test_explain_names_each_fields_last_writer_with_its_cause(database: Pool) -> None:
    world = World(database)
    ann, lead = handed_over(world)
    world.edit_contact(ann, city="Boston")
    world.settle()
    for ref in (f"hubspot:contact:{ann}", f"salesforce:lead:{lead[:15]}", "link:1", "Ann@acme.example.com"):
        story = json.loads(accord(world, "explain", ref, "--json"))
        assert story["link"]["hubspot_id"] == ann
    city = next(f for f in story["fields"] if f["field"] == "city")
    assert (city["writer"]["source"], city["writer"]["side"], city["writer"]["why"]) == (
        "hubspot", "salesforce", "changed in hubspot",
    )  # fmt: skip
    assert city["writer"]["agreement"] == world.bench.desk.version
    assert story["plan"]["verdict"]["tier"] == "hot"
    assert [e["edge"] for e in story["handoffs"][0]["edges"]] == ["none->offered"]
    shown = accord(world, "explain", f"hubspot:contact:{ann}")
    assert "hubspot → salesforce" in shown and "Verdict now: hot" in shown and "nothing to write" in shown


def test_explain_leads_from_the_old_lead_to_the_contact(database: Pool) -> None:
    world = World(database)
    _, lead = handed_over(world)
    world.salesforce.convert(lead)
    world.settle()
    shown = accord(world, "explain", f"salesforce:Lead:{lead}")
    assert f"formerly salesforce:Lead:{lead}" in shown
    assert "salesforce:Contact:" in shown


def test_explain_still_tells_what_is_stored_when_a_side_is_down(database: Pool) -> None:
    world = World(database)
    ann, _ = handed_over(world)
    world.salesforce.faults.update({"error_rate": {"503": 1.0}})
    shown = accord(world, "explain", f"hubspot:contact:{ann}")
    assert "Not judged now" in shown and "Fields, as each side last held them" in shown
    world.salesforce.faults.clear()
    assert "Verdict" not in accord(world, "explain", f"hubspot:contact:{ann}", "--stored")


def test_nobody_by_that_name_is_said_clearly(database: Pool) -> None:
    world = World(database)
    with pytest.raises(Refused, match="names nobody"):
        accord(world, "explain", "ann")
    with pytest.raises(Refused, match="Nobody has the address"):
        accord(world, "explain", "no@where.example.com")
    with pytest.raises(Refused, match="There is no link:99"):
        accord(world, "sync", "link:99")
    assert "does not exist" in accord(world, "explain", "hubspot:contact:99999")


def test_a_dry_run_prints_the_plan_and_leaves_no_trace(database: Pool) -> None:
    world = World(database)
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.notices()
    world.forget_calls()
    before = world.all("SELECT * FROM turn"), world.all("SELECT * FROM identity")
    plan = json.loads(accord(world, "sync", f"hubspot:contact:{ann}", "--dry-run", "--json"))["plan"]
    assert plan["create"]["object"] == "Lead"
    assert plan["verdict"]["tier"] == "hot"
    assert "would make a salesforce Lead" in accord(world, "sync", f"hubspot:contact:{ann}", "--dry-run")
    assert world.writes() == 0
    assert (world.all("SELECT * FROM turn"), world.all("SELECT * FROM identity")) == before
    assert world.all("SELECT * FROM pending") == world.all("SELECT * FROM journal") == []
    assert world.all("SELECT * FROM link") == world.all("SELECT * FROM handoff") == []


def test_a_dry_run_of_a_linked_pair_is_what_the_round_then_does(database: Pool) -> None:
    world = World(database)
    ann, lead = handed_over(world)
    world.edit_contact(ann, city="Boston", phone="+1 555 010 7777")
    world.notices()
    plan = json.loads(accord(world, "sync", "link:1", "--dry-run", "--json"))["plan"]
    done = json.loads(accord(world, "sync", "link:1", "--json"))
    planned = {(c["side"], c["native"], c["new"]) for c in plan["writes"]}
    wrote = {(row["side"], c["n"], c["v"]) for row in done["wrote"] for c in row["changes"]}
    assert planned == wrote == {("salesforce", "City", "Boston"), ("salesforce", "Phone", "+1 555 010 7777")}
    assert world.sf(lead)["City"] == "Boston"


def test_sync_makes_and_links_a_person_nobody_told_of(database: Pool) -> None:
    world = World(database)
    lead = world.lead(LastName="Kim", Company="Kim AG", Email="kim@kim.example.com")
    world.notices()
    shown = accord(world, "sync", f"salesforce:Lead:{lead}")
    assert "Done: link:1." in shown
    assert world.sf(lead)["Accord_HubSpot_Id__c"]


def test_sync_says_that_both_sides_agree(database: Pool) -> None:
    world = World(database)
    handed_over(world)
    world.forget_calls()
    assert "Nothing to do: both sides agree." in accord(world, "sync", "link:1")
    told = json.loads(accord(world, "sync", "link:1", "--json"))
    assert (told["done"], told["wrote"]) == (True, [])
    assert {d["on_purpose"] for d in told["apart"]} <= {True}
    assert told["said"] == "Nothing to do: both sides agree."
    assert world.writes() == 0


def test_several_are_synced_by_one_command_and_a_slip_among_them_stops_all(database: Pool) -> None:
    world = World(database)
    ann, lead = handed_over(world)
    contact = f"hubspot:contact:{ann}"
    shown = accord(world, "sync", contact, f"salesforce:Lead:{lead}")
    assert [line for line in shown.splitlines() if line.endswith(":")] == [f"{contact}:", f"salesforce:Lead:{lead}:"]
    assert [one["link"] for one in json.loads(accord(world, "sync", contact, "link:1", "--json"))] == [1, 1]
    world.edit_contact(ann, city="Boston")
    with pytest.raises(Refused, match="There is no link:99"):
        accord(world, "sync", contact, "link:99")
    assert world.lead_of(ann).get("City") != "Boston"


def test_sync_of_a_link_at_rest_says_what_wakes_it(database: Pool) -> None:
    world = World(database)
    ann, lead = handed_over(world)
    world.all("UPDATE link SET resting = true RETURNING id")
    world.edit_lead(lead, City="Lyon")
    shown = accord(world, "sync", "link:1")
    assert "an undo put it to rest" in shown and "accord backfill person REF" in shown
    assert not world.hs(ann).get("city")


def test_sync_says_why_a_person_is_filtered_held_or_refused_and_what_to_do(database: Pool) -> None:
    world = World(database)
    staff = world.contact(email="me@accord.example.com", lastname="Own")
    cold = world.contact(email="cold@acme.example.com", lastname="Cold")
    world.settle()
    (told,) = json.loads(accord(world, "sync", f"hubspot:contact:{staff}", "--json"))["apart"]
    assert (told["cause"], "mappings/person.yaml" in told["fix"]) == ("filtered", True)
    (told,) = json.loads(accord(world, "sync", f"hubspot:contact:{cold}", "--json"))["apart"]
    assert told["cause"] == "not handed over"
    ann, _ = handed_over(world)
    rule = Validation("Lead", None, lambda row: row.get("City") == "Lyon", "No Lyon")
    world.salesforce.org.rules.validations.append(rule)
    world.edit_contact(ann, city="Lyon")
    world.settle()
    apart = json.loads(accord(world, "sync", f"hubspot:contact:{ann}", "--json"))["apart"]
    (told,) = [d for d in apart if not d["on_purpose"]]
    assert (told["cause"], told["field"]) == ("refused", "city")
    assert "No Lyon" in told["why"] and "accord issues retry" in told["fix"]
    assert "accord issues retry" in accord(world, "sync", f"hubspot:contact:{ann}")


def test_sync_says_so_when_a_side_is_down_and_ends_with_one(database: Pool) -> None:
    world = World(database)
    handed_over(world)
    world.salesforce.faults.update({"error_rate": {"503": 1.0}})
    done = CliRunner().invoke(build(), ["sync", "link:1"], obj=operating(world), catch_exceptions=False)
    assert done.exit_code == 1
    assert "Not finished: salesforce" in done.output
    accord(world, "pause", "handoff")
    with pytest.raises(Refused, match="is paused"):
        accord(world, "sync", "link:1")


def test_what_a_record_holds_never_steers_the_terminal(database: Pool) -> None:
    world = World(database)
    ann, _ = handed_over(world)
    world.edit_contact(ann, city="\x1b[2Jgone\u202e")
    world.settle()
    shown = accord(world, "explain", "link:1")
    assert "\x1b" not in shown and "\u202e" not in shown
    assert "[2Jgone" in shown
