"""Two `accord worker` processes and the streams: the one that holds them is killed, the other takes over."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from connector.practice.salesforce.pubsub import PubSubServer, serve_pubsub
from tests.worker.test_as_processes import Company
from tests.worker.town import PATIENCE, Town, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
ANN = {"FirstName": "Ann", "LastName": "Ito", "Company": "Acme", "Email": "ann@acme.example.com"}
HOLDER = "SELECT a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'accord stream'"


@pytest.fixture
def bus(town: Town) -> Iterator[PubSubServer]:
    server = serve_pubsub(town.salesforce)
    try:
        yield server
    finally:
        server.close()


def test_a_holder_that_is_killed_is_followed_by_the_other(
    town: Town, bus: PubSubServer, tmp_path: Path
) -> None:
    lead = town.salesforce.edit("Lead", None, ANN, create=True)
    town.environment["ACCORD_SALESFORCE_PUBSUB_ENDPOINT"] = bus.endpoint
    del town.environment["ACCORD_SALESFORCE_OUTBOUND_SECRET"]
    company = Company(town, tmp_path)
    with ExitStack() as parts:
        first = company.worker(parts)
        eventually(lambda: len(town.all("SELECT 1 FROM stream WHERE state = 'open'")) == 3)
        second = company.worker(parts)
        before = eventually(lambda: town.all(HOLDER))
        eventually(lambda: not town.all("SELECT 1 FROM pending"))
        first.send_signal(signal.SIGKILL)
        first.wait()
        town.salesforce.edit("Lead", lead, {"Phone": "+1 617 555 0100"})
        eventually(lambda: (after := town.all(HOLDER)) and after != before)
        told = "SELECT 1 FROM stream WHERE object = 'Lead' AND event_at IS NOT NULL"
        eventually(lambda: town.all(told))
        second.send_signal(signal.SIGTERM)
        assert second.wait(PATIENCE) == 0
    assert "listening to Salesforce's changes" in company.log("worker")
