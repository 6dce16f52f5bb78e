"""What time alone moves: hand-offs whose answer is due, cool-offs that end, refusals that are worth another try."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import structlog

from connector.ports import Clock

DAY = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""An open hand-off that its round did not move is looked at again after this time."""

log = structlog.get_logger(__name__)


class ClockStore(Protocol):
    """Both requeue persons, each once for a moment that has passed, and return how many."""

    def handoffs_due(self, now: datetime, again: datetime, limit: int) -> int:
        """Hand-offs whose next look has passed: their Links, or persons that have none yet, go round in lane 0."""

    def refusals_due(self, now: datetime, older: datetime, limit: int) -> int:
        """Links with a block that ran out, and subjects of 'refused' issues last seen before ``older``: lane 2."""


def strike(store: ClockStore, clock: Clock, limit: int = 1000) -> int:
    """Let go round what is due now. Returns how many persons that were."""
    now = clock()
    handoffs = store.handoffs_due(now, now + AGAIN, limit)
    refusals = store.refusals_due(now, now - DAY, limit)
    if handoffs or refusals:
        log.info("clocks", handoffs=handoffs, refusals=refusals)
    return handoffs + refusals
