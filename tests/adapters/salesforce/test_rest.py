"""Salesforce: sessions, versions, schema, people, budget."""

from __future__ import annotations

from urllib.parse import parse_qs

import jwt
import pytest
import responses
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.adapters.salesforce import Salesforce, SalesforceConnection, SalesforceOptions
from connector.adapters.salesforce.api import version_to_use
from connector.adapters.salesforce.session import session_for
from connector.errors import MendConnection
from connector.practice.salesforce import SalesforceCore
from tests.adapters.in_process import free, salesforce_on
from tests.adapters.salesforce.cast import lead, new_lead, org

BASE = "https://ames.my.salesforce.com"
NOBODY = [lead("00Q000000000000EAA")]


def key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def answers(org_id: str = "00D000000000001EAA") -> None:
    """A whole little org for `responses`."""
    token = {
        "access_token": "00D!secret",
        "instance_url": "https://other.my.salesforce.com",
        "id": f"https://login.salesforce.com/id/{org_id}/005000000000009",
    }
    responses.post(f"{BASE}/services/oauth2/token", json=token)
    versions = [{"version": version} for version in ("31.0", "65.0", "66.0", "68.0")]
    responses.get("https://other.my.salesforce.com/services/data", json=versions)
    path = "/services/data/v66.0/composite/sobjects/Lead"
    responses.post(f"https://other.my.salesforce.com{path}", json=[None])


@responses.activate
def test_jwt_names_client_user_and_login_host_and_the_instance_is_taken_from_the_answer() -> None:
    answers()
    pem = key()
    connection = SalesforceConnection(BASE, client_id="app", username="sync@ames.example", private_key=pem)
    Salesforce(connection).read(NOBODY, {}, free)
    form = parse_qs(str(responses.calls[0].request.body))
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = jwt.decode(form["assertion"][0], options={"verify_signature": False})
    assert (claims["iss"], claims["sub"]) == ("app", "sync@ames.example")
    assert claims["aud"] == "https://login.salesforce.com"
    last = responses.calls[-1].request
    assert last.headers["Authorization"] == "Bearer 00D!secret"
    assert last.headers["Sforce-Auto-Assign"] == "FALSE"
    assert last.headers["Sforce-Call-Options"] == "client=accord"
    assert "X-PrettyPrint" not in last.headers


def test_sandbox_logins_are_meant_for_the_test_host() -> None:
    assert SalesforceConnection("https://a--uat.sandbox.my.salesforce.com").jwt_audience.startswith(
        "https://test."
    )


@responses.activate
def test_T55_credentials_of_another_org_are_refused() -> None:
    answers("00D000000000002EAA")
    connection = SalesforceConnection(BASE, client_id="app", client_secret="x", org_id="00D000000000001EAA")
    with pytest.raises(MendConnection, match="00D000000000002EAA"):
        Salesforce(connection).read(NOBODY, {}, free)


@responses.activate
def test_refused_login_says_what_salesforce_said_and_no_secret() -> None:
    body = {"error": "invalid_client", "error_description": "invalid client credentials"}
    responses.post(f"{BASE}/services/oauth2/token", json=body, status=400)
    with pytest.raises(MendConnection, match="invalid client credentials") as refused:
        Salesforce(SalesforceConnection(BASE, client_id="app", client_secret="s3cret")).people()
    assert "s3cret" not in str(refused.value)


def test_T86_no_secret_in_any_repr() -> None:
    connection = SalesforceConnection(
        BASE, client_secret="s3cret", private_key="s3cret", access_token="s3cret"
    )
    assert "s3cret" not in repr(connection)


def test_T87_highest_version_on_offer_not_above_the_one_wanted() -> None:
    assert version_to_use("66.0", ["58.0", "65.0", "67.0"]) == "65.0"
    assert version_to_use("66.0", ["66.0", "9.0"]) == "66.0"
    with pytest.raises(MendConnection, match=r"67\.0"):
        version_to_use("66.0", ["67.0", "68.0"])


def test_given_token_that_is_refused_has_to_be_mended() -> None:
    core = org()
    adapter = salesforce_on(core, given=True)
    core.faults.update({"expire_tokens": True})
    with pytest.raises(MendConnection):
        adapter.read([new_lead(core)], {}, free)


def test_session_that_stays_invalid_is_renewed_once_only() -> None:
    core = org()
    adapter = salesforce_on(core)
    body = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    fault = {"match": "sobjects/Lead", "kind": "status", "status": 401, "body": body, "times": 9}
    core.faults.update({"next": [fault]})
    with pytest.raises(MendConnection):
        adapter.read([new_lead(core)], {}, free)
    assert core.calls.tokens == 2


def test_schema_tells_what_the_mapping_check_needs() -> None:
    schema = salesforce_on(org()).schema("Lead")
    assert schema["Company"].required
    assert schema["Company"].length == 255
    assert schema["Accord_HubSpot_Id__c"].unique
    assert "No budget" in schema["Accord_Reject_Reason__c"].options
    assert schema["Accord_Reject_Reason__c"].restricted
    assert not schema["LastModifiedDate"].writable
    assert not schema["Status"].required, "it has a default"


def test_people_are_active_users_and_the_others_are_told_apart() -> None:
    adapter = salesforce_on(org())
    active, gone = adapter.people(), adapter.inactive_people()
    assert "alice@accord.example.com" in active
    assert "former@accord.example.com" in gone
    assert not set(active.values()) & set(gone.values())


class CountingBudget:
    """Counts what is taken, and keeps what is reported."""

    def __init__(self) -> None:
        self.taken, self.reported = 0, list[tuple[int | None, int | None]]()

    def take(self, calls: int = 1, keep: int = 0) -> None:
        self.taken += calls

    def report(self, used: int | None, limit: int | None) -> None:
        self.reported.append((used, limit))


def test_T65_every_call_but_the_tokens_is_counted_and_the_daily_use_reported() -> None:
    core: SalesforceCore = org()
    budget = CountingBudget()
    salesforce_on(core, budget=budget).read([new_lead(core)], {}, free)
    assert budget.taken == core.calls.total
    assert budget.reported
    assert budget.reported[-1][1] == core.settings.daily_api_calls


def test_library_calls_pass_the_same_gate() -> None:
    core = org()
    new_lead(core)
    adapter = salesforce_on(core)
    rows = adapter._api.query_all("SELECT Id FROM Lead")["records"]
    assert len(rows) == 1


def test_proxy_and_ca_bundle_of_the_environment_count_for_real_hosts_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/some/bundle.pem")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    local = session_for(SalesforceConnection("http://127.0.0.1:9"), SalesforceOptions(), None)
    assert (dict(local.proxies), local.verify) == ({}, True)
    real = session_for(SalesforceConnection(BASE), SalesforceOptions(), None)
    assert real.proxies["https"] == "http://proxy.example:3128"
    assert real.verify == "/some/bundle.pem"
