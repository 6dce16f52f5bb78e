"""What operators do once Accord runs: look, pause, retry, restore."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from connector.adapters.postgres.database import Pool
from connector.errors import Refused
from tests.cli.test_first_day import accord
from tests.services.test_recovery import compare
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


def test_a_recovery_is_finished_with_what_would_be_written_as_json(database: Pool) -> None:
    world = World(database)
    handed_over(world)
    compare(world)
    with pytest.raises(Refused, match="say --yes"):
        accord(world, "recover", "finish", "--json")
    told = json.loads(accord(world, "recover", "finish", "--yes", "--json"))
    assert (told["recovery"]["unread"], told["written"]) == (0, [])


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
    with pytest.raises(Refused, match="Lift 1 breakers"):
        accord(world, "resume")
    assert "mass_blanking" in accord(world, "status")  # nobody agreed
    shown = accord(world, "resume", "--yes")
    assert "Breaker lifted: hubspot mass_blanking city" in shown and "25 people" in shown
    world.settle()
    assert not any(c.get("city") for c in map(world.hs, _contacts(world)))
    assert not world.issues()


def _contacts(world: World) -> list[str]:
    return [r["h"] for r in world.all("SELECT hubspot_id h FROM link")]
