"""How many rounds of a process may be backfills at once: half of its drains, so that a hot lead never waits for a
slow round over old records. (Two compute as fast as three, for it is one core; a third one costs memory.)"""

from __future__ import annotations

import threading


class Crowd:
    """``most``: backfill rounds at once; None: any number."""

    def __init__(self, most: int | None = None) -> None:
        self._most, self._inside = most, 0
        self._lock = threading.Lock()

    def enter(self) -> bool:
        """Before a claim: may it take backfills? If so, ``leave`` must follow."""
        with self._lock:
            if self._most is not None and self._inside >= self._most:
                return False
            self._inside += 1
            return True

    @property
    def any(self) -> bool:
        """May any number be at backfills?"""
        return self._most is None

    @property
    def full(self) -> bool:
        return self._most is not None and self._inside >= self._most

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
