"""Waiting where a side asks for it: a comparison has time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from connector.errors import TryAgain, WaitUntil
from connector.ports import Clock

T = TypeVar("T")
F = TypeVar("F")
MOST = 15 * 60.0
"""Seconds: who has to wait longer (the day's calls are used up) had better come again."""
TRIES = 3
PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class Patience:
    """``sleep`` None: what a side asks to wait for is raised."""

    clock: Clock
    sleep: Callable[[float], None] | None = None

    def __call__(self, call: Callable[[], T], instead: Callable[[], F] | None = None) -> T | F:
        """The call's answer. After a wait it is repeated; or ``instead`` is answered, where it can't be."""
        tries = 0
        while True:
            try:
                return call()
            except WaitUntil as limit:
                seconds = (limit.not_before - self.clock()).total_seconds()
                if self.sleep is None or seconds > MOST:
                    raise
                self.sleep(max(0.5, seconds))
            except TryAgain:
                tries += 1
                if self.sleep is None or tries > TRIES:
                    raise
                self.sleep(PAUSE * tries)
            if instead is not None:
                return instead()
