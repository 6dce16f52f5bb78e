"""One connection that listens: notices wake a drain within milliseconds, told Opportunities the outcome job."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
from psycopg.conninfo import make_conninfo

from connector import logs
from connector.worker.bell import Bell
from connector.worker.patience import Patience

PAIRS, OUTCOMES = "accord_pending", "accord_outcome"
EVERY = 1.0
"""Seconds after which a drain looks whether it was woken or not: some rows fall due by time alone, and a pooler may
swallow notifications."""
OPTIONS: dict[str, str | int] = {
    "application_name": "accord listen",
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}

log = logs.get(__name__)


class Listener:
    """``outcomes`` is called in this thread when something was told of outcomes."""

    def __init__(self, url: str, bell: Bell, outcomes: Callable[[], None], stop: threading.Event) -> None:
        self._url, self._bell, self._outcomes, self._stop = url, bell, outcomes, stop
        self._patience = Patience(stop, longest=EVERY)

    def run(self) -> None:
        """Until the stop is set. Without a database it keeps trying and ringing: drains have their own patience."""
        while not self._stop.is_set():
            try:
                with psycopg.connect(make_conninfo(self._url, **OPTIONS), autocommit=True) as connection:
                    self._listen(connection)
            except psycopg.Error as error:
                log.warning("not listening", error=type(error).__name__)
                self._bell.ring()
                self._patience.wait()

    def _listen(self, connection: psycopg.Connection) -> None:
        for channel in (PAIRS, OUTCOMES):
            connection.execute(f"LISTEN {channel}".encode())
        self._patience.reset()
        # Something may have come before we listened.
        self._outcomes()
        while not self._stop.is_set():
            self._bell.ring()
            for notification in connection.notifies(timeout=EVERY):
                self._heard(notification.channel)
                if self._stop.is_set():
                    return

    def _heard(self, channel: str) -> None:
        if channel == PAIRS:
            self._bell.ring()
        else:
            self._outcomes()
