"""`accord undo` from the command line: what is concerned is shown and asked first; what was left is listed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connector.adapters.postgres.database import Pool
from connector.cli import build
from connector.errors import Refused
from tests.cli.test_backfill import _quiet, accord, told, two_with_another_phone
from tests.services.runs.test_undo import made_by_a_run
from tests.world import World

__all__ = ["_quiet"]


def two_synced(database: Pool) -> tuple[World, list[tuple[str, str]]]:
    world, people = two_with_another_phone(database)
    accord(world, "backfill", "person", "--linked", "--wait", "--yes")
    return world, people


def test_a_run_is_named_by_its_number_and_what_it_wrote_is_shown_before(database: Pool) -> None:
    world, people = two_synced(database)
    shown = accord(world, "undo", "1", "--wait")
    assert "undo of run 1: up to 2 persons" in shown
    assert "phone" in shown
    assert [world.hs(c)["phone"] for c, _ in people] == ["+1 555 010 1000", "+1 555 010 1001"]
    accord(world, "undo", "2", "--wait")
    assert world.hs(people[0][0])["phone"] == "+1 555 020 1000"


def test_above_a_number_of_persons_somebody_must_agree(database: Pool) -> None:
    world, people = two_synced(database)
    with pytest.raises(Refused, match="up to 2 persons.*--yes"):
        accord(world, "undo", "1", "--ask-over", "1", "--wait")
    assert world.hs(people[0][0])["phone"] == "+1 555 020 1000"
    assert told(world, "backfill", "show", "2", "--wait", code=1)["state"] == "cancelled"
    assert told(world, "undo", "1", "--ask-over", "1", "--wait", "--yes")["outcomes"] == {"written": 2}


def test_what_was_left_is_in_the_csv_with_the_reason(database: Pool, tmp_path: Path) -> None:
    world, people = two_synced(database)
    world.edit_contact(people[0][0], phone="+1 555 040 1111")
    world.settle()
    look = accord(world, "undo", "1", "--dry-run", "--wait", "--csv", str(tmp_path / "look.csv"))
    assert "accord backfill apply 2" in look
    assert why_by_contact(tmp_path / "look.csv", people[0][0]) == {"changed since"}
    shown = accord(world, "undo", "1", "--wait", "--csv", str(tmp_path / "left.csv"))
    assert "changed since" in shown
    assert why_by_contact(tmp_path / "left.csv", people[0][0]) == {"changed since"}
    assert world.hs(people[1][0])["phone"] == "+1 555 010 1001"


def why_by_contact(file: Path, contact: str) -> set[str]:
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row["why"] for row in rows if row["hubspot_id"] == contact}


def test_what_no_app_can_do_is_said_before_and_ends_with_3(database: Pool) -> None:
    world, _, _, _, run = made_by_a_run(database)
    shown = accord(world, "undo", str(run), "--wait")
    assert "Into hubspot's recycle bin, where nobody else wrote to them: 1" in shown
    shown = accord(world, "undo", "2", "--wait", code=3)
    assert "which no app can take out: 1" in shown
    assert "Out of Salesforce's recycle bin: 1" in shown
    assert "accord backfill retry 3" in shown
    assert len(world.leads()) == 2


def test_a_person_and_a_time_are_chosen_together(database: Pool) -> None:
    world, people = two_synced(database)
    done = told(world, "undo", f"hubspot:contact:{people[0][0]}", "--since", "2026-03-02", "--wait", "--yes")
    assert done["total"] == 1
    assert world.hs(people[1][0])["phone"] == "+1 555 020 1001"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say what"),
        (("77",), "There is no run 77"),
        (("1", "--run", "2"), "one run"),
        (("1", "--csv", "x.csv"), "--wait"),
        (("nobody@x.example.com",), "nobody@x"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_what_to_do(database: Pool, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(Refused, match=said):
        accord(World(database), "undo", *words)


def test_nothing_to_take_back_is_said(database: Pool) -> None:
    world, _ = two_synced(database)
    shown = accord(world, "undo", "--since", "2030-01-01", "--wait")
    assert "wrote nothing there" in shown


def test_the_help_says_what_it_cant_take_back() -> None:
    done: Any = CliRunner().invoke(build(), ["undo", "--help"])
    text = " ".join(done.stdout.replace("│", " ").split())
    for words in ("mails", "marketing contacts", "recycle bin", "Erased persons", "Exit codes"):
        assert words in text
