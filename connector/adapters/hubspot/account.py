"""Whose portal a token opens, and what it may do there. Nothing here writes to the portal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import requests

from connector.adapters.calling import is_loopback, no_guard
from connector.adapters.hubspot.api import AGENT, HubSpotApi
from connector.adapters.hubspot.connection import SIDE, HubSpotConnection, HubSpotOptions, Paths
from connector.adapters.hubspot.failures import Rejection
from connector.core.records import Side
from connector.errors import MendConnection, TryAgain
from connector.ports.accounts import Account, Grant

TEST_ACCOUNTS = frozenset({"SANDBOX", "DEVELOPER_TEST", "APP_DEVELOPER"})
"""Values of accountType besides STANDARD (memory; only STANDARD was seen in a recording)."""
AUTHORISE = "https://app.hubspot.com/oauth/authorize"


def account_of(api: HubSpotApi) -> Account:
    """The portal behind the token in use: one call."""
    path = f"/account-info/{api.options.version}/details"
    told = api.read("GET", path, None, no_guard).body
    kind = str(told.get("accountType") or "")
    names = {"time_zone": "timeZone", "account_type": "accountType", "ui_domain": "uiDomain"}
    facts = {ours: str(told[theirs]) for ours, theirs in names.items() if told.get(theirs)}
    return Account(Side.HUBSPOT, str(told["portalId"]), kind in TEST_ACCOUNTS, facts)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a token may do. ``scopes`` None: HubSpot did not tell, which is no proof of anything."""

    scopes: frozenset[str] | None
    app_id: str = ""


def allowed_to(api: HubSpotApi, token: str, oauth: bool = False) -> Allowed:
    """What HubSpot says of a token: of a static app's by POST (the token stands in no address), of an OAuth one's by
    the address that HubSpot offers for it."""
    try:
        if oauth:
            told = api.read("GET", f"/oauth/v1/access-tokens/{quote(token, safe='')}", None, no_guard).body
        else:
            path = "/oauth/v2/private-apps/get/access-token-info"
            told = api.read("POST", path, {"tokenKey": token}, no_guard).body
    except Rejection:
        return Allowed(None)
    return Allowed(frozenset(told.get("scopes") or ()), str(told.get("appId") or told.get("app_id") or ""))


def authorise_url(
    client_id: str, redirect: str, scopes: list[str], state: str, base: str = AUTHORISE, optional: Sequence[str] = ()
) -> str:
    """Where an admin of the portal agrees to the app. ``optional``: scopes that a portal without them may leave out."""
    query = {"client_id": client_id, "redirect_uri": redirect, "scope": " ".join(scopes), "state": state}
    if optional:
        query["optional_scope"] = " ".join(optional)
    return f"{base}?{urlencode(query, quote_via=quote)}"


class Authoriser:
    """The calls of OAuth that need no token: a code for tokens, and the end of a refresh token."""

    def __init__(
        self, connection: HubSpotConnection, options: HubSpotOptions, clock: Callable[[], datetime]
    ) -> None:
        self._connection, self._options, self._clock = connection, options, clock

    def exchange(self, code: str, redirect: str) -> Grant:
        """The tokens for a code. Raises MendConnection or TryAgain. A code is good for once."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self._connection.client_id,
            "client_secret": self._connection.client_secret,
            "redirect_uri": redirect,
            "code": code,
        }
        asked_at = self._clock()
        told = self._call("POST", Paths(self._options.version).token(), form)
        ends = asked_at + timedelta(seconds=float(told.get("expires_in", 1800)))
        return Grant(str(told["access_token"]), str(told["refresh_token"]), ends)

    def revoke(self, refresh_token: str) -> bool:
        """Whether HubSpot took it back (it is no error when it was gone already)."""
        try:
            self._call("DELETE", f"/oauth/v1/refresh-tokens/{quote(refresh_token, safe='')}", None)
        except MendConnection:
            return False
        return True

    def _call(self, method: str, path: str, form: dict[str, str] | None) -> dict[str, Any]:
        limits, session = self._options.timeouts, requests.Session()
        session.trust_env = not is_loopback(self._connection.base_url)
        try:
            answer = session.request(
                method, self._connection.base_url.rstrip("/") + path, data=form, headers={"User-Agent": AGENT},
                timeout=(limits.connect, limits.read), allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            raise TryAgain(SIDE, f"no answer: {type(error).__name__}") from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise TryAgain(SIDE, f"HTTP {answer.status_code}")
        told = _json(answer.content)
        if answer.status_code >= 300:
            said = told.get("status") or told.get("error") or answer.status_code
            raise MendConnection(SIDE, f"no tokens: {said}. Begin anew: accord connect hubspot --oauth")
        return told


def _json(content: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(content) if content else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
