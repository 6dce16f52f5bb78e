"""What time it is for a practice server. Tests turn the hands themselves."""

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """Gives the present as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """Stands still until it is told to advance. `start` must be aware."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a practice clock needs an aware datetime")
        self._now = start.astimezone(UTC)
        self._lock = Lock()

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Moves the hands on by `seconds` and gives the new time."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
            return self._now


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, cut (not rounded) so that a moment never lies in the future."""
    whole = int(moment.timestamp())
    return whole * 1000 + moment.microsecond // 1000
