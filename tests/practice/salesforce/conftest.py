"""A practice org in process, and a caller that speaks to it as a client would."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from connector.practice.clock import ManualClock
from connector.practice.http import Response, request_of
from connector.practice.salesforce import SalesforceCore, SalesforceServer, serve_salesforce

START = datetime(2026, 10, 1, 9, 30, 15, 700_000, UTC)


class Caller:
    """Calls the core with the integration user's token and `Sforce-Auto-Assign: FALSE` unless told otherwise."""

    def __init__(self, core: SalesforceCore) -> None:
        self.core = core
        self.version = "66.0"

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        sent = {"Authorization": f"Bearer {self.core.access_token}", "Sforce-Auto-Assign": "FALSE"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        target = path if path.startswith(("/services", "/_")) else self.url(path)
        raw = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        return self.core.respond(request_of(method, target, sent, raw))

    def url(self, path: str) -> str:
        return f"/services/data/v{self.version}/{path}"

    def query(self, soql: str, **headers: str) -> Any:
        return self("GET", f"query?q={quote(soql)}", **headers).json()

    def ids(self, soql: str) -> list[str]:
        return [record["Id"] for record in self.query(soql)["records"]]

    def lead(self, **values: Any) -> str:
        """A new Lead by the API; gives its id."""
        made = self("POST", "sobjects/Lead", {"LastName": "Doe", "Company": "Acme", **values})
        assert made.status == 201, made.body
        return str(made.json()["id"])

    def row(self, object_name: str, record_id: str) -> dict[str, Any]:
        return self.core.org.tables[object_name].rows[record_id]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def core(clock: ManualClock) -> SalesforceCore:
    return SalesforceCore(clock)


@pytest.fixture
def call(core: SalesforceCore) -> Caller:
    return Caller(core)


@pytest.fixture
def server() -> Iterator[SalesforceServer]:
    with serve_salesforce(retry_seconds=0.05) as running:
        yield running
