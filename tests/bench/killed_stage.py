"""Two filled systems, a database that can be restarted, and workers that can be killed: all of it real processes."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import psutil
import psycopg
from psycopg.rows import dict_row

from connector.adapters.mappings import load
from connector.adapters.postgres.embedded import start
from connector.adapters.postgres.migrate import migrate
from tests.bench.killed_command import Command, warm
from tests.bench.practice import Practice, practice
from tests.bench.processes import postmaster_of
from tests.bench.stage import MAPPINGS
from tests.databases import folder_in_memory

PATIENCE = 300.0
"""Seconds without any progress after which a wait is given up."""
Row = dict[str, Any]


@dataclass
class Stage:
    """``env``: what any process of Accord is run with. ``workers``: those that run now."""

    hubspot: Practice
    salesforce: Practice
    url: str
    env: dict[str, str]
    folder: Path
    parts: ExitStack
    durable: Path
    workers: list[Command] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    # -- processes

    def hire(self) -> Command:
        """One more `accord worker`."""
        log = self.folder / "worker.log"
        worker = Command(self.env, log, log, "worker")
        self.parts.callback(worker.end)
        self.workers.append(worker)
        return worker

    def accord(self, *words: str, well: tuple[int, ...] = (0,)) -> str:
        """A command, as from another terminal; what it printed."""
        out, log = (self.folder / f"command-{next(self._numbers)}.{which}" for which in ("out", "log"))
        code = Command(self.env, out, log, *words).ended(PATIENCE)
        assert code in well, f"{words}: {code}\n{out.read_text()}\n{log.read_text()}"
        return out.read_text()

    def log(self) -> str:
        written = self.folder / "worker.log"
        return written.read_text(errors="replace") if written.exists() else ""

    def logged(self, event: str) -> list[Row]:
        """Lines of the workers' log of that event. (A killed worker may have left half of one.)"""
        found = []
        for line in self.log().splitlines():
            if f'"{event}"' in line:
                with suppress(orjson.JSONDecodeError):
                    found.append(orjson.loads(line))
        return [row for row in found if row.get("event") == event]

    # -- the database

    def restart_database(self, away: float = 1.0) -> None:
        """As a crash: all its processes end at once; it comes back after ``away`` seconds and recovers."""
        postmaster = psutil.Process(postmaster_of(self.url))
        postmaster.send_signal(signal.SIGQUIT)
        deadline = time.monotonic() + PATIENCE
        while postmaster.is_running() and postmaster.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline, "the database does not end"
            time.sleep(0.02)
        time.sleep(away)
        self.parts.enter_context(start(self.durable))

    def all(self, sql: str, *parameters: Any) -> list[Row]:
        with psycopg.connect(self.url, row_factory=dict_row, autocommit=True) as connection:
            cursor = connection.execute(sql.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def one(self, sql: str, *parameters: Any) -> Row:
        return self.all(sql, *parameters)[0]

    # -- both sides

    def faults(self, **given: Any) -> None:
        for side in (self.hubspot, self.salesforce):
            side("faults", given)

    def held(self) -> Held:
        """What both sides hold now."""
        contacts = self.hubspot("snapshot")["contacts"]
        org = self.salesforce("snapshot")
        rows = {
            row["Id"]: {"object": name, **row}
            for name in ("Lead", "Contact")
            for row in org[name]
            if not row.get("IsConverted") and not row.get("IsDeleted")
        }
        return Held({row["id"]: row["properties"] for row in contacts}, rows)


@dataclass(frozen=True)
class Held:
    """``contacts``: id -> properties; ``people``: id of a Lead or Contact -> its fields and its ``object``."""

    contacts: dict[str, Row]
    people: dict[str, Row]


@contextmanager
def open_stage(people: int, seed: int = 1, **settings: str) -> Iterator[Stage]:
    """Both sides filled with the same generated persons, seven in ten on both, nothing linked; live, and the match report
    approved. ``settings``: of the workers, by the names of the environment."""
    with ExitStack() as parts:
        warm()
        folder, durable = Path(tempfile.mkdtemp(prefix="accord-killed-")), folder_in_memory()
        for each in (folder, durable):
            parts.callback(shutil.rmtree, each, ignore_errors=True)
        hubspot = parts.enter_context(practice("hubspot", people, seed))
        salesforce = parts.enter_context(practice("salesforce", people, seed))
        # durable, for what is committed must outlive the crash of the database
        url = parts.enter_context(start(durable)).url
        migrate(url)
        env = _env(hubspot.told, salesforce.told, url) | settings
        stage = Stage(hubspot, salesforce, url, env, folder, parts, durable)
        _first_day(stage)
        yield stage


def _first_day(stage: Stage) -> None:
    """As the first day leaves it: who is who was looked at, and both sides may be written."""
    stage.all("UPDATE side_mode SET mode = 'live'")
    stage.all(
        "INSERT INTO match_report (summary, agreement, approved_at, approved_by) VALUES ('{}', %s, now(), 'bench')",
        load(MAPPINGS).fingerprint,
    )


def _env(hubspot: Row, salesforce: Row, url: str) -> dict[str, str]:
    """Both sides by tokens that expire and are renewed."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ACCORD_", "DATABASE_URL", "PORT"))}
    return kept | {
        "DATABASE_URL": url,
        "ACCORD_HUBSPOT_BASE_URL": hubspot["base_url"],
        "ACCORD_HUBSPOT_CLIENT_ID": hubspot["client_id"],
        "ACCORD_HUBSPOT_CLIENT_SECRET": hubspot["client_secret"],
        "ACCORD_HUBSPOT_REFRESH_TOKEN": hubspot["refresh_token"],
        "ACCORD_HUBSPOT_PORTAL_ID": str(hubspot["portal_id"]),
        "ACCORD_HUBSPOT_APP_ID": str(hubspot["app_id"]),
        "ACCORD_SALESFORCE_INSTANCE_URL": salesforce["instance_url"],
        "ACCORD_SALESFORCE_CLIENT_ID": salesforce["client_id"],
        "ACCORD_SALESFORCE_CLIENT_SECRET": salesforce["client_secret"],
        "ACCORD_SALESFORCE_ORG_ID": salesforce["org_id"],
        "ACCORD_SALESFORCE_PUSH": "poll",
        "ACCORD_POLL_SECONDS": "3500",
        "ACCORD_LEASE_SECONDS": "15",
        "ACCORD_HUBSPOT_TIMEOUT_SECONDS": "3",
        "ACCORD_SALESFORCE_TIMEOUT_SECONDS": "3",
        "ACCORD_DRAINS": "2",
        "ACCORD_LOG_FORMAT": "json",
    }  # fmt: skip


def parsed(text: str) -> Row:
    """What a command with --json printed."""
    found: Row = orjson.loads(text)
    return found
