"""Brings a database up to date: procrastinate's schema, then our own migrations, by one process at a time."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import yoyo
from procrastinate.schema import SchemaManager
from psycopg.errors import LockNotAvailable
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import parse_uri
from yoyo.migrations import default_migration_table

from connector.adapters.postgres.database import check, migration_url, normalise
from connector.errors import Refused

Stop = Callable[[], bool]
MIGRATIONS = Path(__file__).parent / "migrations"
ONE_AT_A_TIME = 0x4163636F7264
"""Key of the advisory lock. Not yoyo's own lock table: a row of a killed process would stay there for ever."""

LOCK_SECONDS = 15
"""A migration that waits for a table makes everybody wait who comes after it: the release before this one, too."""


def migrate(url: str, stop: Stop = lambda: False) -> list[str]:
    """Apply what is missing; the names of what was applied, in order. Repeating it applies nothing.

    ``stop``: asked between migrations, never in one. Raises FixConfiguration where the database can't be reached or is
    too old, Refused where a table is locked for long, or when it was stopped.
    """
    check(url)
    logging.getLogger("yoyo").setLevel(logging.WARNING)
    with psycopg.connect(normalise(url), autocommit=True, application_name="accord migrate") as connection:
        while not _alone(connection):
            if stop():
                raise Refused("Asked to stop while another release migrates.")
            time.sleep(0.1)
        return _migrate_queue(connection) + _migrate_ours(url, stop)


def _alone(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [ONE_AT_A_TIME]).fetchone()
    return bool(row and row[0])


class _Impatient(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo opens a connection for each migration, by making another one of the same class."""

    def init_connection(self, connection: psycopg.Connection) -> None:
        super().init_connection(connection)
        connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'".encode())


def pending(url: str) -> list[str]:
    """Names of our own migrations that are not applied yet."""
    backend = yoyo.get_backend(migration_url(url))
    try:
        return [migration.id for migration in backend.to_apply(yoyo.read_migrations(str(MIGRATIONS)))]
    finally:
        backend.connection.close()


def known() -> frozenset[str]:
    """Names of all migrations that this release brings."""
    return frozenset(path.stem for path in MIGRATIONS.glob("*.sql"))


def _migrate_ours(url: str, stop: Stop) -> list[str]:
    backend = _Impatient(parse_uri(migration_url(url)), default_migration_table)
    applied: list[str] = []
    try:
        backend.init_database()
        for migration in backend.to_apply(yoyo.read_migrations(str(MIGRATIONS))):
            if stop():
                raise Refused(f"Asked to stop after {len(applied)} migrations: release again for the others.")
            backend.apply_migrations_only([migration])
            applied.append(migration.id)
        return applied
    except LockNotAvailable:
        raise Refused(
            "Another session keeps a table locked (a backup, a long report?): migrations wait no longer, for everybody "
            "else would wait behind them. What was not applied yet is left out whole: release again."
        ) from None
    finally:
        backend.connection.close()


def _migrate_queue(connection: psycopg.Connection) -> list[str]:
    """procrastinate keeps no record of its migrations; we keep one. A fresh database gets its whole schema at once."""
    scripts = {path.stem: path for path in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))}
    with connection.transaction():
        connection.execute(
            "CREATE TABLE IF NOT EXISTS queue_migrations"
            " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        done = {name for (name,) in connection.execute("SELECT name FROM queue_migrations")}
        missing = [name for name in scripts if name not in done]
        if not done:
            connection.execute(SchemaManager.get_schema().encode())
        else:
            for name in missing:
                connection.execute(scripts[name].read_bytes())
        for name in missing:
            connection.execute("INSERT INTO queue_migrations (name) VALUES (%s)", [name])
    return missing if done else ["queue"] * bool(missing)
