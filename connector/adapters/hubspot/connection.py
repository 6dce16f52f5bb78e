"""How to reach one HubSpot portal, and how to treat it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from connector.adapters.calling import Timeouts
from connector.ports.accounts import TokenShelf

OBJECT_PATHS = {"contact": "contacts", "company": "companies", "deal": "deals"}
OBJECT_TYPE_IDS = {"contact": "0-1", "company": "0-2", "deal": "0-3"}
SIDE = "hubspot"


@dataclass(frozen=True, slots=True)
class HubSpotConnection:
    """Either a lasting ``access_token`` (private or static app) or the three of an OAuth app.

    ``app_id`` is what HubSpot writes into a property's history for our writes; without it no version counts as ours.
    ``shelf``: where all processes keep the OAuth app's tokens; without it each fetches its own.
    """

    base_url: str = "https://api.hubapi.com"
    access_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    portal_id: str = ""
    app_id: str = ""
    shelf: TokenShelf | None = field(default=None, repr=False)

    @property
    def refreshes(self) -> bool:
        return bool(self.refresh_token and self.client_id and self.client_secret)


@dataclass(frozen=True, slots=True)
class HubSpotOptions:
    """``version``: ``v3`` or a dated one such as ``2026-03``. ``parallel``: calls at once per bulk operation.
    ``read_back_by_read``: read what was written, rather than trust the write's answer. ``time_zone``: the portal's
    (IANA), for its daily limit; without it a daily limit is tried again after an hour."""

    version: str = "v3"
    timeouts: Timeouts = field(default_factory=Timeouts)
    parallel: int = 4
    connections: int = 32
    read_back_by_read: bool = False
    time_zone: str = ""
    proxy: str = ""
    batch: int = 100
    history_batch: int = 50
    search_page: int = 200
    list_batch: int = 10_000


class Paths:
    """The paths of one API version. v3 and the dated versions differ in where the version stands."""

    def __init__(self, version: str) -> None:
        self._dated = not version.startswith("v")
        self._version = version

    def _crm(self, what: str) -> str:
        return f"/crm/{what}/{self._version}" if self._dated else f"/crm/{self._version}/{what}"

    def objects(self, object_: str, rest: str) -> str:
        return f"{self._crm('objects')}/{OBJECT_PATHS.get(object_, quote(object_, safe=''))}/{rest}"

    def properties(self, object_: str) -> str:
        return f"{self._crm('properties')}/{OBJECT_PATHS.get(object_, quote(object_, safe=''))}"

    def owners(self) -> str:
        return self._crm("owners")

    def lists(self, rest: str = "") -> str:
        return f"{self._crm('lists')}/{rest}"

    def preferences(self) -> str:
        """Subscription preferences: v4 where the rest is v3."""
        return f"/communication-preferences/{self._version if self._dated else 'v4'}"

    def token(self) -> str:
        return f"/oauth/{self._version}/token" if self._dated else "/oauth/v1/token"
