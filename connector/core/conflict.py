"""Who wins where both sides moved, or where two filled records meet for the first time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from connector.core.mapping import Blank, Direction, Field, Wins
from connector.core.plan import Pair, Plan, Trouble
from connector.core.records import SIDES, Side, Value
from connector.core.settle import SKEW

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """``loses``: why the other side's value goes to the ledger; None where nothing is lost."""

    source: Side
    why: str
    loses: str | None = None


def allowed(field: Field, source: Side) -> bool:
    wanted = Direction.TO_SALESFORCE if source is Side.HUBSPOT else Direction.TO_HUBSPOT
    return field.direction in (Direction.BOTH, wanted)


def first_link(field: Field, values: dict[Side, Value]) -> Decision:
    """Two filled systems meet: blanks never win, blanks are filled, then the field's named winner."""
    for side in SIDES:
        if values[side] is None:
            return Decision(side.other, "first link fills a blank")
    source = field.first_link if field.direction is Direction.BOTH else _only(field)
    return Decision(source, f"first link: {source} wins", "first link")


def conflict(plan: Plan, field: Field, values: dict[Side, Value]) -> Decision | None:
    """None: a person decides, or HubSpot's property history has to be read first."""
    if field.direction is not Direction.BOTH:
        source = _only(field)
        return Decision(source, f"both changed: only {source} may write this field", "conflict")
    if field.blank is Blank.KEEP and None in values.values():
        source = Side.HUBSPOT if values[Side.SALESFORCE] is None else Side.SALESFORCE
        return Decision(source, "both changed: a blank never overwrites here", "conflict")
    if field.wins is Wins.HOLD:
        plan.held.add(field.name)
        plan.troubles.append(_held(field))
        return None
    if field.wins is Wins.NEWEST:
        return _newest(plan, plan.pair, field)
    source = Side.HUBSPOT if field.wins is Wins.HUBSPOT else Side.SALESFORCE
    return Decision(source, f"both changed: {source} wins by the mapping", "conflict")


def _only(field: Field) -> Side:
    return Side.HUBSPOT if field.direction is Direction.TO_SALESFORCE else Side.SALESFORCE


def _newest(plan: Plan, pair: Pair, field: Field) -> Decision | None:
    """Salesforce has one clock per record, in whole seconds: its edit lies in an interval, HubSpot's is a point.
    The clocks may differ by seconds: what is that close is a tie."""
    h, s = pair.hubspot, pair.salesforce
    if h is None or s is None:
        return None
    history = h.history.get(field.hubspot)
    if history is None:
        plan.needs_history.add(field.hubspot)
        return None
    # the history was read later than the record: what was typed in between is not what this plan speaks of
    typed = [v for v in history if v.value == h.values.get(field.hubspot)] or history
    at = typed[0].at if typed else h.modified_at or h.read_at
    begin = pair.shown.get(field.name, pair.shown_at)
    end = (s.modified_at or s.read_at) + SECOND + SKEW
    if (begin is None or begin - SKEW <= at) and at <= end:
        return Decision(
            field.tie, f"both changed, the clocks can't tell: {field.tie} wins the tie", "conflict"
        )
    source = Side.HUBSPOT if at > end else Side.SALESFORCE
    return Decision(source, f"both changed: {source} is newest", "conflict")


def _held(field: Field) -> Trouble:
    return Trouble(
        "conflict",
        field.name,
        f"{field.name} was changed on both sides and the mapping says hold",
        "Decide which value is right: make both sides equal, or use `accord conflicts restore`.",
    )
