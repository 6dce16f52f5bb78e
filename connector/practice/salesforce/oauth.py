"""Tokens: JWT bearer, client credentials, refresh token; and who a token belongs to."""

import base64
import binascii
import hashlib
import time
from collections.abc import Mapping
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
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
_LONGEST_ASSERTION = 300


class TokenRefused(Exception):
    """OAuth's own error shape: `error` and `error_description`, HTTP 400."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class Tokens:
    """Issues and checks session ids. A session lives as long as it is used (`session_seconds`)."""

    def __init__(self, org: Org, org_id: str) -> None:
        self.org = org
        self.org_id = org_id
        self._live: dict[str, tuple[str, datetime, int]] = {}
        self._issued = 0

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
        user_id, until, epoch = self._live.get(token, ("", self.org.clock.now(), -1))
        if kind not in ("Bearer", "OAuth") or epoch != self.org.faults.token_epoch:
            raise errors.session_expired()
        if until <= self.org.clock.now():
            raise errors.session_expired()
        self._live[token] = (user_id, self._until(), epoch)
        return user_id

    def clear(self) -> None:
        self._live.clear()

    def grant(self, request: Request, base_url: str) -> Reply:
        """POST /services/oauth2/token."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        try:
            user_id = self._user_for(form, request.headers)
        except TokenRefused as refused:
            return Reply(400, {"error": refused.error, "error_description": refused.description})
        return Reply(200, self._answer(user_id, base_url))

    def _answer(self, user_id: str, base_url: str) -> dict[str, Any]:
        issued_at = str(int(self.org.clock.now().timestamp() * 1000))
        signature = hashlib.sha256(f"{user_id}{issued_at}".encode()).digest()
        return {
            "access_token": self.issue(user_id),
            "instance_url": base_url,
            "id": f"https://login.salesforce.com/id/{self.org_id}/{user_id}",
            "token_type": "Bearer",
            "issued_at": issued_at,
            "signature": base64.b64encode(signature).decode(),
            "scope": "api",
        }

    def _user_for(self, form: dict[str, str], headers: Mapping[str, str]) -> str:
        grant = form.get("grant_type")
        if grant == _JWT_BEARER:
            return self._by_assertion(form.get("assertion", ""))
        if grant not in ("client_credentials", "refresh_token"):
            raise TokenRefused("unsupported_grant_type", "grant type not supported")
        client, secret = _client(form, headers)
        if client != CLIENT_ID:
            raise TokenRefused("invalid_client_id", "client identifier invalid")
        if grant == "client_credentials" and secret != CLIENT_SECRET:
            raise TokenRefused("invalid_client", "invalid client credentials")
        if grant == "refresh_token" and form.get("refresh_token") != REFRESH_TOKEN:
            raise TokenRefused("invalid_grant", "expired access/refresh token")
        return self.org.people["integration"]

    def _by_assertion(self, assertion: str) -> str:
        claims = self._claims(assertion)
        if claims.get("iss") != CLIENT_ID:
            raise TokenRefused("invalid_client_id", "client identifier invalid")
        if str(claims.get("aud", "")).rstrip("/") not in _AUDIENCES:
            raise TokenRefused("invalid_grant", "audience is invalid")
        self._check_expiry(claims.get("exp"))
        found = self.org.tables["User"].find("Username", claims.get("sub"))
        if not found:
            raise TokenRefused("invalid_grant", "user hasn't approved this consumer")
        if not found[0]["IsActive"]:
            raise TokenRefused("inactive_user", "user is inactive")
        return str(found[0]["Id"])

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
