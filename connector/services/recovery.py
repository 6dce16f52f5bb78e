"""The recovery after a backup was restored: Seen is older than both sides.

``start``: nothing is written any more, every Link is in doubt, and all of it is read anew. Rounds compare the two sides
with one another instead of with Seen (core/doubt.py): what is equal is believed again without a word; what differs is
planned by the sides' own clocks, or held as a conflict where these can't tell. ``finish``: a person has seen what would
be written; modes count again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from connector.errors import Refused
from connector.ports import Clock

PAUSE = 0.5


class RecoveryStore(Protocol):
    def running(self) -> dict[str, Any] | None:
        """{id, started_at, started_by}."""

    def start(self, by: str, now: datetime) -> int | None: ...
    def standing(self, since: datetime) -> dict[str, int]: ...
    def finish(self, by: str, now: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class Recovery:
    """``unread``: Links not compared yet; ``differing``: compared, and not equal. ``waiting``, ``polls``, ``outcomes``:
    what still has to be looked at. ``would_write``: persons whom ``finish`` lets be written. ``conflicts``: open ones,
    for a person to decide."""

    since: datetime
    by: str
    unread: int
    differing: int
    waiting: int
    polls: int
    outcomes: int
    would_write: int
    conflicts: int

    @property
    def left(self) -> list[str]:
        """What has to come first, in words."""
        todo = (
            (self.unread, "links are not compared yet"),
            (self.waiting, "persons wait for a round"),
            (self.polls, "polls have not run since"),
            (self.outcomes, "contacts' opportunities are not read yet"),
        )
        return [f"{count} {words}" for count, words in todo if count]


def start(store: RecoveryStore, clock: Clock, by: str) -> int:
    """How many Links are in doubt now. Raises Refused where a recovery is running."""
    links = store.start(by, clock())
    if links is None:
        raise Refused("A recovery is running already: `accord recover status`.")
    return links


def standing(store: RecoveryStore) -> Recovery | None:
    """None where none is running."""
    running = store.running()
    if running is None:
        return None
    return Recovery(running["started_at"], running["started_by"], **store.standing(running["started_at"]))


def ready(
    store: RecoveryStore, clock: Clock, seconds: float = 0.0, sleep: Callable[[float], None] = time.sleep
) -> Recovery:
    """Waits up to ``seconds`` until all was compared. Raises Refused: no recovery is running, or what is left."""
    end = clock() + timedelta(seconds=seconds)
    while True:
        found = standing(store)
        if found is None:
            raise Refused("No recovery is running. `accord recover start` begins one after a backup was restored.")
        if not found.left:
            return found
        if clock() >= end:
            raise Refused(f"Not everything is compared yet: {', '.join(found.left)}. Does `accord worker` run?")
        sleep(PAUSE)


def finish(store: RecoveryStore, clock: Clock, by: str) -> int:
    """How many persons go round. Call ``ready`` first, and show somebody what would be written."""
    return store.finish(by, clock())
