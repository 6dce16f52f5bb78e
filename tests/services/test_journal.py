"""The journal's upkeep: months ahead, and what is past its time goes, unless something still needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from connector.adapters.postgres.database import open_pool
from connector.adapters.postgres.journal import PostgresJournal
from connector.services.journal import make_ahead, month_of, planned, prune, upkeep

NOW = datetime(2041, 6, 15, 12, tzinfo=UTC)


class Archive:
    """A database of its own: tables come and go here."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pool = open_pool(url, max_size=3)
        self.store = PostgresJournal(self.pool)

    def run(self, statement: str, *parameters: Any) -> list[Any]:
        with self.pool.connection() as conn:
            cursor = conn.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def wrote(self, at: datetime, state: str = "done", run: int | None = None) -> int:
        (row,) = self.run(
            "INSERT INTO journal (side, object, ref_id, action, state, changes, agreement, token, read_at, intended_at, run_id)"
            " VALUES ('hubspot', 'contact', '1', 'update', %s, '[{\"f\": \"city\"}]', 'm', 1, %s, %s, %s) RETURNING id",
            state, at, at, run,
        )  # fmt: skip
        return int(row[0])

    def months(self, *firsts: datetime) -> None:
        for first in firsts:
            assert self.store.make(first)

    def began(self, state: str = "running", purpose: str = "backfill", scope: str = "{}", at: datetime = NOW) -> int:
        (row,) = self.run(
            "INSERT INTO run (purpose, scope, dry, state, by_whom, agreement, created_at)"
            " VALUES (%s, %s, false, %s, 'alice', 'm', %s) RETURNING id", purpose, scope, state, at,
        )  # fmt: skip
        return int(row[0])

    @property
    def names(self) -> list[str]:
        return [month.name for month in self.store.months()]


@pytest.fixture
def archive(new_database: Callable[[], str]) -> Iterator[Archive]:
    made = Archive(new_database())
    yield made
    made.pool.close()


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert month_of(NOW) == datetime(2041, 6, 1, tzinfo=UTC)
    assert month_of(NOW, 6) == datetime(2040, 12, 1, tzinfo=UTC)
    assert month_of(NOW, -7) == datetime(2042, 1, 1, tzinfo=UTC)


def test_the_months_ahead_are_made_once(archive: Archive) -> None:
    assert make_ahead(archive.store, NOW) == 3
    assert make_ahead(archive.store, NOW) == 0
    assert archive.names[-4:] == ["journal_2041_06", "journal_2041_07", "journal_2041_08", "journal_rest"]


def test_what_no_month_covered_moves_into_its_month_when_that_is_made(archive: Archive) -> None:
    first = archive.wrote(NOW)
    assert archive.run("SELECT tableoid::regclass::text FROM journal") == [("journal_rest",)]
    make_ahead(archive.store, NOW)
    second = archive.wrote(NOW)
    assert archive.run("SELECT id, tableoid::regclass::text FROM journal ORDER BY id") == [
        (first, "journal_2041_06"), (second, "journal_2041_06"),
    ]  # fmt: skip
    assert second > first


def test_whole_months_go_and_old_rows_of_the_first_part(archive: Archive) -> None:
    archive.months(datetime(2040, 5, 1, tzinfo=UTC), datetime(2040, 6, 1, tzinfo=UTC))
    kept = [archive.wrote(datetime(2040, 6, 1, tzinfo=UTC)), archive.wrote(NOW)]
    archive.wrote(datetime(2040, 5, 31, tzinfo=UTC))
    archive.wrote(datetime(2026, 3, 2, tzinfo=UTC))  # in the part of before there were months
    archive.wrote(datetime(2030, 3, 2, tzinfo=UTC))  # in the rest
    dry = planned(archive.store, NOW, 12)
    assert (dry.before, dry.whole, dry.partly) == (
        datetime(2040, 6, 1, tzinfo=UTC), [*archive.names[:3], "journal_2040_05"], {"journal_rest": 1},
    )  # fmt: skip
    assert len(archive.run("SELECT 1 FROM journal")) == 5
    done = prune(archive.store, NOW, 12, "alice")
    assert (done.records, done.kept) == (3, [])
    assert [row[0] for row in archive.run("SELECT id FROM journal ORDER BY id")] == kept
    assert archive.store.kept_since() == datetime(2040, 6, 1, tzinfo=UTC)
    assert archive.run("SELECT by_whom, records FROM journal_pruned") == [("alice", 3)]
    assert upkeep(archive.store, NOW, 12).records == 0
    assert len(archive.run("SELECT 1 FROM journal_pruned")) == 1  # nothing went: nothing is told


def test_with_nought_all_is_kept(archive: Archive) -> None:
    archive.wrote(datetime(2026, 3, 2, tzinfo=UTC))
    assert upkeep(archive.store, NOW, 0).records == 0
    assert len(archive.run("SELECT 1 FROM journal")) == 1


def test_a_write_that_is_not_settled_keeps_its_month(archive: Archive) -> None:
    archive.months(datetime(2040, 4, 1, tzinfo=UTC), datetime(2040, 5, 1, tzinfo=UTC))
    archive.wrote(datetime(2040, 4, 3, tzinfo=UTC), "intended")
    done = prune(archive.store, NOW, 12, "alice")
    assert "journal_2040_05" in done.whole and "journal_2040_04" in archive.names
    assert done.kept == ["journal_2040_04: 1 writes in it are not settled yet"]


@pytest.mark.parametrize(
    ("purpose", "scope", "kept"),
    [("backfill", "{}", 0), ("undo", '{"since": "2040-04-10T00:00:00+00:00"}', 2), ("undo", '{"link": 7}', 5)],
)
def test_an_open_run_keeps_what_it_may_look_at(archive: Archive, purpose: str, scope: str, kept: int) -> None:
    archive.months(*(datetime(2040, month, 1, tzinfo=UTC) for month in (3, 4, 5)))
    run = archive.began("paused", purpose, scope)
    before = len(archive.names)
    pruning = planned(archive.store, NOW, 12)
    left = before - 1 - len(pruning.whole)  # beside the rest
    assert left == {0: 0, 2: 2, 5: before - 1}[kept]
    assert bool(pruning.kept) == bool(kept)
    archive.run("UPDATE run SET state = 'succeeded' WHERE id = %s", run)
    assert planned(archive.store, NOW, 12).kept == []


def test_an_open_undo_of_a_run_reaches_back_to_that_run(archive: Archive) -> None:
    run = archive.began("succeeded", at=datetime(2040, 4, 10, tzinfo=UTC))
    archive.began("running", "undo", f'{{"run": {run}}}')
    assert planned(archive.store, NOW, 12).before == datetime(2040, 4, 1, tzinfo=UTC)


def test_a_busy_journal_is_left_for_the_next_time(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.months(datetime(2040, 5, 1, tzinfo=UTC))
    with monkeypatch.context() as patch, psycopg.connect(archive.url) as reader:
        patch.setattr("connector.adapters.postgres.journal._impatient", _hurried)
        reader.execute("SELECT count(*) FROM journal")
        done = prune(archive.store, NOW, 12, "worker")
        assert (done.records, done.whole) == (0, []) and "busy" in done.kept[0]
        assert archive.store.kept_since() is None
    assert "journal_2040_05" in prune(archive.store, NOW, 12, "worker").whole


def _hurried(conn: psycopg.Connection) -> None:
    conn.execute("SET LOCAL lock_timeout = '50ms'")
