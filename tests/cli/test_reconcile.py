"""`accord reconcile handoffs`: the account that has to balance, for people and for cron."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from connector.adapters.postgres.database import Pool
from tests.cases.cast import hot
from tests.cli.test_backfill import accord
from tests.services.runs.cast import unheard
from tests.world import HOT, World


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


def test_an_account_that_balances(database: Pool, tmp_path: Path) -> None:
    world = World(database)
    contact, lead = hot(world)
    world.form(email="nameless@acme.example.com", **HOT)
    world.settle()
    file = tmp_path / "march.csv"
    shown = accord(world, "reconcile", "handoffs", "--csv", str(file))
    assert "= 1 handed off + 1 explained" in shown
    assert "= 1 received + 0 accounted for" in shown
    assert "The account balances." in shown
    assert "ann@acme.example.com" in shown
    rows = {r["who"]: r for r in csv.DictReader(file.read_text(encoding="utf-8").splitlines())}
    assert rows["ann@acme.example.com"]["salesforce"] == f"salesforce:Lead:{lead}"
    assert rows["ann@acme.example.com"]["person"] == f"hubspot:contact:{contact}"
    assert rows["nameless@acme.example.com"]["why"] == "held"


def test_a_remainder_is_exit_code_1_and_named(database: Pool) -> None:
    world = World(database)
    world.form(email="ann@acme.example.com", lastname="Ito", **HOT)
    unheard(world)
    world.later(minutes=10)
    shown = accord(world, "reconcile", "handoffs", "--month", "2026-03", code=1)
    assert "1 UNEXPLAINED" in shown
    assert "ann@acme.example.com" in shown
    assert "does not balance: 1 left over" in shown
    told = json.loads(accord(world, "reconcile", "handoffs", "--since", "2026-03-01", "--json", code=1))
    assert (told["qualified"], told["unexplained"], told["balances"]) == (1, 1, False)
    assert told["people"][0]["left_over"] is True


def test_another_period_has_nobody(database: Pool) -> None:
    world = World(database)
    hot(world)
    told = json.loads(accord(world, "reconcile", "handoffs", "--month", "2026-02", "--json"))
    assert (told["qualified"], told["until"]) == (0, "2026-03-01T00:00:00+00:00")


def test_a_period_that_is_none_is_exit_code_2(database: Pool) -> None:
    world = World(database)
    for words in (("--month", "March"), ("--month", "2026-03", "--since", "2026-03-01"),
                  ("--since", "2026-03-02", "--until", "2026-03-01")):  # fmt: skip
        accord(world, "reconcile", "handoffs", *words, code=2)
