"""The benchmark's stage: both practice servers and the worker in processes of their own, a durable database, and a
population that is linked already. Everything ends with the block.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from connector.adapters.calling import utc_now
from connector.adapters.mappings import load
from connector.adapters.postgres.database import open_pool
from connector.adapters.postgres.embedded import start
from connector.adapters.postgres.migrate import migrate
from connector.core.desk import desk_for
from connector.core.records import Notice, Ref, Side
from connector.ports import NoticeStore
from connector.services.health.subscriptions import outbound_fields
from connector.wiring.stores import stores_on
from tests.bench.practice import Practice, practice
from tests.bench.processes import cpu_of, end, postmaster_of

OUTBOUND_PATH = "bench-outbound-secret-path"
LIVE, BACKFILL = 1, 2
Serving = Callable[[str, int, int], AbstractContextManager[Practice]]
PATIENCE = 120.0
LOOK = 0.02
"""Seconds between two looks whether all is done: what times are measured to."""
BARE = {
    # What is measured is pushed, not polled: the price of polls is a number of its own (idle.py).
    "ACCORD_POLL_SECONDS": "3500",
    "ACCORD_POLL_SECONDS_WITH_PUSH": "3500",
    # The same persons are changed over and over, which is an alarm in real life.
    "ACCORD_BREAKER_WRITES_PER_FIELD_PER_HOUR": "1000000",
}
MAPPINGS = Path(__file__).parents[2] / "mappings"


@dataclass
class Stage:
    """``env``: what any process of Accord is run with. ``notices``: the door, used as the web process uses it."""

    hubspot: Practice
    salesforce: Practice
    url: str
    env: dict[str, str]
    folder: Path
    database: psycopg.Connection[dict[str, Any]]
    notices: NoticeStore
    postmaster: int
    secret: str = OUTBOUND_PATH

    # -- the engine

    @contextmanager
    def worker(self, **settings: str) -> Iterator[Running]:
        """`accord worker`, until the block ends."""
        with self._process("worker", [sys.executable, "-m", "connector", "worker"], settings) as running:
            yield running

    @contextmanager
    def web(self, **settings: str) -> Iterator[int]:
        """gunicorn as in the Procfile, until the block ends; gives its port."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        address = {"ACCORD_PUBLIC_URL": f"http://127.0.0.1:{port}", "WEB_CONCURRENCY": "1"}
        command = [sys.executable, "-m", "gunicorn", "--config", "python:connector.web.gunicorn", "--bind"]
        command += [f"127.0.0.1:{port}", "connector.web:create_app()"]
        with self._process("web", command, {**settings, **address}):
            self._await(port)
            yield port

    def _await(self, port: int) -> None:
        for _ in range(300):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10).close()
                return
            time.sleep(0.05)
        raise AssertionError(f"the web process does not answer:\n{self.log('web')}")

    @contextmanager
    def _process(self, name: str, command: Sequence[str], settings: Mapping[str, str]) -> Iterator[Running]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, env={**self.env, **settings}, stdout=log, stderr=log)
        try:
            yield Running(process, self.postmaster)
        finally:
            end(process)

    def hold(self) -> None:
        """No round begins: what is told piles up."""
        self.database.execute(
            "INSERT INTO lane_pause (lane, reason) SELECT n, 'bench' FROM generate_series(0, 2) n ON CONFLICT DO NOTHING"
        )
        while self._one("SELECT count(*) AS n FROM pending WHERE leased_until > now()")["n"]:
            time.sleep(0.02)

    def go(self) -> None:
        self.database.execute("DELETE FROM lane_pause")
        self.database.execute("SELECT pg_notify('accord_pending', '1')")

    def settle(self) -> float:
        """Waits until nothing is due any more; returns the seconds. Raises AssertionError where that takes too long."""
        began = time.perf_counter()
        while self._one("SELECT EXISTS (SELECT FROM pending) AS n")["n"]:
            if time.perf_counter() - began > PATIENCE:
                raise AssertionError(
                    f"not settled: {self._all('SELECT * FROM pending LIMIT 3')}\n{self.log('worker')}"
                )
            time.sleep(LOOK)
        return time.perf_counter() - began

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    # -- both sides

    def slow_down(self, milliseconds: float) -> None:
        self.hubspot.slow_down(milliseconds)
        self.salesforce.slow_down(milliseconds)

    def forget_calls(self) -> None:
        self.hubspot.forget_calls()
        self.salesforce.forget_calls()

    def calls(self) -> Counter[str]:
        """Of both sides, by endpoint."""
        return self.hubspot.calls() + self.salesforce.calls()

    def tell(self, notices: Sequence[Notice], lane: int = LIVE) -> None:
        self.notices.accept(notices, lane)

    # -- the database

    def linked(self, object_: str = "Lead") -> list[tuple[str, str]]:
        """(contact id, Salesforce id) of all Links to that object, in order."""
        rows = self._all(
            "SELECT hubspot_id h, salesforce_id s FROM link WHERE salesforce_object = %s ORDER BY id", object_
        )
        return [(row["h"], row["s"]) for row in rows]

    def links_of(self, contacts: Sequence[str]) -> int:
        """How many of these contacts are linked."""
        return int(self._one("SELECT count(*) AS n FROM link WHERE hubspot_id = ANY (%s)", list(contacts))["n"])

    def _all(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        return self.database.execute(sql.encode(), parameters or None).fetchall()

    def _one(self, sql: str, *parameters: Any) -> dict[str, Any]:
        return self._all(sql, *parameters)[0]


@dataclass
class Running:
    """A process of Accord, and the database's processes beside it."""

    process: subprocess.Popen[bytes]
    postmaster: int

    def cpu(self) -> tuple[float, float]:
        """Seconds used so far: by this process, by the database."""
        return cpu_of(self.process.pid), cpu_of(self.postmaster)


@contextmanager
def open_stage(
    people: int, seed: int = 1, *, strangers: bool = False, served: Serving = practice
) -> Iterator[Stage]:
    """Practice servers with so many persons, of whom seven in ten get linked; the others are known to HubSpot only.
    ``strangers``: nobody is linked yet. ``served``: how a practice server is run."""
    with ExitStack() as ending:
        folder = Path(tempfile.mkdtemp(prefix="accord-bench-"))
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        sides = [served(side, people, seed) for side in ("hubspot", "salesforce")]
        with ThreadPoolExecutor(2) as starting:  # to fill either takes a while
            hubspot, salesforce = starting.map(ending.enter_context, sides)
        url = ending.enter_context(start(folder / "database")).url
        migrate(url)
        env = _env(hubspot.told, salesforce.told, url)
        pool = ending.enter_context(open_pool(url))
        database = ending.enter_context(psycopg.connect(url, autocommit=True, row_factory=dict_row))
        agreement = load(MAPPINGS)
        salesforce("outbound", {"objects": outbound_fields(desk_for(agreement))})
        notices = stores_on(pool, agreement, utc_now).notices
        stage = Stage(hubspot, salesforce, url, env, folder, database, notices, postmaster_of(url))
        stage.database.execute("UPDATE side_mode SET mode = 'live'")
        if not strangers:
            _link_all(stage)
        yield stage


def _link_all(stage: Stage) -> None:
    """The first link, as on the first live day; it is not measured."""
    contacts = [row["id"] for row in stage.hubspot("snapshot")["contacts"]]
    told = [Notice(Ref(Side.HUBSPOT, "contact", id_), {}, None, "created") for id_ in contacts]
    with stage.worker():
        stage.tell(told, BACKFILL)
        stage.settle()
    stage.database.execute("VACUUM ANALYZE")


def _env(hubspot: dict[str, Any], salesforce: dict[str, Any], url: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ACCORD_", "DATABASE_URL", "PORT"))}
    return kept | BARE | {
        "DATABASE_URL": url,
        "ACCORD_HUBSPOT_BASE_URL": hubspot["base_url"],
        "ACCORD_HUBSPOT_ACCESS_TOKEN": hubspot["access_token"],
        "ACCORD_HUBSPOT_CLIENT_SECRET": hubspot["client_secret"],
        "ACCORD_HUBSPOT_PORTAL_ID": str(hubspot["portal_id"]),
        "ACCORD_HUBSPOT_APP_ID": str(hubspot["app_id"]),
        "ACCORD_SALESFORCE_INSTANCE_URL": salesforce["instance_url"],
        "ACCORD_SALESFORCE_CLIENT_ID": salesforce["client_id"],
        "ACCORD_SALESFORCE_CLIENT_SECRET": salesforce["client_secret"],
        "ACCORD_SALESFORCE_ORG_ID": salesforce["org_id"],
        "ACCORD_SALESFORCE_OUTBOUND_SECRET": OUTBOUND_PATH,
    }  # fmt: skip
