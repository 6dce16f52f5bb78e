"""The database: its URL in any usual form, a pool of connections, and which servers are refused."""

import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from connector.adapters.postgres import embedded
from connector.errors import FixConfiguration, Refused

OLDEST = 16
"""Oldest major version of PostgreSQL that is accepted."""
HOW_TO_GIVE_ONE = (
    "Accord needs a database that lasts: set DATABASE_URL to a PostgreSQL 16 or newer "
    "(postgresql://user:password@host:5432/name), or, on a disk that stays, "
    "give --embedded FOLDER (or set ACCORD_EMBEDDED)."
)
EXAMPLE = "Write it as postgresql://user:password@host:5432/name."
Pool = ConnectionPool[psycopg.Connection]
POOLED = (
    "DATABASE_URL goes through a pooler that pools transactions: LISTEN, prepared statements and settings would be "
    "lost between them. Give the database's own address, or pool sessions (PgBouncer: pool_mode = session)."
)


def normalise(url: str) -> str:
    """The same database as ``postgresql://…``, from any usual form.

    Accepted: postgres://, postgresql://, a driver after a plus sign, jdbc:postgresql://, `key=value` pairs, quotes or
    spaces around it, ``ssl=true``. Raises FixConfiguration, whose message quotes no part of the URL.
    """
    text = url.strip()
    if text[:1] in ("'", '"') and text[:1] == text[-1:]:
        text = text[1:-1].strip()
    text = text.removeprefix("jdbc:")
    if "://" not in text:
        return "postgresql:///?" + _query(_parts(text))
    scheme, rest = text.split("://", 1)
    if scheme.split("+")[0].lower() not in ("postgres", "postgresql"):
        raise FixConfiguration(f"DATABASE_URL names no PostgreSQL. {EXAMPLE}")
    result = _without_ssl_switch(f"postgresql://{rest}")
    _parts(result)
    return result


def _without_ssl_switch(url: str) -> str:
    """`ssl=true`, which libpq doesn't know, as `sslmode=require`."""
    address, _, query = url.partition("?")
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    if not any(name == "ssl" for name, _ in pairs):
        return url
    wanted = [(n, v) for n, v in pairs if n != "ssl"]
    if any(n == "ssl" and v.lower() in ("true", "1", "require") for n, v in pairs) and "sslmode" not in dict(pairs):
        wanted.append(("sslmode", "require"))
    return f"{address}?{urllib.parse.urlencode(wanted, quote_via=urllib.parse.quote)}"


def _parts(conninfo: str) -> dict[str, str]:
    try:
        return {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    except psycopg.ProgrammingError as error:
        # libpq quotes what it choked on, which may be a piece of the password; only the parameter's name is safe
        known = str(error) if "query parameter" in str(error) else "it can't be read"
        raise FixConfiguration(f"DATABASE_URL: {known.strip()}. {EXAMPLE}") from None


def _query(parts: dict[str, str]) -> str:
    return urllib.parse.urlencode(sorted(parts.items()), quote_via=urllib.parse.quote)


def migration_url(url: str) -> str:
    """The form that yoyo wants: its own scheme, and everything as parameters (it would misread hosts and folders)."""
    return "postgresql+psycopg:///?" + _query(_parts(normalise(url)))


class Unreachable(FixConfiguration):
    """The database does not answer: its address is wrong, or it is away. A process that lasts tries again."""


def is_away(error: Exception) -> bool:
    """Did a database that went away show itself so? At whatever step: a connection that breaks while an answer is read
    raises an error without a code, of no class in particular."""
    if isinstance(error, psycopg.DatabaseError):
        return isinstance(error, psycopg.OperationalError) or error.sqlstate is None
    return isinstance(error, Unreachable | psycopg.InterfaceError | PoolTimeout)


def check(url: str) -> None:
    """Connect. Raises Unreachable where that fails, FixConfiguration where it is older than PostgreSQL 16 or behind a
    pooler that gives its sessions to others between transactions."""
    try:
        with psycopg.connect(normalise(url), connect_timeout=10, application_name="accord") as connection:
            version = connection.info.server_version
            shared = _is_shared(url, connection)
    except psycopg.OperationalError as error:
        raise Unreachable(f"The database can't be reached (DATABASE_URL): {str(error).strip()}") from None
    if version < OLDEST * 10000:
        raise FixConfiguration(
            f"The database is PostgreSQL {version // 10000}; Accord needs {OLDEST} or newer. "
            "Upgrade it, or point DATABASE_URL at a newer one."
        )
    if shared:
        raise FixConfiguration(POOLED)


def _is_shared(url: str, first: psycopg.Connection) -> bool:
    """Do two connections that are open at once meet in one session? Then a pooler deals sessions out by transaction."""
    asked = "SELECT pg_backend_pid()"
    held = first.execute(asked).fetchone()
    first.commit()
    try:
        with psycopg.connect(normalise(url), connect_timeout=10, application_name="accord") as second:
            return second.execute(asked).fetchone() == held
    except psycopg.OperationalError:  # there was room for one
        return False


def open_pool(url: str, min_size: int = 1, max_size: int = 8, *, patient: bool = False) -> Pool:
    """A pool of connections, opened and checked. Close it, or use it with ``with``.

    Connections are not in autocommit mode, speak UTC, and give up a transaction left idle for two minutes.
    ``patient``: for a process that comes up before its database does: nothing is waited for or checked here.
    """
    if not patient:
        check(url)
    pool = ConnectionPool(
        normalise(url), min_size=min_size, max_size=max_size, timeout=30, open=False, name="accord",
        kwargs={"application_name": "accord", "connect_timeout": 10}, configure=_configure,
    )  # fmt: skip
    pool.open(wait=not patient, timeout=30)
    return pool


def _configure(connection: psycopg.Connection) -> None:
    """By statement, not by start-up options: poolers such as PgBouncer refuse those.

    Every plan is made anew: the table pending is empty now and holds thousands of rows a moment later, and a plan kept
    from when it was empty walks through all of it again and again.
    """
    connection.execute(
        "SET timezone = 'UTC'; SET idle_in_transaction_session_timeout = '2min'; "
        "SET plan_cache_mode = force_custom_plan"
    )
    connection.commit()


@contextmanager
def database_url(url: str | None, folder: Path | None) -> Iterator[str]:
    """The URL of the database to use while the block runs: ``url``, or the embedded server of ``folder``.

    Raises Refused where neither is given (an ephemeral disk would forget what each side last held) or both are.
    """
    if url and folder:
        raise Refused("Both DATABASE_URL and --embedded are given: leave one out.")
    if url:
        yield normalise(url)
    elif folder:
        with embedded.start(folder) as server:
            yield server.url
    else:
        raise Refused(HOW_TO_GIVE_ONE)
