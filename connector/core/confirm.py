"""After the writes: what each written field turned out to be, judged from the verdict and the read-back. Pure.

The outcome is Seen (what each side now held), the journal's verdicts, losers, refusals and whether the pair goes
round again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.core.desk import Desk, snapshot
from connector.core.plan import Block, Change, Loser, Plan, Trouble
from connector.core.records import Record, Side, Value
from connector.core.settle import normalised

BLOCK_FOR = timedelta(days=1)
NOT_WRITTEN = ("stale", "locked", "unsent")


@dataclass(slots=True)
class Confirmed:
    """What transaction 2 saves besides the plan's own patches."""

    seen: dict[Side, dict[str, Value]] = field(
        default_factory=lambda: {Side.HUBSPOT: {}, Side.SALESFORCE: {}}
    )
    fine: set[str] = field(default_factory=set)


class Confirming:
    """Judges the changes of one plan. ``records``: the read-back per side (None: none could be had)."""

    def __init__(self, plan: Plan, desk: Desk, now: datetime) -> None:
        self.plan, self.desk, self.now = plan, desk, now
        self.result = Confirmed()

    def change(self, c: Change, verdict: str, back: Record | None, message: str = "") -> None:
        """Sets ``c.verdict`` to done, refused, lapsed or intended (not settled yet)."""
        if verdict == "moved" or verdict in NOT_WRITTEN or verdict == "gone":
            self._lapse(c, 5.0 if verdict == "locked" else 0.0)
        elif verdict in ("refused", "duplicate"):
            self._refuse(c, message)
        elif back is None or back.moved_to is not None:
            c.verdict = "intended"
            self.plan.again = True
        else:
            self._read_back(c, verdict, back, message)

    def _read_back(self, c: Change, verdict: str, back: Record, message: str) -> None:
        got = c.got = back.values.get(c.native)
        if self._is_ours(c, got) or self._means_the_same(c, got):
            self._fine(c, got)
        elif c.two_step and got is None and c.send is not None:
            c.verdict = "intended"
            self.plan.again = True
        elif verdict == "unknown" and got == c.old:
            self._lapse(c, 1.0)
        elif got == c.old:
            self._still_old(c, back, message)
        elif back.modified_by_us and c.origin is not None:
            self._fine(c, got)
            self.plan.troubles.append(normalised(c.side, c.field, c.native))
        else:
            self._somebody_else(c, got)

    def needs_history(self, c: Change, verdict: str, back: Record | None) -> bool:
        """HubSpot accepted and still shows the old value: only its property history tells a refusal from an edit."""
        if c.side is not Side.HUBSPOT or back is None or verdict != "done" or c.native in back.history:
            return False
        got = back.values.get(c.native)
        return got == c.old and not self._is_ours(c, got)

    def _is_ours(self, c: Change, got: Value) -> bool:
        if got == c.send:
            return True
        if c.send is None or got is None:
            return c.send in (None, False) and got in (None, False)
        known = self.desk.fields.get(c.field)
        if known is None:
            return _text(got) == _text(c.send)
        return known.lens.predict(c.side, got) == known.lens.predict(c.side, c.send)

    def _means_the_same(self, c: Change, got: Value) -> bool:
        """A side may keep a value in a form of its own (a phone number): no edit, and nothing to report."""
        known = self.desk.fields.get(c.field)
        if known is None or c.origin is None or got is None or c.source is None:
            return False
        hubspot, salesforce = (c.source, got) if c.side is Side.SALESFORCE else (got, c.source)
        return known.lens.same(hubspot, salesforce)

    def _fine(self, c: Change, got: Value) -> None:
        c.verdict = "done"
        self._copied(c, got)
        self.result.fine.add(c.field)

    def _copied(self, c: Change, target: Value) -> None:
        if c.origin is None:
            if not c.enforced:
                self.result.seen[c.side][c.field] = c.send
            known = self.desk.by_native_name(c.side, c.native)
            if known and known.startswith("@"):
                self.result.seen[c.side][known] = target
            elif known:
                self.result.seen[c.side].setdefault(known, target)
            return
        self.result.seen[c.side][c.field] = target
        self.result.seen[c.origin][c.field] = c.source

    def _still_old(self, c: Change, back: Record, message: str) -> None:
        """The write was accepted, yet the old value stands: refused, unless somebody wrote it back."""
        if _edited_since(c, back, self.plan):
            self._somebody_else(c, c.old)
        else:
            self._refuse(c, message or "accepted the write but kept the old value")

    def _somebody_else(self, c: Change, got: Value) -> None:
        c.verdict = "done"
        self._copied(c, c.send)
        self.plan.again = True
        if c.origin is None:
            return
        native = self._native(c.origin, c.field)
        self.plan.losers.append(Loser(c.origin, c.field, native, c.source, got, "written over at once"))

    def _lapse(self, c: Change, after: float) -> None:
        c.verdict = "intended" if c.second_only else "lapsed"  # the blank is ours until the second step stands
        self.plan.again = True
        self.plan.retry_after = max(self.plan.retry_after, after)

    def _refuse(self, c: Change, message: str) -> None:
        c.verdict = "refused"
        known = self.desk.by_native_name(c.side, c.native)
        if c.second_only and known:
            self.result.seen[c.side][known] = None  # the blank that stands there now is no edit
        if c.side is Side.HUBSPOT and c.native in self.desk.judged:
            self.plan.again = True  # the verdict counted on it
        record = self.plan.pair.record(c.side)
        subject = record.ref.id if record else ""
        shot = snapshot(self.plan.pair, self.desk)
        self.plan.blocks.append(
            Block(c.side, subject, c.field, c.send, self.desk.version, shot, self.now + BLOCK_FOR)
        )
        self.plan.troubles.append(_refused(c, message, self._fix(c)))

    def _fix(self, c: Change) -> str:
        bounds = self.plan.pair.bounds
        if bounds is not None and bounds.undoes:
            return f"Change the rule in {c.side}; then `accord backfill retry {bounds.run}`."
        return f"Change the value in {(c.origin or c.side.other)} or the rule in {c.side}; then `accord issues retry`."

    def _native(self, side: Side, name: str) -> str:
        record, known = self.plan.pair.record(side), self.desk.fields.get(name)
        return (record and known and self.desk.mapping.native(known, record)) or name


def kept_values(plan: Plan, desk: Desk, notes: list[dict[str, Any]], claimed_seq: int) -> list[Loser]:
    """Values of notices that came while the pair was leased: one that is neither Seen nor ours was overwritten
    unread."""
    losers = []
    ours = {(row.side, c["n"], _text(c["v"])) for row in plan.pair.left for c in row.changes}
    for c in plan.changes:
        if c.origin is None:
            continue
        known = desk.fields[c.field]
        expected = {_text(c.old), _text(c.send), _text(c.got)}
        if c.send is not None:
            expected.add(_text(known.lens.predict(c.side, c.send)))
        for note in notes:
            if note.get("s") != c.side or note.get("f") != c.native or not note.get("l"):
                continue
            value = note.get("v")
            blank_between = c.two_step and value in (None, "")
            unread = note["n"] > claimed_seq and _text(value) not in expected and not blank_between
            if unread and (c.side, c.native, _text(value)) not in ours:
                losers.append(Loser(c.side, c.field, c.native, value, c.send, "came while we wrote"))
    return losers


def only_echoes(plan: Plan, notes: list[dict[str, Any]], claimed_seq: int) -> bool:
    """Is all that was told meanwhile what this plan itself wrote? Then nobody waits for the round that looks again."""
    ours: dict[tuple[str, str], set[str]] = {}
    for c in [*plan.changes, *(plan.creation.changes if plan.creation is not None else ())]:
        told = {_text(c.send), _text(c.got)} if c.got is not None else {_text(c.send)}
        ours[c.side, c.native] = told | {""} if c.two_step else told
    fresh = [note for note in notes if note["n"] > claimed_seq]
    return all(_text(note.get("v")) in ours.get((note["s"], note.get("f", "")), ()) for note in fresh)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _edited_since(c: Change, back: Record, plan: Plan) -> bool:
    read = plan.pair.record(c.side)
    if c.side is Side.HUBSPOT:
        newest = (back.history.get(c.native) or (None,))[0]
        return newest is not None and not newest.ours and read is not None and newest.at > read.read_at
    if back.modified_by_us is not False or read is None or read.modified_at is None:
        return False
    return back.modified_at is not None and back.modified_at > read.modified_at


def _refused(c: Change, message: str, fix: str) -> Trouble:
    return Trouble(
        "refused",
        c.field,
        f"{c.side} refused {c.native}: {message}" if message else f"{c.side} refused {c.native}.",
        fix,
    )
