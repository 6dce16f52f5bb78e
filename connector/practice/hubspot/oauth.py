"""Tokens: what /oauth/v1/token gives, and who may call. Source: API-FACTS 1.2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.contacts import json_object
from connector.practice.hubspot.errors import Refused, expired, unauthenticated

if TYPE_CHECKING:
    from connector.practice.hubspot.core import HubSpotCore

SCOPES = (
    "oauth",
    "crm.lists.read",
    "crm.lists.write",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.owners.read",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
)


@dataclass(frozen=True, slots=True)
class Token:
    """An issued access token; `epoch` is the faults' token_epoch at that time."""

    text: str
    until_ms: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: an app installed by OAuth has a smaller burst limit and no daily one."""

    oauth: bool


def authenticate(core: HubSpotCore, request: Request) -> Caller:
    """The caller; raises 401. A private app's token never expires, but the fault `expire_tokens` stops it."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise unauthenticated()
    if text == core.portal.account.private_token:
        if core.faults.expire_tokens:
            raise expired(1)
        return Caller(oauth=False)
    token = core.tokens.get(text)
    if token is None:
        raise unauthenticated()
    now = core.now_ms()
    if token.until_ms <= now or token.epoch != core.faults.token_epoch:
        raise expired(max(1, (now - token.until_ms) // 1000))
    return Caller(oauth=True)


def issue(core: HubSpotCore, request: Request) -> Response:
    """POST /oauth/v1/token: `refresh_token` and `authorization_code` (any code will do here)."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    account = core.portal.account
    if form.get("client_id") != account.client_id:
        raise _refused("BAD_CLIENT_ID", "missing or invalid client id", "invalid_client")
    if form.get("client_secret") != account.client_secret:
        raise _refused("BAD_CLIENT_SECRET", "missing or invalid client secret", "invalid_client")
    grant = form.get("grant_type")
    if grant not in ("refresh_token", "authorization_code"):
        raise _refused("BAD_GRANT_TYPE", "missing or unknown grant type", "unsupported_grant_type")
    if grant == "refresh_token" and form.get("refresh_token") != account.refresh_token:
        raise _refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token", "invalid_grant")
    if grant == "authorization_code" and not form.get("code"):
        raise _refused("BAD_AUTH_CODE", "missing or unknown auth code", "invalid_grant")
    token = _new_token(core)
    body: dict[str, Any] = {
        "token_type": "bearer",
        "refresh_token": account.refresh_token,
        "access_token": token.text,
        "expires_in": core.settings.token_seconds,
    }
    if "/v1/" not in request.path:
        more = {"hub_id": account.portal_id, "scopes": list(SCOPES), "user_id": 9_000_011}
        body |= {**more, "token_use": "access_token"}
    return json_response(200, body)


def describe(core: HubSpotCore, request: Request, text: str) -> Response:
    """GET /oauth/v1/access-tokens/{token}; the private app's token is described too."""
    account, token = core.portal.account, core.tokens.get(text)
    if token is None and text != account.private_token:
        raise Refused(404, "Access token not found", category="OBJECT_NOT_FOUND")
    left = max(0, (token.until_ms - core.now_ms()) // 1000) if token else core.settings.token_seconds
    return json_response(
        200,
        {
            "token": text,
            "user": "practice@accord.example.com",
            "hub_domain": "practice.accord.example.com",
            "scopes": list(SCOPES),
            "hub_id": account.portal_id,
            "app_id": account.app_id,
            "expires_in": left,
            "user_id": 9_000_011,
            "token_type": "access",
        },
    )


def describe_private(core: HubSpotCore, request: Request) -> Response:
    """POST /oauth/v2/private-apps/get/access-token-info {"tokenKey"}."""
    account = core.portal.account
    if json_object(request).get("tokenKey") != account.private_token:
        raise Refused(404, "Access token not found", category="OBJECT_NOT_FOUND")
    return json_response(
        200,
        {
            "userId": 9_000_011,
            "hubId": account.portal_id,
            "appId": account.app_id,
            "scopes": list(SCOPES),
        },
    )


def _new_token(core: HubSpotCore) -> Token:
    text = f"C{core.portal.dice.getrandbits(320):080x}"
    until = core.now_ms() + core.settings.token_seconds * 1000
    token = Token(text, until, core.faults.token_epoch)
    core.tokens[text] = token
    return token


def _refused(status: str, message: str, error: str) -> Refused:
    refused = Refused(400, message, error=error, error_description=message)
    refused.extra["status"] = status
    return refused
