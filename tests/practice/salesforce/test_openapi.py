"""Whatever schemathesis sends along our OpenAPI document, the practice org answers it, and never with a 5xx."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from connector.practice.http import request_of
from connector.practice.salesforce import SalesforceCore, SalesforceServer, serve_salesforce
from connector.practice.salesforce.openapi import document

schemathesis = pytest.importorskip("schemathesis")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
schema = schemathesis.openapi.from_dict(document())
# Bounded: a few examples a path, without the exhaustive phase, which takes minutes.
schema.config.phases.coverage.enabled = False


@pytest.fixture(scope="module")
def running() -> Iterator[SalesforceServer]:
    with serve_salesforce(people=20) as server:
        yield server


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_no_server_error_and_the_shape_that_is_promised(case: Any, running: SalesforceServer) -> None:
    if case.method.upper() not in METHODS:
        return  # TRACE and its like never get beyond the listener
    headers = {"Authorization": f"Bearer {running.connection()['access_token']}"}
    answer = case.call(base_url=running.base_url, headers=headers)
    case.validate_response(
        answer,
        checks=(schemathesis.checks.not_a_server_error, schemathesis.checks.response_schema_conformance),
    )


def test_every_documented_path_is_answered(core: SalesforceCore) -> None:
    """A path in the document that the server has not would be a 404 of the "resource" kind."""
    filled = {"object": "Lead", "id": "00Q5g000000zzzz", "field": "Email", "value": "x", "locator": "01g-1", "job": "750",
              "deployment": "0Af", "results": "failedResults"}  # fmt: skip
    for path, methods in document()["paths"].items():
        for method in methods:
            target = path.format(**filled)
            headers = {"Authorization": f"Bearer {core.access_token}"}
            answer = core.respond(request_of(method.upper(), target, headers, b"{}"))
            assert answer.status != 405, (method, path)
            assert answer.status < 500, (method, path)


def test_the_document_is_served(core: SalesforceCore) -> None:
    assert core.respond(request_of("GET", "/_practice/openapi")).json()["openapi"] == "3.0.3"
