"""Records that people merged: what became of one, and whose Links were those that went into another.

HubSpot answers for an old id with the record that it is now, and lists the ids that this one had before. Salesforce
puts the losers into the recycle bin, where MasterRecordId names the winner as long as the bin keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog

from connector.core.plan import Pair
from connector.core.records import Record, Ref, Side
from connector.errors import CallFailed, TryAgain, WaitUntil
from connector.ports import Guard
from connector.services.workbench import Workbench

BATCH = 200
"""Ids in one query."""
MOST = 5
"""A winner may have lost a later merge; so often is it followed."""
MERGED = "hs_merged_object_ids"
"""Ids that a merged contact had before; it comes with every read."""
log = structlog.get_logger(__name__)


def winners(
    bench: Workbench, lost: Iterable[Ref], fields: Mapping[str, Sequence[str]], guard: Guard
) -> dict[Ref, Record]:
    """Salesforce records that are gone -> what they were merged into, as it is now; of others nothing. A call where
    something is gone, a second where it was merged. Raises what waiting mends."""
    found: dict[Ref, Record] = {}
    at = {ref: ref for ref in lost}
    for _ in range(MOST):
        masters = _masters(bench, sorted(set(at.values())), guard) if at else {}
        at = {loser: masters[ref] for loser, ref in at.items() if ref in masters}
        if not at:
            break
        there = bench.salesforce.read(sorted(set(at.values())), fields, guard)
        found |= {loser: there[ref] for loser, ref in at.items() if ref in there}
        at = {loser: ref for loser, ref in at.items() if ref not in there}
    for loser, record in found.items():
        log.info("merged", record=str(loser), into=str(record.ref))
    return found


def _masters(bench: Workbench, refs: Sequence[Ref], guard: Guard) -> dict[Ref, Ref]:
    found: dict[Ref, Ref] = {}
    for object_ in dict.fromkeys(ref.object for ref in refs):
        mine = {ref.id: ref for ref in refs if ref.object == object_}
        for row in _binned(bench, object_, "Id", list(mine), guard):
            if row.get("MasterRecordId") and row["Id"] in mine:
                found[mine[row["Id"]]] = Ref(Side.SALESFORCE, object_, str(row["MasterRecordId"]))
    return found


def links_before(bench: Workbench, records: Sequence[Record], guard: Guard) -> dict[Ref, set[int]]:
    """Links of the records that were merged into these: theirs are followed when they go round. A call for those of
    Salesforce."""
    became: dict[Ref, Ref] = {}
    for record in records:
        if record.ref.side is Side.HUBSPOT:
            ids = str(record.values.get(MERGED) or "").split(";")
            became |= {Ref(Side.HUBSPOT, record.ref.object, id_): record.ref for id_ in ids if id_}
    became |= _losers(bench, [r.ref for r in records if r.ref.side is Side.SALESFORCE], guard)
    found: dict[Ref, set[int]] = {}
    for old, link in (bench.rounds.linked(list(became)) if became else {}).items():
        found.setdefault(became[old], set()).add(link)
    return found


def _losers(bench: Workbench, winners: Sequence[Ref], guard: Guard) -> dict[Ref, Ref]:
    """Loser -> winner; the losers' losers, too."""
    found: dict[Ref, Ref] = {}
    for object_ in dict.fromkeys(ref.object for ref in winners):
        heads = {ref.id: ref for ref in winners if ref.object == object_}
        for _ in range(MOST):
            rows = _binned(bench, object_, "MasterRecordId", list(heads), guard) if heads else []
            heads = {str(row["Id"]): heads[row["MasterRecordId"]] for row in rows}
            found |= {Ref(Side.SALESFORCE, object_, id_): winner for id_, winner in heads.items()}
    return found


def _binned(
    bench: Workbench, object_: str, field: str, ids: Sequence[str], guard: Guard
) -> list[dict[str, Any]]:
    """Rows of the recycle bin. None where this user may not ask: then what is gone is only gone."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(ids), BATCH):
        named = ", ".join(f"'{id_}'" for id_ in ids[start : start + BATCH] if id_.isalnum())
        if not named:
            continue
        soql = f"SELECT Id, MasterRecordId FROM {object_} WHERE IsDeleted = true AND {field} IN ({named})"  # noqa: S608 ids
        try:
            for page in bench.salesforce.query(soql, guard, every=True):
                found += page
        except (TryAgain, WaitUntil):
            raise
        except CallFailed:
            return []
    return found


def after_merges(bench: Workbench, pairs: Iterable[Pair]) -> None:
    """Whose record was merged into one that has a Link of its own stays apart from it: nothing is written to the
    winner on behalf of two contacts, ``gone`` and ``merged`` tell. Of any other winner, what it holds is what people
    chose; what it lacks they did not blank: that is filled, as where two records meet for the first time."""
    moved = {p.salesforce.ref: p for p in pairs if p.salesforce is not None and _merged(p)}
    linked = bench.rounds.linked(sorted(moved)) if moved else {}
    for pair in pairs:
        ref = pair.salesforce.ref if pair.salesforce is not None and _merged(pair) else None
        if ref is not None and linked.get(ref, pair.link) != pair.link:
            pair.merged = f"merged into {ref}, which link:{linked[ref]} has"
            pair.salesforce, pair.gone = None, Side.SALESFORCE
        elif ref is not None:
            _unsee_blanks(bench, pair)


def _unsee_blanks(bench: Workbench, pair: Pair) -> None:
    mapping, winner = bench.desk.mapping, pair.salesforce
    for name, field in bench.desk.fields.items():
        native = mapping.native(field, winner) if winner is not None else None
        if winner is not None and native is not None and winner.values.get(native) is None:
            for seen in pair.seen.values():
                seen.pop(name, None)


def _merged(pair: Pair) -> bool:
    was, now = pair.linked_ref, pair.salesforce
    return pair.link is not None and was is not None and now is not None and (
        was.object == now.ref.object and was.id != now.ref.id
    )  # fmt: skip
