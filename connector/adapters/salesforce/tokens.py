"""Salesforce sessions: got by client credentials or JWT, renewed when refused. Never in a log or a repr."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt

from connector.adapters.salesforce.connection import SIDE, SalesforceConnection
from connector.adapters.salesforce.ids import id18
from connector.errors import MendConnection
from connector.ports import Guard

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
JWT_SECONDS = 170
"""Salesforce takes assertions of at most three minutes."""


@dataclass(frozen=True, slots=True)
class Login:
    """A session. ``user_id`` and ``org_id`` (18 characters) are '' where the answer did not tell."""

    token: str = field(repr=False)
    instance_url: str
    user_id: str = ""
    org_id: str = ""


class Logins:
    """One session for all threads. ``fetch(guard)`` gets a new one; without it ``first`` is all there is."""

    def __init__(self, first: Login | None, fetch: Callable[[Guard], Login] | None) -> None:
        self._login, self._fetch = first, fetch
        self._lock = threading.Lock()

    @property
    def renewable(self) -> bool:
        return self._fetch is not None

    @property
    def token(self) -> str:
        return self._login.token if self._login else ""

    def current(self, guard: Guard) -> Login:
        return self._login or self.renewed(None, guard)

    def renewed(self, old: Login | None, guard: Guard) -> Login:
        """A session other than ``old``: fetched, unless another thread did so meanwhile."""
        assert self._fetch is not None
        with self._lock:
            if self._login is None or self._login is old:
                self._login = self._fetch(guard)
            return self._login


def token_form(connection: SalesforceConnection) -> dict[str, str]:
    """The form of the token request."""
    if connection.uses_jwt:
        return {"grant_type": JWT_GRANT, "assertion": _assertion(connection)}
    return {
        "grant_type": "client_credentials",
        "client_id": connection.client_id,
        "client_secret": connection.client_secret,
    }


def _assertion(connection: SalesforceConnection) -> str:
    claims = {
        "iss": connection.client_id,
        "sub": connection.username,
        "aud": connection.jwt_audience,
        # The machine's clock and no other: Salesforce compares it with its own.
        "exp": int(time.time()) + JWT_SECONDS,
    }
    return jwt.encode(claims, connection.private_key, algorithm="RS256")


def login_of(body: dict[str, Any], connection: SalesforceConnection) -> Login:
    """A token answer as a Login. Its ``id`` is a URL that ends in the ids of the org and of the user."""
    org, user = ("", *str(body.get("id") or "").rstrip("/").split("/"))[-2:]
    org = id18(org) if org.startswith("00D") else ""
    user = id18(user) if user.startswith("005") else ""
    if connection.org_id and org and org != id18(connection.org_id):
        raise MendConnection(
            SIDE, f"the credentials belong to org {org}, the settings name {connection.org_id}"
        )
    instance = str(body.get("instance_url") or connection.instance_url or connection.base_url)
    return Login(str(body["access_token"]), instance, user, org)
