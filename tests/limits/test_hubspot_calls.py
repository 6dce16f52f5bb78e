"""HubSpot refuses a whole call, or does not answer: what Accord says, waits for and loses (nothing)."""

from __future__ import annotations

from functools import partial

import pytest

from connector.core.records import Ref, Side
from connector.errors import MendConnection, MendRequest, OutcomeUnknown, TryAgain, WaitUntil
from connector.ports import Write
from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from tests.adapters.in_process import free, hubspot_on
from tests.limits import whole_calls
from tests.limits.standing import Standing, shot
from tests.limits.whole_calls import READ, WRITE, Failure
from tests.world import START

MEND = 30.0
TABLE = {
    "401 INVALID_AUTHENTICATION": Failure(
        {"error": "INVALID_AUTHENTICATION"}, MendConnection, ("access token is refused", "connect the app again"), MEND, True
    ),
    "401 EXPIRED_AUTHENTICATION": Failure(
        {"error": "EXPIRED_AUTHENTICATION"}, MendConnection, ("expired 1 second(s) ago", "Give a new one"), MEND, True
    ),
    "302 a redirect": Failure({"status": 302}, MendConnection, ("302", "Check the base URL setting"), MEND, True),
    "403 MISSING_SCOPES": Failure(
        {"error": "MISSING_SCOPES"}, MendConnection, ("crm.objects.contacts.write", "Grant the app these scopes"), MEND, True
    ),
    "414": Failure({"status": 414}, MendRequest, ("414 to POST /crm/v3/objects/contacts/batch/",), MEND, True),
    "423 locked": Failure({"error": "LOCKED"}, WaitUntil, ("423", "locked"), 2.0),
    "429 TEN_SECONDLY_ROLLING": Failure({"error": "TEN_SECONDLY_ROLLING"}, WaitUntil, ("ten_secondly_rolling",), 10.0),
    "429 SECONDLY": Failure({"error": "SECONDLY"}, WaitUntil, ("secondly",), 1.0),
    "429 DAILY": Failure({"error": "DAILY"}, WaitUntil, ("daily limit",), 3600.0, True),
    "429 Retry-After": Failure({"error": "SECONDLY", "retry_after": 30}, WaitUntil, ("secondly",), 30.0),
    "477 moving": Failure({"error": "MOVING"}, WaitUntil, ("477", "another data center"), 3600.0, True),
    "477 moving for a day": Failure({"error": "MOVING", "retry_after": 86_400}, WaitUntil, ("477",), 86_400.0, True),
    "500": Failure({"status": 500}, TryAgain, ("500",), 5.0, writing=OutcomeUnknown),
    "502 with a page for an answer": Failure({"status": 502}, TryAgain, ("502",), 5.0, writing=OutcomeUnknown),
    "503": Failure({"status": 503}, TryAgain, ("503",), 5.0, writing=OutcomeUnknown),
    "503 Retry-After": Failure({"status": 503, "retry_after": 60}, WaitUntil, ("503",), 60.0, writing=OutcomeUnknown),
    "a connection that breaks": Failure({"kind": "drop"}, TryAgain, ("no answer",), 5.0, writing=OutcomeUnknown),
}  # fmt: skip


IN_TOWN = [
    "401 EXPIRED_AUTHENTICATION", "403 MISSING_SCOPES", "414", "423 locked", "429 TEN_SECONDLY_ROLLING", "429 DAILY", "503",
    "a connection that breaks",
]  # fmt: skip
"""One of each kind is tried on the whole of Accord."""


def _contact() -> tuple[HubSpotCore, Ref]:
    core = HubSpotCore(clock=ManualClock(START))
    return core, Ref(Side.HUBSPOT, "contact", core.edit({"email": "ann@acme.example.com"}, create=True))


@pytest.mark.parametrize("situation", TABLE)
def test_a_read_says_what_it_met(situation: str) -> None:
    failure, (core, ann) = TABLE[situation], _contact()
    core.faults.update({"next": [shot("batch/read", 99, failure.how)]})
    read = partial(hubspot_on(core).read, [ann], {"contact": ["city"]}, free)
    whole_calls.raises(failure, failure.kind, read, START)


@pytest.mark.parametrize("situation", TABLE)
def test_a_write_says_what_it_met_or_that_nobody_knows(situation: str) -> None:
    failure, (core, ann) = TABLE[situation], _contact()
    core.faults.update({"next": [shot("batch/update", 99, failure.how)]})
    write = partial(hubspot_on(core).write, [Write(ann, {"city": "Ulm"})], {"contact": ["city"]}, free)
    if failure.writing is None:
        whole_calls.raises(failure, failure.kind, write, START)
    else:
        (written,) = write()
        assert written.verdict == "unknown"
        assert written.record is not None and written.record.values["city"] is None


@pytest.mark.parametrize("situation", IN_TOWN)
def test_a_read_that_is_refused(town: Standing, situation: str) -> None:
    whole_calls.a_read_fails(town, Side.HUBSPOT, TABLE[situation])


@pytest.mark.parametrize("situation", IN_TOWN)
def test_a_write_that_is_refused(town: Standing, situation: str) -> None:
    whole_calls.a_write_fails(town, Side.HUBSPOT, TABLE[situation])


@pytest.mark.parametrize(("match", "part"), [(READ[Side.HUBSPOT], ""), (WRITE[Side.HUBSPOT], "writing")], ids=["reads", "writes"])
def test_an_outage_that_lasts_is_told_and_one_that_passes_is_not(town: Standing, match: str, part: str) -> None:
    whole_calls.an_outage_lasts(town, Side.HUBSPOT, match, part)
