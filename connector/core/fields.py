"""Field by field: each side against what that side last held. Every branch gives its reason, because ``explain``
shows it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.core.blocking import is_blocked
from connector.core.conflict import Decision, allowed, conflict, first_link
from connector.core.derive import goes_back, is_due
from connector.core.desk import Desk
from connector.core.doubt import in_doubt, newer
from connector.core.mapping import Blank, Field
from connector.core.plan import UNSEEN, Change, Derived, Loser, Pair, Plan, Trouble, _Unseen
from connector.core.records import Record, Side, Value
from connector.errors import Untranslatable

_MOVED = {side: Decision(side, f"changed in {side}") for side in Side}


class Fields:
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
        wanted = bool(wanted_h or wanted_s)
        values_h, values_s, special = h.values, s.values, self.special
        mending = bool(self.pair.open_issues or self.pair.blocks)
        for name, native_h, native_s, field in self.desk.rows(s.ref.object):
            hv, sv = values_h.get(native_h), values_s.get(native_s)
            sh, ss = seen_h.get(name, UNSEEN), seen_s.get(name, UNSEEN)
            if wanted:
                hv, sv = wanted_h.get(native_h, hv), wanted_s.get(native_s, sv)
            if hv == sh and sv == ss and name not in special:
                continue
            if hv is None and native_h not in values_h:
                continue  # HubSpot does not have this property: no blank (a breaker says so)
            if same(field, hv, sv):
                if sh is UNSEEN or hv != sh:
                    patch_h[name] = hv
                if ss is UNSEEN or sv != ss:
                    patch_s[name] = sv
                if mending:
                    self._fine(name)
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

    def _fine(self, name: str) -> None:
        if self.pair.open_issues:
            self.plan.cleared.update((code, f) for code, f in self.pair.open_issues if f == name)
        if self.pair.blocks:
            self.plan.unblocked.update((b.side, b.field) for b in self.pair.blocks if b.field == name)

    def _consent(self, field: Field, hv: Value, sv: Value) -> None:
        """The stricter side wins; sync never opts anyone in: only a value that forbids is ever written."""
        for source, value, held in ((Side.HUBSPOT, hv, sv), (Side.SALESFORCE, sv, hv)):
            if not field.lens.is_strict(source, value):  # type: ignore[attr-defined]
                continue
            if allowed(field, source):
                self._change(field, source, value, held, "consent: the stricter side wins", None)
            else:
                self.plan.held.add(field.name)
                self.plan.troubles.append(_one_way(field, source))
            return

    def _differs(self, field: Field, hv: Value, sv: Value, sh: Value | _Unseen, ss: Value | _Unseen) -> None:
        values = {Side.HUBSPOT: hv, Side.SALESFORCE: sv}
        moved_h, moved_s = hv != sh, sv != ss
        if field.name in self.finish:
            decided: Decision | None = Decision(Side.SALESFORCE, "second step of a two-step value")
        elif field.name in self.pair.asked:
            asked = self.pair.asked[field.name]
            decided = Decision(asked.side, asked.why, asked.why)
        elif in_doubt(self.pair, field.name):
            decided = newer(self.plan, field, values)
        elif sh is UNSEEN or ss is UNSEEN:
            decided = first_link(field, values)
        elif moved_h and moved_s:
            decided = conflict(self.plan, field, values)
        elif moved_h or moved_s:
            decided = _MOVED[Side.HUBSPOT if moved_h else Side.SALESFORCE]
        else:
            return
        if decided is None or not allowed(field, decided.source):
            return
        source, why, loses = decided.source, decided.why, decided.loses
        if values[source] is None and (field.blank is Blank.KEEP or loses == "first link"):
            source, loses, why = source.other, None, "a blank never overwrites here"
            if not allowed(field, source):
                return
        lost = None
        if loses is not None:
            record = self.pair.record(source.other)
            native = (record and self.desk.mapping.native(field, record)) or field.name
            lost = Loser(source.other, field.name, native, values[source.other], values[source], loses)
        self._change(field, source, values[source], values[source.other], why, lost)

    def _lacks_needed(self, field: Field, record: Record) -> bool:
        """A state without its country would be refused: both go, or neither."""
        native = _needed(field, self.desk, record)
        if native is None or record.values.get(native) is not None:
            return False
        return not any(
            c.side is record.ref.side and c.native == native and c.send is not None for c in self.plan.changes
        )

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
            self.plan.seen[source][field.name], self.plan.seen[target][field.name] = value, held
            self._fine(field.name)
            return
        if is_blocked(self.plan, self.desk, self.now, field.name, record, send):
            self.plan.held.add(field.name)
            return
        two = target is Side.HUBSPOT and goes_back(field.order, held, send)
        second = field.name in self.finish
        change = Change(field.name, target, native, held, send, value, source, why, two or second, second)
        change.loser = loser
        self.plan.changes.append(change)


def _one_way(field: Field, strict: Side) -> Trouble:
    """Nothing may be loosened, and the mapping keeps the stricter word from going over."""
    return Trouble(
        "consent_differs",
        field.name,
        f"{strict} says not to contact this person ({field.name}), and the mapping keeps it from {strict.other}.",
        f"Opt them out in {strict.other} too, or let the field go both ways in the mapping.",
    )


def _needed(field: Field, desk: Desk, record: Record) -> str | None:
    """The native name of the field that this one goes along with."""
    other = desk.fields.get(field.needs) if field.needs else None
    return desk.mapping.native(other, record) if other is not None else None


def stored_as(field: Field, side: Side, send: Value, held: Value) -> bool:
    """Would this write change nothing?"""
    if send == held or send is None or held is None:
        return send == held
    return field.lens.predict(side, send) == field.lens.predict(side, held)


def translate(field: Field, target: Side, value: Value) -> Value:
    if value is None:
        return None
    return field.lens.to_salesforce(value) if target is Side.SALESFORCE else field.lens.to_hubspot(value)


def same(field: Field, hv: Value, sv: Value) -> bool:
    if hv is None or sv is None:
        # a Salesforce checkbox has no blank: unchecked is its blank
        return hv is sv or (hv is None and sv is False)
    return field.lens.same(hv, sv)
