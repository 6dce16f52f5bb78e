"""The operator's first day: nothing is written before a match report and a preview were approved; then all goes live."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from connector.adapters.postgres.database import Pool
from connector.cli import build
from connector.cli.operating import Operating
from connector.errors import Refused
from tests.world import HOT, World


def operating(world: World) -> Operating:
    """Commands on this world: its clock moves when they wait, and a round runs."""

    def sleep(seconds: float) -> None:
        world.clock.advance(seconds)
        world.round()

    on = Operating(world.database, lambda: world.bench, world.clock.now)
    on.sleep = sleep
    return on


def accord(world: World, *words: str) -> str:
    """Output of a command that ends with 0; Refused passes through, as it does to `main`."""
    done = CliRunner().invoke(build(), words, obj=operating(world), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def filled(database: Pool) -> World:
    """Ann on both sides with other phones; Bea twice in Salesforce; Cleo only in HubSpot, hot; Dan only in Salesforce."""
    world = World(database, live=False)
    world.contact(email="ann@acme.example.com", firstname="Ann", lastname="Ito", phone="+1 555 010 1111")
    world.lead(
        LastName="Ito", Company="Acme", Email="Ann@Acme.example.com", Phone="+1 555 010 2222", City="Lyon"
    )
    world.contact(email="bea@bolt.example.com", lastname="Bo")
    world.lead(LastName="Bo", Company="Bolt", Email="bea@bolt.example.com")
    world.lead(LastName="Bo", Company="Bolt", Email="bea@bolt.example.com")
    world.contact(email="cleo@core.example.com", lastname="Kent", **HOT)
    world.lead(LastName="Dunn", Company="Dune", Email="dan@dune.example.com")
    world.notices()  # long ago, before Accord
    world.later(minutes=5)
    world.forget_calls()
    return world


def test_the_report_counts_one_many_and_none_on_both_sides_and_writes_nothing(database: Pool) -> None:
    world = filled(database)
    told = json.loads(accord(world, "match", "report", "--json"))
    hubspot, salesforce = told["sides"]["hubspot"], told["sides"]["salesforce"]
    assert (hubspot["records"], hubspot["one"], hubspot["many"], hubspot["none"]) == (3, 1, 1, 1)
    assert (hubspot["by"], hubspot["created"]) == ({"e-mail": 1}, 1)
    # Bea's two Leads each match her, but she does not match either of them: nobody guesses
    assert (salesforce["records"], salesforce["one"], salesforce["duplicate"], salesforce["none"]) == (
        4,
        1,
        2,
        1,
    )
    assert salesforce["created"] == 1
    assert [m["by"] for m in told["many"]] == ["e-mail"]
    assert len(told["many"][0]["several"]) == 2
    assert world.writes() == 0
    assert "ann@" not in json.dumps(world.all("SELECT summary FROM match_report"))


def test_the_report_is_a_plain_table_where_there_is_no_terminal(database: Pool) -> None:
    shown = accord(filled(database), "match", "report")
    assert "side        records  selected  linked  one  many  duplicate  none  created" in shown
    assert "bea@bolt.example.com" in shown
    assert "\x1b" not in shown


def test_nothing_goes_live_unseen(database: Pool) -> None:
    world = filled(database)
    with pytest.raises(Refused, match="No match report was approved"):
        accord(world, "mode", "live", "--yes")
    with pytest.raises(Refused, match="no match report yet"):
        accord(world, "match", "approve", "--yes")
    accord(world, "match", "report")
    with pytest.raises(Refused, match="say --yes"):
        accord(world, "match", "approve")
    accord(world, "match", "approve", "--yes", "--by", "alice")
    with pytest.raises(Refused, match="Nobody has approved what would be written"):
        accord(world, "mode", "live", "--yes")
    accord(world, "preview")  # looked at, not approved
    with pytest.raises(Refused, match="Nobody has approved what would be written"):
        accord(world, "mode", "live", "--yes")
    assert world.writes() == 0


def test_a_report_made_under_another_agreement_can_not_be_approved(database: Pool) -> None:
    world = filled(database)
    accord(world, "match", "report")
    world.all("UPDATE match_report SET agreement = 'older' RETURNING 1")
    with pytest.raises(Refused, match="under another agreement"):
        accord(world, "match", "approve", "--yes")


def test_from_observe_to_live_what_was_matched_is_linked_and_what_was_previewed_is_written(
    database: Pool,
) -> None:
    world = filled(database)
    accord(world, "match", "report")
    assert "2 people are planned now" in accord(world, "match", "approve", "--yes", "--by", "alice")
    seen = accord(world, "preview", "--yes", "--by", "alice")
    assert "1 people would be written." in seen
    assert "+1 555 010 1111" in seen
    assert "several_matches" in {r["code"] for r in world.all("SELECT code FROM issue")}
    assert world.writes() == 0
    shown = accord(world, "mode", "live", "--yes", "--by", "alice")
    assert "2 people go round" in shown or "3 people go round" in shown
    world.settle()
    ann = world.one("SELECT hubspot_id h, salesforce_id s FROM link")
    assert world.sf(ann["s"])["Phone"] == world.hs(ann["h"])["phone"]
    assert world.hs(ann["h"])["city"] == "Lyon"  # a blank was filled
    assert world.all("SELECT * FROM observed") == []
    assert world.one("SELECT approved_by b FROM match_report")["b"] == "alice"
    assert [r["changed_by"] for r in world.all("SELECT changed_by FROM side_mode")] == ["alice", "alice"]
    world.forget_calls()
    assert "0 people" in accord(world, "preview", "--yes") and world.writes() == 0


def test_limited_writes_only_for_those_named(database: Pool) -> None:
    world = filled(database)
    accord(world, "match", "report")
    accord(world, "match", "approve", "--yes")
    accord(world, "preview", "--yes")
    with pytest.raises(Refused, match="Say for whom"):
        accord(world, "mode", "limited", "--yes")
    with pytest.raises(Refused, match="go with"):
        accord(world, "mode", "live", "--yes", "--domain", "acme.example.com")
    accord(world, "mode", "limited", "--yes", "--domain", "@Bolt.example.com")
    world.settle()
    assert world.all("SELECT * FROM link") == []
    accord(world, "mode", "limited", "--yes", "--email", "ann@acme.example.com")
    world.settle()
    assert len(world.all("SELECT * FROM link")) == 1
    assert "ann@acme.example.com" in accord(world, "mode")


def test_one_side_may_go_live_before_the_other(database: Pool) -> None:
    world = filled(database)
    accord(world, "match", "report")
    accord(world, "match", "approve", "--yes")
    accord(world, "preview", "--yes")
    accord(world, "mode", "live", "--yes", "--side", "hubspot")
    assert [r["mode"] for r in json.loads(accord(world, "mode", "--json"))] == ["live", "observe"]
    accord(world, "mode", "observe")
    assert [r["mode"] for r in json.loads(accord(world, "mode", "--json"))] == ["observe", "observe"]


def test_a_preview_of_which_nothing_was_planned_can_not_be_approved(database: Pool) -> None:
    """No worker ran: whoever said yes would have agreed to what nobody saw."""
    world = filled(database)
    accord(world, "match", "report")
    accord(world, "match", "approve", "--yes")
    with pytest.raises(Refused, match=r"none of 2 people is planned yet\. .* start `accord worker`"):
        accord(world, "preview", "--yes", "--wait", "0")
    accord(world, "preview", "--yes")
