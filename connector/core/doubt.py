"""After a backup was restored: Seen is older than both sides, so that one side differs from it proves nothing. Pure.

What an ordinary plan would take for an edit may be the value of before the disaster, and what it would overwrite the
edit made since. So a field in doubt is decided by the sides' own clocks, whatever the mapping says of conflicts; where
these can't tell, a person decides. An older value is never written over a newer one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from connector.core.conflict import SECOND, Decision, allowed, first_link
from connector.core.mapping import Field
from connector.core.plan import UNSEEN, Derived, Pair, Plan, Trouble
from connector.core.records import Side, Value
from connector.core.settle import SKEW

ALL, HANDOFF = "*", "=handoff"
"""Marks beside names of fields: everything of the pair, and the state of its hand-off."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a pair whose Link was lost is taken to have shown its Seen: nothing is known of it."""


def in_doubt(pair: Pair, name: str) -> bool:
    return bool(pair.doubt) and (ALL in pair.doubt or name in pair.doubt)


def newer(plan: Plan, field: Field, values: dict[Side, Value]) -> Decision | None:
    """Which side holds the newer value. None: it may not go over (then both stay, and are Seen as they are), a person
    decides, or HubSpot's property history has to be read first."""
    h = plan.pair.hubspot
    if h is not None and h.history.get(field.hubspot) is None:
        plan.needs_history.add(field.hubspot)
        return None
    if _never_met(plan.pair, field, values):
        return first_link(field, values)
    source = _newest(plan.pair, field)
    if source is None:
        plan.held.add(field.name)
        plan.troubles.append(_held(field))
        return None
    if not allowed(field, source):
        plan.seen[Side.HUBSPOT][field.name] = values[Side.HUBSPOT]
        plan.seen[Side.SALESFORCE][field.name] = values[Side.SALESFORCE]
        return None
    return Decision(source, f"after a restore: {source} is newer", "restore")


def _never_met(pair: Pair, field: Field, values: dict[Side, Value]) -> bool:
    """At the backup the field had not gone over yet, though the Link was there: a blank is filled, as ever."""
    unseen = all(field.name not in pair.seen[side] for side in Side)
    return unseen and None in values.values() and pair.shown.get(field.name, pair.shown_at) not in (None, NEVER)


def _newest(pair: Pair, field: Field) -> Side | None:
    """HubSpot's value has a time of its own. Salesforce's was entered between the last read that still showed Seen
    (None: not known) and the record's LastModifiedDate, a whole second."""
    h, s = pair.hubspot, pair.salesforce
    if h is None or s is None:
        return None
    history = h.history.get(field.hubspot, ())
    typed = next((v for v in history if v.value == h.values.get(field.hubspot)), None)
    at = typed.at if typed is not None else None
    begin = pair.shown.get(field.name, pair.shown_at)
    end = (s.modified_at or s.read_at) + SECOND + SKEW
    ours = typed is not None and typed.ours
    if at is None:
        return None
    if at > end:
        return None if ours else Side.HUBSPOT  # ours, and not in Salesforce: half of a write that went both ways
    # what we wrote to HubSpot stood in Salesforce then: it has been changed there since
    return Side.SALESFORCE if ours or _before(pair, field, at, begin) else None


def _before(pair: Pair, field: Field, at: datetime, begin: datetime | None) -> bool:
    """Was HubSpot's value entered before Salesforce still showed its Seen? One that equals HubSpot's own Seen is the
    very one that was read then: as a rule a second after it was entered."""
    if begin is None or pair.hubspot is None:
        return False
    was_seen = pair.hubspot.values.get(field.hubspot) == pair.seen[Side.HUBSPOT].get(field.name, UNSEEN)
    return at <= begin + SKEW if was_seen else at < begin - SKEW


def without_old_wishes(plan: Plan, derived: Iterable[Derived]) -> list[Derived]:
    """Shared fields that the agreement writes once, when its wish changes: whether it did so since the backup is not
    known, and people may have changed them after that. Only the next wish counts."""
    kept = []
    for d in derived:
        record = plan.pair.record(d.side)
        if d.enforced or d.bound or record is None or record.values.get(d.native) == d.value:
            kept.append(d)
        else:
            plan.seen[d.side]["=" + d.native] = d.value
    return kept


def still(plan: Plan) -> list[str] | None:
    """What stays in doubt once this plan is done: what it held, or could not or may not write. None: nothing."""
    names = {c.field for c in plan.changes if c.verdict != "done"} | {c.field for c in plan.withheld} | plan.held
    left = {name for name in names if in_doubt(plan.pair, name)}
    if plan.regained and plan.step is None:
        left.add(HANDOFF)
    return sorted(left) or None


def _held(field: Field) -> Trouble:
    return Trouble(
        "conflict",
        field.name,
        f"{field.name} differs since a backup was restored, and the clocks can't tell which side is newer",
        "Decide which value is right: `accord conflicts decide` with this issue and the side; or make both equal.",
    )
