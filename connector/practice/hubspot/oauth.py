"""Tokens: consent, /oauth/…/token, introspection, revocation, and who may call. Source: API-FACTS 1.2."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.bodies import json_object
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, expired, invalid, unauthenticated
from connector.practice.hubspot.scopes import SCOPES
from connector.practice.hubspot.tokens import Caller, Code, Token

__all__ = ["SCOPES", "Caller", "Token", "authenticate"]
_USER_ID = 9_000_011
_USER = {"user": "practice@accord.example.com", "hub_domain": "practice.accord.example.com"}


def granted(core: Doing) -> tuple[str, ...]:
    """The scopes of the private app's token; a setting."""
    return SCOPES if core.settings.scopes is None else tuple(core.settings.scopes)


def authenticate(core: Doing, request: Request) -> Caller:
    """The caller; raises 401. A private app's token never expires, but the fault `expire_tokens` stops it."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise unauthenticated()
    if text == core.portal.account.private_token:
        if core.faults.expire_tokens:
            raise expired(1, core.settings.expired_category)
        return Caller(oauth=False, scopes=granted(core))
    token = core.tokens.get(text)
    if token is None:
        raise unauthenticated()
    now = core.now_ms()
    if token.until_ms <= now or token.epoch != core.faults.token_epoch:
        raise expired(max(1, (now - token.until_ms) // 1000), core.settings.expired_category)
    return Caller(oauth=True, scopes=token.scopes)


def consent(core: Doing, request: Request) -> Response:
    """GET /oauth/authorize: what a person sees and says yes to; sends the browser back with a code."""
    if request.first("client_id") != core.portal.account.client_id:
        raise invalid("missing or invalid client id")
    address = request.first("redirect_uri") or ""
    if not address.startswith(("http://", "https://")) or "\n" in address or "\r" in address:
        raise invalid("missing or invalid redirect uri")
    required = tuple((request.first("scope") or "").split())
    strange = [scope for scope in required if scope not in granted(core)]
    told = {"state": request.first("state")} if request.first("state") else {}
    if strange:
        told |= {"error": "invalid_scope", "error_description": f"not available here: {' '.join(strange)}"}
    else:
        optional = (request.first("optional_scope") or "").split()
        scopes = tuple(dict.fromkeys([*required, *(one for one in optional if one in granted(core))]))
        told |= {"code": new_code(core, address, scopes)}
    joint = "&" if "?" in address else "?"
    return Response(302, b"", {"Location": f"{address}{joint}{urlencode(told)}"})


def new_code(core: Doing, redirect_uri: str, scopes: tuple[str, ...] | None = None) -> str:
    """A code as consent gives one; in process, for tests that have no browser."""
    text = f"na1-{core.portal.dice.getrandbits(128):032x}"
    until = core.now_ms() + core.settings.code_seconds * 1000
    core.codes[text] = Code(redirect_uri, granted(core) if scopes is None else scopes, until)
    return text


def issue(core: Doing, request: Request) -> Response:
    """POST /oauth/v1/token: `refresh_token` and `authorization_code`."""
    form = _form(core, request)
    grant = form.get("grant_type")
    if grant == "refresh_token":
        scopes = _refreshed(core, form)
    elif grant == "authorization_code":
        scopes = _exchanged(core, form)
    elif grant == "client_credentials":
        return _app_token(core, form)
    else:
        raise _refused("BAD_GRANT_TYPE", "missing or unknown grant type", "unsupported_grant_type")
    token = _new_token(core, scopes)
    body: dict[str, Any] = {
        "token_type": "bearer",
        "refresh_token": core.refresh_token,
        "access_token": token.text,
        "expires_in": core.settings.token_seconds,
    }
    if "/v1/" not in request.path:
        more = {"hub_id": core.portal.account.portal_id, "scopes": list(scopes), "user_id": _USER_ID}
        body |= {**more, "token_use": "access_token"}
    return json_response(200, body)


def _form(core: Doing, request: Request) -> dict[str, str]:
    """The form, with the app's own credentials checked."""
    text = request.body.decode("utf-8", "replace")
    form = {name: values[0] for name, values in parse_qs(text).items()}
    account = core.portal.account
    if form.get("client_id") != account.client_id:
        raise _refused("BAD_CLIENT_ID", "missing or invalid client id", "invalid_client")
    if form.get("client_secret") != account.client_secret:
        raise _refused("BAD_CLIENT_SECRET", "missing or invalid client secret", "invalid_client")
    return form


def _refreshed(core: Doing, form: dict[str, str]) -> tuple[str, ...]:
    if core.refresh_token is None or form.get("refresh_token") != core.refresh_token:
        raise _refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token", "invalid_grant")
    if core.settings.refresh_rotates:
        core.refresh_token = f"na1-{core.portal.dice.getrandbits(128):032x}"
    return tuple(scope for scope in core.installed_scopes or granted(core) if scope in granted(core))


def _exchanged(core: Doing, form: dict[str, str]) -> tuple[str, ...]:
    code = core.codes.pop(form.get("code", ""), None)
    if code is None or code.until_ms <= core.now_ms():
        raise _refused("BAD_AUTH_CODE", "missing or unknown auth code", "invalid_grant")
    if form.get("redirect_uri") != code.redirect_uri:
        raise _refused("BAD_REDIRECT_URI", "missing or invalid redirect uri", "invalid_grant")
    core.installed_scopes = code.scopes
    core.refresh_token = core.refresh_token or core.portal.account.refresh_token
    return code.scopes


def _app_token(core: Doing, form: dict[str, str]) -> Response:
    """`client_credentials`: the app itself, for the webhooks journal and the app's own settings."""
    token = _new_token(core, tuple(form.get("scope", "").split()) or ("developers-read", "developers-write"))
    body = {"access_token": token.text, "expires_in": core.settings.token_seconds, "token_type": "bearer"}
    return json_response(200, body)


def describe(core: Doing, request: Request, text: str) -> Response:
    """GET /oauth/v1/access-tokens/{token}; the private app's token is described too."""
    account, token = core.portal.account, core.tokens.get(text)
    if token is None and text != account.private_token:
        raise Refused(404, "Access token not found", category="OBJECT_NOT_FOUND")
    left = max(0, (token.until_ms - core.now_ms()) // 1000) if token else core.settings.token_seconds
    body = {
        "token": text,
        **_USER,
        "scopes": list(token.scopes if token else granted(core)),
        "hub_id": account.portal_id,
        "app_id": account.app_id,
        "expires_in": left,
        "user_id": _USER_ID,
        "token_type": "access",
    }
    return json_response(200, body)


def describe_refresh(core: Doing, request: Request, text: str) -> Response:
    """GET /oauth/v1/refresh-tokens/{token}"""
    account = core.portal.account
    if core.refresh_token is None or text != core.refresh_token:
        raise Refused(404, "Refresh token not found", category="OBJECT_NOT_FOUND")
    body = {
        "token": text,
        **_USER,
        "scopes": list(core.installed_scopes or granted(core)),
        "hub_id": account.portal_id,
        "client_id": account.client_id,
        "user_id": _USER_ID,
        "token_type": "refresh",
    }
    return json_response(200, body)


def drop_refresh(core: Doing, request: Request, text: str) -> Response:
    """DELETE /oauth/v1/refresh-tokens/{token}: no more access tokens from it; those issued live on."""
    if core.refresh_token is not None and text == core.refresh_token:
        core.refresh_token = None
    return Response(204)


def introspect(core: Doing, request: Request) -> Response:
    """POST /oauth/{dated}/token/introspect: `active`, and for a live token what it may do."""
    text, account = _form(core, request).get("token", ""), core.portal.account
    token, now = core.tokens.get(text), core.now_ms()
    whose = {"hub_id": account.portal_id, "client_id": account.client_id, "user_id": _USER_ID}
    if token and token.until_ms > now and token.epoch == core.faults.token_epoch:
        left = (token.until_ms - now) // 1000
        more = {"token_use": "access_token", "scopes": list(token.scopes), "expires_in": left}
        return json_response(200, {"active": True, **whose, **more})
    if core.refresh_token is not None and text == core.refresh_token:
        scopes = list(core.installed_scopes or granted(core))
        return json_response(200, {"active": True, **whose, "token_use": "refresh_token", "scopes": scopes})
    return json_response(200, {"active": False})


def revoke(core: Doing, request: Request) -> Response:
    """POST /oauth/{dated}/token/revoke: answers the same for a token that is none (RFC 7009)."""
    text = _form(core, request).get("token", "")
    core.tokens.pop(text, None)
    if core.refresh_token is not None and text == core.refresh_token:
        core.refresh_token = None
    return Response(core.settings.revoke_status)


def describe_private(core: Doing, request: Request) -> Response:
    """POST /oauth/v2/private-apps/get/access-token-info {"tokenKey"}."""
    account = core.portal.account
    if json_object(request).get("tokenKey") != account.private_token:
        raise Refused(404, "Access token not found", category="OBJECT_NOT_FOUND")
    body = {
        "userId": _USER_ID,
        "hubId": account.portal_id,
        "appId": account.app_id,
        "scopes": list(granted(core)),
    }
    return json_response(200, body)


def _new_token(core: Doing, scopes: tuple[str, ...]) -> Token:
    text = f"C{core.portal.dice.getrandbits(320):080x}"
    until = core.now_ms() + core.settings.token_seconds * 1000
    token = Token(text, until, core.faults.token_epoch, scopes)
    core.tokens[text] = token
    return token


def _refused(status: str, message: str, error: str) -> Refused:
    refused = Refused(400, message, error=error, error_description=message)
    refused.extra["status"] = status
    return refused
