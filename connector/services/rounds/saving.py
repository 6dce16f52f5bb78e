"""Step 9: what transaction 2 saves: verdicts, Seen, Links, issues, refusals, and what becomes of the pending rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connector.core.bounds import may_link
from connector.core.doubt import still
from connector.core.handoff import sales_view, settled
from connector.core.plan import Change, Plan
from connector.core.records import SIDES, Side
from connector.services.rounds.asked import answer_of
from connector.services.rounds.intending import Doc, common, entry_of, handoff_of, link_of, loser_of
from connector.services.rounds.making import Result
from connector.services.rounds.transaction_two import Saving
from connector.services.runs.outcomes import item_of
from connector.services.workbench import Workbench


def saving_of(
    bench: Workbench,
    results: Sequence[Result],
    silent: Sequence[Plan],
    journal: dict[tuple[str, str, str | None], int],
    handoff_ids: dict[str, int],
) -> Saving:
    """``results``: plans that wrote; ``silent``: plans that did not (their settling and hand-offs are saved here)."""
    saving = Saving(agreement=bench.desk.version, bench=bench, plans=[r.plan for r in results])
    for result in results:
        _result(saving, result, journal, handoff_ids)
    for plan in silent:
        common(plan, saving, bench)
        _after(saving, plan, Result(plan))
    links = {d["row"] for d in saving.new_links}
    told = [item_of(r, journal, r.plan.pair.row in links) for r in [*results, *map(Result, silent)]]
    saving.items = [doc for doc in told if doc is not None]
    return saving


def _result(
    saving: Saving,
    result: Result,
    journal: dict[tuple[str, str, str | None], int],
    handoff_ids: dict[str, int],
) -> None:
    plan, pair = result.plan, result.plan.pair
    for side in SIDES:
        record, changes = pair.record(side), plan.on(side)
        id_ = journal.get((side, record.ref.id, None)) if record and changes else None
        if id_ is not None:
            _settle_row(saving, plan, id_, changes)
    if plan.archive is not None and result.archive in ("done", "refused"):
        id_ = journal.get((plan.archive.side, plan.archive.id, None))
        if id_ is not None:
            saving.settled.append({"row": pair.row, "id": id_, "state": result.archive, "changes": None})
    if plan.fetch is not None and result.fetch in ("done", "refused"):
        id_ = journal.get((plan.fetch.side, plan.fetch.id, None))
        if id_ is not None:
            saving.settled.append({"row": pair.row, "id": id_, "state": result.fetch, "changes": None})
    source = pair.record(plan.creation.side.other) if plan.creation else None
    if plan.creation is not None and source is not None:
        id_ = journal.get((plan.creation.side, "", str(source.ref)))
        made = plan.created
        if id_ is not None and result.creation != "unknown":
            state = "done" if made is not None else "refused" if result.creation == "refused" else "lapsed"
            ref_id = made.ref.id if made else ""
            changes_doc = [entry_of(c) for c in plan.creation.changes]
            saving.settled.append(
                {
                    "row": pair.row,
                    "id": id_,
                    "state": state,
                    "changes": changes_doc,
                    "link_id": pair.link,
                    "ref_id": ref_id,
                }
            )
    _heard(saving, result, handoff_ids)
    # losers found while confirming; those of the plan itself are in the ledger since transaction 1
    saving.ledger += [loser_of(pair, loser) for loser in plan.losers if loser.why == "written over at once"]
    _after(saving, plan, result)


def _settle_row(saving: Saving, plan: Plan, id_: int, changes: list[Change]) -> None:
    """A change without verdict keeps the row ``intended``; the others in it are settled."""
    verdicts = {c.verdict for c in changes}
    state = next((v for v in ("intended", "lapsed", "refused") if v in verdicts), "done")
    entries = None
    if verdicts != {"done"} or any(c.bound or c.got != c.send for c in changes):
        entries = [entry_of(c) | (_told(c) if c.verdict != "intended" else {}) for c in changes]
    if verdicts != {"intended"}:
        saving.settled.append({"row": plan.pair.row, "id": id_, "state": state, "changes": entries})


def _told(c: Change) -> Doc:
    told: Doc = {"st": c.verdict}
    if c.got is not None and c.got != c.send:
        told["got"] = c.got
    return told


def _heard(saving: Saving, result: Result, handoff_ids: dict[str, int]) -> None:
    """Once an offer's writes are read back, answers that were cleared may be given anew."""
    plan, pair, bench = result.plan, result.plan.pair, saving.bench
    step = plan.step
    if step is None or step.handoff is None or pair.hubspot is None:
        return
    id_ = step.handoff.id or handoff_ids.get(str(pair.hubspot.ref))
    written = {c.native: c.send for c in plan.changes if c.side is Side.SALESFORCE and c.verdict == "done"}
    record = plan.created or pair.salesforce
    if id_ is None or record is None or record.ref.side is not Side.SALESFORCE:
        return
    rules = bench.agreement.handoff
    if str(record.ref) == step.handoff.salesforce_ref and written.keys().isdisjoint(
        rules.salesforce.spoken()
    ):
        return
    emails = {user: email for email, user in bench.people.items()}
    now_there = replace(record, values={**record.values, **written})
    view = sales_view(now_there, rules, bench.agreement.vocabulary, emails, opportunity_known=False)
    heard = settled(step.handoff, view, rules)
    heard = replace(heard, salesforce_ref=str(record.ref))
    if heard != step.handoff:
        again = replace(step, handoff=replace(heard, id=id_), edge=None)
        handoff_of(plan, again, saving)


def _after(saving: Saving, plan: Plan, result: Result) -> None:
    """Seen, Link, issues and what becomes of the pending row."""
    pair, bench = plan.pair, saving.bench
    now = bench.clock()
    seen = {side: plan.seen[side] | result.confirmed.seen[side] for side in SIDES}
    if pair.asked and pair.gone is None:
        saving.answered += [
            doc for name in pair.asked if (doc := answer_of(plan, name, bench.desk, seen)) is not None
        ]
    _save_link(saving, plan, seen)
    link, subject = pair.link, pair.subject
    for t in {(t.code, t.field): t for t in plan.troubles}.values():
        saving.open_issue.append(
            {"row": pair.row, "code": t.code, "subject": subject, "link_id": link, "field": t.field,
             "message": t.message, "fix": t.fix, "detail": {"side": pair.gone} if pair.gone else None}
        )  # fmt: skip
    raised = {(t.code, t.field) for t in plan.troubles}
    undone = {("refused", c.field) for c in plan.changes if c.verdict != "done"}
    fine = {("refused", name) for name in result.confirmed.fine if ("refused", name) in pair.open_issues}
    closing = [(subject, code, name) for code, name in (plan.cleared | fine) - raised - undone]
    if pair.link is None and pair.origin is not None:
        closing += [
            (subject, c, "") for c in ("several_matches", "duplicate", "refused", "erased") if (c, "") not in raised
        ]
    saving.close_issues += [
        {"row": pair.row, "subject": s, "code": code, "field": name} for s, code, name in closing
    ]
    saving.set_blocks += [
        {"row": pair.row, "link_id": link, "side": b.side, "ref_id": b.ref_id, "field": b.field, "sent": b.sent,
         "agreement": b.agreement, "snapshot": b.snapshot, "until": b.until}
        for b in plan.blocks
    ]  # fmt: skip
    kept = {(b.side, b.field) for b in plan.blocks}
    lifted = plan.unblocked | {(c.side, c.field) for c in plan.changes if c.verdict == "done" and pair.blocks}
    saving.lift_blocks += [
        {"row": pair.row, "link_id": link, "side": side, "field": name} for side, name in lifted - kept
    ]
    _observed(saving, plan)
    # a run's round that does not answer the notice which came meanwhile is followed by one of nobody's
    free = pair.bounds is not None and pair.bounds.again and plan.fetch is None
    due = now + timedelta(seconds=plan.retry_after)
    saving.finish.append(
        {"row": pair.row, "id": pair.row, "seq": pair.seq, "again": plan.again or free, "due_at": due,
         "run": pair.bounds.run if pair.bounds is not None else None, "free": free}
    )


def _save_link(saving: Saving, plan: Plan, seen: dict[Side, dict[str, Any]]) -> None:
    pair = plan.pair
    hubspot = pair.hubspot or _made_on(plan, Side.HUBSPOT)
    salesforce = pair.salesforce or _made_on(plan, Side.SALESFORCE)
    if pair.gone is not None or hubspot is None or salesforce is None:
        if pair.link is not None and plan.archived is not None:
            saving.links.append(link_of(plan, seen, {"archived": plan.archived}))
        elif pair.link is not None and (plan.held or plan.troubles):
            saving.links.append(link_of(plan, seen, {"held": True}))
        return
    tier = plan.verdict.tier if plan.verdict is not None else None
    extra: Doc = {"shown_at": salesforce.read_at, "shown": _shown(plan), "tier": tier}
    extra["group_key"] = salesforce.values.get("AccountId")
    if plan.archived is not None or pair.archived is not None:
        extra["archived"] = plan.archived or ""
    extra["resting"] = _resting(plan)
    extra["touched"] = salesforce.modified_by_us is False
    if pair.doubt:
        left = still(plan)
        extra |= {"sure": left is None, "doubt": left}
    if pair.link is not None:
        saving.links.append(link_of(plan, seen, extra))
        if pair.linked_ref is not None and salesforce.ref != pair.linked_ref:
            saving.repoint.append(
                {
                    "row": pair.row,
                    "id": pair.link,
                    "object": salesforce.ref.object,
                    "ref_id": salesforce.ref.id,
                }
            )
    elif (any(pair.mode.values()) or pair.doubt) and (plan.created is not None or may_link(pair)):
        refs = {
            "ho": hubspot.ref.object,
            "hi": hubspot.ref.id,
            "so": salesforce.ref.object,
            "si": salesforce.ref.id,
        }
        saving.new_links.append(link_of(plan, seen, extra) | refs)


def _resting(plan: Plan) -> bool | None:
    """None: as it was. What somebody took out of a recycle bin, and what a run met, is awake again."""
    pair = plan.pair
    if plan.rests is not None:
        return plan.rests
    if not pair.resting or (pair.bounds is not None and pair.bounds.undoes):
        return None
    return False if pair.archived is not None or (pair.bounds is not None and pair.bounds.wakes) else None


def _made_on(plan: Plan, side: Side) -> Any:
    return plan.created if plan.created is not None and plan.created.ref.side is side else None


def _shown(plan: Plan) -> dict[str, datetime]:
    """Fields in which Salesforce does not show its Seen now: their last good read stays as it was."""
    pair = plan.pair
    open_fields = {c.field for c in plan.changes if c.verdict != "done"} | plan.held
    open_fields |= {c.field for c in plan.withheld} | {c.field for c in plan.beyond}
    kept = {name: pair.shown.get(name, pair.shown_at) for name in open_fields if not name.startswith("=")}
    return {name: at for name, at in kept.items() if at is not None}


def _observed(saving: Saving, plan: Plan) -> None:
    pair = plan.pair
    if plan.withheld:
        first = plan.withheld[0]
        ref = pair.record(first.side)
        entries = [entry_of(c) | {"side": c.side} for c in plan.withheld]
        saving.observed.append(
            {"row": pair.row, "subject": pair.subject, "side": first.side,
             "object": ref.ref.object if ref else "", "ref_id": ref.ref.id if ref else "",
             "plan": {"changes": entries, "reason": plan.reason, "make": plan.unmade.object if plan.unmade else None}}
        )  # fmt: skip
    elif not all(pair.mode.values()):
        saving.unobserved.append(pair.subject)
