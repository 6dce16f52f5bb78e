"""Previews: the whole plan without a write, and applying exactly what was previewed."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.database import Pool
from connector.core.runs import State
from connector.errors import Refused
from connector.services.runs.starting import apply
from tests.services.runs.cast import Running, linked, unheard
from tests.world import HOT, World


def applied(runs: Running, preview: int) -> int:
    return apply(runs.world.bench, runs.store, runs.review, preview, "alice")


def test_a_preview_tells_everything_and_writes_nothing(database: Pool) -> None:
    world = World(database)
    people = linked(world, 4)
    world.edit_lead(people[0][1], Phone="+1 555 020 1111")
    world.edit_lead(people[1][1], MobilePhone="+1 555 020 2222")
    world.edit_contact(people[2][0], jobtitle="Chief of all")
    unheard(world)
    before = world.all("SELECT * FROM link ORDER BY id"), world.all("SELECT * FROM journal")
    runs = Running(world, page=3)
    world.forget_calls()
    run = runs.start(dry=True, linked=True)
    assert runs.end(run) == {"would": 3, "nothing": 1}
    assert world.writes() == 0
    assert (world.all("SELECT * FROM link ORDER BY id"), world.all("SELECT * FROM journal")) == before
    counts = runs.row(run)["counts"]
    assert counts["fields"]["hubspot phone"] == {"updates": 1, "fills": 0, "blanks": 0}
    assert counts["fields"]["hubspot mobilephone"] == {"updates": 0, "fills": 1, "blanks": 0}
    assert counts["fields"]["salesforce Title"] == {"updates": 0, "fills": 1, "blanks": 0}
    items = runs.store.items(run)
    assert len(items) == 3
    shown = {c["new"] for i in items for c in i["plan"]["was"]["changes"]}
    assert shown > {"+1 555 020 1111", "+1 555 020 2222", "Chief of all"}


def test_a_preview_is_applied_as_it_was_shown(database: Pool) -> None:
    world = World(database)
    people = linked(world, 3)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    preview = runs.start(dry=True, linked=True)
    runs.end(preview)
    assert runs.end(applied(runs, preview)) == {"written": 3}
    assert {world.hs(c)["mobilephone"] for c, _ in people} == {"+1 555 020 2222"}
    with pytest.raises(Refused, match="no finished preview"):
        applied(runs, runs.start(linked=True))


def test_what_was_edited_since_the_preview_is_not_overwritten_and_shown(database: Pool) -> None:
    """The edits are never heard: only the apply itself meets them."""
    world = World(database)
    people = linked(world, 4)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    preview = runs.start(dry=True, linked=True)
    runs.end(preview)
    world.later(days=1)
    ann, ben, cid, _ = people
    world.edit_contact(ann[0], mobilephone="+1 555 030 1111")  # what would be replaced is another now
    world.edit_lead(ben[1], MobilePhone="+1 555 030 2222")  # what would be sent is another now
    world.edit_contact(cid[0], jobtitle="Chief")  # another field: nobody has seen that in the preview
    unheard(world)
    run = applied(runs, preview)
    assert runs.end(run) == {"written": 2, "changed": 2}
    assert world.hs(ann[0])["mobilephone"] == "+1 555 030 1111"
    assert world.hs(ben[0]).get("mobilephone") is None
    assert world.hs(cid[0])["mobilephone"] == "+1 555 020 2222"
    assert world.sf(cid[1])["Title"] is None
    told = {i["reason"] for i in runs.store.items(run, ["changed"])}
    assert told == {"mobilephone", "MobilePhone"} or told == {"mobilephone"}
    assert world.one("SELECT count(*) n FROM ledger")["n"] == 0


def test_an_edit_heard_while_the_apply_waits_goes_over_after_it(database: Pool) -> None:
    world = World(database)
    ((contact, lead),) = linked(world, 1)
    world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    preview = runs.start(dry=True, linked=True)
    runs.end(preview)
    run = applied(runs, preview)
    runs.walker.tick()
    world.edit_lead(lead, Title="Chief")
    assert runs.end(run) == {"written": 1}
    assert world.hs(contact)["mobilephone"] == "+1 555 020 2222"
    assert world.hs(contact)["jobtitle"] == "Chief"


def test_first_links_and_creations_are_previewed_and_applied(database: Pool) -> None:
    world = World(database)
    world.lead(LastName="Ito", Email="ann@acme.example.com", Phone="+1 555 010 1111")
    world.contact(email="ann@acme.example.com", lastname="Ito", mobilephone="+1 555 010 2222")
    hot = world.form(email="hot@acme.example.com", firstname="Ben", lastname="Ash", **HOT)
    new = world.lead(LastName="Kim", Email="kim@kim.example.com")
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    preview = runs.start(dry=True)
    outcomes = runs.end(preview)
    counts = runs.row(preview)["counts"]
    assert outcomes["would"] == 3, (outcomes, counts)
    assert counts["totals"] == {"links": 1}
    assert counts["creates"] == {"salesforce Lead": 1, "hubspot contact": 1}
    assert world.one("SELECT count(*) n FROM link")["n"] == 0
    runs.approve()
    run = applied(runs, preview)
    assert runs.end(run) == {"linked": 1, "created": 2}, runs.store.items(run)
    assert world.lead_of(hot)["LastName"] == "Ash"
    assert world.one("SELECT count(*) n FROM link WHERE salesforce_id = %s", new)["n"] == 1
    assert world.one("SELECT count(*) n FROM handoff")["n"] == 1


def test_values_that_a_side_would_refuse_are_told_before(database: Pool) -> None:
    world = World(database)
    ((contact, _),) = linked(world, 1)
    world.edit_contact(contact, city="x" * 300)
    unheard(world)
    runs = Running(world)
    preview = runs.start(dry=True, linked=True)
    runs.end(preview)
    counts = runs.row(preview)["counts"]
    assert any(
        "City" in name or "city" in name for name in {**counts.get("fails", {}), **counts.get("holds", {})}
    ), counts


def test_an_observed_side_is_previewed_as_if_it_were_written(database: Pool) -> None:
    world = World(database)
    ((_, lead),) = linked(world, 1)
    world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    world.set_mode("observe")
    runs = Running(world)
    preview = runs.start(dry=True, linked=True)
    assert runs.end(preview) == {"would": 1}
    assert runs.state(preview) is State.SUCCEEDED
    with pytest.raises(Refused, match="only observed"):
        applied(runs, preview)
