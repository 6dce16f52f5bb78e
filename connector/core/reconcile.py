"""The plan of one pair: each side is compared with what that side last held, field by field. Pure.

``reconcile`` answers with a Plan that is whole, unless it asks for HubSpot property history (``needs_history``).
Every branch gives its reason, because ``explain`` shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from connector.core.creation import plan_creation
from connector.core.desk import Desk, snapshot
from connector.core.mapping import Blank, Direction, Field, Wins
from connector.core.plan import UNSEEN, Change, Derived, Loser, Pair, Plan, Trouble, _Unseen
from connector.core.records import Record, Side, Value
from connector.core.settle import Settling, late_writes
from connector.errors import Untranslatable

SECOND = timedelta(seconds=1)


def reconcile(
    pair: Pair, desk: Desk, derived: Sequence[Derived], now: datetime, create: tuple[Side, str] | None = None
) -> Plan:
    """``create``: the side on which a missing record may be made, and why."""
    plan = Plan(pair)
    if pair.gone is not None:
        plan.reason = f"the linked record on {pair.gone} is gone"
        plan.troubles.append(_gone(pair))
        return plan
    settling = Settling(pair, desk.mapping, desk.fields, plan)
    if pair.left:
        settling.run()
        for side, patch in late_writes(pair, pair.seen, desk.mapping, desk.fields).items():
            plan.seen[side].update(patch)
    if pair.hubspot is not None and pair.salesforce is not None:
        _Fields(pair, desk, plan, derived, set(settling.finish), now).run(pair.hubspot, pair.salesforce)
    elif create is not None:
        plan_creation(plan, desk, derived, *create)
    _derive(plan, desk, derived, settling.finish.keys(), now)
    _watch(plan, desk)
    _withhold(plan)
    if not plan.reason:
        plan.reason = "fields differ" if plan.writes else "nothing to write"
    return plan


class _Fields:
    """The mapped fields of a pair that has both records."""

    def __init__(
        self, pair: Pair, desk: Desk, plan: Plan, derived: Sequence[Derived], finish: set[str], now: datetime
    ) -> None:
        self.pair, self.desk, self.plan, self.finish, self.now = pair, desk, plan, finish, now
        self.special = finish | pair.asked.keys()
        self.derived = derived

    def run(self, h: Record, s: Record) -> None:
        seen_h, seen_s = self.pair.seen[Side.HUBSPOT], self.pair.seen[Side.SALESFORCE]
        patch_h, patch_s = self.plan.seen[Side.HUBSPOT], self.plan.seen[Side.SALESFORCE]
        if patch_h or patch_s:
            seen_h, seen_s = seen_h | patch_h, seen_s | patch_s
        wanted_h, wanted_s = self._wanted(h, s, seen_h, seen_s)
        values_h, values_s, special = h.values, s.values, self.special
        for name, native_h, native_s, field in self.desk.rows(s.ref.object):
            hv, sv = values_h.get(native_h), values_s.get(native_s)
            sh, ss = seen_h.get(name, UNSEEN), seen_s.get(name, UNSEEN)
            if wanted_h or wanted_s:
                hv, sv = wanted_h.get(native_h, hv), wanted_s.get(native_s, sv)
            if hv == sh and sv == ss and name not in special:
                continue
            if hv is None and native_h not in values_h:
                continue  # HubSpot does not have this property: no blank (a breaker says so)
            if _same(field, hv, sv):
                self._equal(name, field, hv, sv, sh, ss)
            elif field.consent:
                self._consent(field, hv, sv)
            else:
                self._differs(field, hv, sv, sh, ss)

    def _wanted(
        self, h: Record, s: Record, seen_h: dict[str, Value], seen_s: dict[str, Value]
    ) -> tuple[dict[str, Value], dict[str, Value]]:
        """Derived values of shared fields that are mapped too: planned as if that side already held them."""
        wanted: dict[Side, dict[str, Value]] = {Side.HUBSPOT: {}, Side.SALESFORCE: {}}
        for d in self.derived:
            record, seen = (h, seen_h) if d.side is Side.HUBSPOT else (s, seen_s)
            field = self.desk.by_native(record).get(d.native)
            if field is None or d.bound or not is_due(d, record, seen):
                continue
            wanted[d.side][d.native] = d.value
            held = record.values.get(d.native)
            if field.name in seen and held not in (None, seen[field.name], d.value):
                self.plan.losers.append(Loser(d.side, field.name, d.native, held, d.value, "agreement"))
        return wanted[Side.HUBSPOT], wanted[Side.SALESFORCE]

    def _equal(
        self, name: str, field: Field, hv: Value, sv: Value, sh: Value | _Unseen, ss: Value | _Unseen
    ) -> None:
        if hv != sh or sh is UNSEEN:
            self.plan.seen[Side.HUBSPOT][name] = hv
        if sv != ss or ss is UNSEEN:
            self.plan.seen[Side.SALESFORCE][name] = sv
        self._fine(name)

    def _fine(self, name: str) -> None:
        if self.pair.open_issues:
            self.plan.cleared.update((code, f) for code, f in self.pair.open_issues if f == name)
        if self.pair.blocks:
            self.plan.unblocked.update((b.side, b.field) for b in self.pair.blocks if b.field == name)

    def _consent(self, field: Field, hv: Value, sv: Value) -> None:
        """The stricter side wins; sync never opts anyone in."""
        strict_h = field.lens.is_strict(Side.HUBSPOT, hv)  # type: ignore[attr-defined]
        if strict_h and field.direction is not Direction.TO_HUBSPOT:
            self._change(field, Side.HUBSPOT, hv, sv, "consent: the stricter side wins", None)
        elif not strict_h and field.direction is not Direction.TO_SALESFORCE:
            self._change(field, Side.SALESFORCE, sv, hv, "consent: the stricter side wins", None)

    def _differs(self, field: Field, hv: Value, sv: Value, sh: Value | _Unseen, ss: Value | _Unseen) -> None:
        values = {Side.HUBSPOT: hv, Side.SALESFORCE: sv}
        moved_h, moved_s = hv != sh, sv != ss
        loser = None
        if field.name in self.finish:
            source, why = Side.SALESFORCE, "second step of a two-step value"
        elif field.name in self.pair.asked:
            asked = self.pair.asked[field.name]
            source, why, loser = asked.side, asked.why, asked.why
        elif sh is UNSEEN or ss is UNSEEN:
            source, why, loser = self._first(field, values)
        elif moved_h and moved_s:
            decided = self._conflict(field, values)
            if decided is None:
                return
            source, why, loser = decided
        elif moved_h or moved_s:
            source = Side.HUBSPOT if moved_h else Side.SALESFORCE
            why = f"changed in {source}"
        else:
            return
        if not _allowed(field, source):
            return
        if values[source] is None and (field.blank is Blank.KEEP or loser == "first"):
            source, loser, why = source.other, None, "a blank never overwrites here"
            if not _allowed(field, source):
                return
        lost = None
        if loser is not None:
            record = self.pair.record(source.other)
            native = (record and self.desk.mapping.native(field, record)) or field.name
            lost = Loser(source.other, field.name, native, values[source.other], values[source], loser)
        self._change(field, source, values[source], values[source.other], why, lost)

    def _first(self, field: Field, values: dict[Side, Value]) -> tuple[Side, str, str | None]:
        """Two filled systems meet: blanks never win, blanks are filled, then the field's named winner."""
        for side in Side:
            if values[side] is None:
                return side.other, "first link fills a blank", None
        if field.direction is not Direction.BOTH:
            source = Side.HUBSPOT if field.direction is Direction.TO_SALESFORCE else Side.SALESFORCE
        else:
            source = field.first_link
        return source, f"first link: {source} wins", "first link"

    def _conflict(self, field: Field, values: dict[Side, Value]) -> tuple[Side, str, str] | None:
        if field.direction is not Direction.BOTH:
            source = Side.HUBSPOT if field.direction is Direction.TO_SALESFORCE else Side.SALESFORCE
            return source, f"both changed: only {source} may write this field", "conflict"
        if field.blank is Blank.KEEP and None in values.values():
            source = Side.HUBSPOT if values[Side.SALESFORCE] is None else Side.SALESFORCE
            return source, "both changed: a blank never overwrites here", "conflict"
        if field.wins is Wins.HOLD:
            self.plan.held.add(field.name)
            self.plan.troubles.append(_held(field))
            return None
        if field.wins is Wins.NEWEST:
            return self._newest(field)
        source = Side.HUBSPOT if field.wins is Wins.HUBSPOT else Side.SALESFORCE
        return source, f"both changed: {source} wins by the mapping", "conflict"

    def _newest(self, field: Field) -> tuple[Side, str, str] | None:
        """Salesforce has one clock per record, in whole seconds: its edit lies in an interval, HubSpot's is a point."""
        h, s = self.pair.hubspot, self.pair.salesforce
        if h is None or s is None:
            return None
        history = h.history.get(field.hubspot)
        if history is None:
            self.plan.needs_history.add(field.hubspot)
            return None
        at = history[0].at if history else h.modified_at or h.read_at
        begin = self.pair.shown.get(field.name, self.pair.shown_at)
        end = (s.modified_at or s.read_at) + SECOND
        if (begin is None or begin <= at) and at <= end:
            return field.tie, f"both changed, the clocks can't tell: {field.tie} wins the tie", "conflict"
        source = Side.HUBSPOT if at > end else Side.SALESFORCE
        return source, f"both changed: {source} is newest", "conflict"

    def _lacks_needed(self, field: Field, record: Record) -> bool:
        """A state without its country would be refused: both go, or neither."""
        native = _needed(field, self.desk, record)
        if native is None or record.values.get(native) is not None:
            return False
        return not any(c.side is record.ref.side and c.native == native and c.send is not None for c in self.plan.changes)

    def _change(
        self, field: Field, source: Side, value: Value, held: Value, why: str, loser: Loser | None
    ) -> None:
        target = source.other
        record = self.pair.record(target)
        native = self.desk.mapping.native(field, record) if record else None
        if record is None or native is None:
            return
        try:
            send = translate(field, target, value)
        except Untranslatable as problem:
            self.plan.held.add(field.name)
            self.plan.troubles.append(Trouble(problem.code, field.name, str(problem), problem.fix))
            return
        if send is None and isinstance(held, bool):
            send = False
        if target is Side.SALESFORCE and send is not None and self._lacks_needed(field, record):
            return
        if stored_as(field, target, send, held):
            self._equal(field.name, field, *_by_side(source, value, held), UNSEEN, UNSEEN)
            return
        if is_blocked(self.plan, self.desk, self.now, field.name, record, send):
            self.plan.held.add(field.name)
            return
        two = target is Side.HUBSPOT and _goes_back(field.order, held, send)
        second = field.name in self.finish
        change = Change(field.name, target, native, held, send, value, source, why, two or second, second)
        change.loser = loser
        self.plan.changes.append(change)


def _needed(field: Field, desk: Desk, record: Record) -> str | None:
    """The native name of the field that this one goes along with."""
    other = desk.fields.get(field.needs) if field.needs else None
    return desk.mapping.native(other, record) if other is not None else None


def is_blocked(plan: Plan, desk: Desk, now: datetime, name: str, record: Record, send: Value) -> bool:
    """Does a refusal of this very write still hold? One that does not is lifted."""
    for block in plan.pair.blocks:
        if block.field != name or block.side is not record.ref.side:
            continue
        same = (block.ref_id, block.sent, block.agreement) == (record.ref.id, send, desk.version)
        if same and block.until > now and block.snapshot == snapshot(plan.pair, desk):
            return True
        plan.unblocked.add((block.side, block.field))
    return False


def stored_as(field: Field, side: Side, send: Value, held: Value) -> bool:
    """Would this write change nothing?"""
    if send == held or send is None or held is None:
        return send == held
    return field.lens.predict(side, send) == field.lens.predict(side, held)


def translate(field: Field, target: Side, value: Value) -> Value:
    if value is None:
        return None
    return field.lens.to_salesforce(value) if target is Side.SALESFORCE else field.lens.to_hubspot(value)


def is_due(d: Derived, record: Record, seen: dict[str, Value]) -> bool:
    """Has the agreement a value to write there? Enforced: the side holds another. Else: the wanted value is a new one."""
    if record.values.get(d.native) == d.value:
        return False
    return d.enforced or seen.get("=" + d.native, UNSEEN) != d.value


def _derive(plan: Plan, desk: Desk, derived: Sequence[Derived], finish: Iterable[str], now: datetime) -> None:
    for d in derived:
        record = plan.pair.record(d.side)
        if record is None:
            continue
        if d.bound:
            if plan.creation is not None:
                plan.changes.append(_derived_change(d, record, desk, False))
            continue
        seen, name = plan.pair.seen[d.side] | plan.seen[d.side], "=" + d.native
        hangs = name in finish
        if is_due(d, record, seen) or (hangs and record.values.get(d.native) is None):
            if is_blocked(plan, desk, now, name, record, d.value):
                plan.held.add(name)
                continue
            change = _derived_change(d, record, desk, hangs)
            plan.changes = [c for c in plan.changes if (c.side, c.native) != (d.side, d.native)]
            plan.changes.append(change)
        elif not d.enforced and record.values.get(d.native) == d.value and seen.get(name, UNSEEN) != d.value:
            plan.seen[d.side][name] = d.value


def _derived_change(d: Derived, record: Record, desk: Desk, hangs: bool) -> Change:
    held = record.values.get(d.native)
    order = desk.derived_order.get(d.native, ()) if d.side is Side.HUBSPOT else ()
    two = hangs or _goes_back(order, held, d.value)
    return Change(
        "=" + d.native, d.side, d.native, held, d.value, d.value, None, d.why, two, hangs, d.bound, d.enforced
    )


def _watch(plan: Plan, desk: Desk) -> None:
    """Seen of the fields that are not mapped but matter."""
    for side, names in desk.watched.items():
        record, seen = plan.pair.record(side), plan.pair.seen[side]
        for native in names if record is not None else ():
            value = record.values.get(native)  # type: ignore[union-attr]
            if value != seen.get("@" + native, UNSEEN):
                plan.seen[side]["@" + native] = value


def _withhold(plan: Plan) -> None:
    """A side that is only observed is not written: what would have been is kept apart, and Seen stays as it was."""
    mode = plan.pair.mode
    if all(mode.get(side, True) for side in Side):
        return
    plan.withheld = [c for c in plan.changes if not mode.get(c.side, True)]
    plan.changes = [c for c in plan.changes if mode.get(c.side, True)]
    if plan.creation is not None and not mode.get(plan.creation.side, True):
        plan.withheld += plan.creation.changes
        plan.unmade = plan.creation
        plan.changes = [c for c in plan.changes if not c.bound]
        plan.creation = None


def _same(field: Field, hv: Value, sv: Value) -> bool:
    if hv is None or sv is None:
        # a Salesforce checkbox has no blank: unchecked is its blank
        return hv is sv or (hv is None and sv is False)
    return field.lens.same(hv, sv)


def _allowed(field: Field, source: Side) -> bool:
    wanted = Direction.TO_SALESFORCE if source is Side.HUBSPOT else Direction.TO_HUBSPOT
    return field.direction in (Direction.BOTH, wanted)


def _goes_back(order: tuple[str, ...], held: Value, send: Value) -> bool:
    if held not in order or send not in order:
        return False
    return order.index(str(send)) < order.index(str(held))


def _by_side(source: Side, value: Value, held: Value) -> tuple[Value, Value]:
    return (value, held) if source is Side.HUBSPOT else (held, value)


def _held(field: Field) -> Trouble:
    return Trouble(
        "conflict",
        field.name,
        f"{field.name} was changed on both sides and the mapping says hold",
        "Decide which value is right: make both sides equal, or use `accord conflicts restore`.",
    )


def _gone(pair: Pair) -> Trouble:
    return Trouble(
        "gone",
        "",
        f"The {pair.gone} record of this link was deleted or can't be read any more.",
        "Restore it, or remove the other record too; Accord neither deletes nor makes it anew.",
    )
