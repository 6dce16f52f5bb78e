"""A backup by pg_dump, restored after the two sides had gone on; then `accord recover`, with the worker as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.external import External, free_port, postgres_16, program
from tests.e2e.managed import TOP, Release, end
from tests.worker.town import Town, eventually
from tests.world import HOT

pytestmark = pytest.mark.e2e
FORM = dict(HOT, lastname="Ito", city="Rome")


def pg(*command: str) -> None:
    done = subprocess.run([program(command[0]), *command[1:]], capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr


def accord(release: Release, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "connector", *words], env=os.environ | release.environment, cwd=TOP, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def poll_often(town: Town, url: str, logs: Path) -> Release:
    """No webhook at all: polls find everything."""
    environment = town.environment | {"DATABASE_URL": url, "ACCORD_POLL_SECONDS": "1"}
    for name in ("ACCORD_HUBSPOT_CLIENT_SECRET", "ACCORD_SALESFORCE_OUTBOUND_SECRET"):
        environment.pop(name)
    environment |= {"ACCORD_HUBSPOT_OVERLAP_SECONDS": "5", "ACCORD_SALESFORCE_OVERLAP_SECONDS": "5"}
    return Release(TOP, environment, logs)


def test_a_restored_backup_resurrects_nothing_and_doubles_nobody(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with ExitStack() as parts:
        external: External = parts.enter_context(postgres_16(tmp_path / "postgres"))
        town = Town(external.url, parts)
        before = poll_often(town, external.url, tmp_path)
        before.release_phase()
        town.live()
        worker = parts.enter_context(before.running(free_port(), "worker"))
        ann = town.hubspot.edit(dict(FORM, email="ann@acme.example.com"), by="form", create=True)
        lead = eventually(lambda: town.lead("ann@acme.example.com"))["Id"]
        eventually(lambda: not town.all("SELECT 1 FROM pending") and town.all("SELECT 1 FROM link"))

        pg("pg_dump", "--format=custom", f"--file={tmp_path / 'accord.dump'}", external.url)
        town.salesforce.edit("Lead", lead, {"City": "Oslo"})
        eventually(lambda: town.hubspot.contact(ann).get("city") == "Oslo")
        kim = town.hubspot.edit(dict(FORM, email="kim@kim.example.com"), by="form", create=True)
        eventually(lambda: town.lead("kim@kim.example.com"))
        end(worker)
        town.salesforce.edit("Lead", lead, {"City": "Rome"})  # Bob's last word; Rome is also what the backup knows

        external.run("CREATE DATABASE restored")
        pg("pg_restore", "--no-owner", f"--dbname={external.url_of('restored')}", str(tmp_path / "accord.dump"))
        town.url = external.url_of("restored")
        (tmp_path / "after").mkdir()
        after = poll_often(town, town.url, tmp_path / "after")
        assert "1 links are in doubt" in accord(after, "recover", "start", "--yes")
        parts.enter_context(after.running(free_port(), "worker"))
        told = accord(after, "recover", "finish", "--wait", "90", "--yes")
        assert "Recovered" in told
        eventually(lambda: town.hubspot.contact(ann).get("city") == "Rome")
        eventually(lambda: not town.all("SELECT 1 FROM pending"))
        lead_of_ann = town.lead("ann@acme.example.com")
        assert lead_of_ann is not None and lead_of_ann["City"] == "Rome"
        with town.salesforce.lock:
            emails = sorted(str(row["Email"]) for row in town.salesforce.org.tables["Lead"].rows.values())
        assert emails == ["ann@acme.example.com", "kim@kim.example.com"]
        assert {row["hubspot_id"] for row in town.all("SELECT hubspot_id FROM link")} == {ann, kim}
        assert len(town.all("SELECT 1 FROM handoff")) == 2
        assert "No recovery is running" in accord(after, "recover", "status")
