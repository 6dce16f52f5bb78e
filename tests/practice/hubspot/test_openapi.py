"""The OpenAPI document: it describes every path served, and schemathesis finds no server error against it."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from connector.practice.clock import ManualClock
from connector.practice.http import request_of
from connector.practice.hubspot import HubSpotCore
from connector.practice.hubspot.openapi import document
from connector.practice.hubspot.table import LINES
from tests.practice.hubspot.conftest import NOON

OPERATIONS = sorted({(line.method, line.path) for line in LINES})


def test_the_document_tells_of_every_path_with_a_body_where_one_is_sent() -> None:
    told = document()
    assert {(m.upper(), path) for path, held in told["paths"].items() for m in held} == set(OPERATIONS)
    without_body = {
        (method, path)
        for method, path in OPERATIONS
        if method in ("POST", "PUT", "PATCH") and "requestBody" not in told["paths"][path][method.lower()]
    }
    assert {path.rpartition("/")[2] for _, path in without_body} <= {
        "{toId}",
        "restore",
        "update-list-name",
        "{sourceId}",
        "unsubscribe-all",
    }


class _App:
    """The core as a WSGI application, so that schemathesis calls it without a socket."""

    def __init__(self) -> None:
        self.core = HubSpotCore(3, clock=ManualClock(NOON), subscriptions="all")
        self.core.edit({"name": "Acme"}, create=True, object="companies")
        self.core.edit({"dealname": "D", "dealstage": "contractsent"}, create=True, object="deals")

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        target = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        query = environ.get("QUERY_STRING", "")
        account = self.core.portal.account
        key = account.developer_key if target.startswith("/webhooks") else account.private_token
        request = request_of(environ["REQUEST_METHOD"], "/", {"authorization": f"Bearer {key}"}, body)
        request.path = target
        request.query = request_of("GET", f"/?{query}").query
        answer = self.core.respond(request)
        self.core.outbox.take()
        start(f"{answer.status} told", list(answer.headers.items()))
        yield answer.body


def _fixed(core: HubSpotCore, name: str) -> str | None:
    """Path parts that lead somewhere, for every other case: strangers alone would never get past a 404."""
    return {
        "appId": str(core.portal.account.app_id),
        "id": next(iter(core.portal.contacts), "1"),
        "toId": next(iter(core.portal.stores["0-2"].live), "1"),
    }.get(name)


@cache
def _app() -> _App:
    """One portal for all paths: what one call leaves behind is what the next one meets."""
    return _App()


@cache
def _schema() -> Any:
    import schemathesis

    return schemathesis.openapi.from_dict(document())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_schemathesis_finds_no_server_error(method: str, path: str) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, Phase, given, settings

    app, operation = _app(), _schema()[path][method]
    checks = [schemathesis.checks.not_a_server_error]
    turns = iter(range(10_000))

    @settings(
        max_examples=5,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def answered(case: Any) -> None:
        for name in list(case.path_parameters or {}):
            known = _fixed(app.core, name)
            if known is not None and (name == "appId" or next(turns) % 2):
                case.path_parameters[name] = known
        response = case.call(app=app, base_url="http://practice.example.com")
        assert response.status_code < 500
        case.validate_response(response, checks=[*checks, *_shape_checks(schemathesis)])

    answered()


def _shape_checks(schemathesis: Any) -> list[Any]:
    from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

    return [response_schema_conformance, status_code_conformance]
