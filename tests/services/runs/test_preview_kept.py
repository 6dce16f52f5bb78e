"""A preview kept for a day while 200 records are edited on either side: applying it overwrites none of the edits."""

from __future__ import annotations

from typing import Any

import pytest

from connector.adapters.postgres.database import Pool
from connector.services.runs.starting import apply
from tests.services.runs.cast import Running, linked, unheard
from tests.world import World

EDITED = 200


def hers(n: int) -> str:
    return f"+1 555 030 {1000 + n}"


def his(n: int) -> str:
    return f"Lyon {n}"


@pytest.mark.slow
def test_200_edits_on_either_side_stand_a_day_later_and_each_is_shown_as_planned_anew(database: Pool) -> None:
    """None of the edits is heard, so only the apply itself can meet them: the worst case."""
    world = World(database)
    people = linked(world, EDITED + 3)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222", City="Oslo", Title="Clerk")
    unheard(world)
    runs = Running(world)
    preview = runs.start(dry=True, linked=True)
    assert runs.end(preview) == {"would": len(people)}
    world.later(days=1)
    edited, untouched = people[:EDITED], people[EDITED:]
    for n, (contact, lead) in enumerate(edited):
        world.edit_contact(contact, mobilephone=hers(n))  # what would be replaced is another value by now
        world.edit_lead(lead, City=his(n))  # what would be sent is another value by now
    unheard(world)
    run = apply(world.bench, runs.store, runs.review, preview, "alice")
    assert runs.end(run) == {"written": len(people)}  # each person's title went over as it was previewed
    assert [world.hs(c)["mobilephone"] for c, _ in edited] == [hers(n) for n in range(EDITED)]
    assert [world.sf(i)["City"] for _, i in edited] == [his(n) for n in range(EDITED)]
    assert {world.sf(i)["MobilePhone"] for _, i in edited} == {"+1 555 020 2222"}  # nobody decided it for Bob
    assert {world.hs(c).get("city") for c, _ in edited} == {None}
    assert {world.hs(c)["mobilephone"] for c, _ in untouched} == {"+1 555 020 2222"}
    assert {world.hs(c)["jobtitle"] for c, _ in people} == {"Clerk"}
    shown = {item["hubspot_id"]: planned(item) for item in runs.store.items(run, left=True) if item["plan"]}
    assert set(shown) == {c for c, _ in edited}
    for n, (contact, _) in enumerate(edited):
        assert shown[contact]["city"] == (None, his(n))
        assert "mobilephone" in shown[contact] or "MobilePhone" in shown[contact]


def planned(item: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What a new run would do instead, by native name: old and new."""
    return {c["native"]: (c["old"], c["new"]) for c in item["plan"]["changes"]}
