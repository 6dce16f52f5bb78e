"""getUpdated and getDeleted: windows of whole minutes, and how far they go back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from connector.practice.clock import ManualClock
from connector.practice.salesforce import SalesforceCore

from .conftest import START, Caller


def _ask(call: Caller, kind: str, start: datetime, end: datetime) -> Any:
    form = "%Y-%m-%dT%H:%M:%S%%2B00:00"
    answer = call("GET", f"sobjects/Lead/{kind}/?start={start.strftime(form)}&end={end.strftime(form)}")
    return answer.json() if answer.status == 200 else (answer.status, answer.json()[0]["errorCode"])


def test_seconds_of_the_window_are_ignored(call: Caller, clock: ManualClock) -> None:
    lead = call.lead()
    start = START.replace(second=59)  # floored to 09:30, so 09:30:15 is inside
    told = _ask(call, "updated", start, START + timedelta(minutes=1))
    assert told["ids"] == [lead]
    clock.advance(30)
    # The end is floored too: nothing of the running minute is told.
    assert _ask(call, "updated", START - timedelta(minutes=5), START.replace(second=45))["ids"] == []


def test_latest_date_covered_is_held_back_by_a_long_transaction(call: Caller, core: SalesforceCore) -> None:
    start, end = START - timedelta(minutes=10), START + timedelta(hours=1)
    assert _ask(call, "updated", start, end)["latestDateCovered"] == "2026-10-01T09:30:00.000+0000"
    core.settings.replication_lag_seconds = 120
    assert _ask(call, "updated", start, end)["latestDateCovered"] == "2026-10-01T09:28:00.000+0000"


def test_deleted_rows_are_told_for_fifteen_days_updated_ones_for_thirty(
    call: Caller, clock: ManualClock
) -> None:
    lead, kept = call.lead(), call.lead()
    call("DELETE", f"sobjects/Lead/{lead}")
    start, end = START - timedelta(minutes=1), START + timedelta(minutes=2)
    told = _ask(call, "deleted", start, end)
    assert told["deletedRecords"] == [{"id": lead, "deletedDate": "2026-10-01T09:30:15.000+0000"}]
    assert set(told) == {"deletedRecords", "earliestDateAvailable", "latestDateCovered"}
    assert _ask(call, "updated", start, end)["ids"] == [kept]
    clock.advance(16 * 24 * 3600)
    call.core.access_token = call.core.tokens.issue(call.core.org.people["integration"])
    assert _ask(call, "deleted", start, end) == (400, "INVALID_REPLICATION_DATE")
    assert _ask(call, "updated", start, end)["ids"] == [kept]


def test_a_window_must_be_one(call: Caller) -> None:
    assert _ask(call, "updated", START, START) == (400, "INVALID_REPLICATION_DATE")
    assert call("GET", "sobjects/Lead/updated/?start=then&end=now").status == 400
    assert call("GET", "sobjects/Lead/deleted/").json()[0]["errorCode"] == "MISSING_ARGUMENT"
    assert datetime.now(UTC)
