"""The client everybody uses, unmodified, against the practice server over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_soql

from connector.practice.salesforce import SalesforceServer
from connector.practice.salesforce.oauth import PASSWORD, SECURITY_TOKEN

from .packages import form, whole

Session = tuple[SalesforceServer, Any]


class ToLocal(HTTPAdapter):
    """The client writes https; the practice server speaks plain http."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = urlunsplit(("http", f"127.0.0.1:{self.port}", parts.path, parts.query, ""))
        return super().send(request, *args, **kwargs)


@pytest.fixture
def client(server: SalesforceServer) -> Iterator[Any]:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", ToLocal(server.port))
    session.headers["Sforce-Auto-Assign"] = "FALSE"
    told = server.connection()
    yield Salesforce(
        consumer_key=told["client_id"], consumer_secret=told["client_secret"], domain="practice.my", version="66.0",
        session=session,
    )  # fmt: skip
    session.close()


def test_rows_are_created_read_changed_and_deleted(client: Any) -> None:
    made = client.Lead.create({"LastName": "Doe", "Company": "Acme", "Email": "doe@example.com"})
    assert made["success"] is True
    assert client.Lead.get(made["id"])["Email"] == "doe@example.com"
    assert client.Lead.update(made["id"], {"City": "Boston"}) == 204
    assert client.Lead.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        client.Lead.get(made["id"])
    with pytest.raises(SalesforceMalformedRequest) as refused:
        client.Lead.create({"LastName": "Doe"})
    content: Any = refused.value.content
    assert content[0]["errorCode"] == "REQUIRED_FIELD_MISSING"


def test_upsert_and_reading_by_external_id(client: Any) -> None:
    lead = client.Lead
    assert lead.upsert("Accord_HubSpot_Id__c/9", {"LastName": "Doe", "Company": "Acme"}) == 201
    assert lead.upsert("Accord_HubSpot_Id__c/9", {"City": "Rome"}) == 200
    assert lead.get_by_custom_id("Accord_HubSpot_Id__c", "9")["City"] == "Rome"
    for _ in range(2):
        lead.create({"LastName": "Twin", "Company": "Acme", "Email": "twin@example.com"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        lead.get_by_custom_id("Email", "twin@example.com")


def test_queries_follow_their_pages(client: Any, server: SalesforceServer) -> None:
    server.core.settings.page_size = 200
    rows = [{"attributes": {"type": "Lead"}, "LastName": f"L{n}", "Company": "O'Neil"} for n in range(200)]
    for _ in range(3):
        client.restful("composite/sobjects", method="POST", json={"records": rows})
    found = client.query_all(format_soql("SELECT Id, Owner.Name FROM Lead WHERE Company = {}", "O'Neil"))
    assert (found["totalSize"], found["done"], len(found["records"])) == (600, True, 600)
    assert len(list(client.query_all_iter("SELECT Id FROM Lead"))) == 600
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 600


def test_collections_and_composite_go_through_restful(client: Any) -> None:
    record = {"attributes": {"type": "Lead"}, "Accord_HubSpot_Id__c": "1", "LastName": "Doe", "Company": "A"}
    path = "composite/sobjects/Lead/Accord_HubSpot_Id__c"
    (made,) = client.restful(path, method="PATCH", json={"allOrNone": False, "records": [record]})
    assert made["created"] is True
    base = "/services/data/v66.0"
    parts = [
        {
            "referenceId": "w", "method": "PATCH", "url": f"{base}/sobjects/Lead/{made['id']}", "body": {"City": "X"},
            "httpHeaders": {"Sforce-Auto-Assign": "FALSE"},
        },
        {
            "referenceId": "r", "method": "POST", "url": f"{base}/composite/sobjects/Lead",
            "body": {"ids": [made["id"]], "fields": ["City"]},
        },
    ]  # fmt: skip
    answer = client.restful("composite", method="POST", json={"compositeRequest": parts})
    wrote, read = answer["compositeResponse"]
    assert (wrote["httpStatusCode"], read["body"][0]["City"]) == (204, "X")


def test_describe_limits_and_usage(client: Any) -> None:
    assert client.Lead.describe()["name"] == "Lead"
    assert {"Lead", "Contact", "Campaign"} <= {each["name"] for each in client.describe()["sobjects"]}
    assert client.limits()["DailyApiRequests"]["Max"] == 101_000
    assert client.api_usage["api-usage"].total == 101_000


def test_an_expired_session_is_renewed_by_the_client(client: Any, server: SalesforceServer) -> None:
    server.core.faults.update({"expire_tokens": True})
    made = client.Lead.create({"LastName": "Doe", "Company": "Acme"})
    assert server.core.org.tables["Lead"].rows[made["id"]]["OwnerId"] == server.core.org.people["integration"]
    held = Salesforce(
        session_id="S", instance_url="https://practice.my.salesforce.com", session=client.session
    )
    with pytest.raises(SalesforceExpiredSession):
        held.query("SELECT Id FROM Lead")


def test_a_lost_reply_breaks_the_connection_after_the_commit(client: Any, server: SalesforceServer) -> None:
    server.core.faults.update(
        {"next": [{"match": "POST /services/data/v66.0/sobjects", "kind": "lost_reply"}]}
    )
    with pytest.raises(requests.ConnectionError):
        client.Lead.create({"LastName": "Doe", "Company": "Acme"})
    assert len(server.core.snapshot()["Lead"]) == 1


def _local(server: SalesforceServer) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", ToLocal(server.port))
    return session


def test_it_logs_in_by_soap_with_user_name_password_and_token(server: SalesforceServer) -> None:
    with _local(server) as session:
        held = Salesforce(
            username=server.connection()["username"], password=PASSWORD, security_token=SECURITY_TOKEN, session=session,
        )  # fmt: skip
        assert held.query("SELECT COUNT() FROM Lead")["totalSize"] == 0
        with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
            Salesforce(username="nobody", password="x", security_token="", session=session)


def test_it_logs_in_by_jwt(server: SalesforceServer, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    told = server.connection()
    with _local(server) as session:
        held = Salesforce(
            username=told["username"], consumer_key=told["client_id"], privatekey=pem.decode(), session=session,
            instance_url="practice.my",
        )  # fmt: skip
        assert held.limits()


def test_it_composes_batches_and_plants(client: Any) -> None:
    part = {"method": "GET", "url": "v66.0/limits"}
    told = client.restful("composite/batch", method="POST", json={"batchRequests": [part]})
    assert told["results"][0]["statusCode"] == 200
    people = {"records": [{"attributes": {"type": "Contact", "referenceId": "c"}, "LastName": "Kim"}]}
    tree = {
        "records": [
            {"attributes": {"type": "Account", "referenceId": "a"}, "Name": "Acme", "Contacts": people}
        ]
    }
    planted = client.restful("composite/tree/Account", method="POST", json=tree)
    assert [each["referenceId"] for each in planted["results"]] == ["a", "c"]
    found = client.query("SELECT Name, (SELECT LastName FROM Contacts) FROM Account")["records"][0]
    assert found["Contacts"]["records"][0]["LastName"] == "Kim"


def test_it_asks_what_was_updated_and_deleted(client: Any) -> None:
    made, gone = (client.Lead.create({"LastName": "Doe", "Company": "Acme"})["id"] for _ in range(2))
    client.Lead.delete(gone)
    start, end = datetime.now(UTC) - timedelta(minutes=5), datetime.now(UTC) + timedelta(minutes=5)
    assert client.Lead.updated(start, end)["ids"] == [made]
    assert [each["id"] for each in client.Lead.deleted(start, end)["deletedRecords"]] == [gone]
    assert (
        client.query_all("SELECT Id FROM Lead WHERE IsDeleted = TRUE", include_deleted=True)["totalSize"] == 1
    )


def test_it_loads_and_asks_in_bulk(client: Any) -> None:
    rows = [{"LastName": f"L{n}", "Company": "Acme", "Accord_HubSpot_Id__c": str(n)} for n in range(30)]
    (told,) = client.bulk2.Lead.upsert(records=rows, external_id_field="Accord_HubSpot_Id__c", wait=0.01)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (30, 0)
    job = told["job_id"]
    assert len(client.bulk2.Lead.get_successful_records(job).splitlines()) == 31
    assert client.bulk2.Lead.get_failed_records(job).count("\n") == 1
    assert client.bulk2.Lead.get_unprocessed_records(job)
    pages = list(client.bulk2.Lead.query("SELECT Id, LastName FROM Lead", max_records=20, wait=0.01))
    assert [page.count("\n") for page in pages] == [21, 11]
    ids = [{"Id": line.split(",")[0].strip('"')} for page in pages for line in page.splitlines()[1:]]
    (gone,) = client.bulk2.Lead.delete(records=ids, wait=0.01)
    assert gone["numberRecordsFailed"] == 0
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 0


def test_it_reads_recent_rows_layout_free_metadata_and_the_org(client: Any) -> None:
    client.Campaign.create({"Name": "Spring"})
    assert client.Campaign.metadata()["objectDescribe"]["name"] == "Campaign"
    assert client.restful("recent")[0]["attributes"]["type"] == "Campaign"
    assert client.restful("limits/recordCount", params={"sObjects": "Campaign"})["sObjects"][0]["count"] == 1
    assert client.is_sandbox() is False
    told = client.toolingexecute("query", params={"q": "SELECT ValidationName FROM ValidationRule"})
    assert told["records"] == []
    assert client.oauth2("userinfo")["organization_id"].startswith("00D")


def test_it_waits_for_a_deployment_over_rest(client: Any) -> None:
    kind, body = form(whole())
    made = client._call_salesforce(
        "POST", f"{client.base_url}metadata/deployRequest", data=body, headers={"Content-Type": kind}
    ).json()
    told = client.restful(f"metadata/deployRequest/{made['id']}", params={"includeDetails": "true"})
    assert told["deployResult"]["status"] == "Succeeded"
