"""Tokens, rate limits, and injected faults."""

from urllib.parse import urlencode

import pytest

from connector.practice.clock import ManualClock
from connector.practice.http import ConnectionLost, Response, request_of
from connector.practice.hubspot import HubSpotCore
from tests.practice.hubspot.conftest import Call


def _token(core: HubSpotCore, path: str = "/oauth/v1/token", **changes: str) -> Response:
    account = core.portal.account
    form = {
        "grant_type": "refresh_token",
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "refresh_token": account.refresh_token,
        **changes,
    }
    return core.respond(request_of("POST", path, {}, urlencode(form).encode()))


def test_a_refreshed_token_works_for_half_an_hour(call: Call, core: HubSpotCore, clock: ManualClock) -> None:
    given = _token(core).json()
    assert (given["token_type"], given["expires_in"]) == ("bearer", 1800)
    assert given["refresh_token"] == core.portal.account.refresh_token
    assert call("GET", "", token=given["access_token"]).status == 200
    clock.advance(1801)
    late = call("GET", "", token=given["access_token"])
    assert (late.status, late.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert "hub_id" in _token(core, "/oauth/2026-09/token").json()


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"refresh_token": "x"}, "BAD_REFRESH_TOKEN", "invalid_grant"),
        ({"client_id": "x"}, "BAD_CLIENT_ID", "invalid_client"),
        ({"client_secret": "x"}, "BAD_CLIENT_SECRET", "invalid_client"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE", "unsupported_grant_type"),
    ],
)
def test_a_bad_token_request_is_400(
    core: HubSpotCore, changes: dict[str, str], status: str, error: str
) -> None:
    refused = _token(core, **changes)
    assert refused.status == 400
    assert (refused.json()["status"], refused.json()["error"]) == (status, error)


def test_no_token_or_a_strange_one_is_401(core: HubSpotCore, call: Call) -> None:
    bare = core.respond(request_of("GET", "/crm/v3/objects/contacts"))
    assert (bare.status, bare.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    assert call("GET", "", token="strange").status == 401


def test_expired_tokens_are_refused_until_a_new_one_is_fetched(call: Call, core: HubSpotCore) -> None:
    old = _token(core).json()["access_token"]
    core.faults.update({"expire_tokens": True})
    assert call("GET", "", token=old).status == 401
    assert call("GET", "").status == 401
    assert call("GET", "", token=_token(core).json()["access_token"]).status == 200
    core.faults.clear()
    assert call("GET", "").status == 200


def test_a_token_is_described(call: Call, core: HubSpotCore) -> None:
    token = _token(core).json()["access_token"]
    shown = call("GET", f"/oauth/v1/access-tokens/{token}").json()
    account = core.portal.account
    assert (shown["hub_id"], shown["app_id"]) == (account.portal_id, account.app_id)
    assert call("GET", "/oauth/v1/access-tokens/none").status == 404


def test_the_ten_second_bucket_rolls(call: Call, core: HubSpotCore, clock: ManualClock) -> None:
    core.faults.update({"rate_limits": True})
    answers = [call("GET", "") for _ in range(191)]
    assert [answers[189].status, answers[190].status] == [200, 429]
    assert answers[0].headers["X-HubSpot-RateLimit-Remaining"] == "189"
    assert answers[0].headers["X-HubSpot-RateLimit-Max"] == "190"
    assert answers[190].json()["policyName"] == "TEN_SECONDLY_ROLLING"
    clock.advance(10)
    assert call("GET", "").status == 200


def test_search_has_its_own_five_a_second_and_the_recorded_body(
    call: Call, core: HubSpotCore, clock: ManualClock
) -> None:
    core.faults.update({"rate_limits": True})
    answers = [call("POST", "/search", {}) for _ in range(6)]
    assert [one.status for one in answers] == [200] * 5 + [429]
    body = answers[5].json()
    assert set(body) == {"status", "message", "correlationId", "category"}
    assert (body["message"], body["category"]) == ("You have reached your secondly limit.", "RATE_LIMITS")
    assert "Retry-After" not in answers[5].headers
    assert "X-HubSpot-RateLimit-Max" not in answers[0].headers
    assert "X-HubSpot-RateLimit-Daily-Remaining" in answers[0].headers
    clock.advance(1)
    assert call("POST", "/search", {}).status == 200


def test_an_oauth_app_has_a_smaller_bucket_and_no_daily_headers(call: Call, core: HubSpotCore) -> None:
    core.faults.update({"rate_limits": True})
    token = _token(core).json()["access_token"]
    answers = [call("GET", "", token=token) for _ in range(111)]
    assert answers[110].status == 429
    assert "X-HubSpot-RateLimit-Daily" not in answers[0].headers


def test_the_daily_limit(call: Call, core: HubSpotCore) -> None:
    core.faults.update({"rate_limits": True})
    core.settings.daily_limit = 2
    assert [call("GET", "").status for _ in range(3)] == [200, 200, 429]
    assert call("GET", "").json()["policyName"] == "DAILY"


def test_a_lost_reply_is_a_write_that_happened(call: Call, core: HubSpotCore) -> None:
    core.faults.update({"next": [{"match": "POST /crm/v3/objects/contacts", "kind": "lost_reply"}]})
    with pytest.raises(ConnectionLost):
        call("POST", "", {"properties": {"email": "a@firm.example.com"}})
    assert core.contact("a@firm.example.com")


def test_a_dropped_call_never_happened(call: Call, core: HubSpotCore) -> None:
    core.faults.update({"next": [{"match": "POST", "kind": "drop"}]})
    with pytest.raises(ConnectionLost):
        call("POST", "", {"properties": {"email": "a@firm.example.com"}})
    assert core.snapshot()["contacts"] == []
    assert core.calls.total == 0


def test_injected_statuses_come_as_often_as_told(call: Call, core: HubSpotCore) -> None:
    call(
        "POST",
        "/_practice/faults",
        {
            "next": [
                {"match": "GET", "kind": "status", "status": 429, "times": 2, "retry_after": 3, "skip": 1}
            ]
        },
    )
    answers = [call("GET", "") for _ in range(4)]
    assert [one.status for one in answers] == [200, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == "3"
    core.faults.update({"next": [{"match": "search", "kind": "status", "status": 502}]})
    broken = call("POST", "/search", {})
    assert (broken.status, broken.body[:6]) == (502, b"<html>")


def test_errors_by_chance_are_the_same_for_the_same_seed(call: Call, core: HubSpotCore) -> None:
    core.faults.update({"error_rate": {"500": 0.3}, "seed": 5})
    first = [call("GET", "").status for _ in range(30)]
    core.faults.update({"seed": 5})
    assert [call("GET", "").status for _ in range(30)] == first
    assert set(first) == {200, 500}


def test_unknown_faults_are_refused(call: Call) -> None:
    assert call("POST", "/_practice/faults", {"lateness": 3}).status == 400
    assert call("POST", "/_practice/faults", {"next": [{"match": "x", "kind": "odd"}]}).status == 400
