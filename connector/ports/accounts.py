"""What is known of the two accounts that Accord is connected to, and how that is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connector.core.records import Side


@dataclass(frozen=True, slots=True)
class Account:
    """The portal or org that credentials really open. ``id``: portal id, or org id with 18 characters. ``sandbox``:
    whether it is a test account of the service's own kind. ``facts``: what else was told, in plain words
    (``name``, ``edition``, ``time_zone``, ``user``, ``app_id``, ``api_version`` …); nothing secret."""

    side: Side
    id: str
    sandbox: bool
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        kind = "portal" if self.side is Side.HUBSPOT else "org"
        what = {(Side.HUBSPOT, True): "a sandbox or test portal", (Side.SALESFORCE, True): "a sandbox"}
        name = f" “{self.facts['name']}”" if self.facts.get("name") else ""
        return f"{self.side} {kind} {self.id}{name} ({what.get((self.side, self.sandbox), 'production')})"


@dataclass(frozen=True, slots=True)
class Connection:
    """Credentials as they are stored. ``kind``: static, oauth, jwt or client_credentials. ``facts``: not secret;
    ``secrets``: by the name of the setting they stand for (``access_token``, ``private_key`` …)."""

    side: Side
    kind: str
    facts: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Binding:
    """Which account this database belongs to: its Links, Seen and journal are about that one and no other."""

    side: Side
    account_id: str
    sandbox: bool
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens of an OAuth app. ``ends``: of the access token, aware UTC."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    ends: datetime


class TokenShelf(Protocol):
    """The OAuth tokens that all processes share."""

    def now(self) -> Grant | None:
        """What is stored, fresh or not."""

    def renewed(self, old: str, fetch: Callable[[str], Grant]) -> Grant:
        """A grant whose access token is not ``old``. ``fetch(refresh token)`` asks the service; one process at a time
        does, all others wait and take what that one got."""


class ConnectionStore(Protocol):
    def get(self, side: Side) -> Connection | None: ...
    def keep(self, connection: Connection) -> None: ...
    def forget(self, side: Side) -> bool: ...
    def begin(self, side: Side, state: str, facts: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        """Something that a later call finishes: an authorisation under way, a key whose certificate is uploaded."""

    def begun(self, side: Side, state: str, *, take: bool) -> tuple[dict[str, str], dict[str, str]] | None:
        """(facts, secrets) of what was begun within its time; ``take``: only this once."""

    def binding(self, side: Side) -> Binding | None: ...
    def bind(self, binding: Binding) -> Binding:
        """Binds where nothing is bound yet; what is bound then, whoever came first."""

    def unbind(self, side: Side) -> bool:
        """Whether it was let go: never where Links exist."""

    def links(self) -> int: ...
