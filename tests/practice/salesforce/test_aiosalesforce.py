"""A second client that nobody here wrote (aiosalesforce), unmodified: only its transport leads to the local port."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from connector.practice.salesforce import SalesforceServer
from connector.practice.salesforce.oauth import PASSWORD, SECURITY_TOKEN

pytest.importorskip("aiosalesforce")
import httpx
from aiosalesforce import ClientCredentialsFlow, JwtBearerFlow, Salesforce, SoapLogin
from aiosalesforce.exceptions import AuthenticationError, NotFoundError, SalesforceError

ORG = "https://practice.my.salesforce.com"


class ToLocal(httpx.AsyncHTTPTransport):
    """The client insists on https and on Salesforce's host names."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.port)
        return await super().handle_async_request(request)


Walk = Callable[[Any], Awaitable[None]]


def _walk(server: SalesforceServer, auth: Any, walk: Walk, **more: Any) -> None:
    async def run() -> None:
        async with httpx.AsyncClient(transport=ToLocal(server.port)) as http:
            await walk(Salesforce(http, base_url=ORG, auth=auth, **more))

    asyncio.run(run())


@pytest.fixture
def app(server: SalesforceServer) -> Any:
    told = server.connection()
    return ClientCredentialsFlow(told["client_id"], told["client_secret"])


async def _look(client: Any) -> None:
    assert (await client.get_limits())["DailyApiRequests"]["Max"] == 101_000


def test_it_logs_in_by_soap_by_jwt_and_by_client_credentials(
    server: SalesforceServer, app: Any, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    pem = tmp_path / "key.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    server.core.settings.jwt_public_key = public.decode()
    told = server.connection()
    for auth in (
        app,
        JwtBearerFlow(told["client_id"], told["username"], pem),
        SoapLogin(told["username"], PASSWORD, SECURITY_TOKEN),
    ):
        _walk(server, auth, _look)
    with pytest.raises(AuthenticationError, match="INVALID_LOGIN"):
        _walk(server, SoapLogin(told["username"], "wrong", ""), _look, retry_policy=None)


def test_it_creates_reads_changes_upserts_and_deletes(server: SalesforceServer, app: Any) -> None:
    async def walk(client: Any) -> None:
        made = await client.sobject.create("Lead", {"LastName": "Doe", "Company": "Acme"})
        assert (await client.sobject.get("Lead", made, fields=["LastName"]))["LastName"] == "Doe"
        await client.sobject.update("Lead", made, {"City": "Rome"})
        first = await client.sobject.upsert(
            "Lead", "9", "Accord_HubSpot_Id__c", {"LastName": "Kim", "Company": "B"}
        )
        again = await client.sobject.upsert("Lead", "9", "Accord_HubSpot_Id__c", {"City": "Oslo"})
        assert (first.created, again.created, again.id) == (True, False, first.id)
        await client.sobject.delete("Lead", made)
        with pytest.raises(NotFoundError):
            await client.sobject.get("Lead", made)
        with pytest.raises(SalesforceError, match="REQUIRED_FIELD_MISSING"):
            await client.sobject.create("Lead", {"LastName": "Doe"})
        found = [
            row async for row in client.query("SELECT Id, IsDeleted FROM Lead", include_all_records=True)
        ]
        assert len(found) == 2

    _walk(server, app, walk)


def test_it_follows_pages(server: SalesforceServer, app: Any) -> None:
    server.core.settings.page_size = 2
    for number in range(5):
        server.core.edit("Lead", None, {"LastName": f"L{number}", "Company": "Acme"})

    async def walk(client: Any) -> None:
        assert len([row async for row in client.query("SELECT Id FROM Lead")]) == 5

    _walk(server, app, walk)


def test_it_composes_and_batches(server: SalesforceServer, app: Any) -> None:
    async def walk(client: Any) -> None:
        async with client.composite(all_or_none=True) as composite:
            account = composite.sobject.create("Account", {"Name": "Acme"})
            contact = composite.sobject.create(
                "Contact", {"LastName": "Kim", "AccountId": str(account.reference.id)}
            )
            found = composite.query("SELECT Id FROM Contact")
        assert (account.status_code, contact.status_code) == (201, 201)
        assert found.records[0]["Id"] == contact.id
        async with client.composite.batch() as batch:
            good = batch.sobject.create("Lead", {"LastName": "Doe", "Company": "Acme"})
            bad = batch.sobject.create("Lead", {"LastName": "Doe"})
            asked = batch.query("SELECT Id FROM Account")
        assert (good.is_success, bad.status_code, len(asked.records)) == (True, 400, 1)

    _walk(server, app, walk)


@pytest.mark.slow
def test_it_loads_in_bulk(server: SalesforceServer, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(seconds: float) -> None:
        """The client polls every five seconds; nothing here takes that long."""

    async def walk(client: Any) -> None:
        monkeypatch.setattr("aiosalesforce.bulk.v2.ingest.asyncio.sleep", at_once)
        rows = [{"LastName": f"L{n}", "Company": "Acme", "Accord_HubSpot_Id__c": str(n)} for n in range(20)]
        result = await client.bulk_v2.upsert(
            "Lead", [*rows, {"Accord_HubSpot_Id__c": "x"}], "Accord_HubSpot_Id__c"
        )
        (job,) = result.jobs
        assert (job.state, len(result.successful_results), len(result.failed_results)) == (
            "JobComplete",
            20,
            1,
        )
        gone = await client.bulk_v2.delete(
            "Lead", [{"Id": row["sf__Id"]} for row in result.successful_results]
        )
        assert len(gone.successful_results) == 20
        jobs = [each async for each in client.bulk_v2.ingest.list_jobs()]
        assert len(jobs) == 2

    _walk(server, app, walk)
