"""Whether the API budget has room for another round. One that can't end is not begun: it would read for nothing.

Backfills need none: their calls wait their turn (ports.Budget), and leave some of the window to whoever is in a hurry.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from math import ceil

from connector.adapters.postgres.budget import PostgresBudget

FIXED_CALLS = 4
"""What a round costs a side whatever its size: searches, history, a list."""
PAIRS_A_CALL = 40
"""Pairs that one call more lets into a round: a hundred for a read, and less with their writes and read-backs."""
EASY, TIGHT = 0.2, 0.5
"""Shares of the budget in use between which the pressure grows from none to all."""


class Room:
    """Shared by the drains of a process: what the rounds under way are going to use is not given to another one."""

    def __init__(self, budgets: Collection[PostgresBudget]) -> None:
        self._budgets = budgets
        self._lock = threading.Lock()
        self._promised = 0

    def enter(self, expected: int, urgent: bool = False) -> int | None:
        """Before a round of about ``expected`` pairs: how many it may have at most; 0: wait; None: any number.
        ``leave(expected)`` must follow, unless it is 0. ``urgent``: all others are at backfills, and what they were
        promised does not keep a hot lead waiting."""
        with self._lock:
            free = self._free()
            if free is None:
                return None
            pairs = (free - (0 if urgent else self._promised) - FIXED_CALLS) * PAIRS_A_CALL
            if pairs <= 0:
                return 0
            self._promised += _calls(expected)
            return pairs

    def leave(self, expected: int) -> None:
        with self._lock:
            self._promised = max(0, self._promised - _calls(expected))

    def pressure(self) -> float:
        """0: calls are plenty; 1: each should carry as much as it can."""
        used = max((budget.tightness() for budget in self._budgets), default=0.0)
        return min(1.0, max(0.0, (used - EASY) / (TIGHT - EASY)))

    def _free(self) -> int | None:
        told = [free for budget in self._budgets if (free := budget.free()) is not None]
        return min(told, default=None)


def _calls(pairs: int) -> int:
    return FIXED_CALLS + ceil(pairs / PAIRS_A_CALL) if pairs else 0
