"""How fast webhooks are taken: ``python -m tests.bench.intake`` prints one JSON object.

gunicorn runs with the settings it ships with, on a database that writes through to disk before it answers. The empty
view runs under the very same settings. DATABASE_URL is used where set, else a new embedded database.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson
import psutil
import psycopg
from psycopg.types.json import Jsonb

from connector.adapters.postgres.embedded import start
from connector.adapters.postgres.migrate import migrate
from tests.bench.caller import Calls, call, prepared
from tests.web.gunicorns import Served, cpu_of, gunicorn
from tests.web.served import FIELDS

LINKS, FIRST = 10_000, 1_000
SEEN = {name: f"what stands in {name}" for name in FIELDS}


def measure(url: str | None = None) -> dict[str, Any]:
    """The figures. ``url``: a migrated or empty database to fill; None for a new embedded one."""
    if url:
        return _measure(url)
    folder = Path(tempfile.mkdtemp(prefix="accord-bench-"))
    try:
        with start(folder) as server:
            return _measure(server.url)
    finally:
        shutil.rmtree(folder)


def _measure(url: str) -> dict[str, Any]:
    migrate(url)
    with psycopg.connect(url, autocommit=True) as database:
        _fill(database)
        durable = [
            database.execute(f"SHOW {name}".encode()).fetchone() for name in ("synchronous_commit", "fsync")
        ]
        with gunicorn("tests.web.served:empty", url) as empty, gunicorn("tests.web.served:real", url) as real:
            single = _batch_of_one(empty.port, real.port, database)
            hundred = _batches_of_a_hundred(real, database)
            echo = _echo(real, database)
        kept = database.execute("SELECT count(*) FROM pending").fetchone()
    return (
        {"durable": [row and row[0] for row in durable], "rows_waiting": kept and kept[0]}
        | single
        | hundred
        | echo
    )


# --- what is measured ------------------------------------------------------------------------------------------------
def _batch_of_one(empty: int, real: int, database: psycopg.Connection) -> dict[str, Any]:
    """Notices that must be queued, so each one is a commit; against the empty view, in turns."""
    rates: dict[str, list[float]] = {"empty": [], "queued": [], "echo": []}
    for turn in range(4):
        changes = [prepared([(FIRST + number, "field_3", f"new {turn}")]) for number in range(1_500)]
        echoes = [prepared([(FIRST + number, "field_3", SEEN["field_3"])]) for number in range(1_500)]
        for name, port, requests in (
            ("empty", empty, changes),
            ("echo", real, echoes),
            ("queued", real, changes),
        ):
            database.execute("TRUNCATE pending")
            found = call(port, requests, 10).per_second  # HubSpot keeps up to ten calls open
            if turn:  # the first turn warms up
                rates[name].append(found)
    middle = {name: statistics.median(found) for name, found in rates.items()}
    return {
        "empty_view_per_second": round(middle["empty"]),
        "single_queued_per_second": round(middle["queued"]),
        "single_echo_per_second": round(middle["echo"]),
        "ratio_queued": round(middle["queued"] / middle["empty"], 3),
        "ratio_echo": round(middle["echo"] / middle["empty"], 3),
    }


def _batches_of_a_hundred(real: Served, database: psycopg.Connection) -> dict[str, Any]:
    """Ten at once, half of each batch echoes."""
    database.execute("TRUNCATE pending")
    requests = [
        prepared([_mixed((turn * 37 + number * 61) % LINKS, number) for number in range(100)])
        for turn in range(300)
    ]
    calls: Calls = call(real.port, requests, 10)
    return {
        "hundred_p50_ms": round(calls.percentile(0.5), 1),
        "hundred_p99_ms": round(calls.percentile(0.99), 1),
        "hundred_notices_per_second": round(calls.per_second * 100),
    }


def _mixed(contact: int, number: int) -> tuple[int, str, str]:
    name = FIELDS[number % 25]
    return FIRST + contact, name, SEEN[name] if number % 2 else f"new {number}"


def _echo(real: Served, database: psycopg.Connection) -> dict[str, Any]:
    """CPU of an echo: parse, verify, door; gunicorn's and PostgreSQL's processes."""
    database.execute("TRUNCATE pending")
    requests = [
        prepared(
            [(FIRST + (turn * 100 + n) % LINKS, FIELDS[n % 25], SEEN[FIELDS[n % 25]]) for n in range(100)]
        )
        for turn in range(200)
    ]
    call(real.port, requests[:20], 2)
    before = real.cpu(), _postgres_cpu(database)
    call(real.port, requests[20:], 2)
    python, postgres = real.cpu() - before[0], _postgres_cpu(database) - before[1]
    notices = 100 * len(requests[20:])
    return {
        "echo_python_cpu_ms": round(python / notices * 1000, 4),
        "echo_postgres_cpu_ms": round(postgres / notices * 1000, 4),
        "echo_cpu_ms": round((python + postgres) / notices * 1000, 4),
    }


# --- what it takes ---------------------------------------------------------------------------------------------------
def _fill(database: psycopg.Connection) -> None:
    database.execute("TRUNCATE link, pending, delivery CASCADE")
    database.execute(
        "INSERT INTO link (hubspot_id, salesforce_object, salesforce_id, seen_hubspot, seen_salesforce)"
        " SELECT (%(first)s + n)::text, 'Lead', 'L' || n, %(seen)s, %(seen)s FROM generate_series(0, %(last)s) n",
        {"first": FIRST, "last": LINKS - 1, "seen": Jsonb(SEEN)},
    )
    database.execute("VACUUM ANALYZE link")


def _postgres_cpu(database: psycopg.Connection) -> float:
    server = psutil.Process(database.info.backend_pid).parent()
    return cpu_of(server) if server else 0.0


if __name__ == "__main__":
    sys.stdout.write(
        orjson.dumps(measure(os.environ.get("DATABASE_URL")), option=orjson.OPT_INDENT_2).decode() + "\n"
    )
