"""Step 6: what is about to be written, as transaction 1 journals it; and the documents both transactions have in
common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connector.core.handoff import Step
from connector.core.plan import Change, Loser, Pair, Plan
from connector.core.records import SIDES, Ref, Side
from connector.ports import Documents, Intent
from connector.services.workbench import Workbench

Doc = dict[str, Any]


def rows_of(pairs: Sequence[Pair]) -> list[Doc]:
    return [{"id": p.row, "seq": p.seq} for p in pairs]


def intent_of(plans: Sequence[Plan], bench: Workbench) -> Intent:
    """Transaction 1, for plans that write: the rows of the journal, the losers, what was settled, the hand-off's
    step."""
    intent = Intent(agreement=bench.desk.version)
    for plan in plans:
        _journal(plan, intent, bench)
        common(plan, intent, bench)
        if plan.settled and plan.pair.link is not None:
            intent.links.append(link_of(plan, plan.seen, None))
    return intent


def _journal(plan: Plan, intent: Intent, bench: Workbench) -> None:
    pair = plan.pair
    for side in SIDES:
        record, changes = pair.record(side), plan.on(side)
        if record is not None and changes:
            intent.journal.append(_row(plan, "update", record.ref, None, changes, record.read_at))
    put_away = pair.record(plan.archive.side) if plan.archive else None
    if plan.archive is not None and put_away is not None:
        held = [
            Change("", plan.archive.side, native, value, None, None, None, "put into the recycle bin")
            for native, value in put_away.values.items()
            if value is not None
        ]
        intent.journal.append(_row(plan, "archive", plan.archive, None, held, put_away.read_at))
    if plan.fetch is not None:
        told = Change("", plan.fetch.side, "(the record)", None, plan.fetch.id, None, None, "out of the recycle bin")
        intent.journal.append(_row(plan, "fetch", plan.fetch, None, [told], bench.clock()))
    creation = plan.creation
    source = pair.record(creation.side.other) if creation else None
    if creation is not None and source is not None:
        target = Ref(creation.side, creation.object, "")
        intent.journal.append(_row(plan, "create", target, str(source.ref), creation.changes, source.read_at))


def _row(
    plan: Plan, action: str, ref: Ref, mate: str | None, changes: list[Change], read_at: datetime
) -> Doc:
    return {
        "row": plan.pair.row,
        "link_id": plan.pair.link,
        "side": ref.side,
        "object": ref.object,
        "ref_id": ref.id,
        "mate": mate,
        "action": action,
        "changes": [entry_of(c) for c in changes],
        "read_at": read_at,
        "run_id": plan.pair.bounds.journalled if plan.pair.bounds is not None else None,
    }


def entry_of(c: Change) -> Doc:
    entry: Doc = {
        "f": c.field,
        "n": c.native,
        "o": c.old,
        "v": c.send,
        "s": c.source,
        "from": c.origin or "accord",
        "why": c.why,
    }
    if c.two_step:
        entry["two"] = True
    return entry


def common(plan: Plan, documents: Documents, bench: Workbench) -> None:
    pair = plan.pair
    sides = {row.id: row.side for row in pair.left}
    for s in plan.settled:
        # a create that nobody was left to confirm: which record it made is known only now
        found = pair.record(sides[s.id]) if s.state == "done" and s.id in sides else None
        documents.settled.append(
            {"row": pair.row, "id": s.id, "state": s.state, "changes": s.changes, "link_id": pair.link,
             "ref_id": found.ref.id if found is not None else None}
        )  # fmt: skip
    documents.ledger += [loser_of(pair, loser) for loser in plan.losers]
    documents.ledger += [loser_of(pair, c.loser) for c in plan.changes if c.loser is not None]
    if plan.step is not None:
        handoff_of(plan, plan.step, documents)


def loser_of(pair: Pair, loser: Loser) -> Doc:
    record = pair.record(loser.side)
    ref = record.ref if record else pair.origin
    return {
        "row": pair.row,
        "link_id": pair.link,
        "side": loser.side,
        "object": ref.object if ref else "",
        "ref_id": ref.id if ref else "",
        "field": loser.field,
        "native": loser.native,
        "value": loser.value,
        "winner": loser.winner,
        "why": loser.why,
    }


def handoff_of(plan: Plan, step: Step, documents: Documents) -> None:
    """A hand-off is saved as it moves. One without an id is a new row."""
    after, before, pair = step.handoff, plan.pair.handoff, plan.pair
    if after is None or after == before or pair.hubspot is None:
        return
    person = str(pair.hubspot.ref)
    doc = {
        "row": pair.row,
        "id": after.id,
        "person": person,
        "link_id": pair.link,
        "state": after.state,
        "owner_email": after.owner_email,
        "offered_at": after.offered_at,
        "due_at": after.next_look(),
        "open": after.is_open,
        "document": after.document(),
    }
    (documents.handoffs if after.id is not None else documents.handoffs_new).append(doc)
    if step.edge is not None:
        documents.edges.append(
            {
                "row": pair.row,
                "handoff_id": after.id,
                "person": person,
                "edge": step.edge,
                "reason": step.reason,
            }
        )


def link_of(plan: Plan, seen: dict[Side, dict[str, Any]], extra: Doc | None) -> Doc:
    return {
        "row": plan.pair.row,
        "id": plan.pair.link,
        "h": seen[Side.HUBSPOT] or None,
        "s": seen[Side.SALESFORCE] or None,
        "held": bool(plan.held),
    } | (extra or {})
