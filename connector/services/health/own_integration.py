"""Is HubSpot's own Salesforce integration still on? It keeps the ids of the records that it linked in two
properties; where
others than us wrote them lately, it is at work."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.core.matching import NATIVE_IDS
from connector.core.records import Record, Ref
from connector.ports import FieldSchema
from connector.services.rounds.unleased import unleased
from connector.services.workbench import Workbench

LATELY = timedelta(days=7)
MOST = 2_000
"""Contacts looked at, the earliest of the last week first: some calls, not a scan."""
HISTORIES = 100


def own_integration(bench: Workbench, schema: dict[str, FieldSchema]) -> int | None:
    """How many of the contacts looked at it linked within the last week; None where its properties don't exist."""
    names = [name for name in NATIVE_IDS.values() if name in schema]
    if not names:
        return None
    since = bench.clock() - LATELY
    refs = [r.ref for r in _lately(bench, names, since) if any(r.values.get(n) for n in names)][:HISTORIES]
    return sum(_linked_since(bench, refs, names, since)) if refs else 0


def _lately(bench: Workbench, names: list[str], since: datetime) -> list[Record]:
    found: list[Record] = []
    for page in bench.hubspot.changes("contact", since, names, unleased):
        found += page
        if len(found) >= MOST:
            break
    return found


def _linked_since(bench: Workbench, refs: list[Ref], names: list[str], since: datetime) -> list[bool]:
    told = bench.hubspot.history([ref.id for ref in refs], names, unleased)
    return [
        any(
            v.at >= since and v.value and not v.ours
            for versions in told.get(ref.id, {}).values()
            for v in versions
        )
        for ref in refs
    ]
