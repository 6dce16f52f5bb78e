"""What an undo puts back of a pair: old values where ours still stand, records that were made, the link itself. Pure.

Every value of the span comes back where the present one is the one that was written. Where the span made the link, the
agreement's own fields come back too, and the link rests: nothing flows and nobody is handed over until a run wakes it.
Where the link is older it lives on, and the agreement's own fields go on telling what is true now.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.core.derive import goes_back
from connector.core.desk import Desk
from connector.core.fields import stored_as
from connector.core.handoff.table import State
from connector.core.plan import Change, Pair, Plan
from connector.core.records import Record, Ref, Side, Value

Document = Mapping[str, Any]

UNANSWERED = (State.HELD, State.OFFERED, State.EXPIRED, State.WITHDRAWN)
RECORD = "(the record)"
BY_HAND = (
    "HubSpot lets no app take a record out of its recycle bin: restore it there by hand (Contacts > Actions > "
    "Restore records, within 90 days), then `accord backfill retry` this run"
)
LATER = (
    "run {run} was refused this record, and a round of its own made it later: `accord undo "
    "link:{link}` takes it back"
)
ANOTHER = "another record stands in its place since: it was converted or merged"


def undo(plan: Plan, desk: Desk, only: Document) -> None:
    """Seen is set as after a copy from the other side's present value: neither side has moved then, so nothing flows
    again. ``only``: core/bounds.py."""
    kept = _kept_whole(plan, desk, only)
    plan.creation, plan.step, plan.beyond = None, None, []
    plan.changes, plan.withheld, plan.losers, plan.troubles = [], [], [], []
    links = links_made(only, desk)
    for entry in only["undo"]:
        _entry(plan, desk, entry, str(only["why"]), links is not None)
    if later := only.get("later"):
        plan.beyond.append(_record(Side(later["side"]), later["ref_id"], LATER.format(**later)))
    _facing(plan, desk)
    kept = kept or ("made" in only and _unmake(plan, desk, only)) or ""
    if kept:
        _leave_whole(plan, kept)
    else:
        plan.rests = links


def links_made(only: Document, desk: Desk) -> bool | None:
    """True: the span made the link, so it comes to rest; False: it took the link back, so it wakes; None: neither."""
    keys = {Side.HUBSPOT: desk.mapping.hubspot_key, Side.SALESFORCE: desk.mapping.salesforce_key}
    told = [e for e in only["undo"] if e["native"] == keys[Side(e["side"])]]
    if any(e["old"] is None for e in told):
        return True
    return False if any(e["wrote"] is None for e in told) else None


def fetch(plan: Plan, only: Document) -> None:
    """The pair can't be read whole: what an undo put into a recycle bin is fetched, as far as the side lets an app do
    it. The values follow in the round after."""
    away, gone = only.get("away"), plan.pair.gone
    if away is None or gone is None or plan.archived is not gone or away["side"] != gone:
        return
    other = plan.pair.record(gone.other)
    if other is None:
        plan.reason = "both records are gone"
    elif gone is Side.HUBSPOT:
        plan.reason = BY_HAND
        plan.beyond.append(_record(gone, away["ref_id"], BY_HAND))
    else:
        plan.fetch = Ref(gone, away["object"], away["ref_id"])


def _kept_whole(plan: Plan, desk: Desk, only: Document) -> str:
    """Why nothing of the pair goes back: sales answered the hand-off that was made."""
    offers = any(e["side"] == Side.HUBSPOT and e["native"] == desk.handoff for e in only["undo"])
    known = plan.step.handoff if plan.step is not None else None
    handoff = known or plan.pair.handoff
    if not offers or handoff is None or handoff.state in UNANSWERED:
        return ""
    return f"sales has answered the hand-off ({handoff.state})"


def _leave_whole(plan: Plan, why: str) -> None:
    for c in plan.changes:
        c.why = why
    plan.beyond += plan.changes
    plan.changes, plan.archive = [], None


def _entry(plan: Plan, desk: Desk, entry: Document, why: str, whole: bool) -> None:
    side = Side(entry["side"])
    record = plan.pair.record(side)
    ours = str(entry["field"]).startswith("=")
    if record is None or (ours and not whole and entry["native"] not in desk.offer[side]):
        return
    held = record.values.get(entry["native"])
    if entry.get("ref") and entry["ref"] != record.ref.id:
        plan.beyond.append(_change(plan.pair, desk, entry, record, ANOTHER))
    elif held != entry["old"]:
        change = _change(plan.pair, desk, entry, record, why)
        problem = _not_back(desk, entry, change)
        change.why = problem or why
        (plan.beyond if problem else plan.changes).append(change)


def _change(pair: Pair, desk: Desk, entry: Document, record: Record, why: str) -> Change:
    """As a copy of the other side's value, for Seen. One of the agreement's own is no copy: what the agreement wanted
    last stays noted, or it would write it anew."""
    side, held = record.ref.side, record.values.get(entry["native"])
    field = desk.fields.get(_mapped(desk, entry, side))
    order = field.order if field and field.order else desk.derived_order.get(entry["native"], ())
    two = side is Side.HUBSPOT and goes_back(order, held, entry["old"])
    if field is None:
        name = str(entry["field"])
        return Change(name, side, entry["native"], held, entry["old"], entry["old"], None, why, two, enforced=True)
    source = _facing_value(pair, desk, field.name, side)
    return Change(field.name, side, entry["native"], held, entry["old"], source, side.other, why, two)


def _mapped(desk: Desk, entry: Document, side: Side) -> str:
    """The mapping's name of what was written: the agreement derives values of mapped fields, too."""
    name = str(entry["field"])
    return (desk.by_native_name(side, entry["native"]) or name) if name.startswith("=") else name


def _facing_value(pair: Pair, desk: Desk, name: str, side: Side) -> Value:
    other = pair.record(side.other)
    native = desk.mapping.native(desk.fields[name], other) if other else None
    return other.values.get(native) if other and native else None


def _facing(plan: Plan, desk: Desk) -> None:
    """Where both sides of a field go back, each faces what the other will hold."""
    coming = {(c.side, c.field): c.send for c in plan.changes if c.origin is not None}
    for c in plan.changes:
        if c.origin is not None:
            c.source = coming.get((c.origin, c.field), c.source)


def _not_back(desk: Desk, entry: Document, change: Change) -> str:
    field = desk.fields.get(change.field)
    if field is None:
        ours = change.native in desk.telling  # whatever it tells by now, nobody else wrote it
        return "" if ours or change.old == entry["wrote"] else "changed since"
    if not stored_as(field, change.side, entry["wrote"], change.old):
        return "changed since"
    if field.consent and not field.lens.is_strict(change.side, change.send):  # type: ignore[attr-defined]
        return "a consent: nobody is opted in by an undo"
    return ""


def _unmake(plan: Plan, desk: Desk, only: Document) -> str:
    """A record that Accord made goes into the recycle bin, but only if nobody else has had a hand in it: Seen of every
    field still stands there, Salesforce names us as who modified it last, and no property of HubSpot's history names
    anybody else. '' or why it stays."""
    side = Side(only["made"]["side"])
    record = plan.pair.record(side)
    if record is None:
        return ""
    why = ANOTHER if record.ref.id != only["made"]["ref_id"] else _touched(plan, desk, record)
    if why:
        plan.beyond.append(_record(side, record.ref.id, why))
        return why
    plan.archive = record.ref
    plan.changes = [c for c in plan.changes if c.side is not side]
    return ""


def _touched(plan: Plan, desk: Desk, record: Record) -> str:
    pair, side = plan.pair, record.ref.side
    seen = pair.seen[side]
    natives = {name: desk.mapping.native(field, record) for name, field in desk.fields.items()}
    moved = [n for n, native in natives.items() if native and record.values.get(native) != seen.get(n)]
    if moved:
        return f"touched since: {', '.join(sorted(moved))}"
    if record.modified_by_us is False or (side is Side.SALESFORCE and pair.touched_there):
        return "touched since: modified by somebody else"
    if side is Side.HUBSPOT and pair.touched is None:
        plan.asks_touched = True
    return f"touched since: {pair.touched}" if pair.touched else ""


def _record(side: Side, id_: str, why: str) -> Change:
    return Change("", side, RECORD, id_, None, None, None, why)
