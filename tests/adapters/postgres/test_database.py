"""Any usual DATABASE_URL works, a wrong one is refused in words, and migrating twice or at once does no harm."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from connector.adapters.postgres import database as module
from connector.adapters.postgres.database import Pool, check, migration_url, normalise, open_pool
from connector.adapters.postgres.embedded import EmbeddedServer
from connector.adapters.postgres.migrate import migrate, pending
from connector.errors import FixConfiguration, Refused
from tests import databases

PLAIN = "postgresql://accord:p%40ss@db.example.net:5432/accord"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (PLAIN, PLAIN),
        ("postgres://accord:p%40ss@db.example.net:5432/accord", PLAIN),
        ("  'postgres://accord:p%40ss@db.example.net:5432/accord'\n", PLAIN),
        ("postgresql+psycopg://accord:p%40ss@db.example.net:5432/accord", PLAIN),
        ("postgresql+psycopg2://accord:p%40ss@db.example.net:5432/accord", PLAIN),
        ("POSTGRES://accord:p%40ss@db.example.net:5432/accord", PLAIN),
        ("jdbc:postgresql://db/accord?user=a&password=b", "postgresql://db/accord?user=a&password=b"),
        (f"{PLAIN}?sslmode=require", f"{PLAIN}?sslmode=require"),
        (f"{PLAIN}?ssl=true", f"{PLAIN}?sslmode=require"),
        (f"{PLAIN}?ssl=true&sslmode=verify-full", f"{PLAIN}?sslmode=verify-full"),
        (f"{PLAIN}?ssl=false", PLAIN + "?"),
        ("host='/run/my sockets' dbname='accord'", "postgresql:///?dbname=accord&host=%2Frun%2Fmy%20sockets"),
    ],
)
def test_any_usual_form_is_understood(given: str, expected: str) -> None:
    assert normalise(given) == expected
    psycopg.conninfo.conninfo_to_dict(normalise(given))


@pytest.mark.parametrize(
    "given", ["mysql://a:hunter2@b/c", "hunter2", "postgres://a:hunter2@b/c?pool=3", "postgres://a:hunter2@b:x y/c"]
)
def test_anything_else_is_refused_without_showing_the_password(given: str) -> None:
    with pytest.raises(FixConfiguration) as caught:
        normalise(given)
    assert "hunter2" not in str(caught.value)
    assert "postgresql://user:password@host" in str(caught.value)


def test_every_form_of_a_real_databases_url_connects(database_url: str) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(database_url)
    host, name = parts["host"], parts["dbname"]
    for form in (
        f"postgres://accord@/{name}?host={host}",
        f"postgresql+psycopg://accord@/{name}?host={str(host).replace('/', '%2F')}",
        f"postgresql://accord@{str(host).replace('/', '%2F')}/{name}?sslmode=disable&connect_timeout=5",
        f"dbname={name} user=accord host={host}",
    ):
        check(form)
        assert pending(form) == []


def test_yoyo_gets_every_part_as_a_parameter() -> None:
    assert migration_url(PLAIN) == (
        "postgresql+psycopg:///?dbname=accord&host=db.example.net&password=p%40ss&port=5432&user=accord"
    )


def test_an_older_server_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST", 99)
    with pytest.raises(FixConfiguration, match="PostgreSQL 18; Accord needs 99 or newer"):
        open_pool(database_url)


def test_a_database_that_is_not_there_is_said_to_be_so() -> None:
    with pytest.raises(FixConfiguration, match="can't be reached"):
        check("postgresql://accord:hunter2@127.0.0.1:1/accord")


def test_without_a_database_accord_refuses_and_says_how_to_give_one(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"set DATABASE_URL .* --embedded"), module.database_url(None, None):
        pass
    with pytest.raises(Refused, match="leave one out"), module.database_url(PLAIN, tmp_path):
        pass


def test_connections_speak_utc_and_are_not_in_autocommit_mode(database: Pool) -> None:
    with database.connection() as connection:
        assert not connection.autocommit
        row = connection.execute("SELECT current_setting('timezone'), current_setting('application_name')").fetchone()
    assert row == ("UTC", "accord")


def test_no_plan_is_kept_from_when_a_table_was_empty(database: Pool) -> None:
    with database.connection() as connection:
        assert connection.execute("SHOW plan_cache_mode").fetchone() == ("force_custom_plan",)


def test_migrating_again_applies_nothing(database_url: str) -> None:
    assert migrate(database_url) == []


def test_several_processes_may_migrate_an_empty_database_at_once(database_server: EmbeddedServer) -> None:
    databases.administer(database_server.url, "CREATE DATABASE migrated_at_once STRATEGY file_copy")
    url = databases.url_of(database_server, "migrated_at_once")
    with ThreadPoolExecutor(3) as threads:
        applied = list(threads.map(migrate, [url] * 3))
    assert sorted(map(bool, applied)) == [False, False, True]


def test_a_newer_procrastinate_brings_its_migrations(
    new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = tmp_path / "migrations"
    shutil.copytree(SchemaManager.get_migrations_path(), newer)
    (newer / "99.00.00_01_pre_more.sql").write_text("CREATE TABLE queue_has_more (n int);\n-- 100 %\n")
    monkeypatch.setattr(SchemaManager, "get_migrations_path", staticmethod(lambda: str(newer)))
    url = new_database()
    assert migrate(url) == ["99.00.00_01_pre_more"]
    assert migrate(url) == []
    databases.administer(url, "SELECT n FROM queue_has_more")


def test_emptying_brings_back_what_the_migrations_put_in(database_url: str) -> None:
    seeds = "SELECT count(*) FROM budget"
    careless = psycopg.connect(database_url)
    before = careless.execute(seeds).fetchone()
    careless.execute("DELETE FROM budget; INSERT INTO cursor VALUES ('x', now())")
    careless.commit()
    careless.execute("LOCK TABLE budget")  # and left in its transaction
    databases.empty(database_url)
    careless.close()
    with psycopg.connect(database_url) as connection:
        assert connection.execute(seeds).fetchone() == before
        assert connection.execute("SELECT count(*) FROM cursor").fetchone() == (0,)
