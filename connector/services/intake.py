"""Step 1 of a record's way: take notices, whoever brings them, durably and fast."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from connector.core.records import Notice
from connector.ports import Accepted, NoticeStore

HANDOFF, LIVE, BACKFILL = 0, 1, 2
"""The lanes, most urgent first."""

_log = structlog.get_logger(__name__)


def accept(
    store: NoticeStore, notices: Sequence[Notice], lane: int = LIVE, delivery: bytes | None = None
) -> Accepted:
    """Store what may have moved; when this returns it is durable and the workers are woken.

    ``delivery``: a digest of the request that brought them, so that its exact repeat has no effect.
    """
    if not notices:
        return Accepted(0, 0)
    accepted = store.accept(notices, lane, delivery)
    if accepted.late:
        _log.info("late notices: values that we overwrote unread are in the ledger", count=accepted.late)
    return accepted
