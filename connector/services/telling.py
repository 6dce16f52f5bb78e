"""A side that fails: an issue that says what and what to do, calls that grow rarer, and silence once it works again.

What an admin has to mend is told at once. What passes by itself (a limit, an outage) is told when it lasts.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Protocol

from connector.core.records import Side
from connector.errors import CallFailed, MendConnection, MendRequest, WaitUntil
from connector.ports import Clock

READING, WRITING = "", "writing"
"""What a round was at when a side failed. Each is an issue of its own: one that reads well may refuse all writes."""

LASTING = timedelta(minutes=10)
"""A limit or an outage shorter than this is nobody's business."""

_LONGEST = 300.0
_MENDING = 30.0
_PATIENT = 3
"""An outage costs calls only: so often it is tried again as fast as ever."""

_FIXES: dict[type[CallFailed], str] = {
    MendConnection: "Mend credentials or permissions; `accord doctor` tells which. It is tried again by itself.",
    MendRequest: "Compare the mapping with this side: `accord mappings check --live`. It is tried again by itself.",
    WaitUntil: "Nothing is lost and it goes on by itself. If this comes often, other apps use up the limit: "
    "`accord doctor` tells how much of it is left.",
}
_OUTAGE = "Nothing is lost and it is tried again by itself. If it lasts, look at the service's status page."


class Told(Protocol):
    """Where issues of a side are kept; ports.Rounds is one."""

    def report_side(self, side: str, message: str, fix: str, now: datetime, part: str = "") -> None: ...
    def side_works(self, side: str, now: datetime, part: str = "") -> None: ...


def fix_of(failed: CallFailed) -> str:
    """What to do, for a person."""
    return next((fix for kind, fix in _FIXES.items() if isinstance(failed, kind)), _OUTAGE)


def is_for_an_admin(failed: CallFailed) -> bool:
    return isinstance(failed, MendConnection | MendRequest)


class Failing:
    """Counts how often in a row a side failed. One instance a drain."""

    def __init__(self, told: Told, clock: Clock) -> None:
        self._told, self._clock = told, clock
        self._times: Counter[tuple[str, str]] = Counter()
        self._since: dict[tuple[str, str], datetime] = {}
        # what an earlier process reported closes with the first round that works
        self._open = {(str(side), part) for side in Side for part in (READING, WRITING)}

    def failed(self, failed: CallFailed, part: str = READING) -> float:
        """Tells of it where that is due. Returns seconds to wait; 0 where the failure itself says how long."""
        place, now = (str(failed.side), part), self._clock()
        self._times[place] += 1
        began = self._since.setdefault(place, now)
        if is_for_an_admin(failed) or now - began >= LASTING or _until(failed, now) >= LASTING:
            self._open.add(place)
            self._told.report_side(failed.side, str(failed), fix_of(failed), now, part)
        return _wait(failed, self._times[place])

    def works(self, side: str, part: str = READING) -> None:
        place = (str(side), part)
        self._since.pop(place, None)
        self._times.pop(place, None)
        if place in self._open:
            self._told.side_works(side, self._clock(), part)
            self._open.remove(place)


def _until(failed: CallFailed, now: datetime) -> timedelta:
    return failed.not_before - now if isinstance(failed, WaitUntil) else timedelta(0)


def _wait(failed: CallFailed, times: int) -> float:
    if is_for_an_admin(failed):
        return min(_LONGEST, _MENDING * 2.0 ** min(times - 1, 9))
    if isinstance(failed, WaitUntil) or times <= _PATIENT:
        return 0.0
    return min(_LONGEST / 5, 5 * 2.0 ** min(times - _PATIENT, 9))
