"""Step 4: read both sides as they are now, in bulk and side by side. A converted Lead leads on to its Contact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from connector.core.plan import Pair
from connector.core.records import Record, Ref, Side
from connector.ports import Guard
from connector.services.rounds import merging
from connector.services.workbench import Workbench

Found = dict[Ref, Record]


def read_pairs(bench: Workbench, pairs: Sequence[Pair], guard: Guard) -> None:
    """Sets ``hubspot`` and ``salesforce`` of linked pairs; ``gone`` names a side whose record can't be read."""
    if not pairs:
        return
    hubspot_refs = [p.origin for p in pairs if p.origin]
    salesforce_refs = [p.linked_ref for p in pairs if p.linked_ref]
    hubspot, salesforce = bench.both(
        [
            lambda: read_hubspot(bench, hubspot_refs, guard),
            lambda: read_salesforce(bench, salesforce_refs, guard),
        ]
    )
    for pair in pairs:
        pair.hubspot = hubspot.get(pair.origin)
        pair.salesforce = salesforce.get(pair.linked_ref)
        pair.gone = (
            Side.HUBSPOT if pair.hubspot is None else Side.SALESFORCE if pair.salesforce is None else None
        )
    merging.after_merges(bench, pairs)
    _look_into_bin(bench, [p for p in pairs if p.gone is Side.HUBSPOT and p.archived is not p.gone], guard)


def _look_into_bin(bench: Workbench, pairs: Sequence[Pair], guard: Guard) -> None:
    ids = [p.origin.id for p in pairs if p.origin is not None]
    binned = bench.hubspot.binned(ids, guard) if ids else set()
    for pair in pairs:
        pair.binned = pair.origin is not None and pair.origin.id in binned


def read_hubspot(bench: Workbench, refs: Iterable[Ref], guard: Guard) -> Found:
    wanted = list(dict.fromkeys(refs))
    return (
        bench.hubspot.read(wanted, {"contact": bench.desk.mapping.hubspot_fields()}, guard) if wanted else {}
    )


def salesforce_fields(bench: Workbench) -> dict[str, tuple[str, ...]]:
    mapping = bench.desk.mapping
    return {object_: mapping.salesforce_fields(object_) for object_ in mapping.salesforce_objects}


def read_salesforce(bench: Workbench, refs: Iterable[Ref], guard: Guard) -> Found:
    """The answer for a converted Lead is its Contact (absent where that Contact is gone), and for one that was merged
    away its winner."""
    wanted = list(dict.fromkeys(refs))
    if not wanted:
        return {}
    fields = salesforce_fields(bench)
    found = bench.salesforce.read(wanted, fields, guard)
    found |= merging.winners(bench, [ref for ref in wanted if ref not in found], fields, guard)
    moved = {ref: record.moved_to for ref, record in found.items() if record.moved_to is not None}
    if not moved:
        return found
    targets = [ref for ref in dict.fromkeys(moved.values()) if ref.id]
    contacts = bench.salesforce.read(targets, fields, guard) if targets else {}
    for lead, contact in moved.items():
        there = contacts.get(contact)
        if there is None:
            del found[lead]
        else:
            found[lead] = there
    return found


def with_history(
    bench: Workbench, wanted: Sequence[tuple[Record, set[str]]], guard: Guard
) -> dict[Ref, Record]:
    """The same HubSpot records with the property history asked for (only for records that need it)."""
    if not wanted:
        return {}
    properties = sorted(set().union(*(names for _, names in wanted)))
    told = bench.hubspot.history([r.ref.id for r, _ in wanted], properties, guard)
    answer = {}
    for record, names in wanted:
        history = {name: told.get(record.ref.id, {}).get(name, ()) for name in names}
        answer[record.ref] = replace(record, history={**record.history, **history})
    return answer
