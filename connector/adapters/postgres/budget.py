"""The API budget of a side, shared by all processes: one row, from which each process takes calls in small chunks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import load_queries
from connector.errors import WaitUntil
from connector.ports import Clock

SLOT = 0.125
"""Seconds of one slot of the window; also how long a chunk is good for once the window has a limit."""
SLACK = 2
"""Slots counted beyond the window: a call goes out up to a slot after its grant, and slots begin anywhere."""
CHUNK = 10
LONG_CHUNK, LONG = 50, 60.0
"""Where only days are counted: calls a chunk, and its seconds."""
ROUND = 30
"""Calls of a round of many."""
SOONEST = 0.5
"""Seconds until a round that found the window used up is tried again."""
MOST_WAITING = 5.0
"""Seconds that a call of a backfill waits for its turn."""
AHEAD = timedelta(seconds=0.5)
"""How much of its turns a backfill that did nothing may make up for at once."""
BELIEVED = timedelta(minutes=15)
"""How long the service's own word that its day is used up keeps us from asking it again."""
BACKFILL, LIVE = 2, 1

_queries = load_queries("budget")
_PAST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Allowance:
    """``calls`` in any ``seconds`` (None: no such limit); ``daily``: calls a UTC day that we count ourselves.

    ``backfill_share``, ``live_share``: shares of the day's calls, as the service counts everybody's, from which on
    backfills and then all lanes but the hand-off are paused.
    """

    calls: int | None = None
    seconds: float = 10.0
    daily: int | None = None
    backfill_share: float = 1.0
    live_share: float = 1.0

    @property
    def slots(self) -> int:
        return round(self.seconds / SLOT) + SLACK

    def interval(self, keep: int) -> timedelta:
        """Between two calls, where all but ``keep`` of the window are spread over it."""
        return timedelta(seconds=self.slots * SLOT / max(1, (self.calls or 1) - keep))


@dataclass(slots=True)
class _Ring:
    """What was granted lately, newest slot first, as the row said at the last chunk."""

    slot: int = 0
    spent: Sequence[int] = ()

    def used(self, slot: int) -> int:
        """Calls that still count in that (later) slot."""
        return sum(self.spent[: max(0, len(self.spent) - max(0, slot - self.slot))])

    def free_slot(self, most: int, wanted: int) -> int:
        """The first slot in which ``wanted`` of ``most`` calls are free."""
        slot = self.slot
        while most - self.used(slot) < wanted:
            slot += 1
        return slot


class PostgresBudget:
    """Implements ports.Budget for one side of one process. Safe for many threads."""

    def __init__(
        self, pool: Pool, side: str, allowance: Allowance, clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._pool, self.side, self.allowance, self._clock, self._sleep = pool, side, allowance, clock, sleep
        self._lock = threading.Lock()
        self._turn_at = _PAST
        self._left, self._chunk, self._expires = 0, 1, _PAST
        self._closed_until = _PAST
        self._ring = _Ring()
        self.taken = 0
        """Calls that this process has made so far."""

    def take(self, calls: int = 1, keep: int = 0) -> None:
        """See ports.Budget. The chunk in hand is used first; what is left of it after its time is given back."""
        if keep and self.allowance.calls is not None:
            self._wait_turn(calls, keep)
        with self._lock:
            now = self._clock()
            if now >= self._expires or self._left < calls:
                self._refill(calls, now)
            self._left -= calls
            self.taken += calls

    def _wait_turn(self, calls: int, keep: int) -> None:
        """Backfills go evenly, as fast as the window allows, and leave ``keep`` of it free at any moment."""
        seconds = self._ticket(calls, keep)
        self._sleep(seconds)
        while not self._leaves(calls, keep):
            if seconds >= MOST_WAITING:
                later = self._clock() + timedelta(seconds=SOONEST)
                raise WaitUntil(self.side, "the API budget is used up", later)
            self._sleep(SLOT)
            seconds += SLOT

    def _ticket(self, calls: int, keep: int) -> float:
        """Seconds until the next turn, which is ours now."""
        with self._lock:
            now = self._clock()
            at = max(self._turn_at, now - AHEAD)
            self._turn_at = at + calls * self.allowance.interval(keep)
            return max(0.0, (at - now).total_seconds())

    def _leaves(self, calls: int, keep: int) -> bool:
        """Are so many free, and ``keep`` beside them?"""
        free = self.free()
        return free is None or free - keep >= calls

    def report(self, used: int | None, limit: int | None) -> None:
        """The service's own count of its day: lanes are paused by it, least urgent first, and freed again."""
        if used is None or not limit:
            return
        lanes = self._paused_at(used / limit)
        ours = f"{self.side}'s API calls"
        reason = f"{ours}: {used} of {limit} of the day are used"
        now = self._clock()
        with self._pool.connection() as conn:
            _queries.told(conn, side=self.side, used=used, limit=limit, now=now)
            if list(_queries.lift_lanes(conn, ours=f"{ours}:%", lanes=lanes)):
                _queries.wake(conn)
            if lanes:
                _queries.pause_lanes(conn, lanes=lanes, reason=reason, now=now)

    def free(self) -> int | None:
        """Calls that may be made now, as far as this process knows (None: no limit)."""
        most = self.allowance.calls
        with self._lock:
            now = self._clock()
            if now < self._closed_until:
                return 0
            return None if most is None else max(0, most - self._ring.used(self._slot(now)) + self._left)

    def tightness(self) -> float:
        """0: nothing of the window is used, 1: all of it."""
        most, free = self.allowance.calls, self.free()
        return 0.0 if most is None or free is None else 1.0 - min(free, most) / most

    def _paused_at(self, share: float) -> list[int]:
        shares = {BACKFILL: self.allowance.backfill_share, LIVE: self.allowance.live_share}
        return [lane for lane, most in shares.items() if most < 1.0 and share >= most]

    def _slot(self, now: datetime) -> int:
        return int(now.timestamp() / SLOT)

    def _refill(self, calls: int, now: datetime) -> None:
        if now < self._closed_until:
            raise self._refusal()
        in_time = now < self._expires
        limited = self.allowance.calls is not None
        # A chunk that was used up in its time makes the next one larger, one that was not makes it single again.
        self._chunk = min(self._chunk * 2, CHUNK if limited else LONG_CHUNK) if in_time else 1
        left = self._left if in_time else 0
        row = self._granted(max(calls - left, self._chunk), self._left - left, now)
        self._ring = _Ring(row["slot"], row["spent"])
        self._left = left + row["granted"]
        self._expires = now + timedelta(seconds=SLOT if limited else LONG)
        if self._left < calls or self._day_is_over(row, now):
            self._closed_until = self._reopens(row, now)
            raise self._refusal()

    def _granted(self, want: int, back: int, now: datetime) -> dict[str, Any]:
        allowed = self.allowance
        with self._pool.connection() as conn:
            row: dict[str, Any] = _queries.take_calls(
                conn, side=self.side, want=want, back=back, back_slot=self._ring.slot, most=allowed.calls,
                slot=self._slot(now), slots=allowed.slots, now=now, daily=allowed.daily,
            )  # fmt: skip
        return row

    def _day_is_over(self, row: dict[str, Any], now: datetime) -> bool:
        told, limit = row["told_at"], row["daily_limit"]
        return bool(told and limit and row["daily_used"] >= limit and now - told < BELIEVED)

    def _reopens(self, row: dict[str, Any], now: datetime) -> datetime:
        """When calls for a round are free again (sooner, one would begin that can't end); or the next day."""
        allowed = self.allowance
        if self._day_is_over(row, now):
            later: datetime = row["told_at"] + BELIEVED
            return later
        if allowed.daily is not None and row["today"] >= allowed.daily:
            midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            return midnight + timedelta(days=1)
        most = allowed.calls or 1
        slot = self._ring.free_slot(most, min(most, ROUND))
        return max(now + timedelta(seconds=SOONEST), datetime.fromtimestamp(slot * SLOT, UTC))

    def _refusal(self) -> WaitUntil:
        return WaitUntil(self.side, "the API budget is used up", self._closed_until)
