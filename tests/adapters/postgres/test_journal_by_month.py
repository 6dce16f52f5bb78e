"""The journal of the release before becomes the first part of the one by months: nothing is lost, and both can go on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from connector.adapters.postgres import migrate
from connector.adapters.postgres.embedded import EmbeddedServer
from tests import databases

OLD_INSERT = """INSERT INTO journal (link_id, side, object, ref_id, mate, action, state, changes, agreement, token, read_at, intended_at)
    VALUES (1, 'hubspot', 'contact', %s, NULL, 'update', 'intended', '[]', 'm', 1, now(), now()) RETURNING id"""
OLD_SETTLE = "UPDATE journal SET state = 'done', settled_at = now() WHERE id = %s AND state = 'intended'"


@pytest.fixture
def before(database_server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database as the release before had it."""
    for path in migrate.MIGRATIONS.glob("*.sql"):
        if path.stem < "0011":
            shutil.copy(path, tmp_path)
    databases.administer(database_server.url, "CREATE DATABASE before_months STRATEGY file_copy")
    url = databases.url_of(database_server, "before_months")
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "MIGRATIONS", tmp_path)
        migrate.migrate(url)
    return url


def test_rows_ids_indexes_and_rights_are_carried_over(before: str) -> None:
    with psycopg.connect(before, autocommit=True) as old:
        ids = [old.execute(OLD_INSERT, [str(n)]).fetchone()[0] for n in range(3)]  # type: ignore[index]
        old.execute("DELETE FROM journal WHERE id = %s", [ids[-1]])
        old.execute("DO $$ BEGIN CREATE ROLE reporting; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        old.execute("GRANT SELECT ON journal TO reporting")
        assert "0011-journal-by-month" in migrate.migrate(before)
        # a session of the release before goes on
        old.execute(OLD_SETTLE, [ids[0]])
        (new,) = old.execute(OLD_INSERT, ["9"]).fetchone() or ()
        assert new == ids[-1] + 1
        rows = old.execute("SELECT id, state, tableoid::regclass::text FROM journal ORDER BY id").fetchall()
        assert rows == [(ids[0], "done", "journal_before"), (ids[1], "intended", "journal_before"),
                        (new, "intended", "journal_before")]  # fmt: skip
        assert old.execute("SELECT has_table_privilege('reporting', 'journal', 'SELECT')").fetchone() == (True,)
        plan = old.execute("EXPLAIN SELECT 1 FROM journal WHERE link_id = 1 AND id > 5").fetchall()
        assert "journal_before_link" in str(plan) or "Seq Scan" in str(plan)


def test_a_month_is_like_the_others(new_database: Callable[[], str]) -> None:
    with psycopg.connect(new_database(), autocommit=True) as conn:
        parts = "SELECT tablename, count(*) FROM pg_indexes WHERE tablename ~ '^journal_(before|rest|2)' GROUP BY 1"
        found: dict[str, int] = dict(conn.execute(parts).fetchall())
        assert len(found) == 4 and len(set(found.values())) == 1
        assert conn.execute("SELECT make_journal_month('2040-01-01 00:00+00')").fetchone() == (True,)
        assert conn.execute("SELECT make_journal_month('2040-01-01 00:00+00')").fetchone() == (False,)
        assert conn.execute("SELECT make_journal_month('2020-01-01 00:00+00')").fetchone() == (False,)


def test_the_door_looks_at_the_latest_months_only(new_database: Callable[[], str]) -> None:
    with psycopg.connect(new_database(), autocommit=True) as conn:
        conn.execute("SELECT make_journal_month(timestamptz '2040-01-01 00:00+00' + make_interval(months => n))"
                     " FROM generate_series(0, 11) n")  # fmt: skip
        plan = conn.execute(
            "EXPLAIN SELECT 1 FROM journal r WHERE r.intended_at > timestamptz '2040-09-15 00:00+00' - interval '40 days'"
            " AND r.intended_at < timestamptz '2040-09-15 00:00+00' + interval '1 day'"
        ).fetchall()
        touched = {name for name in ("journal_2040_07", "journal_2040_08", "journal_2040_09", "journal_2040_10", "journal_rest")
                   if name in str(plan)}  # fmt: skip
        assert touched == {"journal_2040_08", "journal_2040_09"}
