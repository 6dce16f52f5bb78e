"""Backfills from the command line: previewed, applied, watched, undone; and what cron gets."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.runs import PostgresRuns
from connector.cli import build
from connector.cli.operating import Operating
from connector.errors import Refused
from connector.wiring.running import walker_on
from tests.services.runs.cast import linked, unheard
from tests.world import World


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


def operating(world: World) -> Operating:
    """Commands on this world: while they wait, a worker walks and rounds."""
    walker = walker_on(world.bench, PostgresRuns(world.database))

    def sleep(seconds: float) -> None:
        world.clock.advance(seconds)
        walker.tick()
        world.round()

    on = Operating(world.database, lambda: world.bench, world.clock.now)
    on.sleep = sleep
    return on


def accord(world: World, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(build(), words, obj=operating(world), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def told(world: World, *words: str, code: int = 0) -> dict[str, object]:
    found: dict[str, object] = json.loads(accord(world, *words, "--json", code=code))
    return found


def two_with_another_phone(database: Pool) -> tuple[World, list[tuple[str, str]]]:
    world = World(database)
    people = linked(world, 2)
    for n, (_, lead) in enumerate(people):
        world.edit_lead(lead, Phone=f"+1 555 020 {1000 + n}")
    unheard(world)
    return world, people


def test_a_preview_is_shown_kept_applied_and_undone(database: Pool, tmp_path: Path) -> None:
    world, people = two_with_another_phone(database)
    shown = accord(
        world, "backfill", "person", "--linked", "--dry-run", "--wait", "--why", "phones were stale"
    )
    assert "- +1 555 010 1000" in shown
    assert "+ +1 555 020 1000" in shown
    assert "accord backfill apply 1" in shown
    assert "API calls to apply it" in shown
    accord(world, "backfill", "show", "1", "--csv", str(tmp_path / "all.csv"))
    rows = list(csv.DictReader((tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()))
    assert {(r["field"], r["new"]) for r in rows} == {
        ("phone", "+1 555 020 1000"),
        ("phone", "+1 555 020 1001"),
    }
    accord(world, "backfill", "apply", "1", "--wait", "--yes")
    assert world.hs(people[0][0])["phone"] == "+1 555 020 1000"
    accord(world, "undo", "--run", "2", "--wait", "--yes")
    assert world.hs(people[0][0])["phone"] == "+1 555 010 1000"
    listed = accord(world, "backfill", "list")
    assert "undo" in listed
    assert "phones were stale" in listed


def test_cron_gets_json_and_exit_codes(database: Pool, tmp_path: Path) -> None:
    world, people = two_with_another_phone(database)
    file = tmp_path / "ids.csv"
    file.write_text(f"Record ID,Name\n{people[0][0]},Ann\n", encoding="utf-8")
    done = told(world, "backfill", "person", "--ids", str(file), "--wait", "--yes")
    assert (done["state"], done["outcomes"], done["total"]) == ("succeeded", {"written": 1}, 1)
    queued = told(world, "backfill", "person", "--linked", "--yes")
    assert queued["state"] == "queued"
    accord(world, "backfill", "cancel", str(queued["id"]))
    told(world, "backfill", "show", str(queued["id"]), "--wait", code=1)


def test_what_is_asked_wrongly_is_refused_with_what_to_do(database: Pool) -> None:
    world, _ = two_with_another_phone(database)
    for words, said in (
        (("--linked", "--never-synced", "--yes"), "one way"),
        (("--field", "nonsense", "--yes"), "no field nonsense"),
        (("--filter", "{field: country, equals: Norway}", "--yes"), "--from"),
        (("--filter", "{field: cuntry, equals: Norway}", "--from", "hubspot", "--yes"), "not read"),
        (("--yes",), "accord match report"),
        (("--linked",), "--yes"),
        (("--ref", "nonsense", "--yes"), "not a Ref"),
    ):
        with pytest.raises(Refused, match=said):
            accord(world, "backfill", "person", *words)
    with pytest.raises(Refused, match="no run 7"):
        accord(world, "backfill", "show", "7")
    assert world.all("SELECT * FROM run") == []


def test_a_filter_of_the_mappings_kind_chooses(database: Pool) -> None:
    world, people = two_with_another_phone(database)
    world.edit_contact(people[1][0], jobtitle="Clerk")
    unheard(world)
    world.later(minutes=1)
    chosen = ("--filter", "{field: jobtitle, equals: Clerk}", "--from", "hubspot", "--dry-run", "--wait")
    assert told(world, "backfill", "person", *chosen)["outcomes"] == {"would": 1}


def test_the_members_of_a_list_are_chosen(database: Pool) -> None:
    world, people = two_with_another_phone(database)
    world.bench.hubspot.set_members("Webinar", [people[0][0]], [], lambda seconds: None)
    done = told(world, "backfill", "person", "--list", "Webinar", "--dry-run", "--wait")
    assert done["outcomes"] == {"would": 1}
    gone = told(world, "backfill", "person", "--list", "No such list", "--dry-run", "--wait", code=1)
    assert "no static list" in str(gone["reason"])
