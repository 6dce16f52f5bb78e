"""The real adapters on a practice server's core: the same code as over HTTP, without a socket.

``hubspot_on(core)`` and ``salesforce_on(core)`` make an adapter; keywords go to the adapter (``hook=``, ``budget=``,
``options=`` …). ``parallel`` is 1 and nothing sleeps, so that a run is the same each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from connector.adapters.hubspot import HubSpot, HubSpotConnection, HubSpotOptions
from connector.adapters.salesforce import Salesforce, SalesforceConnection, SalesforceOptions
from connector.ports import Budget, Clock
from connector.practice.http import ConnectionLost, PracticeCore, Response, request_of
from connector.practice.hubspot import HubSpotCore
from connector.practice.hubspot import connection as hubspot_details
from connector.practice.salesforce import SalesforceCore

Hook = Callable[[str, str], None]


def free(seconds: float) -> None:
    """A guard that lets every call pass."""


def _no_sleep(seconds: float) -> None:
    """Waiting costs tests nothing."""


class HubSpotInProcess:
    """hubspot-api-client's rest interface on a core."""

    def __init__(self, core: PracticeCore) -> None:
        self.core = core

    def request(
        self,
        method: str,
        url: str,
        query_params: Any = None,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        post_params: Any = None,
        _preload_content: bool = True,
        _request_timeout: tuple[float, float] | None = None,
    ) -> urllib3.HTTPResponse:
        try:
            answer = self.core.respond(request_of(method, _target(url), headers, body or b""))
        except ConnectionLost as lost:
            raise urllib3.exceptions.ProtocolError("Connection aborted.", lost) from None
        return urllib3.HTTPResponse(answer.body, answer.headers, answer.status, preload_content=True)


class SalesforceInProcess(HTTPAdapter):
    """A requests adapter on a core."""

    def __init__(self, core: PracticeCore) -> None:
        super().__init__()
        self.core = core

    def send(self, request: requests.PreparedRequest, *rest: Any, **options: Any) -> requests.Response:
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        target = _target(str(request.url))
        try:
            answer = self.core.respond(
                request_of(str(request.method), target, dict(request.headers), bytes(content))
            )
        except ConnectionLost as lost:
            raise requests.ConnectionError(str(lost)) from None
        return _as_response(answer, request)


def _as_response(answer: Response, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response._content = answer.body
    response.url = str(request.url)
    response.request = request
    return response


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def hubspot_connection(
    core: HubSpotCore, base_url: str = "http://hubspot.test", *, oauth: bool = False
) -> Any:
    """The connection of a served or unserved core: its private app's token, or with ``oauth`` the OAuth app's."""
    told = hubspot_details(core, base_url)
    wanted = ("client_id", "client_secret", "refresh_token") if oauth else ("access_token",)
    rest: dict[str, Any] = {name: str(told[name]) for name in (*wanted, "portal_id", "app_id")}
    return HubSpotConnection(base_url=base_url, **rest)


def salesforce_connection(
    core: SalesforceCore, base_url: str = "https://practice.my.salesforce.com", *, given: bool = False
) -> SalesforceConnection:
    """Client credentials, or with ``given`` an access token that can't be renewed."""
    told = core.connection(base_url)
    if given:
        return SalesforceConnection(base_url, access_token=told["access_token"], org_id=told["org_id"])
    return SalesforceConnection(
        base_url, client_id=told["client_id"], client_secret=told["client_secret"], org_id=told["org_id"]
    )


def hubspot_on(
    core: HubSpotCore,
    *,
    budget: Budget | None = None,
    options: HubSpotOptions | None = None,
    hook: Hook | None = None,
    clock: Clock | None = None,
    oauth: bool = False,
) -> HubSpot:
    """HubSpot's adapter on a core, on the core's clock unless another is given."""
    return HubSpot(
        hubspot_connection(core, oauth=oauth),
        budget,
        options or HubSpotOptions(parallel=1),
        clock=clock or core.clock.now,
        transport=HubSpotInProcess(core),
        hook=hook,
        sleep=_no_sleep,
    )


def salesforce_on(
    core: SalesforceCore,
    *,
    budget: Budget | None = None,
    options: SalesforceOptions | None = None,
    hook: Hook | None = None,
    clock: Clock | None = None,
    given: bool = False,
) -> Salesforce:
    """Salesforce's adapter on a core, on the core's clock unless another is given."""
    return Salesforce(
        salesforce_connection(core, given=given),
        budget,
        options or SalesforceOptions(parallel=1),
        clock=clock or core.clock.now,
        transport=SalesforceInProcess(core),
        hook=hook,
        sleep=_no_sleep,
    )
