"""What operators do with the journal: look, export, prune, and purge it of a person."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from connector.adapters.postgres.database import Pool, open_pool
from connector.adapters.postgres.journal import PostgresJournal
from connector.cli.journal_export import COLUMNS
from connector.errors import Refused
from connector.services.journal import prune
from tests.cli.test_first_day import accord
from tests.cli.test_operators import handed_over
from tests.world import World


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def own(new_database: Callable[[], str]) -> Iterator[Pool]:
    """A database whose months may come and go."""
    with open_pool(new_database(), max_size=4) as pool:
        yield pool


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_export_gives_a_line_a_field_with_old_and_new(database: Pool, tmp_path: Path) -> None:
    world = World(database)
    ann, lead = handed_over(world)
    world.edit_contact(ann, city="Boston")
    world.settle()
    told = lines(accord(world, "journal", "export"))
    assert [name for name, _ in COLUMNS] == list(told[0])
    (city,) = [row for row in told if row["field"] == "city" and row["action"] == "update"]
    assert (city["side"], city["record"], city["old"], city["new"], city["source"], city["became"], city["link"]) == (
        "salesforce", lead, None, "Boston", "hubspot", "done", 1,
    )  # fmt: skip
    made = [row for row in told if row["action"] == "create"]
    assert {row["made_from"] for row in made} == {f"hubspot:contact:{ann}"}
    assert "meaning" in accord(world, "journal", "export", "--columns")
    file = tmp_path / "journal.csv"
    assert f"{len(told)} lines" in accord(world, "journal", "export", "--csv", "--out", str(file))
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert len(rows) == len(told) and "Boston" in {row["new"] for row in rows}


def test_export_of_a_period_a_run_or_a_person_gives_theirs_only(database: Pool) -> None:
    world = World(database)
    ann, _ = handed_over(world)
    world.later(days=1)
    world.form(email="bea@bolt.example.com", firstname="Bea", lastname="Bo", jobtitle="CEO")
    world.lead(LastName="Bo", Email="bea@bolt.example.com")
    world.settle()
    everything = lines(accord(world, "journal", "export"))
    for whom in ("ann@acme.example.com", "link:1", f"hubspot:contact:{ann}"):
        assert {row["link"] for row in lines(accord(world, "journal", "export", "--person", whom))} == {1}
    later = lines(accord(world, "journal", "export", "--since", "2026-03-03"))
    earlier = lines(accord(world, "journal", "export", "--until", "2026-03-03"))
    assert len(later) + len(earlier) == len(everything) and {row["link"] for row in earlier} == {1}
    assert lines(accord(world, "journal", "export", "--run", "7")) == []
    with pytest.raises(Refused, match="knows nobody"):
        accord(world, "journal", "export", "--person", "nobody@acme.example.com")


def test_a_formula_in_a_value_is_text_in_the_spreadsheet(database: Pool) -> None:
    world = World(database)
    ann, _ = handed_over(world)
    world.edit_contact(ann, city="=cmd()")
    world.settle()
    assert "'=cmd()" in accord(world, "journal", "export", "--csv")


def test_status_tells_months_retention_and_erasures(database: Pool) -> None:
    world = World(database)
    handed_over(world)
    shown = accord(world, "journal", "status")
    assert "journal_before" in shown and "24 whole months" in shown and "Persons erased: 0." in shown
    told = json.loads(accord(world, "journal", "status", "--json"))
    assert (told["keep_months"], told["kept_since"], told["months"][0]["since"]) == (24, None, None)


def test_prune_shows_first_asks_and_explain_says_since_when_it_is_kept(own: Pool) -> None:
    world = World(own)
    ann, _ = handed_over(world)
    world.all("UPDATE link SET created_at = %s RETURNING 1", world.clock.now())  # the database has a clock of its own
    world.later(days=100)
    world.edit_contact(ann, city="Boston")
    world.settle()
    dry = accord(world, "journal", "prune", "--keep-months", "2", "--dry-run")
    assert "Would go: what was written before 2026-04-01" in dry and "old rows" in dry
    old = world.one("SELECT count(*) n FROM journal WHERE intended_at < '2026-04-01'")["n"]
    with pytest.raises(Refused, match="say --yes"):
        accord(world, "journal", "prune", "--keep-months", "2")
    assert world.one("SELECT count(*) n FROM journal WHERE intended_at < '2026-04-01'")["n"] == old > 0
    assert f"{old} rows are gone" in accord(world, "journal", "prune", "--keep-months", "2", "--yes")
    shown = accord(world, "explain", f"hubspot:contact:{ann}")
    assert "The journal is kept since 2026-04-01" in shown
    assert "not since 2026-04-01" in shown and "hubspot → salesforce" in shown
    story = json.loads(accord(world, "explain", "link:1", "--stored", "--json"))
    assert story["kept_since"].startswith("2026-04-01")
    assert "as found at first link" not in shown


def test_explain_reads_across_months(own: Pool) -> None:
    world = World(own)
    ann, _ = handed_over(world)
    world.later(days=6000)
    PostgresJournal(own).make(world.clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    world.edit_contact(ann, city="Boston")
    world.settle()
    assert world.one("SELECT count(DISTINCT tableoid) n FROM journal")["n"] == 2
    story = json.loads(accord(world, "explain", "link:1", "--stored", "--json"))
    written = {f["field"]: f["writer"]["at"][:4] for f in story["fields"] if f["writer"]}
    assert (written["city"], written["company"]) == ("2042", "2026")


def test_purge_asks_erases_and_explain_says_so(database: Pool) -> None:
    world = World(database)
    ann, lead = handed_over(world)
    with pytest.raises(Refused, match="say --yes"):
        accord(world, "journal", "purge", "ann@acme.example.com")
    shown = accord(world, "journal", "purge", "ann@acme.example.com", "--yes", "--by", "bob")
    assert f"erase hubspot:contact:{ann}, salesforce:Lead:{lead} there" in shown and "journal" in shown
    assert "Persons erased: 1." in accord(world, "journal", "status")
    told = accord(world, "explain", f"hubspot:contact:{ann}")
    assert "Erased on 2026-03-02 (bob)" in told and "Verdict" not in told and "Ann" not in told
    assert "was erased" in accord(world, "sync", "link:1", "--dry-run")
    assert all(row["erased"] and row["new"] is None for row in lines(accord(world, "journal", "export", "--person", "link:1")))
    with pytest.raises(Refused, match="knows nobody"):
        accord(world, "journal", "purge", "ann@acme.example.com", "--yes")
    told = json.loads(accord(world, "journal", "readmit", "Ann@acme.example.com", "--yes", "--json"))
    assert told == {"readmitted": "ann@acme.example.com"}
    with pytest.raises(Refused, match="nothing keeps them out"):
        accord(world, "journal", "readmit", "ann@acme.example.com", "--yes")


def test_an_address_alone_finds_a_person_who_was_never_linked(database: Pool) -> None:
    world = World(database)
    cold = world.contact(email="cold@acme.example.com", lastname="Frost")
    world.settle()
    assert world.all("SELECT 1 FROM link") == []
    told = json.loads(accord(world, "journal", "purge", "Cold@acme.example.com", "--yes", "--json"))
    assert told["refs"] == [f"hubspot:contact:{cold}"] and told["links"] == []
    assert "Persons erased: 1." in accord(world, "journal", "status")
    with pytest.raises(Refused, match="no table names that address"):
        accord(world, "journal", "purge", "cold@acme.example.com", "--yes")


def test_nothing_is_pruned_where_all_is_kept(database: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCORD_JOURNAL_MONTHS", "0")
    world = World(database)
    with pytest.raises(Refused, match="all is kept"):
        accord(world, "journal", "prune")
    assert "for ever" in accord(world, "journal", "status")
    assert prune(PostgresJournal(database), world.clock.now(), 0, "alice").records == 0


def test_an_undo_that_reaches_back_beyond_the_journal_says_so(database: Pool) -> None:
    world = World(database)
    handed_over(world)
    PostgresJournal(database).pruned(world.clock.now(), "alice", [], 1, world.clock.now())
    assert "kept since 2026-03-02" in accord(world, "undo", "--since", "2026-01-01", "--dry-run")
    assert "kept since" not in accord(world, "undo", "--since", "2026-03-03", "--dry-run")
