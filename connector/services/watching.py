"""When each reconciling poll is due: often where nothing is pushed, seldom where webhooks tell of most changes.

A poll that found what no push had told of is followed by another one soon: pushes are late, lost or not set up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from connector.errors import CallFailed, MendConnection, MendRequest
from connector.ports import Bookmarks, Clock, Guard
from connector.services.polling import Polled, Watch, poll
from connector.services.telling import LASTING, Told, fix_of, is_for_an_admin

EARLY = timedelta(seconds=5)
"""The schedule does not strike to the second: a poll is due this much, or half its interval, before its time."""

REFUSED = timedelta(minutes=5)
"""After a call that an admin has to mend: asking every minute would only cost calls."""
OUTCOMES = "look at outcomes"
LOOK = "next:outcomes"
"""The bookmark until which a look at outcomes that was refused rests."""

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

    @property
    def part(self) -> str:
        """What an issue of this poll is about."""
        return f"poll of {self.watch.object}"

    def after(self, polled: Polled) -> timedelta:
        return self.soon if polled.queued or not self.pushed() else self.later


def poll_due(
    rounds: Sequence[Round], bookmarks: Bookmarks, clock: Clock, guard: Guard, told: Told | None = None
) -> list[Polled]:
    """Run the polls that are due. A side that fails is tried again at the next strike and keeps no other from polling.
    What an admin has to mend is tried again after some minutes. ``told``: where it becomes an issue, if an admin has to
    mend it or it lasts."""
    done, struck = [], clock()
    for each in rounds:
        at = bookmarks.bookmark(each.bookmark)
        if at is not None and struck < at - min(EARLY, each.soon / 2):
            continue
        try:
            polled = poll(each.watch, bookmarks, clock, guard)
        except CallFailed as failed:
            log.warning("a poll failed", poll=each.watch.bookmark, error=str(failed))
            late = at is not None and struck - at >= LASTING
            if told is not None and (late or is_for_an_admin(failed)):
                told.report_side(failed.side, str(failed), fix_of(failed), struck, each.part)
            if is_for_an_admin(failed):
                bookmarks.move(each.bookmark, struck + max(REFUSED, each.soon), {})
            continue
        bookmarks.move(each.bookmark, struck + each.after(polled), {})
        if told is not None:
            told.side_works(each.watch.crm.side, struck, each.part)
        done.append(polled)
    return done


def look_due(look: Callable[[], object], bookmarks: Bookmarks, clock: Clock, told: Told) -> None:
    """Look at outcomes, unless Salesforce refused that a moment ago; a refusal is an issue until a look succeeds."""
    now, rests = clock(), bookmarks.bookmark(LOOK)
    if rests is not None and now < rests:
        return
    try:
        look()
    except (MendConnection, MendRequest) as failed:
        told.report_side(failed.side, str(failed), fix_of(failed), now, OUTCOMES)
        bookmarks.move(LOOK, now + REFUSED, {})
        raise
    told.side_works("salesforce", now, OUTCOMES)
