"""How to reach one Salesforce org, and how to treat it."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.adapters.calling import Timeouts

SIDE = "salesforce"


@dataclass(frozen=True, slots=True)
class SalesforceConnection:
    """One of three ways in: ``client_id`` with ``client_secret`` (client credentials), ``client_id``, ``username`` and
    ``private_key`` (PEM; JWT bearer), or a given ``access_token`` that can't be renewed.

    ``base_url``: where tokens are asked for (the org's My Domain). ``instance_url``: where the API is, if a given token
    does not tell; otherwise the token's answer says it. ``org_id``: if set, a token for another org is refused.
    """

    base_url: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    username: str = ""
    private_key: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    instance_url: str = ""
    org_id: str = ""
    audience: str = ""

    @property
    def uses_jwt(self) -> bool:
        return bool(self.client_id and self.username and self.private_key)

    @property
    def renews(self) -> bool:
        return self.uses_jwt or bool(self.client_id and self.client_secret)

    @property
    def jwt_audience(self) -> str:
        """The login host a JWT is meant for: the sandboxes' one where the address says sandbox."""
        if self.audience:
            return self.audience
        sandbox = ".sandbox." in self.base_url or "://test." in self.base_url
        return "https://test.salesforce.com" if sandbox else "https://login.salesforce.com"


@dataclass(frozen=True, slots=True)
class SalesforceOptions:
    """``version``: the API version wanted; the highest the org offers not above it is used. ``collection``: rows per
    collection call. ``composite``: put several calls into one; then at most ``composite_size`` of them, of which
    ``composite_collections`` are collections or queries. ``conditional``: up to so many updates are sent singly with
    If-Unmodified-Since. ``query_chars``: the longest encoded query in a URL."""

    version: str = "66.0"
    timeouts: Timeouts = field(default_factory=Timeouts)
    parallel: int = 4
    connections: int = 32
    client: str = "accord"
    composite: bool = True
    composite_size: int = 25
    composite_collections: int = 5
    conditional: int = 20
    collection: int = 200
    retrieve: int = 2000
    find_values: int = 2000
    query_chars: int = 15_000
