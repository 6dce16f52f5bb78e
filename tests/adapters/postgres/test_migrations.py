"""Migrations only add: the release before this one runs on the new schema. A locked table makes a release fail, whole."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest

from connector.adapters.postgres import migrate
from connector.errors import Refused

TAKES_AWAY = re.compile(
    r"""(?ix) ^\s* (?: DROP | TRUNCATE | DELETE | UPDATE )\b
      | \b DROP \s+ (?: TABLE | COLUMN | FUNCTION | PROCEDURE | INDEX | TYPE | TRIGGER | CONSTRAINT ) \b
      | \b RENAME \b | \b SET \s+ NOT \s+ NULL | \b ALTER \s+ COLUMN | \b OR \s+ REPLACE \b"""
)
MEANT = {"0012-drift": ["UPDATE handoff h SET state = 'withdrawn', open = false, due_at = NULL, changed_at = now(),"]}
"""What looks like taking away and is not: hand-offs of records in the recycle bin, which no release could go on with."""
ADDED = re.compile(r"(?is)ADD\s+COLUMN\s+(.*?)(?:,\s*ADD\b|;)")
BODY = re.compile(r"(?s)\$\$.*?\$\$")


def statements(name: str) -> str:
    """Without comments and without the bodies of functions."""
    text = (migrate.MIGRATIONS / f"{name}.sql").read_text()
    return BODY.sub("", re.sub(r"--.*", "", text))


@pytest.mark.parametrize("name", sorted(migrate.known() - {"0001-first"}))
def test_a_migration_takes_nothing_away_from_the_release_before(name: str) -> None:
    text = statements(name)
    found = [line for line in text.splitlines() if TAKES_AWAY.search(line)]
    assert found == MEANT.get(name, [])
    needed = [column for column in ADDED.findall(text) if "NOT NULL" in column.upper() and "DEFAULT" not in column.upper()]
    assert needed == []


def test_each_migration_names_the_ones_before_it() -> None:
    after = {}
    for name in sorted(migrate.known()):
        first = (migrate.MIGRATIONS / f"{name}.sql").read_text().splitlines()[0]
        after[name] = first.removeprefix("-- depends: ").split() if first.startswith("-- depends: ") else []
    assert [name for name, before in after.items() if not before] == ["0001-first"]
    assert all(one in after and one < name for name, before in after.items() for one in before)


def test_a_locked_table_makes_the_release_fail_whole_and_the_next_one_succeed(
    new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database()
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 0.1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM _yoyo_migration WHERE migration_id = '0008-recovery'")
        connection.execute("DROP TABLE recovery")
        connection.execute("ALTER TABLE link DROP COLUMN doubt")
    with psycopg.connect(url) as reader:
        reader.execute("SELECT count(*) FROM link")
        with pytest.raises(Refused, match="keeps a table locked"):
            migrate.migrate(url)
        assert reader.execute("SELECT to_regclass('recovery')").fetchone() == (None,)
    assert migrate.migrate(url) == ["0008-recovery"]


def test_a_release_that_is_asked_to_stop_while_another_one_migrates_ends(new_database: Callable[[], str]) -> None:
    url = new_database()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [migrate.ONE_AT_A_TIME])
        with pytest.raises(Refused, match="Asked to stop"):
            migrate.migrate(url, lambda: True)
    assert migrate.migrate(url, lambda: True) == []
