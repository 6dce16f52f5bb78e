"""The thread that delivers outbound messages over HTTP, with retries at a growing interval."""

import re
import threading
import time

import requests

from connector.practice.salesforce.core import SalesforceCore
from connector.practice.salesforce.outbound import MAX_BATCH, Notification, Outbound

_ACK = re.compile(rb"<(?:\w+:)?Ack>\s*true\s*</(?:\w+:)?Ack>", re.IGNORECASE)
_GIVE_UP = 24 * 3600.0
_LONGEST_WAIT = 2 * 3600.0
_IDLE_LOOK = 0.5


class Sender:
    """Delivers until `close()`. `first_wait`: seconds before the first retry; it doubles each time, to two hours."""

    def __init__(self, core: SalesforceCore, first_wait: float = 5.0, timeout: float = 60.0) -> None:
        self._core = core
        self._first_wait = first_wait
        self._timeout = timeout
        self._closed = threading.Event()
        # No proxy from the environment: the target is a neighbour.
        self._session = requests.Session()
        self._session.trust_env = False
        self._thread = threading.Thread(target=self._run, name="outbound", daemon=True)
        self._thread.start()

    @property
    def _outbound(self) -> Outbound:
        # Asked for each time: a reset of the core brings a new queue.
        return self._core.outbound

    def close(self) -> None:
        self._closed.set()
        with self._outbound.changed:
            self._outbound.changed.notify_all()
        self._thread.join(2)
        self._session.close()

    def _run(self) -> None:
        while not self._closed.is_set():
            batch = self._next_batch()
            if batch:
                self._deliver(batch)

    def _next_batch(self) -> list[Notification]:
        """Takes due notifications of one object out of the queue; waits a little when there are none."""
        outbound = self._outbound
        with outbound.changed:
            now = time.monotonic()
            due = [each for each in outbound.waiting if each.not_before <= now and outbound.target(each)]
            if not due:
                outbound.changed.wait(_IDLE_LOOK)
                return []
            first = (due[0].object, due[0].action)
            batch = [each for each in due if (each.object, each.action) == first][:MAX_BATCH]
            taken = {each.id for each in batch}
            outbound.waiting = [each for each in outbound.waiting if each.id not in taken]
        return batch

    def _deliver(self, batch: list[Notification]) -> None:
        with self._core.lock:
            body = self._outbound.envelope(batch, self._core.base_url)
            target = self._outbound.target(batch[0])
        if self._acknowledged(target, body):
            self._outbound.sent += len(batch)
        else:
            self._later(batch)

    def _acknowledged(self, target: str, body: bytes) -> bool:
        """One Ack for the whole message; anything but 200 with a true Ack is none."""
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        try:
            answer = self._session.post(
                target, body, headers=headers, timeout=self._timeout, allow_redirects=False
            )
        except requests.RequestException:
            return False
        return answer.status_code == 200 and _ACK.search(answer.content) is not None

    def _later(self, batch: list[Notification]) -> None:
        now = time.monotonic()
        for each in batch:
            each.since = each.since or now
            each.not_before = now + min(_LONGEST_WAIT, self._first_wait * 2**each.attempts)
            each.attempts += 1
        kept = [each for each in batch if now - each.since < _GIVE_UP]
        with self._outbound.changed:
            self._outbound.failed += 1
            # Behind what came meanwhile: a failed message is delivered out of order.
            self._outbound.waiting.extend(kept)
