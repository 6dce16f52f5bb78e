"""Where both sides are not as the agreement wants them, and why: every difference of a pair has one cause. Pure.

It judges the very Plan that a round would take, and looks besides at what a round passes over because neither side has
moved. So it can't disagree with the engine: what it calls unheard is what the next round would write.
"""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.causes import ABOUT_SALES, NOTHING, Cause, Difference, Known
from connector.core.desk import Desk
from connector.core.fields import same, stored_as, translate
from connector.core.mapping import Blank, Direction, Field
from connector.core.plan import UNSEEN, Change, Plan, Trouble
from connector.core.records import Record, Side, Value
from connector.errors import Untranslatable


def differences(plan: Plan, desk: Desk, known: Known = NOTHING) -> list[Difference]:
    """All of a pair's, records as a whole first. Empty: both sides are as agreed."""
    return _Judging(plan, desk, known).run()


class _Judging:
    def __init__(self, plan: Plan, desk: Desk, known: Known) -> None:
        self.plan, self.pair, self.desk, self.known = plan, plan.pair, desk, known
        self.changes = {(c.side, c.native): c for c in plan.changes}
        self.withheld = {(c.side, c.native): c for c in plan.withheld}
        self.troubles: dict[str, Trouble] = {t.field: t for t in plan.troubles if t.code not in ABOUT_SALES}

    def run(self) -> list[Difference]:
        pair, plan = self.pair, self.plan
        if pair.gone is not None:
            return [self._gone(pair.gone)]
        if plan.reason.startswith("not selected"):
            return [self._whole(Cause.FILTERED, plan.reason)]
        if pair.hubspot is None or pair.salesforce is None:
            return list(self._one_sided())
        return [*self._unlinked(), *self._fields(pair.hubspot, pair.salesforce), *self._own(), *self._stuck()]

    def _whole(self, cause: Cause, why: str) -> Difference:
        refs = [str(r.ref) if r is not None else None for r in (self.pair.hubspot, self.pair.salesforce)]
        return Difference(cause, "", refs[0], refs[1], why)

    def _gone(self, side: Side) -> Difference:
        if self.plan.archived is not None:
            return self._whole(Cause.ARCHIVED, self.plan.reason)
        pending = self.known.pending and ("gone", "") not in self.known.issues
        return self._whole(Cause.PENDING if pending else Cause.MISSING, self.plan.reason)

    # -- a person whom one side does not have

    def _one_sided(self) -> Iterator[Difference]:
        plan = self.plan
        lacking = Side.HUBSPOT if self.pair.hubspot is None else Side.SALESFORCE
        if plan.unmade is not None or (plan.creation is None and self._would_be_made(lacking)):
            yield self._whole(Cause.OBSERVED, f"would be made in {lacking}: {self._mode()}")
        elif plan.creation is not None:
            yield self._whole(*self._unmade(lacking, plan.creation.why))
        else:
            stuck = list(self._stuck())
            yield from stuck or [self._whole(Cause.NOT_DUE, self._why_not_there())]
            yield from self._own()

    def _would_be_made(self, side: Side) -> bool:
        return any(c.bound for c in self.plan.withheld) and not self.pair.mode.get(side, True)

    def _unmade(self, side: Side, why: str) -> tuple[Cause, str]:
        told = [m for (code, _), m in self.known.issues.items() if code in ("refused", "duplicate")]
        if told:
            return Cause.REFUSED, told[0]
        if self.known.pending:
            return Cause.PENDING, f"to be made in {side}: {why}"
        record = self.pair.record(side.other)
        if record is not None and (said := self._just_now(record)):
            return Cause.PENDING, f"to be made in {side}: {said}"
        return Cause.NEVER, f"should be in {side}, too: {why}"

    def _why_not_there(self) -> str:
        step, verdict = self.plan.step, self.plan.verdict
        if step is not None:
            return str(step.reason)
        return str(verdict.summary()) if verdict is not None else self.plan.reason

    # -- a pair

    def _unlinked(self) -> Iterator[Difference]:
        if self.pair.link is not None:
            return
        if not any(self.pair.mode.values()):
            yield self._whole(Cause.OBSERVED, f"would be linked: {self._mode()}")
        elif self.known.pending:
            yield self._whole(Cause.PENDING, "to be linked")
        else:
            yield self._whole(Cause.NEVER, "the same person, and not linked")

    def _fields(self, h: Record, s: Record) -> Iterator[Difference]:
        for name, native_h, native_s, field_ in self.desk.rows(s.ref.object):
            hv, sv = h.values.get(native_h), s.values.get(native_s)
            change = self.changes.get((Side.HUBSPOT, native_h)) or self.changes.get((Side.SALESFORCE, native_s))
            if change is None and same(field_, hv, sv):
                continue
            if change is not None and change.origin is None and same(field_, hv, sv):
                continue  # both hold the same; that the agreement wants another is told as its own value
            cause, why = self._planned(change) if change else self._left(name, field_, hv, sv, (native_h, native_s))
            yield Difference(cause, name, hv, sv, why)

    def _own(self) -> Iterator[Difference]:
        """What the agreement itself keeps on a side."""
        for c in [*self.plan.changes, *self.plan.withheld]:
            if c.origin is not None or c.bound or self._as_field(c):
                continue
            withheld = (c.side, c.native) in self.withheld
            cause, why = (Cause.OBSERVED, self._mode()) if withheld else self._planned(c)
            there = {c.side: c.old, c.side.other: None}
            told = f"{c.native} in {c.side} should be {_short(c.send)}: {why}"
            yield Difference(cause, c.field, there[Side.HUBSPOT], there[Side.SALESFORCE], told)

    def _as_field(self, c: Change) -> bool:
        """Is it told among the mapped fields already? (There only where both sides differ.)"""
        h, s = self.pair.hubspot, self.pair.salesforce
        if h is None or s is None:
            return False
        rows = self.desk.rows(s.ref.object)
        row = next((r for r in rows if r[1 if c.side is Side.HUBSPOT else 2] == c.native), None)
        return row is not None and not same(row[3], h.values.get(row[1]), s.values.get(row[2]))

    def _stuck(self) -> Iterator[Difference]:
        """What is held as a whole: it is about no field of the mapping."""
        for name, trouble in self.troubles.items():
            if name not in self.desk.fields:
                cause = Cause.REFUSED if trouble.code == "refused" else Cause.HELD
                yield self._whole(cause, trouble.message)

    # -- the cause of one value

    def _planned(self, c: Change) -> tuple[Cause, str]:
        """A round would write it now: what keeps it from having been written?"""
        if (told := self.known.issues.get(("refused", c.field))) is not None:
            return Cause.REFUSED, told
        if self.known.pending or self.pair.left or c.field in self.pair.asked:
            return Cause.PENDING, f"waits for a round: {c.why}"
        return self._wished(c) if c.origin is None else self._moved(c, c.origin)

    def _moved(self, c: Change, source: Side) -> tuple[Cause, str]:
        seen = {side: self.pair.seen[side].get(c.field, UNSEEN) for side in Side}
        if UNSEEN in seen.values() or self.pair.link is None:
            return Cause.NEVER, c.why
        record, held = self.pair.record(source), self.pair.record(c.side)
        both = c.source != seen[source] and held is not None and held.values.get(c.native) != seen[c.side]
        who = "both sides" if both else source if c.source != seen[source] else c.side
        if record is not None and (said := self._just_now(record)):
            return Cause.PENDING, said
        return Cause.UNHEARD, f"{who} changed, and nobody told us; {c.why}"

    def _wished(self, c: Change) -> tuple[Cause, str]:
        handoff, step = self.pair.handoff, self.plan.step
        due = handoff.next_look() if handoff is not None else None
        if step is not None and step.edge is not None and due is not None:
            return Cause.PENDING, f"its hand-off's next step is due: {step.reason}"
        record = self.pair.record(Side.HUBSPOT) or self.pair.record(c.side)
        if record is not None and (said := self._just_now(record)):
            return Cause.PENDING, said
        never = "=" + c.native not in self.pair.seen[c.side] and c.old is None
        if never or not c.enforced or self.pair.link is None:
            return Cause.NEVER, f"the agreement wants it there ({c.why})"
        return Cause.UNHEARD, f"not what the agreement keeps there ({c.why})"

    def _just_now(self, record: Record) -> str:
        if self.known.fresh is None or record.modified_at is None or record.modified_at < self.known.fresh:
            return ""
        return f"changed in {record.ref.side} just now: its notice may still come"

    def _left(self, name: str, f: Field, hv: Value, sv: Value, natives: tuple[str, str]) -> tuple[Cause, str]:
        """A round would leave it as it is: who wants that?"""
        withheld = self.withheld.get((Side.HUBSPOT, natives[0])) or self.withheld.get((Side.SALESFORCE, natives[1]))
        if withheld is not None:
            return Cause.OBSERVED, self._mode()
        if (trouble := self.troubles.get(name)) is not None:
            return (Cause.CONFLICT if trouble.code == "conflict" else Cause.HELD), trouble.message
        if any(b.field == name for b in self.pair.blocks):
            said = "it was refused, and nothing has changed since"
            return Cause.REFUSED, self.known.issues.get(("refused", name), said)
        if name in self.plan.held or f"={natives[0]}" in self.plan.held or f"={natives[1]}" in self.plan.held:
            told = [m for (_, about), m in self.known.issues.items() if about == name]
            return Cause.HELD, told[0] if told else "held"
        return self._apart(name, f, hv, sv)

    def _apart(self, name: str, f: Field, hv: Value, sv: Value) -> tuple[Cause, str]:
        """Neither the plan nor an issue speaks of it."""
        if f.consent:
            return Cause.CONSENT, "neither side forbids more than the other: nobody is opted in"
        if name in self.known.undone:
            return Cause.UNDONE, "an undo put it back"
        if (told := self.known.issues.get(("normalised", name))) is not None:
            return Cause.LOSSY, told
        if as_stored(f, hv, sv):
            return Cause.LOSSY, "as much of it as this side can hold"
        if why := _rule(f, hv, sv, self.pair.salesforce, self.desk):
            return Cause.RULE, why
        if self.known.pending:
            return Cause.PENDING, "waits for a round"
        return Cause.UNEXPLAINED, "both sides differ, and nothing says why"

    def _mode(self) -> str:
        closed = [str(side) for side in Side if not self.pair.mode.get(side, True)]
        return f"{' and '.join(closed)} may not be written for this person (`accord mode`)"


def _short(value: Value) -> str:
    line = " / ".join(str(value).splitlines()) if value is not None else ""
    return f"“{line[:40]}…”" if len(line) > 41 else f"“{line}”" if line else "blank"


def as_stored(f: Field, hv: Value, sv: Value) -> bool:
    """Would a copy either way leave both as they are?"""
    for target, source, held in ((Side.SALESFORCE, hv, sv), (Side.HUBSPOT, sv, hv)):
        try:
            if source is not None and stored_as(f, target, translate(f, target, source), held):
                return True
        except Untranslatable:
            continue
    return False


def _rule(f: Field, hv: Value, sv: Value, salesforce: Record | None, desk: Desk) -> str:
    """Which rule of the mapping keeps both apart; '' for none."""
    if f.direction is not Direction.BOTH:
        target = Side.SALESFORCE if f.direction is Direction.TO_SALESFORCE else Side.HUBSPOT
        return f"{f.name} goes only to {target}: what is changed there stays"
    if None in (hv, sv) and f.blank is Blank.KEEP:
        return f"a blank never overwrites {f.name}"
    other = desk.fields.get(f.needs) if f.needs else None
    native = desk.mapping.native(other, salesforce) if other is not None and salesforce is not None else None
    if native is not None and salesforce is not None and salesforce.values.get(native) is None:
        return f"{f.name} goes only along with {f.needs}, which is blank"
    return ""
