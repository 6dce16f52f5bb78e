"""Delivers webhook events over HTTP as HubSpot does: batches, retries, duplicates, no promised order.

Source: API-FACTS 2.1. The real service retries over 24 hours; here the delays are seconds, and settable.
"""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import urllib3

from connector.practice.hubspot import signing
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.webhooks import Event

_MOST_ATTEMPTS = 10
_MOST_AT_ONCE = 64


@dataclass(slots=True)
class _Parcel:
    events: list[Event]
    attempt: int = 0


class Sender:
    """One thread that gathers, a pool that posts. `close()` ends both; nothing is sent without a target_url."""

    def __init__(self, core: Doing) -> None:
        self.core = core
        self.delivery = core.delivery
        self.counts = core.delivered
        self._dice = random.Random(f"sender:{core.seed}")
        self._pool = ThreadPoolExecutor(_MOST_AT_ONCE, "webhooks")
        self._http = urllib3.PoolManager(maxsize=_MOST_AT_ONCE, retries=False)
        self._lock = threading.Lock()
        self._later: list[tuple[float, int, _Parcel]] = []
        self._flying: list[_Parcel] = []
        self._queued: deque[_Parcel] = deque()
        self._serial = itertools.count()
        self._gathering = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook-sender", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        self.core.outbox.wake.set()
        self._thread.join(5)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._http.clear()

    def shown(self) -> dict[str, Any]:
        """Counts, and every event that is not delivered yet (waiting, in flight, or to be tried again)."""
        with self._lock:
            parcels = [*self._flying, *self._queued, *(parcel for _, _, parcel in self._later)]
            counts = asdict(self.counts)
        undelivered = [event for parcel in parcels for event in parcel.events]
        return {**counts, "undelivered": undelivered, "gathering": self._gathering}

    def _run(self) -> None:
        wake = self.core.outbox.wake
        while not self._stopping.is_set():
            wake.wait(self._until_next())
            if self._stopping.is_set():
                return
            if wake.is_set():
                self._stopping.wait(self.delivery.window_ms / 1000)
                wake.clear()
                self._gather()
            self._send_due()

    def _gather(self) -> None:
        """Nobody to send to: what happens now is never told later, as with the real service."""
        if not self.delivery.target_url:
            with self.core.lock:
                self.core.outbox.clear()
            return
        with self.core.lock:
            self._gathering = True
            events = self.core.take_events()
        self._send_off(events)
        self._gathering = False

    def _until_next(self) -> float | None:
        with self._lock:
            return max(0.0, self._later[0][0] - time.monotonic()) if self._later else None

    def _send_off(self, events: Sequence[Event]) -> None:
        kept = [event for event in events if self._dice.random() >= self.delivery.loss]
        again = [event for event in kept if self._dice.random() < self.delivery.duplicates]
        self.counts.lost += len(events) - len(kept)
        self.counts.duplicated += len(again)
        parcels = [_Parcel(batch) for batch in (*self._batches(kept), *self._batches(again))]
        for parcel in self._disordered(parcels):
            self._post_soon(parcel)

    def _batches(self, events: list[Event]) -> list[list[Event]]:
        size = self.delivery.batch
        return [events[start : start + size] for start in range(0, len(events), size)]

    def _disordered(self, parcels: list[_Parcel]) -> list[_Parcel]:
        """Some parcels come shuffled, and up to a second late."""
        at_once = []
        for parcel in parcels:
            if self._dice.random() < self.delivery.disorder:
                self._dice.shuffle(parcel.events)
                self._try_later(parcel, self._dice.random())
            else:
                at_once.append(parcel)
        return at_once

    def _send_due(self) -> None:
        due = []
        with self._lock:
            while self._later and self._later[0][0] <= time.monotonic():
                due.append(heapq.heappop(self._later)[2])
        for parcel in due:
            self._post_soon(parcel)

    def _try_later(self, parcel: _Parcel, seconds: float) -> None:
        with self._lock:
            self._push(parcel, seconds)

    def _push(self, parcel: _Parcel, seconds: float) -> None:
        """The lock is held."""
        heapq.heappush(self._later, (time.monotonic() + seconds, next(self._serial), parcel))

    def _post_soon(self, parcel: _Parcel) -> None:
        with self._lock:
            self._queued.append(parcel)
        self._start_queued()

    def _start_queued(self) -> None:
        """Never more calls at once than the app's settings allow."""
        with self._lock:
            room = max(1, min(self.delivery.concurrency, _MOST_AT_ONCE)) - len(self._flying)
            starting = [self._queued.popleft() for _ in range(min(room, len(self._queued)))]
            self._flying += starting
            self.counts.most_at_once = max(self.counts.most_at_once, len(self._flying))
        with suppress(RuntimeError):  # the pool is shut down: we are closing
            for parcel in starting:
                self._pool.submit(self._post, parcel).add_done_callback(_raise)

    def _post(self, parcel: _Parcel) -> None:
        took_it = self._call(parcel)
        parcel.attempt += 1
        self._posted(parcel, took_it)
        self._start_queued()

    def _posted(self, parcel: _Parcel, took_it: bool) -> None:
        with self._lock:
            self._flying.remove(parcel)
            self.counts.requests += 1
            if took_it:
                self.counts.events += len(parcel.events)
                return
            self.counts.failed_attempts += 1
            if parcel.attempt >= _MOST_ATTEMPTS:
                self.counts.given_up += len(parcel.events)
                return
            delay = min(self.delivery.retry_cap, self.delivery.retry_seconds * 2 ** (parcel.attempt - 1))
            self._push(parcel, delay * (0.5 + self._dice.random() / 2))
        self.core.outbox.nudge()

    def _call(self, parcel: _Parcel) -> bool:
        for event in parcel.events:
            event["attemptNumber"] = parcel.attempt
        body = orjson.dumps(parcel.events)
        url = self.delivery.target_url
        signed = self.delivery.signed_url or url
        now = self.core.now_ms()
        headers = signing.headers(self.core.portal.account.client_secret, signed, body, now)
        try:
            answer = self._http.request(
                "POST", url, body=body, headers=headers, timeout=self.delivery.timeout, redirect=False
            )
        except urllib3.exceptions.HTTPError:
            return False
        return 200 <= answer.status < 300


def _raise(done: Future[None]) -> None:
    """A fault of ours in a delivery thread is shown, not swallowed."""
    if not done.cancelled() and (wrong := done.exception()):
        raise wrong
