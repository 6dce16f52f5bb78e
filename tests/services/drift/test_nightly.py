"""Every night a sample is compared: little drift is mended, much becomes an issue, and goes when it is gone."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from connector.adapters.postgres.database import Pool
from connector.cli import build
from connector.errors import CallFailed
from connector.practice.faults import OneShot
from connector.services.drift.nightly import Night, compare
from tests.cli.test_backfill import operating
from tests.services.drift.cast import approve, means_of
from tests.services.runs.cast import linked, unheard
from tests.world import World


def drifted(database: Pool, people: int) -> World:
    world = World(database)
    for n, (_, lead) in enumerate(linked(world, people)):
        world.edit_lead(lead, Phone=f"+1 555 020 {1000 + n}")
    unheard(world)
    world.later(minutes=10)
    return world


def status(world: World) -> str:
    done = CliRunner().invoke(build(), ["status"], obj=operating(world), catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_a_little_drift_is_mended_by_ordinary_rounds(database: Pool) -> None:
    world = drifted(database, 3)
    done = compare(means_of(world), Night(sample=2, mend_up_to=5))
    assert done is not None
    assert (done.tally.people, done.mended) == (2, 2)
    assert world.issues() == set()
    world.settle()
    world.later(days=1)
    again = compare(means_of(world), Night(sample=10, mend_up_to=5))
    assert again is not None
    assert (again.tally.people, again.tally.differing) == (3, 1)
    assert "3 people (a sample" in status(world)


def test_much_drift_is_an_issue_until_a_night_finds_little(database: Pool) -> None:
    world = drifted(database, 3)
    compare(means_of(world), Night(sample=10, mend_up_to=2))
    assert world.issues() == {("drift", "")}
    assert world.one("SELECT count(*) n FROM pending")["n"] == 0
    row = world.one("SELECT message, fix FROM issue")
    assert "3 unheard" in row["message"]
    assert "accord verify --mend" in row["fix"]
    assert "3 differ" in status(world)
    compare(means_of(world), Night(sample=10, mend_up_to=3))
    world.settle()
    assert world.issues() == set()


def test_a_sample_meets_people_who_were_never_linked(database: Pool) -> None:
    world = World(database)
    linked(world, 1)
    for n in range(4):
        world.lead(LastName="Kim", Email=f"kim{n}@kim.example.com")
    unheard(world)
    world.later(minutes=61)
    found = 0
    for day in range(6):
        world.later(days=day and 1)
        done = compare(means_of(world), Night(sample=40, mend_up_to=0))
        assert done is not None
        found = max(found, len(done.tally.refs))
    assert found == 4
    approve(world)


def test_a_side_that_can_not_be_asked_is_told(database: Pool) -> None:
    world = drifted(database, 1)
    world.hubspot.faults.update({"next": [OneShot("batch/read", "status", 403, times=9)]})
    with pytest.raises(CallFailed):
        compare(means_of(world), Night(sample=10))
    assert "not to its end" in status(world)


def test_no_sample_is_wanted(database: Pool) -> None:
    world = drifted(database, 1)
    assert compare(means_of(world), Night(sample=0)) is None
    assert world.all("SELECT * FROM verification") == []
