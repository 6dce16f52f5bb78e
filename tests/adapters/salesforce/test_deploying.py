"""deployRequest, as Salesforce's Metadata API guide describes it: a multipart, an id, polls, faults by component."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from connector.adapters.calling import FreeBudget
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.connection import SalesforceConnection, SalesforceOptions
from connector.adapters.salesforce.converting import conversion
from connector.adapters.salesforce.deploying import deploy, flow_versions
from connector.adapters.salesforce.metadata import zipped
from connector.errors import TryAgain

FAILED = {
    "done": True, "status": "Failed", "numberComponentsDeployed": 0, "numberComponentsTotal": 2,
    "details": {"componentFailures": [
        {"componentType": "CustomField", "fullName": "Lead.Accord_Tier__c", "problem": "duplicate developer name"},
        {"componentType": "Flow", "fullName": "Accord_tell_Lead", "problem": "needs activation rights"},
    ]},
}  # fmt: skip
MAPPING = """<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns="http://soap.sforce.com/2006/04/metadata"><soapenv:Body><readMetadataResponse><result><records>
 <objectMapping><inputObject>Lead</inputObject><mappingFields><inputField>Region__c</inputField>
 <outputField>Area__c</outputField></mappingFields><outputObject>Contact</outputObject></objectMapping>
 <objectMapping><inputObject>Lead</inputObject><mappingFields><inputField>Size__c</inputField>
 <outputField>Size__c</outputField></mappingFields><outputObject>Account</outputObject></objectMapping>
 <opportunityCreationOptions>VisibleRequired</opportunityCreationOptions>
 </records></result></readMetadataResponse></soapenv:Body></soapenv:Envelope>"""

NIL = """<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns="http://soap.sforce.com/2006/04/metadata"><e:Body><readMetadataResponse><result><records xsi:nil="true"/></result>
 </readMetadataResponse></e:Body></e:Envelope>"""


class Scripted(HTTPAdapter):
    """Answers by (method, end of the path); the last answer of a list stays."""

    def __init__(self, answers: dict[tuple[str, str], list[Any]]) -> None:
        super().__init__()
        self.answers, self.asked = answers, list[requests.PreparedRequest]()

    def send(self, request: requests.PreparedRequest, *rest: Any, **options: Any) -> requests.Response:
        self.asked.append(request)
        path = str(request.url).partition("?")[0]
        status, body = self._answer(str(request.method), path)
        response = requests.Response()
        response.status_code, response.url, response.request = status, str(request.url), request
        response._content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return response

    def _answer(self, method: str, path: str) -> Any:
        if path.endswith("/services/data"):
            return 200, [{"version": "66.0"}]
        if path.endswith("/userinfo"):
            return 200, {"user_id": "005000000000001AAA"}
        found = next(
            (rows for (m, end), rows in self.answers.items() if m == method and path.endswith(end)), None
        )
        if found is None:
            return 404, [{"errorCode": "NOT_FOUND", "message": "no such thing"}]
        return found.pop(0) if len(found) > 1 else found[0]


@contextmanager
def api_on(answers: dict[tuple[str, str], list[Any]]) -> Iterator[tuple[SalesforceApi, Scripted]]:
    line = Scripted(answers)
    connection = SalesforceConnection("https://acme.my.salesforce.com", access_token="a<b")
    with closing(
        SalesforceApi(connection, SalesforceOptions(), FreeBudget(), lambda: datetime.now(UTC), line)
    ) as api:
        yield api, line


def status(**more: Any) -> tuple[int, Any]:
    return 200, {"id": "0Af1", "deployResult": more}


def test_a_package_goes_up_as_a_multipart_and_is_waited_for() -> None:
    polls = [
        status(done=False, status="Pending"), status(done=False, status="InProgress", numberComponentsTotal=3),
        status(done=True, status="Succeeded", numberComponentsDeployed=3, numberComponentsTotal=3, details={}),
    ]  # fmt: skip
    told: list[str] = []
    waited: list[float] = []
    answers = {
        ("POST", "/services/data/v66.0/metadata/deployRequest"): [(201, {"id": "0Af1", "deployResult": {}})],
        ("GET", "/metadata/deployRequest/0Af1"): polls,
    }
    with api_on(answers) as (api, line):
        done = deploy(api, zipped({"package.xml": b"<Package/>"}), told=told.append, sleep=waited.append)
    assert done.ok and done.done == 3 and len(waited) == 2
    assert told[-1] == "Succeeded: 3 of 3"
    posted = next(r for r in line.asked if r.method == "POST")
    parts = _parts(posted)
    options = json.loads(parts["json"])["deployOptions"]
    assert options["singlePackage"] and options["rollbackOnError"] and not options["checkOnly"]
    assert zipfile.ZipFile(io.BytesIO(parts["file"])).namelist() == ["package.xml"]
    assert posted.headers["Authorization"] == "Bearer a<b"


def test_every_component_that_was_refused_is_told() -> None:
    answers = {
        ("POST", "/metadata/deployRequest"): [(201, {"id": "0Af1"})],
        ("GET", "/metadata/deployRequest/0Af1"): [status(**FAILED)],
    }
    with api_on(answers) as (api, _):
        done = deploy(api, b"zip", sleep=lambda s: None)
    assert not done.ok
    assert [fault.words for fault in done.faults] == [
        "CustomField Lead.Accord_Tier__c: duplicate developer name", "Flow Accord_tell_Lead: needs activation rights",
    ]  # fmt: skip


def test_a_deployment_that_never_ends_is_left_to_itself() -> None:
    answers = {
        ("POST", "/metadata/deployRequest"): [(201, {"id": "0Af1"})],
        ("GET", "/metadata/deployRequest/0Af1"): [status(done=False, status="Pending")],
    }
    with api_on(answers) as (api, _), pytest.raises(TryAgain, match="Deployment Status"):
        deploy(api, b"zip", sleep=lambda s: None)


def test_the_present_settings_of_conversion_are_read_whole() -> None:
    with api_on({("POST", "/services/Soap/m/66.0"): [(200, MAPPING)]}) as (api, line):
        found = conversion(api)
    assert found is not None and found.contact == [("Region__c", "Area__c")]
    assert found.maps["Account"] == [("Size__c", "Size__c")]
    assert found.options == {"opportunityCreationOptions": "VisibleRequired"}
    assert b"<sessionId>a&lt;b</sessionId>" in _body(line.asked[-1])


@pytest.mark.parametrize("answer", [(500, "<fault/>"), (200, "<a/>"), (200, "no xml"), (404, ""), (200, NIL)])
def test_a_mapping_that_cannot_be_read_is_not_taken_for_an_empty_one(answer: tuple[int, str]) -> None:
    with api_on({("POST", "/services/Soap/m/66.0"): [answer]}) as (api, _):
        assert conversion(api) is None


def test_versions_of_a_flow() -> None:
    rows = {"records": [{"VersionNumber": 2}, {"VersionNumber": 1}]}
    with api_on({("GET", "/tooling/query"): [(200, rows)]}) as (api, _):
        assert flow_versions(api, "Accord_tell_Lead") == [1, 2]


def _parts(request: requests.PreparedRequest) -> dict[str, bytes]:
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    message = message_from_bytes(head + _body(request))
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)  # type: ignore[misc]
        for part in message.walk()
        if not part.is_multipart()
    }


def _body(request: requests.PreparedRequest) -> bytes:
    assert isinstance(request.body, bytes)
    return request.body
