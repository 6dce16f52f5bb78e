"""Settling: what became of writes that were intended, when nobody was left to say so.

A row left ``intended`` is judged by reading both sides as they are now; see ALGORITHM "Settling".
The result is Seen as after a copy (done), or the value is planned anew (lapsed).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from connector.core.mapping import Field, KindMapping
from connector.core.plan import Left, Loser, Pair, Plan, Seen, Settled, Trouble
from connector.core.records import Record, Side, Value, Version

SKEW = timedelta(seconds=2)
"""How far the clocks of Accord and of a side may be apart when an entry is placed before or after transaction 1."""


def normalised(side: Side, field: str, native: str) -> Trouble:
    """The org made something else of what we sent."""
    return Trouble(
        "normalised",
        field,
        f"{side} stores another form of {native} than was sent.",
        "Choose a lens that knows this form, or give the field to one side.",
    )


class Settling:
    """Settles the rows left over of one pair into its Plan. ``finish``: fields whose two-step value hangs in the
    blank."""

    def __init__(self, pair: Pair, mapping: KindMapping, fields: dict[str, Field], plan: Plan) -> None:
        self.pair, self.mapping, self.fields, self.plan = pair, mapping, fields, plan
        self.finish: dict[str, dict[str, Any]] = {}

    def run(self) -> None:
        for row in self.pair.left:
            if row.state == "intended":
                self._row(row)
        self._made_late()

    def _made_late(self) -> None:
        """A create that lapsed, for its record was not there, and whose record came after all: nobody else has our key.
        Where another create was intended since, that one is settled instead."""
        creates = [row for row in self.pair.left if row.action == "create"]
        if self.pair.link is not None or any(row.state == "intended" for row in creates):
            return
        for row in creates:
            target, source = self.pair.record(row.side), self.pair.record(row.side.other)
            if target is not None and source is not None and self._is_ours(target, source):
                self._created(row)
                return

    def _row(self, row: Left) -> None:
        missing = self.pair.record(row.side) is None
        if row.action == "archive":
            self.plan.settled.append(Settled(row.id, "done" if missing else "lapsed", row.changes))
        elif row.action == "fetch":
            self.plan.settled.append(Settled(row.id, "lapsed" if missing else "done", row.changes))
        elif missing or (row.action == "create" and self.pair.record(row.side.other) is None):
            self.plan.settled.append(Settled(row.id, "lapsed", row.changes))
        elif row.action == "create":
            self._created(row)
        else:
            changes = [dict(change) for change in row.changes]
            states = [self._change(row, change) for change in changes if "st" not in change]
            state = "done" if all(s == "done" for s in states) else "lapsed"
            self.plan.settled.append(Settled(row.id, state, changes))

    def _created(self, row: Left) -> None:
        """Seen from the row, for every field that the new record holds."""
        target, source = self.pair.record(row.side), self.pair.record(row.side.other)
        self.plan.settled.append(Settled(row.id, "done", [_as_made(change, target) for change in row.changes]))
        if (
            target is None
            or source is None
            or self.pair.link is not None
            or not self._is_ours(target, source)
        ):
            return
        for change in row.changes:
            field = self.fields.get(change["f"])
            native = self.mapping.native(field, target) if field else None
            if field is None or native is None or target.values.get(native) is None:
                continue
            now, sent = target.values.get(native), change["v"]
            self._copied(field.name, row.side, sent, change["s"])
            if not _equal(field, row.side, now, sent):
                self._lose(field, row.side.other, change["s"], now)

    def _is_ours(self, target: Record, source: Record) -> bool:
        return target.values.get(self._key(target.ref.side)) == source.ref.id

    def _key(self, side: Side) -> str:
        return self.mapping.hubspot_key if side is Side.HUBSPOT else self.mapping.salesforce_key

    def _change(self, row: Left, change: dict[str, Any]) -> str:
        field = self.fields.get(change["f"])
        if field is None:
            change["st"] = self._derived(row, change)
            return str(change["st"])
        target = self.pair.record(row.side)
        native = self.mapping.native(field, target) if target else None
        if target is None or native is None:
            change["st"] = "lapsed"
            return "lapsed"
        now, sent = target.values.get(native), change["v"]
        change["st"] = self._verdict(row, change, field, target, now, sent)
        return str(change["st"])

    def _verdict(
        self, row: Left, change: dict[str, Any], field: Field, target: Record, now: Value, sent: Value
    ) -> str:
        if _equal(field, row.side, now, sent):
            self._copied(field.name, row.side, now, change["s"])
            return "done"
        if change.get("two") and now is None:
            self.finish[field.name] = change
            return "lapsed"
        if row.side is Side.HUBSPOT:
            return self._by_history(row, change, field, target)
        if now == change["o"]:
            if not _before(target.modified_at, row.intended_at):
                self._lose(field, row.side, now, sent)
            return "lapsed"
        if target.modified_by_us:
            self._copied(field.name, row.side, now, change["s"])
            if not self._mean_the_same(field, row.side, now, change["s"]):
                self.plan.troubles.append(normalised(row.side, field.name, change["n"]))
            return "done"
        self._copied(field.name, row.side, sent, change["s"])
        self._lose(field, row.side.other, change["s"], now)
        return "done"

    def _mean_the_same(self, field: Field, target: Side, now: Value, source: Value) -> bool:
        if now is None or source is None:
            return now == source
        hubspot, salesforce = (source, now) if target is Side.SALESFORCE else (now, source)
        return field.lens.same(hubspot, salesforce)

    def _by_history(self, row: Left, change: dict[str, Any], field: Field, target: Record) -> str:
        history = target.history.get(field.hubspot)
        if history is None:
            self.plan.needs_history.add(field.hubspot)
            return "lapsed"
        if arrived(history, change["v"], row.intended_at):
            self._copied(field.name, row.side, change["v"], change["s"])
            return "done"
        return "lapsed"

    def _derived(self, row: Left, change: dict[str, Any]) -> str:
        """A value of the agreement's own is simply derived anew; only a finished one is noted, and a blank
        between finished."""
        target, mate = self.pair.record(row.side), self.pair.record(row.side.other)
        now = target.values.get(change["n"]) if target else None
        unknown = change["v"] is None and change["n"] == self._key(row.side)
        if unknown and target is not None and mate is not None and self._is_ours(target, mate):
            change["v"] = now  # the id of a record that the same round made
        if now is not None and now == change["v"]:
            self.plan.seen[row.side][change["f"]] = change["v"]
            return "done"
        if change.get("two") and now is None:
            self.finish[change["f"]] = change
        return "lapsed"

    def _copied(self, name: str, target: Side, now: Value, source: Value) -> None:
        self.plan.seen[target][name] = now
        self.plan.seen[target.other][name] = source

    def _lose(self, field: Field, side: Side, value: Value, winner: Value) -> None:
        record = self.pair.record(side)
        native = (record and self.mapping.native(field, record)) or field.name
        if value is not None:
            self.plan.losers.append(Loser(side, field.name, native, value, winner, "settled"))


def _as_made(change: dict[str, Any], made: Record | None) -> dict[str, Any]:
    """What goes in a call of its own (an opt-out) may not have come to the record any more."""
    values, name = made.values if made is not None else {}, change["n"]
    missing = change["v"] is not None and name in values and values[name] is None
    return {**change, "st": "lapsed"} if missing else change


def _equal(field: Field, side: Side, now: Value, sent: Value) -> bool:
    """Is what stands there what was sent, as that side stores it?"""
    if now == sent or now is None or sent is None:
        return now == sent
    return field.lens.predict(side, now) == field.lens.predict(side, sent)


def arrived(history: tuple[Version, ...], value: Value, since: datetime) -> bool:
    """Did our value ever stand there since then?"""
    return any(v.ours and v.value == value and v.at >= since - SKEW for v in history)


def _before(modified_at: datetime | None, moment: datetime) -> bool:
    """Salesforce's clock has whole seconds: the second of the change may end after ``moment``."""
    return modified_at is not None and modified_at + timedelta(seconds=1) + SKEW < moment


def late_writes(
    pair: Pair, seen: dict[Side, Seen], mapping: KindMapping, fields: dict[str, Field]
) -> dict[Side, Seen]:
    """Values that a lapsed row meant to write and that stand there now: our own late write, not an edit. Patches
    to Seen."""
    patches: dict[Side, Seen] = {Side.HUBSPOT: {}, Side.SALESFORCE: {}}
    for row in pair.left:
        target = pair.record(row.side)
        if row.state != "lapsed" or target is None or row.action != "update":
            continue
        for change in row.changes:
            field = fields.get(change["f"])
            native = field and mapping.native(field, target)
            if not field or not native or change.get("st") != "lapsed":
                continue
            now = target.values.get(native)
            if now is not None and now == change["v"] and now != seen[row.side].get(field.name):
                patches[row.side][field.name] = now
                patches[row.side.other][field.name] = change["s"]
    return patches
