"""Tokens that are refused, revoked or of the wrong app: the services' words reach the admin, and no secret does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import responses

from connector.adapters.hubspot import HubSpot, HubSpotConnection, HubSpotOptions
from connector.adapters.hubspot.account import Authoriser
from connector.adapters.salesforce import Salesforce, SalesforceOptions
from connector.core.records import Ref, Side
from connector.errors import CallFailed, MendConnection, TryAgain, WaitUntil
from connector.practice.clock import ManualClock
from connector.practice.http import request_of
from connector.practice.hubspot import HubSpotCore
from connector.practice.salesforce import SalesforceCore
from tests.adapters.in_process import (
    HubSpotInProcess,
    SalesforceInProcess,
    free,
    hubspot_connection,
    salesforce_connection,
)
from tests.adapters.salesforce.cast import org
from tests.limits.standing import shot
from tests.world import START

NOBODY = [Ref(Side.HUBSPOT, "contact", "1")]
LEAD = [Ref(Side.SALESFORCE, "Lead", "00Q000000000000EAA")]


def _hubspot(core: HubSpotCore, **wrong: Any) -> HubSpot:
    connection = replace(hubspot_connection(core, oauth=True), **wrong)
    transport = HubSpotInProcess(core)
    return HubSpot(connection, None, HubSpotOptions(parallel=1), clock=core.clock.now, transport=transport, sleep=lambda _: None)


def _uninstalled(core: HubSpotCore) -> None:
    key = core.portal.account.refresh_token
    assert core.respond(request_of("DELETE", f"/oauth/v1/refresh-tokens/{key}")).status == 204


HUBSPOT = {
    "BAD_REFRESH_TOKEN of an app that was uninstalled": ({}, _uninstalled),
    "BAD_CLIENT_ID": ({"client_id": "nobody"}, None),
    "BAD_CLIENT_SECRET": ({"client_secret": "s3cret"}, None),
}


@pytest.mark.parametrize("situation", HUBSPOT)
def test_hubspot_gives_no_token(situation: str) -> None:
    wrong, spoil = HUBSPOT[situation]
    core = HubSpotCore(clock=ManualClock(START))
    adapter = _hubspot(core, **wrong)
    if spoil:
        spoil(core)
    with pytest.raises(MendConnection) as refused:
        adapter.read(NOBODY, {}, free)
    told = str(refused.value)
    assert situation.split()[0] in told and "Connect the HubSpot app again" in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    ("how", "kind"), [({"error": "SECONDLY"}, WaitUntil), ({"status": 503}, TryAgain), ({"kind": "drop"}, TryAgain)], ids=["429", "503", "dropped"]
)
def test_hubspots_token_endpoint_fails_for_a_while(how: dict[str, Any], kind: type[CallFailed]) -> None:
    core = HubSpotCore(clock=ManualClock(START))
    core.faults.update({"next": [shot("/oauth/v1/token", 99, how)]})
    adapter = _hubspot(core)
    with pytest.raises(CallFailed) as failed:
        adapter.read(NOBODY, {}, free)
    assert type(failed.value) is kind
    core.faults.clear()
    assert adapter.read(NOBODY, {}, free) == {}


def _salesforce(core: SalesforceCore, **wrong: Any) -> Salesforce:
    connection = replace(salesforce_connection(core), **wrong)
    transport = SalesforceInProcess(core)
    return Salesforce(connection, None, SalesforceOptions(parallel=1), clock=core.clock.now, transport=transport, sleep=lambda _: None)


def _no_run_as_user(core: SalesforceCore) -> None:
    core.settings.client_credentials_user = False


def _user_left(core: SalesforceCore) -> None:
    core.admin.set_user("integration", IsActive=False)


SALESFORCE: dict[str, tuple[dict[str, Any], Callable[[SalesforceCore], object] | None, str]] = {
    "no run-as user": ({}, _no_run_as_user, "no client credentials user enabled"),
    "another app": ({"client_id": "nobody"}, None, "invalid_client_id"),
    "a wrong secret": ({"client_secret": "s3cret"}, None, "invalid_client"),
    "another org": ({"org_id": "00D000000000009EAA"}, None, "the settings name 00D000000000009EAA"),
    "the user was deactivated": ({}, _user_left, "inactive_user"),
}


@pytest.mark.parametrize("situation", SALESFORCE)
def test_salesforce_gives_no_session(situation: str) -> None:
    wrong, spoil, words = SALESFORCE[situation]
    core = org()
    adapter = _salesforce(core, **wrong)
    if spoil:
        spoil(core)
    with pytest.raises(MendConnection, match=words) as refused:
        adapter.read(LEAD, {}, free)
    assert "s3cret" not in str(refused.value)


def test_salesforces_token_endpoint_fails_for_a_while() -> None:
    core = org()
    core.faults.update({"next": [shot("/services/oauth2/token", 99, {"status": 503})]})
    adapter = _salesforce(core)
    with pytest.raises(TryAgain):
        adapter.read(LEAD, {}, free)
    core.faults.clear()
    assert adapter.read(LEAD, {}, free) == {}


@responses.activate
@pytest.mark.parametrize(("code", "redirect", "said"), [("used", "https://a.example.com", "BAD_AUTH_CODE"), ("", "https://b.example.com", "BAD_REDIRECT_URI")])
def test_a_consent_whose_code_or_address_is_wrong_has_to_begin_anew(code: str, redirect: str, said: str) -> None:
    core, base = HubSpotCore(clock=ManualClock(START)), "http://127.0.0.1:9"
    account = core.portal.account

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        told = core.respond(request_of("POST", "/oauth/v1/token", {}, (request.body or "").encode()))
        return told.status, {}, told.body

    responses.add_callback("POST", f"{base}/oauth/v1/token", answer)
    query = {"client_id": account.client_id, "redirect_uri": "https://a.example.com", "scope": "oauth", "state": "s"}
    back = core.respond(request_of("GET", "/oauth/authorize?" + urlencode(query))).headers["Location"]
    given = parse_qs(urlsplit(back).query)["code"][0]
    details = HubSpotConnection(base, client_id=account.client_id, client_secret=account.client_secret)
    authoriser = Authoriser(details, HubSpotOptions(), core.clock.now)
    with pytest.raises(MendConnection, match=f"{said}. Begin anew: accord connect hubspot --oauth"):
        authoriser.exchange(code or given, redirect)
