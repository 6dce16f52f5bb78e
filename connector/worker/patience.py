"""Back-off between failures, which a stop cuts short."""

from __future__ import annotations

import random
import threading


class Patience:
    """Each failure in a row doubles the wait: from ``first`` to ``longest`` seconds, with a fifth of chance in it, so
    that processes which failed together don't come back together."""

    def __init__(self, stop: threading.Event, first: float = 0.25, longest: float = 30.0) -> None:
        self._stop, self._first, self._longest = stop, first, longest
        self._failures = 0

    def wait(self) -> None:
        """Waits, or returns at once when the process stops."""
        seconds = min(self._longest, self._first * 2**self._failures)
        self._failures = min(self._failures + 1, 20)
        self._stop.wait(seconds * random.uniform(0.8, 1.2))

    def reset(self) -> None:
        self._failures = 0
