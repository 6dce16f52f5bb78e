"""Salesforce refuses a whole call, or does not answer: what Accord says, waits for and loses (nothing)."""

from __future__ import annotations

from functools import partial

import pytest

from connector.core.records import Side
from connector.errors import MendConnection, MendRequest, OutcomeUnknown, TryAgain, WaitUntil
from tests.adapters.in_process import free, salesforce_on
from tests.adapters.salesforce.cast import new_lead, org, update
from tests.limits import whole_calls
from tests.limits.standing import Standing, shot
from tests.limits.whole_calls import READ, WRITE, Failure

MEND = 30.0
ROUND = "PATCH /services/data"
"""What a composite cannot do goes singly: that fails, too."""

ADMIN = ("Check the integration user, its app and the API version",)
TABLE = {
    "401 INVALID_SESSION_ID": Failure({"error": "INVALID_SESSION_ID"}, MendConnection, ("Session expired", *ADMIN), MEND, True),
    "302 a redirect": Failure({"status": 302}, MendConnection, ("302", "Check the base URL setting"), MEND, True),
    "403 API_DISABLED_FOR_ORG": Failure({"error": "API_DISABLED_FOR_ORG"}, MendConnection, ("API is not enabled", *ADMIN), MEND, True),
    "403 API_CURRENTLY_DISABLED": Failure({"error": "API_CURRENTLY_DISABLED"}, MendConnection, ("API is currently", *ADMIN), MEND, True),
    "403 INSUFFICIENT_ACCESS": Failure(
        {"error": "INSUFFICIENT_ACCESS"}, MendConnection, ("Give the integration user the permission",), MEND, True
    ),
    "403 REQUEST_LIMIT_EXCEEDED of the day": Failure({"error": "DAILY_LIMIT"}, WaitUntil, ("TotalRequests Limit",), 900.0, True),
    "403 REQUEST_LIMIT_EXCEEDED of the moment": Failure({"error": "CONCURRENT_LIMIT"}, WaitUntil, ("ConcurrentPerOrg",), 5.0),
    "410 UNSUPPORTED_API_VERSION": Failure({"error": "UNSUPPORTED_API_VERSION"}, MendConnection, ("has been retired", *ADMIN), MEND, True),
    "414 URI_TOO_LONG": Failure({"status": 414}, MendRequest, ("414",), MEND, True, also=ROUND),
    "415 UNSUPPORTED_MEDIA_TYPE": Failure({"status": 415}, MendRequest, ("415",), MEND, True, also=ROUND),
    "431": Failure({"status": 431}, MendRequest, ("431",), MEND, True, also=ROUND),
    "500 UNKNOWN_EXCEPTION": Failure({"error": "UNKNOWN_EXCEPTION"}, TryAgain, ("UNKNOWN_EXCEPTION",), 5.0, writing=OutcomeUnknown),
    "502 with a page for an answer": Failure({"status": 502}, TryAgain, ("502",), 5.0, writing=OutcomeUnknown),
    "503 SERVER_UNAVAILABLE": Failure({"error": "SERVER_UNAVAILABLE"}, TryAgain, ("SERVER_UNAVAILABLE",), 5.0, writing=OutcomeUnknown),
    "a connection that breaks": Failure({"kind": "drop"}, TryAgain, ("no answer",), 5.0, writing=OutcomeUnknown),
}  # fmt: skip


IN_TOWN = [
    "401 INVALID_SESSION_ID", "403 INSUFFICIENT_ACCESS", "403 REQUEST_LIMIT_EXCEEDED of the day",
    "403 REQUEST_LIMIT_EXCEEDED of the moment", "410 UNSUPPORTED_API_VERSION", "414 URI_TOO_LONG", "503 SERVER_UNAVAILABLE",
    "a connection that breaks",
]  # fmt: skip
"""One of each kind is tried on the whole of Accord."""


@pytest.mark.parametrize("situation", TABLE)
def test_a_read_says_what_it_met(situation: str) -> None:
    failure, core = TABLE[situation], org()
    ann = new_lead(core)
    adapter = salesforce_on(core)
    adapter.read([ann], {"Lead": []}, free)
    core.faults.update({"next": [shot("sobjects/Lead", 99, failure.how)]})
    whole_calls.raises(failure, failure.kind, partial(adapter.read, [ann], {"Lead": ["City"]}, free), core.clock.now())


@pytest.mark.parametrize("situation", TABLE)
def test_a_write_says_what_it_met_or_that_nobody_knows(situation: str) -> None:
    failure, core = TABLE[situation], org()
    ann = new_lead(core)
    adapter = salesforce_on(core)
    adapter.read([ann], {"Lead": []}, free)
    matches = ["composite$", "/composite/sobjects$"]
    core.faults.update({"next": [shot(match, 99, failure.how) for match in matches]})
    write = partial(adapter.write, [update(ann, City="Ulm")], {"Lead": ["City"]}, free)
    if failure.writing is None:
        whole_calls.raises(failure, failure.kind, write, core.clock.now())
    else:
        (written,) = write()
        assert written.verdict == "unknown"
        assert written.record is not None and written.record.values["City"] is None


@pytest.mark.parametrize("situation", IN_TOWN)
def test_a_read_that_is_refused(town: Standing, situation: str) -> None:
    whole_calls.a_read_fails(town, Side.SALESFORCE, TABLE[situation])


@pytest.mark.parametrize("situation", IN_TOWN)
def test_a_write_that_is_refused(town: Standing, situation: str) -> None:
    whole_calls.a_write_fails(town, Side.SALESFORCE, TABLE[situation])


@pytest.mark.parametrize(("match", "part"), [(READ[Side.SALESFORCE], ""), (WRITE[Side.SALESFORCE], "writing")], ids=["reads", "writes"])
def test_an_outage_that_lasts_is_told_and_one_that_passes_is_not(town: Standing, match: str, part: str) -> None:
    whole_calls.an_outage_lasts(town, Side.SALESFORCE, match, part)
