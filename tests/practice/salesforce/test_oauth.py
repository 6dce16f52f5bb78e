"""Getting a session, keeping it, losing it."""

import time
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.practice.clock import ManualClock
from connector.practice.http import Response, request_of
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.oauth import CLIENT_ID, REFRESH_TOKEN

from .conftest import Caller

KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
).decode()  # fmt: skip


def grant(core: SalesforceCore, **form: Any) -> Response:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return core.respond(request_of("POST", "/services/oauth2/token", headers, urlencode(form).encode()))


def assertion(core: SalesforceCore, key: rsa.RSAPrivateKey = KEY, **changes: Any) -> str:
    claims = {
        "iss": CLIENT_ID, "sub": core.connection()["username"], "aud": "https://login.salesforce.com",
        "exp": str(int(time.time()) + 120), **changes,
    }  # fmt: skip
    return jwt.encode(claims, key, algorithm="RS256")


def by_jwt(core: SalesforceCore, text: str) -> Response:
    return grant(core, grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", assertion=text)


def test_a_signed_assertion_opens_a_session_that_works(call: Caller, core: SalesforceCore) -> None:
    core.settings.jwt_public_key = PUBLIC
    answer = by_jwt(core, assertion(core))
    body = answer.json()
    assert answer.status == 200
    assert sorted(body) == [
        "access_token",
        "id",
        "instance_url",
        "issued_at",
        "scope",
        "signature",
        "token_type",
    ]
    core.access_token = body["access_token"]
    assert call("GET", "limits").status == 200
    assert call("GET", "/services/oauth2/userinfo").json()["organization_id"] == core.org_id


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iss": "somebody"}, "invalid_client_id"),
        ({"sub": "nobody@example.com"}, "invalid_grant"),
        ({"sub": "former@accord.example.com"}, "inactive_user"),
        ({"aud": "https://example.com"}, "invalid_grant"),
        ({"exp": 1000}, "invalid_grant"),
        ({"exp": int(time.time()) + 7200}, "invalid_grant"),
    ],
)
def test_a_wrong_claim_is_refused(core: SalesforceCore, changes: dict[str, Any], error: str) -> None:
    answer = by_jwt(core, assertion(core, **changes))
    assert (answer.status, answer.json()["error"]) == (400, error)


def test_a_foreign_signature_counts_only_when_a_key_is_set(core: SalesforceCore) -> None:
    text = assertion(core, OTHER_KEY)
    assert by_jwt(core, text).status == 200
    core.settings.jwt_public_key = PUBLIC
    assert by_jwt(core, text).json() == {"error": "invalid_grant", "error_description": "invalid assertion"}


def test_client_credentials_and_refresh_token(core: SalesforceCore) -> None:
    told = core.connection()
    client = {"client_id": told["client_id"], "client_secret": told["client_secret"]}
    assert grant(core, grant_type="client_credentials", **client).status == 200
    wrong = grant(core, grant_type="client_credentials", client_id=client["client_id"], client_secret="no")
    assert (wrong.status, wrong.json()["error"]) == (400, "invalid_client")
    again = grant(core, grant_type="refresh_token", refresh_token=REFRESH_TOKEN, **client)
    assert "refresh_token" not in again.json()
    assert (
        grant(core, grant_type="refresh_token", refresh_token="old", **client).json()["error"]
        == "invalid_grant"
    )
    assert grant(core, grant_type="device").json()["error"] == "unsupported_grant_type"


def test_token_calls_are_counted_apart(core: SalesforceCore) -> None:
    grant(core, grant_type="password")
    assert (core.calls.total, core.calls.tokens) == (0, 1)


def test_a_session_ends_when_unused_or_revoked(
    call: Caller, core: SalesforceCore, clock: ManualClock
) -> None:
    clock.advance(7000)
    assert call("GET", "limits").status == 200
    clock.advance(7000)
    assert call("GET", "limits").status == 200
    core.faults.update({"expire_tokens": True})
    answer = call("GET", "limits")
    expired = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    assert (answer.status, answer.json()) == (401, expired)
    core.access_token = core.tokens.issue(core.org.people["integration"])
    assert call("GET", "limits").status == 200
    clock.advance(7201)
    assert call("GET", "limits").status == 401


def test_versions_need_no_session_and_old_ones_are_gone(core: SalesforceCore) -> None:
    answer = core.respond(request_of("GET", "/services/data"))
    assert answer.json()[-1] == {"label": "Winter '27", "url": "/services/data/v68.0", "version": "68.0"}
    assert {"label": "Winter '24", "url": "/services/data/v59.0", "version": "59.0"} in answer.json()
    assert core.respond(request_of("GET", "/services/data/v30.0/limits")).status == 410
