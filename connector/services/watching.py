"""When each reconciling poll is due: often where nothing is pushed, seldom where webhooks tell of most changes.

A poll that found what no push had told of is followed by another one soon: pushes are late, lost or not set up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from connector.errors import CallFailed
from connector.ports import Bookmarks, Clock, Guard
from connector.services.polling import Polled, Watch, poll

EARLY = timedelta(seconds=5)
"""The schedule does not strike to the second: a poll is due this much, or half its interval, before its time."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """One poll in the schedule: ``soon`` after a poll that found something new, or where nothing is pushed; else
    ``later``. ``pushed``: does a stream tell of changes just now?"""

    watch: Watch
    soon: timedelta
    later: timedelta
    pushed: Callable[[], bool] = lambda: True

    @property
    def bookmark(self) -> str:
        return f"next:{self.watch.bookmark}"

    def after(self, polled: Polled) -> timedelta:
        return self.soon if polled.queued or not self.pushed() else self.later


def poll_due(rounds: Sequence[Round], bookmarks: Bookmarks, clock: Clock, guard: Guard) -> list[Polled]:
    """Run the polls that are due. A side that fails is tried again at the next strike and keeps no other from
    polling."""
    done, struck = [], clock()
    for each in rounds:
        at = bookmarks.bookmark(each.bookmark)
        if at is not None and struck < at - min(EARLY, each.soon / 2):
            continue
        try:
            polled = poll(each.watch, bookmarks, clock, guard)
        except CallFailed as failed:
            log.warning("a poll failed", poll=each.watch.bookmark, error=str(failed))
            continue
        bookmarks.move(each.bookmark, struck + each.after(polled), {})
        done.append(polled)
    return done
