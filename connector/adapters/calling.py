"""What both CRM adapters do around every HTTP call: the gate before it, patience, threads, waves."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from connector.errors import CallFailed, LeaseEnding, Stopping, TryAgain
from connector.ports import Budget, Guard, Write

T = TypeVar("T")
R = TypeVar("R")

Hook = Callable[[str, str], None]
"""Called with ("before" | "after", "METHOD /path") around every HTTP call; tests crash the worker there by raising."""

NOTHING: MappingProxyType[str, Any] = MappingProxyType({})

NOT_SENT = "NOT_SENT"
"""The code of a row that was not sent because a limit or the end of a lease came between."""

MOVED = "{status} to {line}: this address sends elsewhere, where no credentials go. Check the base URL setting"
"""A redirect is never followed: the token would go to whoever is named there."""

Interrupted = (CallFailed, LeaseEnding, Stopping)
"""What may end a batch in its middle without making what was already written doubtful."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection, and for the next bytes of an answer."""

    connect: float = 3.0
    read: float = 20.0

    @property
    def total(self) -> float:
        return self.connect + self.read


class FreeBudget:
    """A budget without bounds, for one-off commands and tests."""

    def take(self, calls: int = 1, keep: int = 0) -> None:
        """Always granted."""

    def report(self, used: int | None, limit: int | None) -> None:
        """Not kept."""


def no_guard(seconds: float) -> None:
    """For calls that run outside any lease (schemas, people)."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a call passes: the lease first, then the budget, then the hook.

    ``count=False`` is for token calls, which neither service bills.
    """

    budget: Budget
    timeouts: Timeouts
    hook: Hook | None = None
    side: str = ""

    def enter(self, guard: Guard, line: str, *, count: bool = True) -> None:
        guard(self.timeouts.total)
        keep = getattr(guard, "keep", 0)
        if count and keep:
            self.budget.take(1, keep=keep)
            guard(self.timeouts.total)  # it may have waited
        elif count:
            self.budget.take(1)
        calls = getattr(guard, "calls", None)
        if count and calls is not None:
            calls.note(f"{self.side} {endpoint(line)}")
        if self.hook is not None:
            self.hook("before", line)

    def leave(self, line: str) -> None:
        if self.hook is not None:
            self.hook("after", line)


_PART = re.compile(r"/(?=[^/]*(?:%40|@|\d{3})|\d+(?:/|$))(?!v\d|20\d\d-\d\d)[^/]+")


def endpoint(line: str) -> str:
    """``POST /crm/v3/lists/512/memberships`` as ``POST /crm/v3/lists/{id}/memberships``: no ids, no addresses."""
    return _PART.sub("/{id}", line.partition("?")[0])


class Meter:
    """Passes on what the service says of its daily budget, once it moved by a thousandth of the limit."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._last = -1

    def report(self, used: int, limit: int) -> None:
        if self._last < 0 or abs(used - self._last) * 1000 >= limit:
            self._last = used
            self._budget.report(used, limit)


MOST_WAITING = 2.0
"""Seconds a worker sleeps over one read, all its repetitions together."""
MOST_ATTEMPTS = 3


def patience(sleep: Callable[[float], None] = time.sleep) -> Retrying:
    """Repeats a read that failed with TryAgain: three times at most, asleep for two seconds at most."""
    return Retrying(
        retry=retry_if_exception_type(TryAgain),
        wait=wait_random_exponential(multiplier=0.1, max=1.0),
        stop=_enough,
        sleep=sleep,
        reraise=True,
    )


def _enough(state: RetryCallState) -> bool:
    return state.attempt_number >= MOST_ATTEMPTS or state.idle_for + state.upcoming_sleep > MOST_WAITING


class Crew:
    """Threads that an adapter's bulk calls share. One call site uses at most ``parallel`` at a time, itself included;
    with 1 everything runs in the caller's thread, in order."""

    def __init__(self, parallel: int, name: str, threads: int = 32) -> None:
        self.parallel = max(1, parallel)
        self._name, self._threads = name, threads
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def each(self, step: Callable[[T], R], parts: Sequence[T]) -> list[R]:
        """``step`` of every part, in the order of the parts. The first error is raised once all came to rest."""
        lanes = min(self.parallel, len(parts))
        if lanes <= 1:
            return [step(part) for part in parts]
        results: list[Any] = [None] * len(parts)
        failed = threading.Event()

        def run(lane: int) -> None:
            for at in range(lane, len(parts), lanes):
                if failed.is_set():
                    return
                try:
                    results[at] = step(parts[at])
                except BaseException:
                    failed.set()
                    raise

        _settle([self._threads_of().submit(run, lane) for lane in range(1, lanes)], run)
        return results

    def _threads_of(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix=self._name)
            return self._pool

    def close(self) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=True)
                self._pool = None


def _settle(others: list[Future[None]], run: Callable[[int], None]) -> None:
    """Runs lane 0 here, waits for the others whatever happens, then raises the first error."""
    first: BaseException | None = None
    try:
        run(0)
    except BaseException as error:
        first = error
    for future in others:
        error_there = future.exception()
        first = first or error_there
    if first is not None:
        raise first


def chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Slices of at most ``size``, in order."""
    return [items[at : at + size] for at in range(0, len(items), size)]


def waves(writes: Iterable[tuple[int, Write]]) -> Iterator[list[tuple[int, Write]]]:
    """Splits numbered writes so that no wave names one record twice: a batch with a repeated id is refused whole."""
    rest = list(writes)
    while rest:
        named: set[tuple[str, str, str | None]] = set()
        now: list[tuple[int, Write]] = []
        later: list[tuple[int, Write]] = []
        for row in rest:
            name = (row[1].ref.object, row[1].ref.id, row[1].key)
            (later if name in named else now).append(row)
            named.add(name)
        yield now
        rest = later


_EMAIL = re.compile(r"[^\s\"'<>:,;()\[\]]+@[^\s\"'<>:,;()\[\]]+")


def discreet(text: str, longest: int = 300) -> str:
    """A service's words for a log line or an error: cut, and without e-mail addresses."""
    return _EMAIL.sub("(e-mail)", text)[:longest]


def line_of(method: str, path: str) -> str:
    """A call for a person to read: no query, and nothing of a path that was a value (an address, say)."""
    parts = path.partition("?")[0].split("/")
    return f"{method} {'/'.join('…' if '%' in part or '@' in part else part for part in parts)}"


def is_loopback(url: str) -> bool:
    """Is this address on this machine (where the practice servers answer in plain HTTP)?"""
    return bool(re.match(r"^https?://(127(\.\d+){3}|localhost|\[::1\])(:\d+)?(/|$)", url))
