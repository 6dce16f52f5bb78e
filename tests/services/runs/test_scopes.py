"""Whom a run is about: each way to choose persons that is not shown elsewhere, and how ways go together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connector.adapters.mappings.filters import read_filter
from connector.adapters.postgres.database import Pool
from connector.cli.choosing import refs_of
from connector.core.records import Side
from connector.services.runs.walking import Walker
from tests.services.runs.cast import Running, linked, unheard
from tests.world import World


def test_a_file_of_ids_takes_each_kind_of_id_and_a_heading(tmp_path: Path) -> None:
    file = tmp_path / "ids.csv"
    file.write_text('Record ID,Name\n512,Ann\n"00Q5g0000000001EAA",Ben\n0035g0000000002,Cid\nlink:7\n\n', "utf-8-sig")
    lead, contact = "salesforce:Lead:00Q5g0000000001EAA", "salesforce:Contact:0035g0000000002AAA"
    told = refs_of(["hubspot:contact:9"], file)
    assert told == ["hubspot:contact:9", "hubspot:contact:512", lead, contact, "link:7"]


def test_modified_since_and_until_on_one_side(database: Pool) -> None:
    world = World(database)
    people = linked(world, 3)
    since = world.clock.now()
    for n, (contact, _) in enumerate(people):
        world.later(hours=1)
        world.edit_contact(contact, mobilephone=f"+1 555 020 {1000 + n}")
    world.later(hours=1)
    world.edit_lead(people[2][1], City="Oslo")  # the other side is not asked
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    window: dict[str, Any] = {"since": since.isoformat(), "until": (since.replace(hour=since.hour + 3)).isoformat()}
    assert runs.end(runs.start(**(window | {"from": "hubspot"}))) == {"written": 2}
    assert [world.sf(lead)["MobilePhone"] for _, lead in people] == ["+1 555 020 1000", "+1 555 020 1001", None]


def test_never_synced_from_one_side_meets_that_side_alone(database: Pool) -> None:
    world = World(database)
    linked(world, 2)
    world.lead(LastName="Kim", Email="kim@kim.example.com")
    world.contact(email="cold@acme.example.com", lastname="Frost")
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    scope: dict[str, Any] = {"never_synced": True, "from": "salesforce"}
    run = runs.start(**scope)
    assert runs.end(run) == {"created": 1}
    assert world.one("SELECT count(*) n FROM link")["n"] == 3
    assert len(world.leads()) == 3


def test_one_field_of_those_whom_a_soql_condition_chooses(database: Pool) -> None:
    world = World(database)
    people = linked(world, 2)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222", City="Oslo")
    unheard(world)
    runs = Running(world)
    chosen = {"object": "Lead", "where": "LastName = 'Ito1'"}
    assert runs.end(runs.start(soql=chosen, fields=["mobile_phone"])) == {"written": 1}
    assert [world.hs(c).get("mobilephone") for c, _ in people] == [None, "+1 555 020 2222"]
    assert [world.hs(c).get("city") for c, _ in people] == [None, None]


def test_a_filter_over_what_salesforce_holds_to_one_side(database: Pool) -> None:
    world = World(database)
    people = linked(world, 2)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    world.edit_lead(people[1][1], City="Oslo")
    world.edit_contact(people[1][0], jobtitle="Clerk")
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    text = "{field: City, equals: Oslo}"
    condition = read_filter(text, Side.SALESFORCE, world.bench.desk.mapping)
    runs.walker = Walker(world.bench, runs.store, read_filter=lambda scope: condition)
    scope: dict[str, Any] = {"filter": {"text": text, "side": "salesforce"}, "from": "salesforce", "side": "hubspot"}
    assert runs.end(runs.start(**scope)) == {"written": 1}
    assert [world.hs(c).get("mobilephone") for c, _ in people] == [None, "+1 555 020 2222"]
    assert world.sf(people[1][1])["Title"] is None  # that way was not asked for


def test_members_of_a_hubspot_list_are_written(database: Pool) -> None:
    world = World(database)
    people = linked(world, 2)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    world.bench.hubspot.set_members("Webinar", [people[0][0]], [], lambda seconds: None)
    unheard(world)
    runs = Running(world)
    runs.approve()
    assert runs.end(runs.start(list="Webinar")) == {"written": 1}
    assert world.hs(people[1][0]).get("mobilephone") is None
