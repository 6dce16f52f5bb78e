"""What a run may write of a pair: chosen fields or one side, what was previewed, or what is to be undone. Pure.

A plan is confined after it was made, whole, by the same rules as every other; what lies beyond the bounds is kept
apart, unwritten, and Seen of it stays as it was, so nothing is lost by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.core import undoing
from connector.core.desk import Desk
from connector.core.plan import Change, Pair, Plan
from connector.core.records import Side

Document = Mapping[str, Any]


@dataclass(slots=True)
class Bounds:
    """``only``, as pending.run_only holds it:
    fields   names of the mapping; side: the one side that is written
    was      what was previewed: {link, refs, make: {side, object, values: {native: value}}, changes: [{side, native,
             old, new, field}]}; each is written only if old and new are still the same
    key      the identity that the walk read: no bound at all, it saves a read (services/rounds/resolving.py)
    undo     [{side, native, field, ref, old, wrote}]: old comes back where wrote still stands; why: the journal's
             words; made: {side, ref_id}: to be put into the recycle bin; away: {side, object, ref_id}: to be fetched;
             later: {side, ref_id, run, link}: made by nobody's round after the
             run was refused it; it stays, and is told
    ``lifted``: a notice waits for the same round, so fields and side are not kept to. What was previewed or is undone
    is, and the pair goes round again by itself."""

    run: int
    only: Document
    lifted: bool = False

    @property
    def confining(self) -> bool:
        exact = "was" in self.only or "undo" in self.only
        return exact or (not self.lifted and bool(self.only.get("fields") or self.only.get("side")))

    @property
    def undoes(self) -> bool:
        return "undo" in self.only

    @property
    def wakes(self) -> bool:
        """May it link anew what an undo put to rest? Then the two are linked as if for the first time."""
        return not (self.undoes or self.only.get("fields") or self.only.get("side"))

    @property
    def journalled(self) -> int | None:
        """The run whose writes these are. A round that answers a notice, too, is nobody's: to undo the run
        must not undo what people did."""
        return None if self.lifted and not self.again else self.run

    @property
    def again(self) -> bool:
        """A notice waits, and this round does not answer it."""
        return self.lifted and ("was" in self.only or "undo" in self.only)


def confine(plan: Plan, desk: Desk) -> None:
    """Moves what the run may not write from the plan to ``plan.beyond``."""
    bounds: Bounds | None = plan.pair.bounds
    if bounds is None or not bounds.confining:
        return
    if plan.pair.gone is not None:
        if bounds.undoes:
            undoing.fetch(plan, bounds.only)
        return
    if bounds.undoes:
        undoing.undo(plan, desk, bounds.only)
    elif "was" in bounds.only:
        _as_previewed(plan, bounds.only["was"])
    else:
        _scoped(plan, bounds.only)
    for c in plan.beyond:
        _unsee(plan, desk, c)


def _unsee(plan: Plan, desk: Desk, c: Change) -> None:
    """A field was compared as if the agreement's own value stood there already; it will not."""
    name = desk.by_native_name(c.side, c.native) if c.origin is None else None
    if name is not None:
        for side in Side:
            plan.seen[side].pop(name, None)


def may_link(pair: Pair) -> bool:
    """May this round link the pair? A run of chosen fields or an undo links nobody; one as previewed only those two."""
    bounds: Bounds | None = pair.bounds
    if bounds is None or not bounds.confining:
        return True
    if "was" in bounds.only:
        return _same_pair(pair, bounds.only["was"])
    return not bounds.only.get("fields") and "undo" not in bounds.only


def _drop(plan: Plan, dropped: list[Change]) -> None:
    gone = {id(c) for c in dropped}
    plan.beyond += dropped
    plan.changes = [c for c in plan.changes if id(c) not in gone]


def _drop_creation(plan: Plan) -> None:
    if plan.creation is not None:
        plan.beyond += plan.creation.changes
        plan.creation = None
        _drop(plan, [c for c in plan.changes if c.bound])


def _without_step(plan: Plan) -> None:
    """Half a hand-off's step is none: it is taken when next everything of the pair may be written."""
    plan.step = None
    plan.losers = [x for x in plan.losers if x.why != "agreement"]
    _drop(plan, [c for c in plan.changes if c.origin is None and c.why != "link"])


def _scoped(plan: Plan, only: Document) -> None:
    fields, side = only.get("fields"), only.get("side")
    if fields:
        _drop_creation(plan)
        _without_step(plan)
        _drop(plan, [c for c in plan.changes if c.field not in fields])
        plan.troubles = [t for t in plan.troubles if t.field in fields]
        plan.withheld = [c for c in plan.withheld if c.field in fields]
    if side:
        if plan.creation is not None and plan.creation.side == side:
            return  # a record is made with its step and its keys on both sides, or not at all
        _drop_creation(plan)
        _without_step(plan)
        _drop(plan, [c for c in plan.changes if c.side != side])


def _as_previewed(plan: Plan, was: Document) -> None:
    if plan.pair.link is None and not (plan.creation is not None or _same_pair(plan.pair, was)):
        _drop(plan, list(plan.changes))
    if plan.creation is not None and not _same_creation(plan, was.get("make")):
        _drop_creation(plan)
    told = {(c["side"], c["native"]): c for c in was["changes"]}
    _drop(plan, [c for c in plan.changes if not _same_change(c, told.get((c.side, c.native)))])
    if plan.beyond:
        _drop_creation(plan)
        _without_step(plan)


def _same_change(c: Change, told: Document | None) -> bool:
    """A value that the agreement derives may be another by now (a time, an owner's turn): what it replaces may not."""
    if c.bound:
        return True
    if told is None or told["old"] != c.old:
        return False
    return c.origin is None or bool(told["new"] == c.send)


def _same_creation(plan: Plan, made: Document | None) -> bool:
    creation = plan.creation
    if made is None or creation is None or (made["side"], made["object"]) != (creation.side, creation.object):
        return False
    return bool(made["values"] == {c.native: c.send for c in creation.changes if c.origin is not None})


def _same_pair(pair: Pair, was: Document) -> bool:
    refs = [str(r.ref) for r in (pair.hubspot, pair.salesforce) if r is not None]
    return bool(was.get("link")) and refs == list(was.get("refs", ()))
