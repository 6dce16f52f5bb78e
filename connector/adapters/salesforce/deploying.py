"""Deploys a metadata package: Salesforce's deployRequest (Metadata API over REST), polled until it is done.

Shape of request and answers: Salesforce's Metadata API guide (meta_rest_deploy, meta_rest_deploy_checkstatus): a
multipart of ``json`` (deployOptions) and ``file`` (the zip) answered 201 with an id; GET with includeDetails gives
``deployResult`` with its status and ``details.componentFailures``.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from connector.adapters.calling import no_guard
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.connection import SIDE
from connector.adapters.salesforce.failures import Rejection
from connector.errors import TryAgain

DONE = frozenset({"Succeeded", "SucceededPartial", "Failed", "Canceled"})
OPTIONS = {
    "allowMissingFiles": False, "autoUpdatePackage": False, "checkOnly": False, "ignoreWarnings": True,
    "performRetrieve": False, "purgeOnDelete": False, "rollbackOnError": True, "runTests": None,
    "singlePackage": True, "testLevel": "NoTestRun",
}  # fmt: skip
"""No tests are run: the package has no code. (In production Salesforce may run the org's own.)"""
EVERY, AT_MOST = 2.0, 900.0
"""Seconds between two looks, and in all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One component that Salesforce refused, in its own words."""

    component: str
    message: str

    @property
    def words(self) -> str:
        return f"{self.component}: {self.message}"


@dataclass(frozen=True, slots=True)
class Deployed:
    """``status`` is Salesforce's. ``done``: how many components were taken."""

    id: str
    status: str
    done: int
    faults: tuple[Fault, ...]
    message: str = ""

    @property
    def ok(self) -> bool:
        return self.status == "Succeeded"


def deploy(
    api: SalesforceApi,
    package: bytes,
    *,
    check_only: bool = False,
    told: Callable[[str], None] = lambda words: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Deployed:
    """All or nothing. ``told`` hears how it goes. Raises CallFailed where the request fails or takes too long."""
    options = OPTIONS | {"checkOnly": check_only}
    api.prefix(no_guard)
    body, kind = _multipart(orjson.dumps({"deployOptions": options}), package)
    answer = api._call_salesforce(
        "POST", f"{api.base_url}metadata/deployRequest", guard=no_guard, writing=True, data=body,
        headers={"Content-Type": kind},
    )  # fmt: skip
    id_ = str(orjson.loads(answer.content)["id"])
    told(f"deployment {id_} was taken")
    return _awaited(api, id_, told, sleep)


def _awaited(
    api: SalesforceApi, id_: str, told: Callable[[str], None], sleep: Callable[[float], None]
) -> Deployed:
    waited, last = 0.0, ""
    while waited <= AT_MOST:
        path = f"metadata/deployRequest/{quote(id_, safe='')}?includeDetails=true"
        result: Mapping[str, Any] = api.read("GET", path, None, no_guard).body["deployResult"]
        status = str(result.get("status") or "")
        said = f"{status}: {result.get('numberComponentsDeployed', 0)} of {result.get('numberComponentsTotal', 0)}"
        if said != last:
            told(said)
            last = said
        if status in DONE or str(result.get("done")).lower() == "true":
            return _result(id_, result)
        sleep(EVERY)
        waited += EVERY
    raise TryAgain(SIDE, f"deployment {id_} is not done yet: look in Setup, Deployment Status")


def _result(id_: str, result: Mapping[str, Any]) -> Deployed:
    details = result.get("details") or {}
    rows = details.get("componentFailures") or []
    rows = [rows] if isinstance(rows, dict) else rows  # a single one is no list in some versions
    faults = tuple(
        Fault(
            f"{row.get('componentType') or ''} {row.get('fullName') or ''}".strip(),
            str(row.get("problem") or ""),
        )
        for row in rows
    )
    done = int(result.get("numberComponentsDeployed") or 0)
    return Deployed(id_, str(result.get("status") or ""), done, faults, str(result.get("errorMessage") or ""))


def _multipart(options: bytes, package: bytes) -> tuple[bytes, str]:
    mark = f"accord-{secrets.token_hex(16)}"
    parts = [
        (b'Content-Disposition: form-data; name="json"\r\nContent-Type: application/json', options),
        (
            b'Content-Disposition: form-data; name="file"; filename="package.zip"\r\nContent-Type: application/zip',
            package,
        ),
    ]
    body = b"".join(
        b"--" + mark.encode() + b"\r\n" + head + b"\r\n\r\n" + part + b"\r\n" for head, part in parts
    )
    return body + b"--" + mark.encode() + b"--\r\n", f'multipart/form-data; boundary="{mark}"'


# --- what is there -------------------------------------------------------------------------------------------------


def flow_versions(api: SalesforceApi, name: str) -> list[int]:
    """Versions of a flow; none where there is no such flow. By the Tooling API; where that is closed to us, all up to
    the one that FlowDefinitionView tells."""
    exact = f"SELECT VersionNumber FROM Flow WHERE Definition.DeveloperName = '{name}'"  # noqa: S608 a name of ours
    try:
        return sorted(int(row["VersionNumber"]) for row in _rows(api, "tooling/query", exact))
    except Rejection:
        latest = f"SELECT ApiName, VersionNumber FROM FlowDefinitionView WHERE ApiName = '{name}'"  # noqa: S608
        told = [int(row.get("VersionNumber") or 1) for row in _rows(api, "query", latest)]
        return list(range(1, max(told) + 1)) if told else []


def _rows(api: SalesforceApi, path: str, soql: str) -> list[dict[str, Any]]:
    return list(api.read("GET", f"{path}?q={quote(soql, safe='')}", None, no_guard).body.get("records") or [])
