"""The plan of a record that is to be made: every mapped value that translates, and what the agreement derives."""

from __future__ import annotations

from collections.abc import Sequence

from connector.core.desk import Desk
from connector.core.mapping import Direction, Field
from connector.core.plan import Change, Creation, Derived, Plan, Trouble
from connector.core.records import Record, Side, Value
from connector.errors import Untranslatable


def plan_creation(plan: Plan, desk: Desk, derived: Sequence[Derived], side: Side, why: str) -> None:
    """Adds a Creation on ``side`` to the plan, keyed by the source's id. Values that can't be translated are left out
    and reported; the rest of the record goes without them."""
    source = plan.pair.record(side.other)
    if source is None:
        return
    mapping = desk.mapping
    object_ = mapping.create_object if side is Side.SALESFORCE else "contact"
    key = mapping.salesforce_key if side is Side.SALESFORCE else mapping.hubspot_key
    wanted = {d.native: d for d in derived if d.side is side and not d.bound and d.value is not None}
    changes = [
        c for f in mapping.fields if (c := _field(plan, desk, f, side, object_, source, wanted)) is not None
    ]
    changes = _with_needed(desk, changes)
    mapped = {c.native for c in changes}
    changes += [
        Change("=" + d.native, side, d.native, None, d.value, d.value, None, d.why, enforced=d.enforced)
        for d in wanted.values()
        if d.native not in mapped and d.native != key
    ]
    back, differs = _back(desk, source, side, object_, wanted, derived)
    plan.changes += back
    plan.creation = Creation(side, object_, key, source.ref.id, changes, why, compare=differs)
    plan.reason = why


def _field(
    plan: Plan, desk: Desk, field: Field, side: Side, object_: str, source: Record, wanted: dict[str, Derived]
) -> Change | None:
    native = field.hubspot if side is Side.HUBSPOT else field.salesforce.get(object_)
    if native is None or native in wanted:
        return None
    barred = Direction.TO_HUBSPOT if side is Side.SALESFORCE else Direction.TO_SALESFORCE
    if field.direction is barred:
        return None
    source_native = desk.mapping.native(field, source)
    value = source.values.get(source_native) if source_native else None
    if field.consent and not field.lens.is_strict(source.ref.side, value):  # type: ignore[attr-defined]
        return None  # only a person can opt themselves in
    why = f"new record from {source.ref.side}"
    send: Value
    if value is None:
        fallback = desk.fallbacks.get(native) or field.fallback
        if fallback is None or side is Side.HUBSPOT:
            return None
        send, why = fallback, "the agreement's fallback for a blank"
    else:
        try:
            send = (
                field.lens.to_salesforce(value) if side is Side.SALESFORCE else field.lens.to_hubspot(value)
            )
        except Untranslatable as problem:
            plan.held.add(field.name)
            plan.troubles.append(Trouble(problem.code, field.name, str(problem), problem.fix))
            return None
    if send is None:
        return None
    return Change(field.name, side, native, None, send, value, source.ref.side, why)


def _with_needed(desk: Desk, changes: list[Change]) -> list[Change]:
    """A field goes only along with the one it needs (a state with its country)."""
    there = {c.field for c in changes}
    return [
        c for c in changes if not (desk.fields[c.field].needs and desk.fields[c.field].needs not in there)
    ]


def _back(
    desk: Desk,
    source: Record,
    side: Side,
    object_: str,
    wanted: dict[str, Derived],
    derived: Sequence[Derived],
) -> tuple[list[Change], bool]:
    """What the agreement derives for a mapped field of the new record goes over to the source at once, not a
    round later; and whether the source holds another value of one, which the field's rule has to decide then."""
    told = {d.native for d in derived if d.side is source.ref.side}
    changes, differs = [], False
    for field in desk.mapping.fields:
        target = field.salesforce.get(object_) if side is Side.SALESFORCE else field.hubspot
        native = desk.mapping.native(field, source)
        allowed = Direction.TO_HUBSPOT if side is Side.SALESFORCE else Direction.TO_SALESFORCE
        if (
            target not in wanted
            or native is None
            or native in told
            or field.direction not in (Direction.BOTH, allowed)
        ):
            continue
        value, held = wanted[target].value, source.values.get(native)
        try:
            send = (
                field.lens.to_hubspot(value) if side is Side.SALESFORCE else field.lens.to_salesforce(value)
            )
        except Untranslatable:
            continue
        if send is not None and held is None:
            why = f"derived for the new record in {side}"
            changes.append(Change(field.name, source.ref.side, native, held, send, value, side, why))
        differs = differs or (send is not None and held is not None and send != held)
    return changes, differs
