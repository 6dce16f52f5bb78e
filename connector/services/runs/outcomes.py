"""What transaction 2 keeps of each pair that a run wanted: what became of it, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from connector.core.bounds import Bounds
from connector.core.plan import Change, Plan
from connector.core.records import Ref, Side
from connector.core.runs import DONE, FAILED, Outcome
from connector.services.rounds.making import Result

Doc = dict[str, Any]
Journal = Mapping[tuple[str, str, str | None], int]
LONGEST = 300


def item_of(result: Result, journal: Journal, linked: bool) -> Doc | None:
    """``linked``: this round links the pair. None where no run wants it, or where it goes round again before anything
    can be said."""
    plan, pair = result.plan, result.plan.pair
    bounds: Bounds | None = pair.bounds
    if bounds is None:
        return None
    outcome, reason = _outcome(plan, result, linked)
    if plan.again and outcome not in DONE and not bounds.again:
        return None
    hubspot, salesforce = pair.hubspot, pair.salesforce
    made = plan.created.ref if plan.created is not None else None
    gone = (pair.origin, pair.linked_ref) if pair.gone is not None else (None, None)
    return {
        "row": pair.row,
        "run": bounds.run,
        "subject": pair.subject,
        "link_id": pair.link,
        "hubspot_id": hubspot.ref.id if hubspot else _id(made or gone[0], Side.HUBSPOT),
        "salesforce_id": salesforce.ref.id if salesforce else _id(made or gone[1], Side.SALESFORCE),
        "outcome": outcome,
        "reason": reason[:LONGEST],
        "journal": _journal_ids(plan, journal),
        "bounds": dict(bounds.only) if outcome in FAILED and bounds.confining else None,
        "plan": {"changes": [entry(c) for c in plan.beyond]} if _tells_beyond(plan, outcome) else None,
    }


def resolved_item(row: Doc, trouble: str) -> Doc:
    """Of a row that needed no plan: several records match it, it is gone, or its Link goes round instead."""
    gone = (
        (Outcome.GONE, "the record is gone")
        if row.get("gone")
        else (Outcome.ELSEWHERE, "its link goes round instead")
    )
    outcome, reason = (Outcome.HELD, trouble[:LONGEST]) if trouble else gone
    ids = {f"{row['side']}_id": row["ref_id"]}
    subject = f"{row['side']}:{row['object']}:{row['ref_id']}"
    blank: Doc = {"hubspot_id": "", "salesforce_id": "", "link_id": None, "journal": [], "plan": None, "bounds": None}
    told = {"row": row["id"], "run": row["run_id"], "subject": subject, "outcome": outcome, "reason": reason}
    return blank | ids | told


def entry(c: Change) -> Doc:
    """A change, as run_item.plan holds it."""
    told = {"side": c.side, "field": c.field, "native": c.native, "old": c.old, "new": c.send, "why": c.why}
    return told | ({"bound": True} if c.bound else {})


def _outcome(plan: Plan, result: Result, linked: bool) -> tuple[Outcome, str]:
    pair = plan.pair
    if pair.gone is not None and pair.bounds.undoes and "away" in pair.bounds.only:
        return _fetched(plan, result)
    if pair.gone is not None:
        return (Outcome.ARCHIVED if plan.archived else Outcome.GONE), plan.reason
    if plan.reason.startswith("not selected"):
        return Outcome.NOT_SELECTED, plan.reason
    refused = [t.message for t in plan.troubles if t.code in ("refused", "duplicate")]
    if refused or result.creation == "refused":
        return Outcome.REFUSED, "; ".join(refused)
    done = [c for c in plan.changes if c.verdict == "done"]
    troubles = _said({f"{t.field or 'it'}: {t.message}" for t in plan.troubles})
    if plan.created is not None:
        return Outcome.CREATED, troubles
    if plan.archive is not None and result.archive:
        if result.archive == "refused":
            return Outcome.REFUSED, f"{plan.archive} stays: {result.told}"
        return Outcome.ARCHIVED, f"{plan.archive}"
    if linked or done:
        what = Outcome.LINKED if linked else Outcome.WRITTEN
        left = f"left: {_beyond(plan)}" if plan.beyond and _exact(plan) else ""
        words = (_said({c.native for c in done}, f"{len(done)} fields: "), troubles, left)
        return what, "; ".join(word for word in words if word)
    return _unwritten(plan, troubles)


def _fetched(plan: Plan, result: Result) -> tuple[Outcome, str]:
    """An undo of an undo that put a record into the recycle bin."""
    if plan.fetch is None:  # by hand, then `retry`
        return Outcome.HELD, plan.reason
    if result.fetch == "refused":
        return Outcome.REFUSED, f"{plan.fetch} stays in the recycle bin: {result.told}"
    return Outcome.RESTORED, f"{plan.fetch}"


def _unwritten(plan: Plan, troubles: str) -> tuple[Outcome, str]:
    if any(t.code == "conflict" for t in plan.troubles):
        return Outcome.CONFLICT, troubles
    if plan.troubles or any(name for name in plan.held):
        return Outcome.HELD, troubles or _said(plan.held, "held: ")
    if plan.beyond and _exact(plan):
        return (Outcome.LEFT if plan.pair.bounds.undoes else Outcome.CHANGED), _beyond(plan)
    if plan.withheld:
        return Outcome.OBSERVED, "a side is only observed"
    return Outcome.NOTHING, plan.reason if not plan.beyond else "nothing that this run may write"


def _beyond(plan: Plan) -> str:
    return _said(
        {
            f"{c.side} {c.native}: {c.why}" if plan.pair.bounds.undoes else c.native
            for c in plan.beyond
        }
    )


def _exact(plan: Plan) -> bool:
    return plan.pair.bounds is not None and (
        "was" in plan.pair.bounds.only or "undo" in plan.pair.bounds.only
    )


def _tells_beyond(plan: Plan, outcome: Outcome) -> bool:
    return bool(plan.beyond) and _exact(plan) and outcome is not Outcome.NOTHING


def _said(words: Collection[str], start: str = "") -> str:
    return start + ", ".join(sorted(words)) if words else ""


def _id(ref: Ref | None, side: Side) -> str:
    return ref.id if ref is not None and ref.side is side else ""


def _journal_ids(plan: Plan, journal: Journal) -> list[int]:
    pair = plan.pair
    keys: list[tuple[str, str, str | None]] = []
    for side in Side:
        record = pair.record(side)
        if record is not None and (plan.on(side) or (plan.archive is not None and plan.archive.side is side)):
            keys.append((str(side), record.ref.id, None))
    if plan.fetch is not None:
        keys.append((str(plan.fetch.side), plan.fetch.id, None))
    source = pair.record(plan.creation.side.other) if plan.creation else None
    if plan.creation is not None and source is not None:
        keys.append((str(plan.creation.side), "", str(source.ref)))
    return [journal[key] for key in keys if key in journal]
