"""Wakes one idle drain for what may be due, and lets one at a time gather company for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

Linger = Callable[[int], float]
"""Number of idle drains -> seconds to wait for company."""


class Bell:
    """``ring`` wakes one idle drain; a ring that finds none idle is kept for the next one. A drain that lingers answers
    for all rings meanwhile: whatever they told of is due by the time it looks."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = self._closed = self._gathering = False
        self._idle = 0

    @property
    def idle(self) -> int:
        return self._idle

    def ring(self) -> None:
        with self._changed:
            self._rung = True
            self._changed.notify()

    def close(self) -> None:
        """Wakes all, for good."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait(self, linger: Linger) -> bool:
        """Returns True when it is this drain's turn to look, False once the bell is closed."""
        with self._changed:
            self._idle += 1
            try:
                self._changed.wait_for(lambda: self._closed or (self._rung and not self._gathering))
                if not self._closed:
                    self._gather(linger(self._idle))
                return not self._closed
            finally:
                self._idle -= 1

    def _gather(self, seconds: float) -> None:
        if seconds > 0:
            self._gathering = True
            self._changed.wait_for(lambda: self._closed, timeout=seconds)
            self._gathering = False
            # Who was woken meanwhile went back to sleep; what rings from here on is theirs.
        self._rung = False
