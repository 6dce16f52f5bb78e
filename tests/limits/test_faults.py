"""Faults by name: every error of whole calls can be asked for over HTTP, and a name that is none is refused with those there are."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.practice.faults import Faults, OneShot
from connector.practice.http import Response, request_of
from connector.practice.hubspot import HubSpotCore
from connector.practice.hubspot.injected import NAMED as HUBSPOT
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.injected import NAMED as SALESFORCE


def _spoilt(core: HubSpotCore | SalesforceCore, error: str, path: str) -> tuple[Response, Response]:
    wish: Any = {"next": [{"match": path, "kind": "error", "error": error}]}
    told = core.respond(request_of("POST", "/_practice/faults", {}, orjson.dumps(wish)))
    return told, core.respond(request_of("GET", path))


@pytest.mark.parametrize("error", HUBSPOT)
def test_hubspots_errors_by_name(error: str) -> None:
    told, answer = _spoilt(HubSpotCore(), error, "/crm/v3/objects/contacts")
    assert told.status == 200
    assert (answer.status, answer.json()["message"]) == (HUBSPOT[error].status, HUBSPOT[error].message)


@pytest.mark.parametrize("error", SALESFORCE)
def test_salesforces_errors_by_name(error: str) -> None:
    told, answer = _spoilt(SalesforceCore(), error, "/services/data/v66.0/limits")
    assert told.status == 200
    assert (answer.status, answer.json()) == SALESFORCE[error]


@pytest.mark.parametrize("core", [HubSpotCore(), SalesforceCore()], ids=["hubspot", "salesforce"])
def test_a_name_that_is_none_is_refused_with_those_there_are(core: HubSpotCore | SalesforceCore) -> None:
    told, _ = _spoilt(core, "NO_SUCH", "/x")
    assert told.status == 400
    assert "NO_SUCH" in told.json()["error"] and sorted(core.named)[0] in told.json()["error"]


def test_a_dollar_ends_the_path() -> None:
    faults = Faults(next=[OneShot("composite$", "drop")])
    assert faults.strike("POST", "/services/data/v66.0/composite/sobjects/Lead") is None
    assert faults.strike("POST", "/services/data/v66.0/composite") is not None


def test_a_fault_that_names_nothing_is_refused() -> None:
    for wrong in ({"kind": "error"}, {"kind": "status", "error": "DAILY"}):
        with pytest.raises(ValueError, match="names an error"):
            OneShot("x", **wrong)  # type: ignore[arg-type]
