"""What the edge needs of the wiring."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from connector.ports import Clock, NoticeStore
from connector.wiring.figures import Figure


class Health(Protocol):
    def ready(self) -> None:
        """Raises whatever keeps this process from serving."""

    def figures(self) -> Iterable[Figure]:
        """What all processes together know: backlog, lag, issues, budget."""


class Wired(Protocol):
    """Strings are '' where nothing is configured: then that webhook takes nothing."""

    @property
    def public_url(self) -> str:
        """How HubSpot reaches this service, without path; '': as the request says."""

    @property
    def metrics_token(self) -> str:
        """What a reader of /metrics has to send; '': nothing."""

    @property
    def hubspot_client_secret(self) -> str: ...
    @property
    def hubspot_portal_id(self) -> str: ...
    @property
    def hubspot_app_id(self) -> str: ...
    @property
    def hubspot_objects(self) -> Collection[str]:
        """Objects whose records Accord keeps: ``contact`` …"""

    @property
    def salesforce_path_secret(self) -> str: ...
    @property
    def salesforce_org_id(self) -> str: ...
    @property
    def salesforce_objects(self) -> Collection[str]: ...
    @property
    def notices(self) -> NoticeStore: ...
    @property
    def health(self) -> Health: ...
    @property
    def clock(self) -> Clock: ...
