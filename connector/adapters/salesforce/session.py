"""The requests session under simple-salesforce: time-outs on every call, plain HTTP for this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from connector.adapters.calling import Timeouts, is_loopback
from connector.adapters.salesforce.connection import SalesforceConnection, SalesforceOptions


class Line(HTTPAdapter):
    """Sets the time-out that simple-salesforce never sets, and undoes its https where the address is this machine's."""

    def __init__(self, timeouts: Timeouts, connections: int) -> None:
        self._timeouts = timeouts
        super().__init__(pool_connections=4, pool_maxsize=connections, max_retries=0)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        url = request.url or ""
        if url.startswith("https://") and is_loopback(url):
            request.url = "http://" + url.removeprefix("https://")
        limits = timeout or (self._timeouts.connect, self._timeouts.read)
        return super().send(request, stream, limits, verify, cert, proxies)


class Bearer(AuthBase):
    """Puts the present token on a request. As the session's auth it also keeps a .netrc from replacing it."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token()}"
        return request


def session_for(
    connection: SalesforceConnection, options: SalesforceOptions, transport: HTTPAdapter | None
) -> requests.Session:
    """A session whose standing headers survive a renewed login. ``transport`` takes the place of the network."""
    session = requests.Session()
    line = transport or Line(options.timeouts, options.connections)
    session.mount("https://", line)
    session.mount("http://", line)
    session.headers.update(standing_headers(options))
    session.headers["Accept"] = "application/json"
    _take_environment(session, connection.instance_url or connection.base_url)
    return session


def _take_environment(session: requests.Session, url: str) -> None:
    """Proxies and CA bundle of the environment, looked up once: requests would do it anew for every call, which costs
    more than the rest of the call. On this machine neither has any business."""
    if not is_loopback(url):
        settings = session.merge_environment_settings(url, {}, None, None, None)
        session.proxies.update(settings["proxies"])
        session.verify = settings["verify"]
    session.trust_env = False


def standing_headers(options: SalesforceOptions) -> dict[str, str]:
    """Salesforce assigns a Lead anew on every write unless told not to."""
    return {"Sforce-Auto-Assign": "FALSE", "Sforce-Call-Options": f"client={options.client}"}
