"""What a preview tells beyond its own plan: who would wake up, which new records a duplicate rule refuses; and the mark
that a run leaves beside what it writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.adapters.mappings import load
from connector.adapters.postgres.database import Pool
from connector.core.records import Side
from connector.practice.faults import OneShot
from connector.practice.hubspot.own import Automation
from connector.practice.hubspot.schema import instant
from connector.practice.hubspot.scopes import SCOPES
from connector.practice.salesforce import tooling
from connector.services.review.first_day import Terms
from connector.services.review.waking import listed_workflows
from connector.services.runs.starting import Asked, undo
from connector.services.runs.walking import Walker
from tests.services.runs.cast import Running, linked, unheard
from tests.world import HOT, MAPPINGS, World

MARKED = {Side.HUBSPOT: "accord_run_at", Side.SALESFORCE: "Accord_Run_At__c"}


def risks_of(runs: Running, run: int) -> str:
    return "\n".join(runs.row(run)["counts"]["risks"])


def two_phones(world: World) -> None:
    for _, lead in linked(world, 2):
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)


def test_workflows_that_look_at_a_field_that_would_be_written_are_named_and_counted(database: Pool) -> None:
    world = World(database)
    two_phones(world)
    world.hubspot.automations += [
        Automation("mobilephone", {"jobtitle": "x"}, name="Text them", mails=True),
        Automation("city", {"jobtitle": "x"}, name="Far away"),
    ]
    runs = Running(world)
    run = runs.start(dry=True, linked=True)
    runs.end(run)
    told = risks_of(runs, run)
    assert "workflow “Text them” looks at mobilephone (2): up to 2 records may wake it; it sends e-mail" in told
    assert "2 workflows that are on enrol contacts; 1 of them send e-mail (Text them)" in told
    assert "Far away" not in told


def test_flows_and_rules_of_the_org_are_named_by_the_fields_they_look_at(database: Pool) -> None:
    world = World(database)
    for contact, _ in linked(world, 2):
        world.edit_contact(contact, mobilephone="+1 555 020 2222")
    unheard(world)
    rows = tooling.setup_of(world.salesforce.org).rows
    flow = {"TriggerObjectOrEventLabel": "Lead", "ApiName": "Call_them", "IsActive": True, "ActiveVersionId": "301x1"}
    start = {"object": "Lead", "filters": [{"field": "MobilePhone", "operator": "IsChanged"}]}
    rows["FlowDefinitionView"] = [flow]
    rows["Flow"] = [{"Id": "301x1", "Metadata": {"start": start, "actionCalls": [{"actionType": "emailAlert"}]}}]
    criteria = {"active": True, "criteriaItems": [{"field": "Lead.MobilePhone"}], "actions": [{"type": "Task"}]}
    rows["WorkflowRule"] = [{"Id": "01Qx1", "TableEnumOrId": "Lead", "Name": "Task for it", "Metadata": criteria}]
    runs = Running(world)
    run = runs.start(dry=True, linked=True)
    runs.end(run)
    told = risks_of(runs, run)
    assert "flow “Call_them” looks at MobilePhone (2): up to 2 records may wake it; it sends e-mail" in told
    assert "workflow rule “Task for it” looks at MobilePhone (2): up to 2 records may wake it." in told


def test_workflows_that_can_only_be_listed_by_the_admin_count_too(database: Pool) -> None:
    world = World(database)
    two_phones(world)
    world.hubspot.settings.scopes = [scope for scope in SCOPES if scope != "automation"]
    runs = Running(world)
    runs.walker = Walker(world.bench, runs.store, terms=Terms(workflows="Text them: mobilephone; Anything"))
    run = runs.start(dry=True, linked=True)
    runs.end(run)
    assert "workflow “Text them” looks at mobilephone (2)" in risks_of(runs, run)
    assert [w.fields for w in listed_workflows("a: b, c; d;")] == [("b", "c"), None]


@pytest.mark.parametrize(("action", "said"), [("block", True), ("alert", True), ("allow", False)])
def test_a_new_record_that_a_duplicate_rule_refuses_is_told_before(
    database: Pool, action: Any, said: bool
) -> None:
    world = World(database)
    world.form(email="hot@acme.example.com", firstname="Hot", lastname="Ash", **HOT)
    world.form(email="hotter@acme.example.com", firstname="Hot", lastname="Birch", **HOT)
    world.lead(LastName="Ash", Company="Acme Tools", Email="another@acme.example.com")
    unheard(world)
    world.later(minutes=5)
    world.salesforce.admin.add_duplicate_rule("Lead", ["LastName", "Company"], action=action, name="Same name")
    runs = Running(world)
    run = runs.start(dry=True, never_synced=True, **{"from": "hubspot"})
    runs.end(run)
    fails = {name: n for name, n in runs.row(run)["counts"].get("fails", {}).items() if "duplicate rule" in name}
    wanted = "salesforce Lead: the duplicate rule “Same name” refuses it (certain): the same LastName, Company as "
    assert fails == ({wanted + "another Lead": 1} if said else {})
    does = "refuses a new record that matches" if said else "lets it pass, and may report it"
    assert f"duplicate rule “Same name” {does} (Lead by LastName, Company)" in risks_of(runs, run)


def fails_by_rule(runs: Running, run: int) -> dict[str, int]:
    return {n: count for n, count in runs.row(run)["counts"].get("fails", {}).items() if "duplicate rule" in n}


def a_double_to_be(world: World) -> None:
    """Ann's contact takes the address of another Lead; her Lead would follow."""
    ((ann, _), _) = linked(world, 2)
    world.lead(LastName="Else", Company="Else AG", Email="else@else.example.com", Phone="+1 555 090 9090")
    world.settle()
    world.edit_contact(ann, phone="+1 555 090 9090", city="Lyon")
    unheard(world)


@pytest.mark.parametrize(("on_update", "said"), [("block", True), ("alert", True), ("allow", False)])
def test_a_change_that_makes_a_double_is_told_before_and_refused_after(
    database: Pool, on_update: Any, said: bool
) -> None:
    world = World(database)
    a_double_to_be(world)
    world.salesforce.admin.add_duplicate_rule("Lead", ["Phone"], action="allow", on_update=on_update, name="Same phone")
    runs = Running(world)
    run = runs.start(dry=True, linked=True)
    runs.end(run)
    wanted = "salesforce Lead: the duplicate rule “Same phone” refuses it (certain): the same Phone as another Lead"
    assert fails_by_rule(runs, run) == ({wanted: 1} if said else {})
    told = "duplicate rule “Same phone” refuses a change of Phone that makes a record match (Lead by Phone)"
    assert (told in risks_of(runs, run)) is said
    done = runs.start(linked=True)
    assert runs.end(done).get("refused", 0) == (1 if said else 0), runs.store.items(done)


def test_a_change_that_touches_no_field_of_the_rule_is_no_double(database: Pool) -> None:
    world = World(database)
    a_double_to_be(world)
    world.salesforce.admin.add_duplicate_rule("Lead", ["LastName", "Company"], on_update="block", name="Same firm")
    runs = Running(world)
    run = runs.start(dry=True, linked=True)
    runs.end(run)
    assert fails_by_rule(runs, run) == {}


def test_what_a_rule_compares_and_a_round_does_not_read_is_read_for_it(database: Pool) -> None:
    world = World(database)
    ((ann, lead), _) = linked(world, 2)
    other = world.lead(LastName="Else", Company="Else AG", Email="else@else.example.com", Phone="+1 555 090 9090")
    world.settle()
    for each in (lead, other):
        world.edit_lead(each, Fax="+1 555 777 7777")
    world.edit_contact(ann, phone="+1 555 090 9090")
    unheard(world)
    world.salesforce.admin.add_duplicate_rule("Lead", ["Phone", "Fax"], on_update="block", name="Same line")
    runs = Running(world)
    run = runs.start(dry=True, linked=True)
    runs.end(run)
    (told,) = fails_by_rule(runs, run)
    assert "(certain): the same Phone, Fax as another Lead" in told


@pytest.mark.parametrize(("last", "said"), [("Ash", True), ("Birch", False)])
def test_a_rule_that_compares_roughly_is_likely_where_address_and_last_name_are_the_same(
    database: Pool, last: str, said: bool
) -> None:
    world = World(database)
    ((ann, _), _) = linked(world, 2)
    world.salesforce.edit("Contact", None, {"LastName": "Ash", "Email": world.hs(ann)["email"]})
    world.edit_contact(ann, lastname=last)
    unheard(world)
    fields = {"LastName": "LastName", "Email": "Email", "Title": "Title"}
    rules = world.salesforce.admin.add_duplicate_rule
    rules("Lead", matches=fields, among="Contact", action="allow", on_update="block", rough=True, name="Std")
    runs = Running(world)
    run = runs.start(dry=True, linked=True)
    runs.end(run)
    wanted = "salesforce Lead: the duplicate rule “Std” refuses it (likely): the same Email, LastName as another Contact"
    assert fails_by_rule(runs, run) == ({wanted: 1} if said else {})
    told = "refuses a change of LastName that makes a record match (Contact by LastName, Email, Title, about the same)"
    assert f"duplicate rule “Std” {told}" in risks_of(runs, run)
    done = runs.start(linked=True)
    assert runs.end(done).get("refused", 0) == (1 if said else 0)


def test_where_only_the_names_of_rules_are_told_nothing_is_forecast_and_the_admin_is_to_be_asked(database: Pool) -> None:
    world = World(database)
    world.form(email="hot@acme.example.com", firstname="Hot", lastname="Ash", **HOT)
    world.lead(LastName="Ash", Company="Acme Tools", Email="another@acme.example.com")
    unheard(world)
    world.later(minutes=5)
    world.salesforce.admin.add_duplicate_rule("Lead", ["LastName"], action="block", name="Same name")
    world.salesforce.faults.next.append(OneShot("/ui-api/duplicates", "status", 403, body=[{"errorCode": "X"}], times=9))
    runs = Running(world)
    run = runs.start(dry=True, never_synced=True, **{"from": "hubspot"})
    runs.end(run)
    assert fails_by_rule(runs, run) == {}
    told = "duplicate rule “Same name” may refuse a new record; what it does can't be read: ask your admin."
    assert told in risks_of(runs, run)


def marked(world: World) -> World:
    """Its mapping names the marks, and both sides have the fields."""
    shipped = load(MAPPINGS)
    world.hubspot.portal.properties["accord_run_at"] = instant("accord_run_at", "Accord: run")
    world.hubspot.portal.lay_rules()
    for object_ in ("Lead", "Contact"):
        world.salesforce.admin.add_field(object_, "Accord_Run_At__c", "datetime")
    world.agreement = replace(shipped, person=replace(shipped.person, run_marks=MARKED))
    world.bench = world._bench()
    return world


def test_a_run_leaves_its_mark_beside_what_it_writes_and_nothing_else_does(database: Pool) -> None:
    world = marked(World(database))
    ann, *others = linked(world, 3)
    assert world.hs(ann[0]).get("accord_run_at") is None  # live rounds leave none
    world.edit_lead(ann[1], MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    preview = runs.start(dry=True, linked=True)
    runs.end(preview)
    assert runs.row(preview)["counts"]["fields"] == {"hubspot mobilephone": {"updates": 0, "fills": 1, "blanks": 0}}
    assert "To leave its writes alone, add to a workflow's enrolment" in risks_of(runs, preview)
    assert runs.end(runs.start(linked=True)) == {"written": 1, "nothing": 2}
    assert str(world.hs(ann[0])["accord_run_at"]).startswith("2026-")
    assert [world.hs(c).get("accord_run_at") for c, _ in others] == [None, None]
    world.forget_calls()
    assert runs.end(runs.start(linked=True)) == {"nothing": 3}
    assert world.writes() == 0


def test_an_undo_leaves_its_own_mark_and_takes_the_values_back(database: Pool) -> None:
    world = marked(World(database))
    ((contact, lead),) = linked(world, 1)
    world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    run = runs.start(linked=True)
    assert runs.end(run) == {"written": 1}
    first = world.hs(contact)["accord_run_at"]
    world.later(hours=1)
    undone = undo(world.bench, runs.store, runs.review, Asked({"run": run, "words": "undo"}, "alice"))
    assert runs.end(undone) == {"written": 1}
    assert world.hs(contact).get("mobilephone") is None
    assert world.hs(contact)["accord_run_at"] > first
