"""Brings a database up to date: procrastinate's schema, then our own migrations, by one process at a time."""

import logging
from pathlib import Path

import psycopg
import yoyo
from procrastinate.schema import SchemaManager

from connector.adapters.postgres.database import check, migration_url, normalise

MIGRATIONS = Path(__file__).parent / "migrations"
ONE_AT_A_TIME = 0x4163636F7264
"""Key of the advisory lock. Not yoyo's own lock table: a row of a killed process would stay there for ever."""


def migrate(url: str) -> list[str]:
    """Apply what is missing; the names of what was applied, in order. Repeating it applies nothing.

    Raises FixConfiguration where the database can't be reached or is too old.
    """
    check(url)
    logging.getLogger("yoyo").setLevel(logging.WARNING)
    with psycopg.connect(normalise(url), autocommit=True, application_name="accord migrate") as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        return _migrate_queue(connection) + _migrate_ours(url)


def pending(url: str) -> list[str]:
    """Names of our own migrations that are not applied yet."""
    backend = yoyo.get_backend(migration_url(url))
    try:
        return [migration.id for migration in backend.to_apply(yoyo.read_migrations(str(MIGRATIONS)))]
    finally:
        backend.connection.close()


def _migrate_ours(url: str) -> list[str]:
    backend = yoyo.get_backend(migration_url(url))
    try:
        missing = backend.to_apply(yoyo.read_migrations(str(MIGRATIONS)))
        backend.apply_migrations(missing)
        return [migration.id for migration in missing]
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
