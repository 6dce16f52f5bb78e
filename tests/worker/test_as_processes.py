"""The Procfile's processes as processes: `accord serve` takes webhooks, `accord worker` syncs and ends well."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
import requests

from tests.worker.town import PATIENCE, Town, eventually
from tests.world import HOT

pytestmark = pytest.mark.e2e
TOP = Path(__file__).parent.parent.parent
SECRET = "a-long-secret-that-nobody-guesses"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Company:
    """A town whose processes are started as the Procfile starts them."""

    def __init__(self, town: Town, logs: Path) -> None:
        self.town, self.logs, self.port = town, logs, free_port()
        self.environment = {
            **{n: v for n, v in os.environ.items() if not n.startswith("ACCORD_")}, **town.environment,
            "PORT": str(self.port), "WEB_CONCURRENCY": "1", "ACCORD_POLL_SECONDS_WITH_PUSH": "3600",
            "ACCORD_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }  # fmt: skip

    @contextmanager
    def running(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        with (self.logs / f"{command[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "connector", *command],
                env=self.environment,
                cwd=TOP,
                stdout=log,
                stderr=log,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def log(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text()

    def serve(self, parts: ExitStack) -> None:
        parts.enter_context(self.running("serve"))
        eventually(self._ready)
        self.town.hubspot.delivery.update({"target_url": f"http://127.0.0.1:{self.port}/webhooks/hubspot"})
        self.town.hubspot.outbox.nudge()
        target = f"http://127.0.0.1:{self.port}/webhooks/salesforce/{SECRET}"
        self.town.salesforce.outbound.configure({"target_url": target})

    def _ready(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=60).ok
        except requests.ConnectionError:
            return False

    def worker(self, parts: ExitStack) -> subprocess.Popen[bytes]:
        """A worker that is at work."""
        process = parts.enter_context(self.running("worker"))
        row = "SELECT 1 FROM worker WHERE name LIKE %s AND detail ->> 'state' = 'running'"
        eventually(lambda: self.town.all(row, f"%:{process.pid}"))
        return process

    def quiet(self) -> bool:
        """Nothing waits to be told, and nothing waits for a round."""
        told = self.town.hubspot.outbox.waiting() or self.town.salesforce.outbound.waiting
        return not told and not self.town.all("SELECT 1 FROM pending")


@pytest.fixture
def company(town: Town, tmp_path: Path) -> Company:
    return Company(town, tmp_path)


def leads(town: Town) -> list[str]:
    with town.salesforce.lock:
        return sorted(str(row["Email"]) for row in town.salesforce.org.tables["Lead"].rows.values())


def at_least(town: Town, wanted: int) -> bool:
    return len(leads(town)) >= wanted


def form(town: Town, number: int) -> str:
    return town.hubspot.edit(
        dict(email=f"a{number}@acme.example.com", lastname="Ito", **HOT), by="form", create=True
    )


def test_a_form_fill_arrives_as_a_lead_and_its_status_comes_back_by_push_alone(company: Company) -> None:
    town = company.town
    with ExitStack() as parts:
        company.serve(parts)
        worker = company.worker(parts)
        ann = form(town, 1)
        lead = eventually(lambda: town.lead("a1@acme.example.com"))
        eventually(company.quiet)
        town.salesforce.edit("Lead", lead["Id"], {"City": "Boston"})
        eventually(lambda: town.hubspot.contact(ann).get("city") == "Boston")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE) == 0
    assert town.all("SELECT 1 FROM worker") == []
    assert "Traceback" not in company.log("worker") + company.log("serve")
    assert "acme.example.com" not in company.log("worker") + company.log("serve")


@pytest.mark.parametrize(("end", "status"), [(signal.SIGTERM, 0), (signal.SIGKILL, -9)])
def test_a_worker_that_ends_in_a_round_loses_and_doubles_nothing(
    company: Company, end: signal.Signals, status: int
) -> None:
    town, count = company.town, 60
    company.environment |= {"ACCORD_LEASE_SECONDS": "12", "ACCORD_HUBSPOT_TIMEOUT_SECONDS": "5",
                            "ACCORD_SALESFORCE_TIMEOUT_SECONDS": "5", "ACCORD_CLAIM_SIZE": "20"}  # fmt: skip
    with ExitStack() as parts:
        company.serve(parts)
        worker = company.worker(parts)
        for core in (town.hubspot, town.salesforce):
            core.faults.update({"latency_ms": 120})
        for number in range(count):
            form(town, number)
        for wanted in (count // 4, count // 2):
            eventually(partial(at_least, town, wanted))
            worker.send_signal(end)
            assert worker.wait(PATIENCE) == status
            worker = company.worker(parts)
        for core in (town.hubspot, town.salesforce):
            core.faults.clear()
        eventually(lambda: len(leads(town)) == count)
        eventually(company.quiet)
    assert leads(town) == sorted(f"a{number}@acme.example.com" for number in range(count))
    assert len(town.all("SELECT 1 FROM link")) == count
    assert town.all("SELECT 1 FROM journal WHERE state = 'intended'") == []


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_without_a_database_nothing_starts(company: Company, command: str) -> None:
    del company.environment["DATABASE_URL"]
    with company.running(command) as process:
        assert process.wait(PATIENCE) == 1
    assert "Accord needs a database that lasts" in company.log(command)


def test_a_database_that_is_not_migrated_is_refused_with_what_to_do(
    company: Company, new_database: Callable[[], str]
) -> None:
    company.environment["DATABASE_URL"] = url = new_database()
    company.town.url = url
    company.town.all("DELETE FROM _yoyo_migration WHERE migration_id = '0003-processes'")
    with company.running("worker") as process:
        assert process.wait(PATIENCE) == 1
    assert "accord db migrate" in company.log("worker")


def test_the_worker_waits_for_a_database_that_does_not_answer_yet(company: Company) -> None:
    company.environment["DATABASE_URL"] = f"postgresql://accord@127.0.0.1:{free_port()}/accord"
    with company.running("worker") as process:
        eventually(lambda: company.log("worker").count("the database does not answer") >= 3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
