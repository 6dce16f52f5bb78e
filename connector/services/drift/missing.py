"""Contacts that HubSpot no longer has, where only polls look: they tell of changes, and of no deletion.

Every night a seventh of the linked contacts is read by id, a hundred a call, and whoever is absent goes round: a round
tells what became of them. Whether somebody was erased for privacy HubSpot tells by a webhook alone: a contact that is
neither live nor in the recycle bin may as well have been deleted for good, so nobody is erased here on a guess.
"""

from __future__ import annotations

import structlog

from connector.core.records import Ref, Side
from connector.ports import Guard
from connector.services.drift.store import DriftStore
from connector.services.workbench import Workbench

PARTS = 7
PAGE = 1_000
LIVE = 1
log = structlog.get_logger(__name__)


def look_for_missing(bench: Workbench, store: DriftStore, part: int, guard: Guard) -> int:
    """How many of that part (of PARTS) are missing and go round. Raises what the side's calls raise."""
    after, missing, looked = 0, 0, 0
    while rows := store.contacts_after(after, part % PARTS, PARTS, PAGE):
        refs = {Ref(Side.HUBSPOT, row["hubspot_object"], row["hubspot_id"]): row["id"] for row in rows}
        there = bench.hubspot.read(list(refs), {}, guard)
        gone = [link for ref, link in refs.items() if ref not in there]
        if gone:
            bench.rounds.requeue(gone, [], LIVE, bench.clock())
        after, missing, looked = rows[-1]["id"], missing + len(gone), looked + len(rows)
    log.info("looked for missing contacts", part=part % PARTS, looked=looked, missing=missing)
    return missing
