"""Two filled systems, a database that can be restarted, and workers that can be killed: all of it real processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psutil
import psycopg
from psycopg.rows import dict_row

from connector.adapters.mappings import load
from connector.adapters.postgres.embedded import start
from connector.adapters.postgres.migrate import migrate
from tests.bench.practice import Practice, practice
from tests.bench.processes import end, postmaster_of
from tests.bench.stage import MAPPINGS
from tests.databases import folder_in_memory

TOP = Path(__file__).parents[2]
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
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    # -- processes

    def hire(self) -> subprocess.Popen[bytes]:
        """One more `accord worker`."""
        command = [sys.executable, "-m", "connector", "worker"]
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(command, env=self.env, cwd=TOP, stdout=log, stderr=log)
        self.parts.callback(end, worker)
        self.workers.append(worker)
        return worker

    def accord(self, *words: str, well: tuple[int, ...] = (0,)) -> str:
        """A command, as from another terminal; what it printed."""
        command = [sys.executable, "-m", "connector", *words]
        done = subprocess.run(command, env=self.env, cwd=TOP, capture_output=True, text=True, check=False)
        assert done.returncode in well, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def log(self) -> str:
        written = self.folder / "worker.log"
        return written.read_text(errors="replace") if written.exists() else ""

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
