"""A rolling upgrade, while changes keep coming on both sides: the release before this one runs with its own code, this
one's release phase migrates under it, this one's processes join, the old ones leave. Nothing is lost, nothing twice."""

from __future__ import annotations

import random
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.external import free_port, postgres_16
from tests.e2e.managed import TOP, Release, await_ready, end, previous_release
from tests.worker.town import Town, eventually
from tests.world import HOT

pytestmark = pytest.mark.e2e
PAUSE = 0.04
"""Seconds between two changes."""


class Traffic:
    """Alice's forms and titles in HubSpot, Bob's cities in Salesforce, until the block ends. What must come of it:
    ``titles`` and ``cities`` by e-mail."""

    def __init__(self, town: Town) -> None:
        self.town, self.chance = town, random.Random(7)
        self.contacts: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.cities: dict[str, str] = {}
        self.changes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def more(self, wanted: int) -> None:
        """Waits until so many further changes were made."""
        target = self.changes + wanted
        eventually(lambda: self.changes >= target)

    def _go(self) -> None:
        while not self._stop.wait(PAUSE):
            self.chance.choice((self._form, self._title, self._title, self._city, self._city))()
            self.changes += 1

    def _form(self) -> None:
        email = f"p{len(self.contacts)}@acme.example.com"
        values = dict(email=email, lastname="Ito", **HOT)
        self.contacts[email] = self.town.hubspot.edit(values, by="form", create=True)
        self.titles[email] = str(values["jobtitle"])

    def _title(self) -> None:
        if self.contacts:
            email = self.chance.choice(sorted(self.contacts))
            self.titles[email] = f"Chief Marketing Officer {self.changes}"
            self.town.hubspot.edit({"jobtitle": self.titles[email]}, id=self.contacts[email])

    def _city(self) -> None:
        email = self.chance.choice(sorted(self.contacts) or [""])
        if lead := self.town.lead(email):
            self.cities[email] = f"City {self.changes}"
            self.town.salesforce.edit("Lead", lead["Id"], {"City": self.cities[email]})


def test_nothing_is_lost_and_nothing_done_twice(tmp_path: Path) -> None:
    with ExitStack() as parts:
        (tmp_path / "postgres").mkdir()
        external = parts.enter_context(postgres_16(tmp_path / "postgres"))
        town = Town(external.url, parts)
        folder, commit = previous_release(tmp_path / "previous")
        print(f"upgrading from {commit}")
        old, new = (Release(tree, dict(town.environment), tmp_path / log) for tree, log in ((folder, "old"), (TOP, "new")))
        for release in (old, new):
            release.logs.mkdir()
            release.environment["ACCORD_POLL_SECONDS_WITH_PUSH"] = "3600"

        old.release_phase()
        town.live()
        manager = _started(old, town, parts)
        with Traffic(town) as traffic:
            eventually(lambda: len(town.all("SELECT 1 FROM link")) >= 5)
            new.release_phase()
            traffic.more(25)  # the old code on the new schema
            _started(new, town, parts)
            traffic.more(25)  # both at once
            end(manager)
            traffic.more(25)
        assert manager.poll() is not None
        eventually(lambda: _quiet(town))
        _nothing_lost(town, traffic)
    for release in (old, new):
        assert "Traceback" not in release.log.read_text()


def _started(release: Release, town: Town, parts: ExitStack) -> subprocess.Popen[bytes]:
    """Web and worker; from now on both sides tell this web."""
    port, before = free_port(), _at_work(town)
    release.environment["ACCORD_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    manager = parts.enter_context(release.running(port))
    await_ready(release, port, manager)
    eventually(lambda: _at_work(town) - before)
    town.hubspot.delivery.update({"target_url": f"http://127.0.0.1:{port}/webhooks/hubspot"})
    secret = town.environment["ACCORD_SALESFORCE_OUTBOUND_SECRET"]
    town.salesforce.outbound.configure({"target_url": f"http://127.0.0.1:{port}/webhooks/salesforce/{secret}"})
    return manager


def _at_work(town: Town) -> set[str]:
    return {row["name"] for row in town.all("SELECT name FROM worker WHERE detail ->> 'state' = 'running'")}


def _quiet(town: Town) -> bool:
    told = town.hubspot.outbox.waiting() or town.salesforce.outbound.waiting
    return not told and not town.all("SELECT 1 FROM pending")


def _nothing_lost(town: Town, traffic: Traffic) -> None:
    with town.salesforce.lock:
        leads = [dict(row) for row in town.salesforce.org.tables["Lead"].rows.values()]
    assert sorted(row["Email"] for row in leads) == sorted(traffic.contacts)  # each once
    assert {row["Email"]: row["Title"] for row in leads} == traffic.titles
    cities = {email: town.hubspot.contact(id_).get("city") for email, id_ in traffic.contacts.items()}
    assert {email: city for email, city in cities.items() if city} == traffic.cities
    assert len(town.all("SELECT 1 FROM link")) == len(leads)
    assert town.all("SELECT 1 FROM journal WHERE state = 'intended'") == []
    assert town.all("SELECT why, side, field, value, winner, at FROM ledger") == []
    made = town.all("SELECT mate FROM journal WHERE action = 'create' AND state = 'done'")
    assert len(made) == len({row["mate"] for row in made}) == len(leads)
    assert town.all("SELECT person FROM handoff GROUP BY person HAVING count(*) > 1") == []
