"""Tokens: JWT bearer, client credentials, refresh token, authorization code, password; and who a token belongs to."""

import base64
import binascii
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt

from connector.practice.http import Request
from connector.practice.salesforce import errors
from connector.practice.salesforce.call import Reply
from connector.practice.salesforce.state import Org

CLIENT_ID = "3MVG9practiceAccordConsumerKey"
CLIENT_SECRET = "practice-consumer-secret"  # noqa: S105 opens nothing but a practice server
REFRESH_TOKEN = "5Aep861practiceRefreshToken"  # noqa: S105 likewise
PASSWORD = "practice-password"  # noqa: S105 every user's
SECURITY_TOKEN = "practiceToken"  # noqa: S105 likewise
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LOGIN_HOSTS = {False: "https://login.salesforce.com", True: "https://test.salesforce.com"}
_ON_MY_DOMAIN = "request not supported on this domain"
_LONGEST_ASSERTION = 300


class TokenRefused(Exception):
    """OAuth's own error shape: `error` and `error_description`, HTTP 400."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code: whose, given to which redirect URI, until when, with which PKCE challenge."""

    user_id: str
    redirect_uri: str
    until: datetime
    challenge: str


class Tokens:
    """Issues and checks session ids. A session lives as long as it is used (`session_seconds`)."""

    def __init__(self, org: Org, org_id: str) -> None:
        self.org = org
        self.org_id = org_id
        self._live: dict[str, tuple[str, datetime, int]] = {}
        self._issued = 0
        self.codes: dict[str, Code] = {}
        self.refresh: dict[str, str] = {}
        self.own_urls: tuple[str, ...] = ("https://practice.my.salesforce.com",)

    def issue(self, user_id: str) -> str:
        """A new session id of this user."""
        self._issued += 1
        secret = hashlib.sha256(f"{self.org_id}:{user_id}:{self._issued}".encode()).hexdigest()
        token = f"{self.org_id[:15]}!AQ{secret[:48]}"
        self._live[token] = (user_id, self._until(), self.org.faults.token_epoch)
        return token

    def user_of(self, headers: Mapping[str, str]) -> str:
        """The user of a call's bearer token; raises 401 INVALID_SESSION_ID."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        return self.user_of_token(token if kind in ("Bearer", "OAuth") else "")

    def user_of_token(self, token: str) -> str:
        """The user of a session id; using it keeps it alive."""
        user_id, until, epoch = self._live.get(token, ("", self.org.clock.now(), -1))
        if epoch != self.org.faults.token_epoch:
            raise errors.session_expired()
        if until <= self.org.clock.now():
            raise errors.session_expired()
        self._live[token] = (user_id, self._until(), epoch)
        return user_id

    def clear(self) -> None:
        self._live.clear()

    def grant(self, request: Request, base_url: str) -> Reply:
        """POST /services/oauth2/token."""
        form = form_of(request)
        try:
            user_id = self._user_for(form, request.headers)
        except TokenRefused as refused:
            return Reply(400, {"error": refused.error, "error_description": refused.description})
        answer = self._answer(user_id, base_url)
        if form["grant_type"] == "authorization_code":
            answer["refresh_token"] = self._lasting(user_id)
        elif form["grant_type"] == "refresh_token" and self.org.settings.rotates_refresh_tokens:
            self.refresh.pop(form.get("refresh_token", ""), None)
            answer["refresh_token"] = self._lasting(user_id)
        return Reply(200, answer)

    def _lasting(self, user_id: str) -> str:
        self._issued += 1
        token = f"5Aep861{hashlib.sha256(f'{user_id}:{self._issued}:lasting'.encode()).hexdigest()[:40]}"
        self.refresh[token] = user_id
        return token

    def code_for(self, user_id: str, redirect_uri: str, challenge: str) -> str:
        """An authorization code, good for 15 minutes and one use."""
        self._issued += 1
        code = "aPrx" + hashlib.sha256(f"{user_id}:{self._issued}:code".encode()).hexdigest()[:48]
        self.codes[code] = Code(
            user_id, redirect_uri, self.org.clock.now() + timedelta(minutes=15), challenge
        )
        return code

    def revoke(self, token: str) -> bool:
        """Ends a session or a refresh token (its sessions too); False when there was none."""
        user_id = self.refresh.pop(token, None)
        if user_id is not None:
            self._live = {each: held for each, held in self._live.items() if held[0] != user_id}
            return True
        return self._live.pop(token, None) is not None

    def told(self, token: str) -> dict[str, Any] | None:
        """User, expiry and kind of a living token; None for any other."""
        if token in self.refresh or token == REFRESH_TOKEN:
            return {"user_id": self.refresh.get(token, self.org.people["integration"]), "until": None}
        user_id, until, epoch = self._live.get(token, ("", self.org.clock.now(), -1))
        if epoch != self.org.faults.token_epoch or until <= self.org.clock.now():
            return None
        return {"user_id": user_id, "until": until}

    def by_password(self, username: str, password: str) -> str | None:
        """The active user of this name whose password, with or without the security token, this is."""
        found = self.org.tables["User"].find("Username", username)
        right = password in (PASSWORD, PASSWORD + SECURITY_TOKEN)
        return str(found[0]["Id"]) if found and right and found[0]["IsActive"] else None

    def _answer(self, user_id: str, base_url: str) -> dict[str, Any]:
        issued_at = str(int(self.org.clock.now().timestamp() * 1000))
        signature = hashlib.sha256(f"{user_id}{issued_at}".encode()).digest()
        return {
            "access_token": self.issue(user_id),
            "instance_url": base_url,
            "id": f"{_LOGIN_HOSTS[bool(self.org.settings.sandbox)]}/id/{self.org_id}/{user_id}",
            "token_type": "Bearer",
            "issued_at": issued_at,
            "signature": base64.b64encode(signature).decode(),
            "scope": "api",
        }

    def _user_for(self, form: dict[str, str], headers: Mapping[str, str]) -> str:
        grant = form.get("grant_type")
        if grant == _JWT_BEARER:
            return self._by_assertion(form.get("assertion", ""))
        steps = {
            "client_credentials": self._by_client,
            "refresh_token": self._by_refresh,
            "authorization_code": self._by_code,
            "password": self._by_password,
        }
        if grant not in steps:
            raise TokenRefused("unsupported_grant_type", "grant type not supported")
        client, secret = _client(form, headers)
        if client != CLIENT_ID:
            raise TokenRefused("invalid_client_id", "client identifier invalid")
        return steps[grant](form, secret, headers.get("host", ""))

    def _by_client(self, form: dict[str, str], secret: str, host: str) -> str:
        if host.startswith(("login.", "test.")):
            raise TokenRefused("invalid_grant", _ON_MY_DOMAIN)
        if secret != CLIENT_SECRET:
            raise TokenRefused("invalid_client", "invalid client credentials")
        user_id = self.org.people["integration"]
        if not self.org.settings.client_credentials_user:
            raise TokenRefused("invalid_grant", "no client credentials user enabled")
        return self._active(user_id)

    def _by_refresh(self, form: dict[str, str], secret: str, host: str) -> str:
        token = form.get("refresh_token", "")
        if token != REFRESH_TOKEN and token not in self.refresh:
            raise TokenRefused("invalid_grant", "expired access/refresh token")
        return self._active(self.refresh.get(token) or self.org.people["integration"])

    def _by_code(self, form: dict[str, str], secret: str, host: str) -> str:
        code = self.codes.pop(form.get("code", ""), None)
        if code is None:
            raise TokenRefused("invalid_grant", "invalid authorization code")
        if code.until <= self.org.clock.now():
            raise TokenRefused("invalid_grant", "expired authorization code")
        if code.redirect_uri != form.get("redirect_uri"):
            raise TokenRefused("redirect_uri_mismatch", "redirect_uri must match configuration")
        if code.challenge and _challenge(form.get("code_verifier", "")) != code.challenge:
            raise TokenRefused("invalid_grant", "invalid code verifier")
        if not code.challenge and secret != CLIENT_SECRET:
            raise TokenRefused("invalid_client", "invalid client credentials")
        return code.user_id

    def _by_password(self, form: dict[str, str], secret: str, host: str) -> str:
        user_id = self.by_password(form.get("username", ""), form.get("password", ""))
        if secret != CLIENT_SECRET:
            raise TokenRefused("invalid_client", "invalid client credentials")
        if not self.org.settings.password_grant or user_id is None:
            raise TokenRefused("invalid_grant", "authentication failure")
        return user_id

    def _active(self, user_id: str) -> str:
        if not self.org.tables["User"].rows[user_id]["IsActive"]:
            raise TokenRefused("inactive_user", "user is inactive")
        return user_id

    def _by_assertion(self, assertion: str) -> str:
        claims = self._claims(assertion)
        if claims.get("iss") != CLIENT_ID:
            raise TokenRefused("invalid_client_id", "client identifier invalid")
        audiences = (_LOGIN_HOSTS[bool(self.org.settings.sandbox)], *self.own_urls)
        if str(claims.get("aud", "")).rstrip("/") not in audiences:
            raise TokenRefused("invalid_grant", "audience is invalid")
        self._check_expiry(claims.get("exp"))
        found = self.org.tables["User"].find("Username", claims.get("sub"))
        if not found or not self.org.settings.preauthorised:
            raise TokenRefused("invalid_grant", "user hasn't approved this consumer")
        return self._active(str(found[0]["Id"]))

    def _claims(self, assertion: str) -> dict[str, Any]:
        """The assertion's claims; its signature counts once a public key is configured."""
        key = self.org.settings.jwt_public_key
        options: dict[str, Any] = {"verify_signature": bool(key), "verify_aud": False, "verify_exp": False}
        try:
            claims: dict[str, Any] = jwt.decode(assertion, key or None, algorithms=["RS256"], options=options)  # type: ignore[arg-type]
        except jwt.PyJWTError:
            raise TokenRefused("invalid_grant", "invalid assertion") from None
        return claims

    def _check_expiry(self, text: Any) -> None:
        # Some clients send `exp` as a string. Held against the machine's clock too: clients know no other.
        times = (self.org.clock.now().timestamp(), time.time())
        try:
            expires = float(text)
        except (TypeError, ValueError):
            raise TokenRefused("invalid_grant", "invalid assertion") from None
        if not any(now < expires <= now + _LONGEST_ASSERTION for now in times):
            raise TokenRefused("invalid_grant", "expired authorization code")

    def _until(self) -> datetime:
        return self.org.clock.now() + timedelta(seconds=self.org.settings.session_seconds)


def form_of(request: Request) -> dict[str, str]:
    """The first value of each field of a form body, and of the query behind them."""
    posted = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    return {**{name: values[0] for name, values in request.query.items()}, **posted}


def _challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _client(form: dict[str, str], headers: Mapping[str, str]) -> tuple[str, str]:
    """Client id and secret, from the form or from HTTP Basic."""
    kind, _, packed = headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(packed).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return client, secret
    return form.get("client_id", ""), form.get("client_secret", "")
