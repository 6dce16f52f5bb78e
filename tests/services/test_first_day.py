"""The first day: what would be made, what that costs, and what in the org would answer it."""

from __future__ import annotations

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.review import PostgresReview
from connector.core.records import Side
from connector.practice.faults import OneShot
from connector.practice.salesforce import tooling
from connector.services.review.first_day import Terms, look
from connector.services.review.match import report
from tests.cli.test_first_day import accord, filled
from tests.world import World


def test_the_report_tells_what_would_be_made_and_what_it_costs(database: Pool) -> None:
    world = filled(database)
    made = report(world.bench, PostgresReview(database))
    assert made.first_day is not None
    assert made.first_day.creates == {"hubspot": 1, "salesforce": 1}
    told = " ".join(made.first_day.costs)
    assert "1 contacts would be made" in told and "2 KB a record" in told and "MB are free" in told
    assert any("ACCORD_HUBSPOT_NEW_ARE_MARKETING" in line for line in made.first_day.warnings)
    assert made.summary()["first_day"]["creates"] == {"hubspot": 1, "salesforce": 1}
    assert world.writes() == 0


def test_report_and_preview_show_it(database: Pool) -> None:
    world = filled(database)
    assert "What it costs" in (shown := accord(world, "match", "report"))
    assert "no workflow that is on enrols contacts" in shown
    accord(world, "match", "approve", "--yes")
    world.bench.rounds.requeue([], [], 1, world.clock.now())
    cleo = next(
        row["id"] for row in world.hubspot.snapshot()["contacts"] if row["properties"]["lastname"] == "Kent"
    )
    world.edit_contact(cleo, city="Nice")
    world.deliver()
    shown = accord(world, "preview", "--yes")
    assert "Salesforce: 1 records would be made" in shown
    kept = world.one("SELECT summary FROM preview")["summary"]
    assert kept["first_day"]["creates"] == {"hubspot": 0, "salesforce": 1}


def test_a_tier_of_marketing_contacts_that_would_be_passed_is_loud(database: Pool) -> None:
    world = World(database, live=False)
    over = look(world.bench, {Side.HUBSPOT: 120}, Terms(tier=100, new_are_marketing=True))
    assert any("120 passes the tier of 100" in line for line in over.warnings)
    under = look(world.bench, {Side.HUBSPOT: 50}, Terms(tier=100, new_are_marketing=True))
    assert under.warnings == ()
    none = look(world.bench, {Side.HUBSPOT: 120}, Terms(tier=100, new_are_marketing=False))
    assert none.warnings == () and any("no marketing contacts" in line for line in none.costs)


def test_storage_that_does_not_suffice_is_loud(database: Pool) -> None:
    world = World(database, live=False)
    seen = look(world.bench, {Side.SALESFORCE: 100_000_000}, Terms())
    assert any("that is not enough" in line for line in seen.warnings)


def test_rules_that_can_be_read_are_named_with_what_they_do(database: Pool) -> None:
    world = World(database, live=False)
    org = world.salesforce.org
    org.rules.add_pattern("Lead", "Phone", r"\+.*", "International numbers, please")
    org.rules.add_automation({"object": "Contact", "set": {"Description": "seen"}})
    rows = tooling.setup_of(org).rows
    rows["AssignmentRule"] = [{"SobjectType": "Lead", "Name": "Round robin", "Active": True}]
    rows["FlowDefinitionView"] = [
        {"TriggerObjectOrEventLabel": "Lead", "ApiName": "Welcome_mail", "IsActive": True},
        {"TriggerObjectOrEventLabel": "Lead", "ApiName": "Old_one", "IsActive": False},
        {"TriggerObjectOrEventLabel": "Case", "ApiName": "Not_ours", "IsActive": True},
    ]
    told = "\n".join(look(world.bench, {}, Terms()).risks)
    assert "Salesforce, Lead: 1 validation rule (Rule_1): may refuse" in told
    assert "Salesforce, Contact: 1 trigger" in told
    assert "1 assignment rule (Round robin): is not run" in told
    assert "1 flow (Welcome_mail): runs on every record" in told
    assert "Old_one" not in told and "Not_ours" not in told
    assert "auto-response rules can't be read: ask your admin" in told


def test_what_may_not_be_read_is_said_and_costs_nothing_else(database: Pool) -> None:
    world = filled(database)
    tooling.setup_of(world.salesforce.org).hidden |= set(tooling.KINDS)
    world.salesforce.faults.update({"next": [OneShot("/limits", "status", 403, times=9)]})
    seen = look(world.bench, {Side.SALESFORCE: 3}, Terms())
    for kind in ("triggers", "flows", "validation rules", "workflow rules", "assignment rules"):
        assert any(f"{kind} can't be read: ask your admin" in line for line in seen.risks)
    assert any("storage that is left can't be read" in line for line in seen.warnings)
