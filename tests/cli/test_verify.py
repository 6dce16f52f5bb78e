"""`accord verify` as a person and as cron meet it: what differs and why, mending, and exit codes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from connector.adapters.postgres.database import Pool
from connector.practice.faults import OneShot
from tests.cli.test_backfill import accord, told
from tests.services.drift.cast import approve
from tests.services.runs.cast import linked, unheard
from tests.world import World


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


def drifted(database: Pool, people: int = 3) -> tuple[World, list[tuple[str, str]]]:
    """All but one have another phone number than we heard of."""
    world = World(database)
    found = linked(world, people)
    for n, (_, lead) in enumerate(found[1:]):
        world.edit_lead(lead, Phone=f"+1 555 020 {1000 + n}")
    unheard(world)
    world.later(minutes=10)
    return world, found


def test_what_differs_is_told_with_its_cause_and_nothing_is_written(database: Pool, tmp_path: Path) -> None:
    world, people = drifted(database)
    world.forget_calls()
    shown = accord(world, "verify", "--csv", str(tmp_path / "all.csv"), code=1)
    assert world.writes() == 0
    assert "3 people compared" in shown
    assert "1 are the same on both sides, 2 differ." in shown
    assert "unheard" in shown
    assert "phone 2" in shown
    assert "+1 555 020 1000" in shown
    assert "accord verify --mend" in shown
    rows = list(csv.DictReader((tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()))
    assert {(r["hubspot_id"], r["cause"], r["field"], r["counts"]) for r in rows} == {
        (contact, "unheard", "phone", "yes") for contact, _ in people[1:]
    }


def test_nothing_differs_is_exit_code_0(database: Pool) -> None:
    world = World(database)
    linked(world, 2)
    world.later(minutes=10)
    assert "2 are the same on both sides, none differs." in accord(world, "verify")


def test_mending_lets_ordinary_rounds_write_and_looks_again(database: Pool) -> None:
    world, people = drifted(database)
    done = told(world, "verify", "--mend", "--wait")
    assert (done["differing"], done["mended"]) == (2, 2)
    after: Any = done["after_mending"]
    assert (after["people"], after["differing"]) == (2, 0)
    assert world.hs(people[1][0])["phone"] == "+1 555 020 1000"
    assert world.one("SELECT people, differing, mended, by_whom <> '' AS by FROM verification") == {
        "people": 3, "differing": 2, "mended": 2, "by": True,
    }  # fmt: skip


def test_above_the_threshold_it_asks_and_cron_says_yes(database: Pool) -> None:
    world, _ = drifted(database)
    accord(world, "verify", "--mend", "--threshold", "1", code=2)  # nobody is there to be asked
    assert world.one("SELECT count(*) n FROM pending")["n"] == 0
    accord(world, "verify", "--mend", "--threshold", "1", "--yes", code=1)
    assert world.one("SELECT count(*) n FROM pending")["n"] == 2
    world.settle()
    accord(world, "verify")


def test_who_was_never_linked_waits_for_the_match_report(database: Pool) -> None:
    world = World(database)
    world.lead(LastName="Kim", Email="kim@kim.example.com")
    unheard(world)
    world.later(minutes=10)
    shown = accord(world, "verify", "--mend", code=1)
    assert "accord match approve" in shown
    assert world.one("SELECT count(*) n FROM pending")["n"] == 0
    approve(world)
    accord(world, "verify", "--mend", "--wait")
    assert world.one("SELECT count(*) n FROM link")["n"] == 1


def test_chosen_people_and_chosen_fields(database: Pool) -> None:
    world, people = drifted(database)
    only = told(world, "verify", "--ref", f"hubspot:contact:{people[1][0]}", "--ref", people[0][1], code=1)
    assert (only["people"], only["differing"]) == (2, 1)
    assert told(world, "verify", "--field", "job_title")["differing"] == 0
    assert told(world, "verify", "--field", "phone", code=1)["differing"] == 2
    some = told(world, "verify", "--sample", "2", "--seed", "5", code=1)
    assert some["people"] == 2
    assert some["scope"] == {"sample": 2, "seed": 5}


def test_what_can_not_be_checked_is_exit_code_2(database: Pool, capsys: pytest.CaptureFixture[str]) -> None:
    world, _ = drifted(database)
    for words in (("--field", "nonsense"), ("--linked", "--never-synced"), ("--sample", "5", "--linked"), ("--ref", "nobody")):
        accord(world, "verify", *words, code=2)
    world.hubspot.faults.update({"next": [OneShot("batch/read", "status", 403, times=9)]})
    accord(world, "verify", code=2)
    assert "not allowed" in world.one("SELECT problem FROM verification")["problem"]
    with database.connection() as conn:
        conn.execute("ALTER TABLE link RENAME TO mislaid")
    try:
        accord(world, "verify", code=2)
    finally:
        with database.connection() as conn:
            conn.execute("ALTER TABLE mislaid RENAME TO link")


def test_who_waits_for_a_round_is_looked_at_again(database: Pool) -> None:
    world, people = drifted(database, 1)
    world.edit_lead(people[0][1], Phone="+1 555 030 1000")
    world.deliver()
    assert "1 are the same" in accord(world, "verify")
    world.edit_lead(people[0][1], Phone="+1 555 040 1000")
    world.deliver()
    shown = json.loads(accord(world, "verify", "--patience", "0", "--json", code=1))
    assert list(shown["causes"]) == ["pending"]
