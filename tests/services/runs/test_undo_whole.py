"""A first link of two filled systems: dry run, apply, undo, and the undo of the undo. Every value and every live record on
both sides is compared, but for what people touched in between and what excluded.yaml names.

ACCORD_UNDO_PEOPLE=2000 plays it with as many persons as the demo.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

from connector.adapters.postgres.database import Pool
from connector.services.runs.starting import retry
from tests.services.runs.both_sides import (
    RECORD,
    Difference,
    Place,
    Values,
    differences,
    rows,
    snapshot,
    unexplained,
    without,
)
from tests.services.runs.cast import Running
from tests.services.runs.test_undo import undone
from tests.world import World

PEOPLE = int(os.environ.get("ACCORD_UNDO_PEOPLE", "150"))


@dataclass
class Story:
    """What was there at each station. ``touched``: records in which somebody had a hand in between, on both sides."""

    world: World
    runs: Running
    start: dict[Place, Values]
    touched: set[str] = field(default_factory=set)

    def linked(self) -> set[str]:
        found = self.world.all("SELECT hubspot_id, salesforce_id FROM link")
        return {row["hubspot_id"] for row in found} | {row["salesforce_id"] for row in found}

    def made(self) -> set[str]:
        """HubSpot records that the run made, and the Salesforce records they were made from."""
        sql = "SELECT hubspot_id, salesforce_id FROM link JOIN journal j ON j.link_id = link.id"
        found = self.world.all(f"{sql} WHERE j.action = 'create' AND j.side = 'hubspot'")
        return {i for row in found for i in (row["hubspot_id"], row["salesforce_id"])} - self.touched

    def left(self, before: dict[Place, Values]) -> list[Difference]:
        """Differences to ``before`` that nothing explains."""
        found = differences(without(before, self.touched), without(snapshot(self.world), self.touched))
        return unexplained(found, self.linked(), self.made())


@pytest.mark.slow
def test_undo_of_a_first_link_is_the_start_and_its_undo_is_the_link_again(database: Pool) -> None:
    story = filled(database)
    world, runs = story.world, story.runs
    preview = runs.start(dry=True)
    would = runs.end(preview)["would"]
    assert differences(story.start, snapshot(world)) == []  # looking changes nothing, not even a date
    run = runs.start()
    assert sum(n for what, n in runs.end(run).items() if what in ("linked", "created", "written")) >= would // 2
    applied = snapshot(world)
    assert len(story.left(story.start)) > PEOPLE  # it was no empty exercise
    handed = world.all("SELECT id FROM handoff WHERE open")
    people_at_work(story)
    at_work = snapshot(world)
    look = undone(runs, dry=True, run=run)
    runs.end(look)
    assert differences(at_work, snapshot(world)) == []
    back = undone(runs, run=run)
    assert set(runs.end(back)) == {"written", "archived", "left"}
    assert story.left(story.start) == []
    listed(story, back)
    still_open = {r["person"].split(":")[2] for r in world.all("SELECT person FROM handoff WHERE open")}
    assert still_open <= story.touched and len(still_open) < len(handed) / 2
    again = undone(runs, run=back)
    assert set(runs.end(again)) == {"written", "restored", "held"}
    of_made = [d for d in differences(applied, snapshot(world)) if d.place.id in story.made()]
    assert {d.field for d in of_made if d.place.side == "hubspot"} == {RECORD}  # archived, and no app can fetch them
    restored_by_hand(story, again)
    assert story.left(applied) == []
    assert not [d for d in differences(applied, snapshot(world)) if d.field == RECORD and d.after is None]
    assert {r["code"] for r in world.all("SELECT code FROM issue WHERE closed_at IS NULL")} <= {"several_matches"}


def filled(database: Pool) -> Story:
    """Both sides as the demo fills them; who is who was approved."""
    world = World(database, people=PEOPLE, seed=7)
    world.notices()
    world.later(minutes=5)
    runs = Running(world)
    runs.approve()
    return Story(world, runs, snapshot(world))


MADE = """SELECT DISTINCT ON (j.side) j.side, l.* FROM journal j JOIN link l ON l.id = j.link_id
WHERE j.action = 'create' AND j.state = 'done' ORDER BY j.side, j.id"""
WRITTEN = """SELECT DISTINCT ON (l.id) l.*, c ->> 'n' AS native, j.side FROM journal j JOIN link l ON l.id = j.link_id,
jsonb_array_elements(j.changes) c WHERE j.action = 'update' AND c ->> 'f' IN ('job_title', 'street') AND l.id <> ALL (%s)
ORDER BY l.id LIMIT 8"""
OFFERED = """SELECT l.* FROM handoff h JOIN link l ON l.id = h.link_id WHERE h.open AND l.id <> ALL (%s)
ORDER BY h.id LIMIT 1"""


def people_at_work(story: Story) -> None:
    """Alice and Bob go on working: on values that the run wrote, on records that it made, and on an offer."""
    world = story.world
    made = {row["side"]: row for row in world.all(MADE)}
    written = world.all(WRITTEN, [row["id"] for row in made.values()])
    for n, row in enumerate(written):
        if row["side"] == "hubspot":
            world.edit_contact(row["hubspot_id"], **{row["native"]: f"Somewhere {n}"})
        else:
            values = {row["native"]: f"Somewhere {n}"}
            world.edit_lead(row["salesforce_id"], object_=row["salesforce_object"], **values)
    world.edit_contact(made["hubspot"]["hubspot_id"], message="She called")  # nothing that Accord maps
    world.edit_lead(made["salesforce"]["salesforce_id"], Description="Bob called")
    offered = world.one(OFFERED, [row["id"] for row in (*made.values(), *written)])
    answer = {"Accord_Answer__c": "Accepted"}
    world.edit_lead(offered["salesforce_id"], object_=offered["salesforce_object"], **answer)
    world.settle()
    for link in (*made.values(), *written, offered):
        story.touched |= {link["hubspot_id"], link["salesforce_id"]}


def listed(story: Story, run: int) -> None:
    """Every record that somebody touched is on the run's list of what was left, with the reason."""
    left = [item for item in story.runs.store.items(run, left=True, limit=10_000) if item["plan"]]
    found = {id_ for item in left for id_ in (item["hubspot_id"], item["salesforce_id"])}
    assert found == story.touched
    whys = {c["why"] for item in left for c in item["plan"]["changes"]}
    assert {why.partition(":")[0].partition(" (")[0] for why in whys} >= {
        "changed since", "touched since", "sales has answered the hand-off",
    }  # fmt: skip


def restored_by_hand(story: Story, run: int) -> None:
    """What an admin does in HubSpot, and then the retry."""
    world, runs = story.world, story.runs
    held = runs.store.items(run, ["held"], limit=10_000)
    assert held and all("Restore records" in item["reason"] for item in held)
    for item in held:
        world.hubspot.edit({}, id=item["hubspot_id"], restore=True)
    rest = retry(world.bench, runs.store, runs.review, run, "alice")
    assert set(runs.end(rest)) <= {"written", "nothing"}


def test_the_list_of_what_is_excluded_is_whole_and_says_why() -> None:
    for row in rows():
        assert set(row) == {"side", "object", "field", "when", "why"}
        assert len(row["why"]) > 20
    assert len(rows()) == 10
