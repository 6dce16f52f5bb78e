"""How many rows a writing call carries: as many as the org works off in a bearable time.

Two hundred rows can take half a minute where triggers are heavy, and a call that runs into its time-out leaves
every one of its rows in doubt. So the rows of a call are halved when it was slow, and grow by a step while it is fast
(additive increase, multiplicative decrease), for all rounds of a process together.
"""

from __future__ import annotations

import threading

MOST, LEAST, STEP = 1000, 20, 100
"""Rows of a call."""
SLOW, FAST = 8.0, 4.0
"""Seconds of a call from which rows are halved, and below which they may grow: far from its time-out."""


class Stride:
    """Safe for many threads."""

    def __init__(self, rows: int = MOST) -> None:
        self._lock = threading.Lock()
        self.rows = rows

    def took(self, rows: int, seconds: float) -> None:
        """A call of so many rows was answered after so long, or ran out of time."""
        with self._lock:
            if seconds >= SLOW:
                self.rows = max(LEAST, min(self.rows, rows) // 2)
            elif seconds <= FAST and rows * 2 > self.rows:
                self.rows = min(MOST, self.rows + STEP)
