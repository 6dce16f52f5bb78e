"""When an answer is due: so many hours from now, of all hours or of working hours only. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connector.core.rules import AcceptWithin, WorkingHours

_LONGEST = 3660
"""Days looked ahead: a clock that never strikes is a fault of the agreement."""


def due(start: datetime, within: AcceptWithin) -> datetime:
    """``start`` (aware) plus the hours agreed, as aware UTC in whole seconds (Salesforce keeps no fraction).

    Raises ValueError where the working hours never come."""
    begin = start.astimezone(UTC).replace(microsecond=0)
    left = timedelta(hours=within.hours)
    if within.working is None:
        return begin + left
    day = begin.astimezone(ZoneInfo(within.working.zone)).date() - timedelta(days=1)
    for _ in range(_LONGEST):
        opens, closes = _window(day, within.working)
        opens = max(opens, begin)
        if day.weekday() in within.working.days and opens < closes:
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        day += timedelta(days=1)
    raise ValueError("the working hours of handoff.yaml are too few for an answer to ever fall due")


def _window(day: date, hours: WorkingHours) -> tuple[datetime, datetime]:
    """That day's working time in UTC, where a day with a clock change has its true length. Until 00:00 is midnight."""
    zone = ZoneInfo(hours.zone)
    last = day if hours.end > time(0) else day + timedelta(days=1)
    opens = datetime.combine(day, hours.start, zone).astimezone(UTC)
    return opens, datetime.combine(last, hours.end, zone).astimezone(UTC)
