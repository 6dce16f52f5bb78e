"""The one place where bytes go to HubSpot: hubspot-api-client's own connection pool, with raw bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast

import urllib3
from hubspot.crm.objects.configuration import Configuration
from hubspot.crm.objects.rest import RESTClientObject

from connector.adapters.hubspot.connection import HubSpotConnection, HubSpotOptions


class Answer(Protocol):
    """What a transport gives back; urllib3's response is one."""

    @property
    def status(self) -> int: ...
    @property
    def data(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


class Transport(Protocol):
    """The signature of hubspot-api-client's rest client. Tests put a practice server's core behind it.

    A lost connection is raised as one of urllib3's HTTPError.
    """

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
    ) -> Answer: ...


class RestTransport(RESTClientObject):  # type: ignore[misc]
    """The client's rest object without its model layer and its second JSON encoder.

    Answers of every status come back as they are. Nothing is repeated or redirected in here: each call passes the
    gate by itself.
    """

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
    ) -> Answer:
        connect, read = _request_timeout or (3.0, 20.0)
        answer = self.pool_manager.request(
            method,
            url,
            body=body,
            headers=headers,
            timeout=urllib3.Timeout(connect=connect, read=read),
            retries=False,
            preload_content=True,
        )
        return cast(Answer, answer)

    def close(self) -> None:
        self.pool_manager.clear()


def rest_transport(connection: HubSpotConnection, options: HubSpotOptions) -> RestTransport:
    """The library's pool, configured: keep-alive connections enough for all threads."""
    configuration = Configuration(host=connection.base_url)
    configuration.connection_pool_maxsize = options.connections
    if options.proxy:
        configuration.proxy = options.proxy
    return RestTransport(configuration)
