"""What every step of a round works with: both sides, the database, the agreement, the clock, and the lease."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.core.agreement import Agreement
from connector.core.breakers import Limits
from connector.core.desk import Desk
from connector.errors import LeaseEnding, Stopping
from connector.ports import Clock, HubSpotCrm, Rounds, SalesforceCrm

Both = Callable[[Sequence[Callable[[], Any]]], list[Any]]
"""Runs calls side by side and returns their results in order; the first exception is raised."""


def one_by_one(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    return [call() for call in calls]


class SideBySide:
    """Runs the calls of a round in parallel threads."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="side")

    def __call__(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        if len(calls) == 1:
            return [calls[0]()]
        # in a copy of the caller's context: what a thread logs carries the caller's round
        futures = [self._pool.submit(copy_context().run, call) for call in calls]
        return [future.result() for future in futures]

    def close(self) -> None:
        self._pool.shutdown()


@dataclass(frozen=True, slots=True)
class Pace:
    """``claim``: most pairs a round; ``lease``: seconds; ``slow``: a round that takes longer halves the next claim;
    ``single``: up to so many Salesforce updates are sent row by row under If-Unmodified-Since."""

    claim: int = 1000
    lease: float = 120.0
    slow: float = 20.0
    single: int = 20
    wait_for_identity: float = 1.0


@dataclass(slots=True)
class Workbench:
    """``people``: active owners, e-mail -> Salesforce user id, and ``hubspot_people`` -> HubSpot owner id."""

    hubspot: HubSpotCrm
    salesforce: SalesforceCrm
    rounds: Rounds
    agreement: Agreement
    desk: Desk
    clock: Clock
    people: dict[str, str] = field(default_factory=dict)
    hubspot_people: dict[str, str] = field(default_factory=dict)
    pace: Pace = Pace()
    limits: Limits = Limits()
    both: Both = one_by_one
    stop: threading.Event = field(default_factory=threading.Event)


class Calls:
    """API calls by side and endpoint, noted by the adapters. Safe for many threads."""

    def __init__(self) -> None:
        self._made: list[str] = []

    def note(self, name: str) -> None:
        self._made.append(name)

    def told(self) -> dict[str, int]:
        """All since the last time they were told."""
        made, self._made = self._made, []
        return dict(Counter(made))


KEPT_CALLS = 8
"""Calls of a side's window that backfills leave at any moment: a hot lead's round needs about five."""


class Lease:
    """The guard of a round's calls: none starts that the lease does not outlive twice over, none after a stop.
    ``keep``: see ports.Budget."""

    def __init__(self, bench: Workbench, until: datetime, keep: int = 0) -> None:
        self._bench, self._until, self.keep = bench, until, keep
        self.calls = Calls()

    def __call__(self, timeout: float) -> None:
        if self._bench.stop.is_set():
            raise Stopping
        if self._bench.clock() + timedelta(seconds=2 * timeout) > self._until:
            raise LeaseEnding
