"""getUpdated and getDeleted: ids by SystemModstamp within a window of whole minutes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from connector.practice.salesforce.call import Call, Reply
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.fields import SObject
from connector.practice.salesforce.state import Org, stamp_of

_UPDATED_BACK, _DELETED_BACK = timedelta(days=30), timedelta(days=15)


def updated(org: Org, shape: SObject, call: Call) -> Reply:
    """GET /sobjects/{T}/updated/?start&end: live rows only; goes back 30 days."""
    start, end = _window(org, call, _UPDATED_BACK)
    since, until = stamp_of(start), stamp_of(end)
    table = org.tables[shape.name]
    ids = [each for each in table.stamps.since(since) if table.rows[each]["SystemModstamp"] < until]
    _check_number(org, len(ids))
    return Reply(200, {"ids": ids, "latestDateCovered": stamp_of(_covered(org, end))})


def deleted(org: Org, shape: SObject, call: Call) -> Reply:
    """GET /sobjects/{T}/deleted/?start&end: goes back 15 days."""
    start, end = _window(org, call, _DELETED_BACK)
    since, until = stamp_of(start), stamp_of(end)
    rows = sorted(org.tables[shape.name].bin.values(), key=lambda row: (row["SystemModstamp"], row["Id"]))
    gone = [
        {"deletedDate": row["SystemModstamp"], "id": row["Id"]}
        for row in rows
        if since <= row["SystemModstamp"] < until
    ]
    _check_number(org, len(gone))
    earliest = org.clock.now() - _DELETED_BACK
    answer: dict[str, Any] = {
        "deletedRecords": gone,
        "earliestDateAvailable": stamp_of(_floored(earliest)),
        "latestDateCovered": stamp_of(_covered(org, end)),
    }
    return Reply(200, answer)


def _window(org: Org, call: Call, back: timedelta) -> tuple[datetime, datetime]:
    start, end = (_floored(_moment(call, name)) for name in ("start", "end"))
    if start >= end:
        raise Refusal("INVALID_REPLICATION_DATE", "startDate must be before endDate")
    if org.clock.now() - start > back + timedelta(minutes=1):
        text = f"startDate cannot be more than {back.days} days ago"
        raise Refusal("INVALID_REPLICATION_DATE", text)
    return start, end


def _moment(call: Call, name: str) -> datetime:
    text = call.first(name)
    if not text:
        raise Refusal("MISSING_ARGUMENT", f"{name} is required")
    try:
        # A "+" that nobody percent-encoded has become a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise Refusal("INVALID_REPLICATION_DATE", f"{name} is not a valid dateTime: {text}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _floored(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _covered(org: Org, end: datetime) -> datetime:
    """Not later than now, and held back by the longest open transaction."""
    reached = org.clock.now() - timedelta(seconds=org.settings.replication_lag_seconds)
    return min(end, _floored(reached))


def _check_number(org: Org, number: int) -> None:
    if number > org.settings.replication_most:
        raise Refusal("EXCEEDED_ID_LIMIT", f"The number of ids exceeds {org.settings.replication_most}")
