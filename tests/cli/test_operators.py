"""What operators do once Accord runs: look, pause, retry, restore, explain, sync one person."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog
from typer.testing import CliRunner

from connector.adapters.postgres.database import Pool
from connector.cli import build
from connector.errors import Refused
from tests.cli.test_first_day import accord, operating
from tests.world import HOT, World


def handed_over(world: World) -> tuple[str, str]:
    """Ann, hot, with her Lead."""
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.settle()
    return ann, str(world.lead_of(ann)["Id"])


def quarrel(world: World, ann: str, lead: str) -> int:
    """Both sides change the phone number; Salesforce wins. The ledger's row."""
    world.edit_contact(ann, phone="+1 555 010 1111")
    world.edit_lead(lead, Phone="+1 555 010 2222")
    world.settle()
    assert world.hs(ann)["phone"] == "+1 555 010 2222"
    return int(world.one("SELECT id FROM ledger")["id"])


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Rounds log; commands configure that, and in process nobody does."""
    with structlog.testing.capture_logs():
        yield


# -- conflicts


def test_a_restored_loser_stands_on_both_sides_and_the_other_value_is_kept(database: Pool) -> None:
    world = World(database)
    ann, lead = handed_over(world)
    row = quarrel(world, ann, lead)
    (listed,) = json.loads(accord(world, "conflicts", "list", "--json"))
    assert (listed["id"], listed["field"], listed["value"]) == (row, "phone", "+1 555 010 1111")
    shown = accord(world, "conflicts", "restore", str(row), "--yes", "--by", "alice")
    assert "+1 555 010 1111 goes from hubspot to salesforce" in shown
    assert json.loads(accord(world, "conflicts", "list", "--json"))[0]["asked"] is True
    world.settle()
    assert world.hs(ann)["phone"] == world.sf(lead)["Phone"] == "+1 555 010 1111"
    kept = world.one("SELECT side, value, winner, why FROM ledger WHERE restored_at IS NULL")
    assert (kept["side"], kept["value"], kept["winner"]) == (
        "salesforce",
        "+1 555 010 2222",
        "+1 555 010 1111",
    )
    assert "restored by alice" in kept["why"]
    assert world.one("SELECT asked a FROM link")["a"] is None
    assert {r["state"] for r in world.all("SELECT state FROM journal")} == {"done"}
    world.forget_calls()
    world.later(minutes=5)
    world.settle()
    assert world.writes() == 0


def test_a_restored_loser_can_be_restored_back(database: Pool) -> None:
    world = World(database)
    ann, lead = handed_over(world)
    accord(world, "conflicts", "restore", str(quarrel(world, ann, lead)), "--yes")
    world.settle()
    second = world.one("SELECT id FROM ledger WHERE restored_at IS NULL")["id"]
    accord(world, "conflicts", "restore", str(second), "--yes")
    world.settle()
    assert world.hs(ann)["phone"] == world.sf(lead)["Phone"] == "+1 555 010 2222"
    with pytest.raises(Refused, match="restored at"):
        accord(world, "conflicts", "restore", str(second), "--yes")


def test_a_restored_loser_beats_an_edit_made_meanwhile_and_keeps_that_too(database: Pool) -> None:
    world = World(database)
    ann, lead = handed_over(world)
    row = quarrel(world, ann, lead)
    world.edit_lead(lead, Phone="+1 555 010 3333")
    world.edit_contact(ann, phone="+1 555 010 4444")
    accord(world, "conflicts", "restore", str(row), "--yes")
    world.settle()
    assert world.hs(ann)["phone"] == world.sf(lead)["Phone"] == "+1 555 010 1111"
    kept = {r["value"] for r in world.all("SELECT value FROM ledger WHERE restored_at IS NULL")}
    assert kept == {"+1 555 010 3333", "+1 555 010 4444"}


def test_an_observed_side_is_not_written_by_a_restore_either(database: Pool) -> None:
    world = World(database)
    row = quarrel(world, *handed_over(world))
    world.set_mode("observe", "salesforce")
    with pytest.raises(Refused, match="only observed"):
        accord(world, "conflicts", "restore", str(row), "--yes")


# -- issues


def test_an_issue_is_shown_with_its_fix_and_retried_once_mended(database: Pool) -> None:
    world = World(database)
    ann, lead = handed_over(world)
    world.edit_lead(lead, Status="Parked by Bob")
    world.settle()
    (issue,) = json.loads(accord(world, "issues", "list", "--code", "unknown_word", "--json"))
    shown = accord(world, "issues", "show", str(issue["id"]))
    assert issue["fix"] in shown and f"hubspot:contact:{ann}" in shown
    accord(world, "issues", "retry", str(issue["id"]))
    world.settle()
    assert ("unknown_word", issue["field"]) in world.issues()  # not mended: it is back
    with pytest.raises(Refused, match="No open issue has the number"):
        accord(world, "issues", "retry", str(issue["id"]))
    with pytest.raises(Refused, match="Say which"):
        accord(world, "issues", "retry")


def test_several_matches_are_retried_by_their_record(database: Pool) -> None:
    world = World(database)
    first, second = (world.lead(LastName="Bo", Email="bea@bolt.example.com") for _ in range(2))
    world.notices()
    bea = world.contact(email="bea@bolt.example.com", lastname="Bo")
    world.settle()
    assert ("several_matches", "") in world.issues()
    world.edit_lead(second, Email="other@bolt.example.com")
    world.notices()
    assert f"hubspot:contact:{bea} goes round again" in accord(
        world, "issues", "retry", "--code", "several_matches"
    )
    world.settle()
    assert not world.issues()
    assert world.one("SELECT salesforce_id s FROM link WHERE hubspot_id = %s", bea)["s"] == first


# -- status, pause, resume


def test_status_tells_backlog_modes_and_that_no_worker_lives(database: Pool) -> None:
    world = World(database)
    handed_over(world)
    world.form(email="bea@bolt.example.com", lastname="Bo")
    world.deliver()
    told = json.loads(accord(world, "status", "--json"))
    assert {row["lane"]: row["waiting"] for row in told["lanes"]} == {"handoff": 0, "live": 1, "backfill": 0}
    assert told["links"] == 1
    assert any("No worker is alive" in warning for warning in told["warnings"])
    shown = accord(world, "status")
    assert "Hand-offs" in shown and "offered" in shown


def test_a_paused_lane_waits_and_is_shown_with_its_reason(database: Pool) -> None:
    world = World(database)
    accord(world, "pause", "live", "--reason", "month end")
    world.form(email="bea@bolt.example.com", lastname="Bo")
    world.deliver()
    assert world.round().idle
    assert "month end" in accord(world, "status")
    assert "Resumed: live" in accord(world, "resume")
    world.later(seconds=1)
    assert not world.round().idle
    with pytest.raises(Refused, match="no lane"):
        accord(world, "pause", "fast")


def test_resume_lifts_a_breaker_and_what_it_held_goes_over(database: Pool) -> None:
    world = World(database)
    people = [world.lead(LastName=f"P{n}", Email=f"p{n}@bolt.example.com", City="Lyon") for n in range(25)]
    world.settle()
    for person in people:
        world.edit_lead(person, City=None)
    world.settle()
    assert ("breaker", "city") in world.issues()
    assert all(c["city"] == "Lyon" for c in map(world.hs, _contacts(world)))
    assert "mass_blanking" in accord(world, "status")
    shown = accord(world, "resume")
    assert "Breaker lifted: hubspot mass_blanking city" in shown and "25 people" in shown
    world.settle()
    assert not any(c.get("city") for c in map(world.hs, _contacts(world)))
    assert not world.issues()


def _contacts(world: World) -> list[str]:
    return [r["h"] for r in world.all("SELECT hubspot_id h FROM link")]


# -- explain, sync


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


def test_explain_tells_what_is_found_at_the_first_link_and_leads_from_the_old_lead_to_the_contact(
    database: Pool,
) -> None:
    world = World(database)
    ann, lead = handed_over(world)
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
