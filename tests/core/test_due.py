"""When an answer falls due: around the clock, in working hours, over a week-end, over a clock change."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from connector.core.due import due
from connector.core.rules import AcceptWithin, WorkingHours

OFFICE = WorkingHours(frozenset(range(5)), time(9), time(17), "Europe/Berlin")
NIGHT = WorkingHours(frozenset(range(7)), time(18), time(0), "Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_hours_around_the_clock_in_whole_seconds() -> None:
    assert due(at("2025-03-03T09:00:00.7+00:00"), AcceptWithin(24)) == at("2025-03-04T09:00:00+00:00")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2025-03-03T10:00:00+01:00", 4, "2025-03-03T14:00:00+01:00"),
        ("2025-03-03T15:00:00+01:00", 4, "2025-03-04T11:00:00+01:00"),
        ("2025-03-03T03:00:00+01:00", 8, "2025-03-03T17:00:00+01:00"),
        ("2025-03-07T16:00:00+01:00", 4, "2025-03-10T12:00:00+01:00"),  # over the week-end
        ("2025-03-08T12:00:00+01:00", 1, "2025-03-10T10:00:00+01:00"),  # offered on a Saturday
        ("2025-03-28T16:00:00+01:00", 2, "2025-03-31T10:00:00+02:00"),  # the clocks change on Sunday
        ("2025-03-03T10:00:00+01:00", 20, "2025-03-05T14:00:00+01:00"),
    ],
)
def test_only_working_hours_count(start: str, hours: float, end: str) -> None:
    assert due(at(start), AcceptWithin(hours, OFFICE)) == at(end)


def test_working_hours_until_midnight() -> None:
    assert due(at("2025-03-03T23:00:00+01:00"), AcceptWithin(2, NIGHT)) == at("2025-03-04T19:00:00+01:00")


def test_working_hours_that_never_come_are_a_fault_of_the_agreement() -> None:
    nobody = WorkingHours(frozenset(), time(9), time(17), "UTC")
    with pytest.raises(ValueError, match="too few"):
        due(at("2025-03-03T10:00:00+00:00"), AcceptWithin(1, nobody))
