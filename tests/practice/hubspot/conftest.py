"""A portal in process with a clock that tests turn, and a short way to call it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from connector.practice.clock import ManualClock
from connector.practice.http import Response, request_of
from connector.practice.hubspot import HubSpotCore

NOON = datetime(2026, 10, 12, 12, 0, tzinfo=UTC)
CONTACTS = "/crm/v3/objects/contacts"
_ROOTS = ("/automation", "/crm", "/oauth", "/_practice", "/account", "/webhooks", "/app-webhooks", "/communication")

Call = Callable[..., Response]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def core(clock: ManualClock) -> HubSpotCore:
    return HubSpotCore(clock=clock)


def caller(core: HubSpotCore) -> Call:
    """call("POST", path, {...}) -> Response, with the private app's token; a path may begin at the contacts."""

    def made(method: str, path: str, body: Any = None, token: str | None = None) -> Response:
        bearer = core.portal.account.private_token if token is None else token
        target = path if path.startswith(_ROOTS) else CONTACTS + path
        raw = orjson.dumps(body) if body is not None else b""
        return core.respond(request_of(method, target, {"Authorization": f"Bearer {bearer}"}, raw))

    return made


@pytest.fixture
def call(core: HubSpotCore) -> Call:
    return caller(core)


@pytest.fixture
def bob(call: Call) -> str:
    """The id of a contact that the app made."""
    made = call(
        "POST", "", {"properties": {"email": "bob@firm.example.com", "firstname": "Bob", "city": "Boston"}}
    )
    return str(made.json()["id"])
