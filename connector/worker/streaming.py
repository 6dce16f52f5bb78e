"""Salesforce's streams of changes: held by one process of all; another takes over within seconds of its death."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg_pool import PoolTimeout

from connector import logs
from connector.errors import CallFailed, MendConnection, ReplayLost, WaitUntil
from connector.ports.push import MENDED, ChangeStream, Subscription
from connector.services.pushing import Hearing
from connector.wiring.push import Pushing
from connector.worker.listening import OPTIONS
from connector.worker.patience import Patience

LOCK = 0x4163636F7264
"""The advisory lock of whoever holds the streams."""
HELD = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
LOOK = 1.0
"""Seconds between two tries for it, and between two looks at the streams."""
SETTLED = 2.0
"""A stream that was not refused for so long is open."""
DEAF = 330.0
"""Salesforce gives a sign of life every 270 seconds. A stream without any is dialled anew."""
ASK_AGAIN, ASK_SOON = 600.0, 5.0
"""After a refusal that an admin has to mend; and once somebody says that it is mended, ever more slowly from there."""
HANG_UP = 3.0
POOLED = 10.0
"""Seconds until another try where something is wrong that a second does not mend."""
ORG_WIDE = ": service."
"""In the words of refusals that don't depend on the object."""

log = logs.get(__name__)


class Line:
    """One object's stream, in a thread of its own, until ``over``."""

    def __init__(
        self, object_: str, source: ChangeStream, hearing: Hearing, pushing: Pushing, said: set[str]
    ) -> None:
        """``said``: shared by all lines, for what concerns them all is said once."""
        self._object, self._source, self._hearing, self._pushing = object_, source, hearing, pushing
        self._said = said
        self._over, self._stirred = threading.Event(), threading.Event()
        self._ask = ASK_AGAIN
        self._patience = Patience(self._over, longest=30.0)
        self._subscription: Subscription | None = None
        self._heard = self._began = 0.0
        self._fresh = self._open = False
        self._failures = 0
        self.poll: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name=f"stream {object_}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def tend(self) -> None:
        """From the holder's thread, every second."""
        subscription, now = self._subscription, time.monotonic()
        if subscription is None or not subscription.opened:
            return
        if not self._open and now - self._began >= SETTLED:
            self._settled()
        if now - max(self._heard, self._began) > DEAF:
            log.warning("a stream went silent", object=self._object)
            subscription.cancel()

    def ask_again(self) -> None:
        """Something was mended: a stream that was refused is asked for at once, and soon again."""
        self._ask = ASK_SOON
        self._stirred.set()

    def hang_up(self) -> None:
        self._over.set()
        self._stirred.set()
        if self._subscription is not None:
            self._subscription.cancel()

    def join(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    # ------------------------------------------------------------------------------------------------------------
    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._listen()
            except ReplayLost as lost:
                log.warning(
                    "the place in a stream is lost: polling instead", object=self._object, error=str(lost)
                )
                self._safely(self._pushing.streams.lost, self._object)
                if self._fresh:
                    self._patience.wait()
            except MendConnection as refused:
                self._failed("refused", str(refused))
                self._rest()
            except WaitUntil as full:
                self._failed("waiting", str(full))
                self._over.wait(max(1.0, (full.not_before - datetime.now(UTC)).total_seconds()))
            except CallFailed as failed:
                self._failed("waiting", str(failed))
                self._patience.wait()
            except (psycopg.Error, PoolTimeout) as error:
                log.error("a stream waits for the database", error=type(error).__name__)
                self._patience.wait()
            except Exception:
                log.error("a stream failed", object=self._object, exc_info=True)
                self._patience.wait()

    def _rest(self) -> None:
        self._stirred.wait(self._ask)
        self._stirred.clear()
        self._ask = min(ASK_AGAIN, 2 * self._ask)

    def _listen(self) -> None:
        place = self._pushing.streams.place(self._object)
        self._open, self._fresh, self._began = False, place is None, time.monotonic()
        self._subscription = self._source.subscribe(self._object, place)
        if self._over.is_set():
            return
        for batch in self._subscription:
            self._heard = time.monotonic()
            if not self._open:
                self._settled()
            heard = self._hearing.take(self._object, batch)
            self._patience.reset()
            if heard.unsure:
                self.poll()

    def _settled(self) -> None:
        """Told by the first batch or by the holder, whoever comes first: twice does no harm."""
        self._open, self._failures = True, 0
        if self._said:
            log.info("a stream is open again", object=self._object)
            self._said.clear()
        self._safely(self._pushing.streams.note, self._object, "open")
        if self._fresh:
            # Only now: what was committed between the poll and the stream's beginning would be found late.
            self._fresh = False
            self._catch_up()

    def _failed(self, state: str, trouble: str) -> None:
        self._failures += 1
        about = f"{state} {'' if ORG_WIDE in trouble else self._object}"
        if about not in self._said and (state == "refused" or self._failures == 2):
            self._said.add(about)
            log.warning(
                "Salesforce's changes are not pushed by the Pub/Sub API",
                object=self._object,
                state=state,
                error=trouble,
                instead=self._pushing.otherwise,
            )
        self._safely(self._pushing.streams.note, self._object, state, trouble)
        if self._failures == 2:  # no hiccup: polls have to find what comes from here on
            self._catch_up()

    def _catch_up(self) -> None:
        self._safely(self._hearing.catch_up, self._object)
        self.poll()

    def _safely(self, step: Callable[..., None], *arguments: str) -> None:
        try:
            step(*arguments)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("the state of a stream was not saved", error=type(error).__name__)


class Streaming:
    """``poll`` lets the polls that are due run at once. ``url``: the database, for the lock's own connection."""

    def __init__(self, url: str, pushing: Pushing, poll: Callable[[], None], stop: threading.Event) -> None:
        self._url, self._pushing, self._poll, self._stop = url, pushing, poll, stop
        self._patience = Patience(stop, longest=LOOK)
        self.holding = False

    def run(self) -> None:
        """Until the stop is set."""
        options = {**OPTIONS, "application_name": "accord stream"}
        while not self._stop.is_set():
            try:
                with psycopg.connect(make_conninfo(self._url, **options), autocommit=True) as connection:
                    self._stand_by(connection)
            except psycopg.Error as error:
                log.warning("not streaming", error=type(error).__name__)
                self._patience.wait()
            except Exception:
                log.error("streaming failed", exc_info=True)
                self._stop.wait(POOLED)

    def _stand_by(self, connection: psycopg.Connection) -> None:
        """The lock goes with its connection, however this process ends."""
        while not self._stop.is_set():
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
            self._patience.reset()
            if row and row[0]:
                self._hold(connection)
                return
            self._stop.wait(LOOK)

    def _hold(self, connection: psycopg.Connection) -> None:
        source, hearing = self._pushing.open()
        said: set[str] = set()
        lines = [Line(object_, source, hearing, self._pushing, said) for object_ in self._pushing.objects]
        self.holding = True
        log.info("listening to Salesforce's changes", objects=list(self._pushing.objects))

        def stirred(notify: psycopg.Notify) -> None:
            for line in lines:
                line.ask_again()

        connection.add_notify_handler(stirred)
        connection.execute(f"LISTEN {MENDED}".encode())
        try:
            for line in lines:
                line.poll = self._poll
                line.start()
            while not self._stop.wait(LOOK):
                if connection.execute(HELD).fetchone() is None:
                    log.error("the lock of the streams is gone: is there a pooler that shares connections?")
                    self._stop.wait(POOLED)
                    return
                for line in lines:
                    line.tend()
        finally:
            connection.remove_notify_handler(stirred)
            self.holding = False
            self._hang_up(lines)
            source.close()

    def _hang_up(self, lines: list[Line]) -> None:
        for line in lines:
            line.hang_up()
        until = time.monotonic() + HANG_UP
        late = [line for line in lines if not line.join(max(0.01, until - time.monotonic()))]
        if late:
            log.warning("streams still end", streams=len(late))
