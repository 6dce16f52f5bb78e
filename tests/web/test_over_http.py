"""Both practice servers deliver to gunicorn as it ships: several processes, real sockets, real signatures."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from connector.practice.hubspot.server import serve_hubspot
from connector.practice.salesforce.core import SalesforceCore
from connector.practice.salesforce.sender import Sender
from tests.web.edge import PATH_SECRET
from tests.web.gunicorns import Served, gunicorn

pytestmark = pytest.mark.e2e


@pytest.fixture
def salesforce() -> SalesforceCore:
    return SalesforceCore()


@pytest.fixture
def hubspot() -> Iterator[Any]:
    with serve_hubspot(subscriptions="all") as server:
        yield server.core


@pytest.fixture
def served(database_url: str, hubspot: Any, salesforce: SalesforceCore) -> Iterator[Served]:
    account = hubspot.portal.account
    told = {
        "public_url": "https://accord.example.com",
        "hubspot_client_secret": account.client_secret,
        "hubspot_portal_id": str(account.portal_id),
        "hubspot_app_id": str(account.app_id),
        "salesforce_org_id": salesforce.org_id,
    }
    with gunicorn("tests.web.served:real", database_url, **told) as gunicorns:
        hubspot.delivery.signed_url = "https://accord.example.com/webhooks/hubspot"
        hubspot.delivery.target_url = gunicorns.url + "/webhooks/hubspot"
        yield gunicorns


def waiting(database_url: str) -> set[str]:
    with psycopg.connect(database_url) as connection:
        return {row[0] for row in connection.execute("SELECT side || ':' || ref_id FROM pending")}


def until(fulfilled: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not fulfilled():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_form_fill_is_taken_by_its_webhook(served: Served, hubspot: Any, database_url: str) -> None:
    made = {
        hubspot.edit({"email": f"p{n}@acme.example.com", "jobtitle": "CEO"}, create=True) for n in range(30)
    }
    until(lambda: waiting(database_url) == {f"hubspot:{id_}" for id_ in made})
    until(lambda: hubspot.delivered.events >= 60)
    assert hubspot.delivered.failed_attempts == 0


def test_a_lead_is_taken_by_its_outbound_message(
    served: Served, salesforce: SalesforceCore, database_url: str
) -> None:
    target = f"{served.url}/webhooks/salesforce/{PATH_SECRET}"
    salesforce.outbound.configure(
        {"target_url": target, "objects": {"Lead": ["Email", "Title", "NumberOfEmployees"]}}
    )
    sender = Sender(salesforce)
    try:
        values = {
            "LastName": "Ito & Söhne",
            "Company": "<Acme>",
            "Email": "ann@acme.example.com",
            "NumberOfEmployees": 50,
        }
        lead = salesforce.edit("Lead", values=values, create=True)
        until(lambda: waiting(database_url) == {f"salesforce:{lead}"})
        until(lambda: salesforce.outbound.sent == 1)
        assert not salesforce.outbound.waiting
    finally:
        sender.close()


def test_a_killed_process_loses_nothing_that_was_answered(
    served: Served, hubspot: Any, database_url: str
) -> None:
    made = set()
    for number in range(60):
        made.add(hubspot.edit({"email": f"p{number}@acme.example.com"}, create=True))
        if number == 30:
            os.kill(served.workers()[0], signal.SIGKILL)
        time.sleep(0.005)
    until(lambda: waiting(database_url) == {f"hubspot:{id_}" for id_ in made})
    assert hubspot.delivered.given_up == 0


def test_any_process_tells_what_all_of_them_counted(served: Served, hubspot: Any) -> None:
    for number in range(40):
        hubspot.edit({"email": f"p{number}@acme.example.com"}, create=True)
        time.sleep(0.01)

    def told() -> set[str]:
        lines = [line for _ in range(10) for line in served.get("/metrics").splitlines()]
        return {line for line in lines if line.startswith("accord_notices_total")}

    def expected() -> set[str]:
        return {f'accord_notices_total{{became="queued",side="hubspot"}} {float(hubspot.delivered.events)}'}

    until(lambda: hubspot.delivered.events >= 80 and told() == expected())
