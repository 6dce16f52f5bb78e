"""Conflicts: the losing values that are kept, and putting one back.

A loser is put back by a round, not around it: what was asked is kept on the Link, and the next plan of the pair
takes the
value to be what that side holds: it is written there, and from there to the other side, whatever moved meanwhile. What
both sides held until then goes to the ledger in turn, so that restoring can be undone, too. Everything is journaled,
read back and fenced like any other write, and a crash in between only means that it is planned again.

(Setting Seen so that the side "has moved" would not do: the value stands nowhere any more. Writing it by a call
of our own
would be an edit in disguise, which the other side's next edit could beat in a conflict.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connector.core.fields import translate
from connector.core.mapping import Blank, Direction, Field
from connector.core.plan import Asked
from connector.core.records import Side, Value
from connector.errors import Refused, Untranslatable
from connector.services.workbench import Workbench

Row = dict[str, Any]


class ConflictStore(Protocol):
    def ledger(self, link: int | None, restored: bool, limit: int) -> list[Row]: ...
    def loser(self, id_: int) -> Row | None: ...
    def issue(self, id_: int) -> Row | None: ...
    def link(self, link: int) -> Row | None: ...
    def modes(self) -> list[Row]: ...
    def ask(self, link: int, asked: Row, lift: Sequence[str], now: datetime) -> None:
        """Keep it on the Link until a round has done it, and let the Link go round first of all."""


def listed(
    store: ConflictStore, link: int | None = None, restored: bool = False, limit: int = 100
) -> list[Row]:
    """Losing values, latest first. ``asked``: restoring it waits for a round."""
    return store.ledger(link, restored, limit)


@dataclass(frozen=True, slots=True)
class Restoring:
    """``value`` will stand on ``side`` (None where a conflict is decided: what stands there), and its meaning on the
    other one. ``link``: whose round does it."""

    link: int
    field: str
    side: Side
    value: Value


def restore(bench: Workbench, store: ConflictStore, id_: int, by: str) -> Restoring:
    """Ask that a losing value be put back. Raises Refused, telling why it can't be and what to do instead."""
    row = store.loser(id_)
    if row is None:
        raise Refused(f"The ledger has no row {id_}. `accord conflicts list` shows what there is.")
    if row["why"] == "erased":
        raise Refused(f"Row {id_} belonged to a person who was erased: its value is gone for good.")
    if row["restored_at"] is not None:
        raise Refused(f"Row {id_} was restored at {row['restored_at']:%Y-%m-%d %H:%M} UTC already.")
    link = store.link(row["link_id"]) if row["link_id"] is not None else None
    if link is None:
        raise Refused(f"The record of row {id_} is not linked: set the value there by hand.")
    field = _field(bench, store, row["field"])
    loser = Side(row["side"])
    value = _as_held(row["value"], link[f"seen_{loser}"].get(field.name))
    side, value = _source(field, loser, value)
    _carried(bench, field, link, side)
    asked = Asked(side, value, f"restored by {by} (ledger row {id_})", id_)
    _ask(bench, store, link["id"], field, asked)
    return Restoring(link["id"], field.name, side, value)


def decide(bench: Workbench, store: ConflictStore, issue: int, side: Side, by: str) -> Restoring:
    """Of a conflict that the mapping holds: the value that stands on ``side`` now wins, the other one goes to the
    ledger. Raises Refused."""
    row = store.issue(issue)
    if row is None or row["closed_at"] is not None or row["code"] != "conflict" or row["link_id"] is None:
        raise Refused(f"Issue {issue} is no open conflict. `accord issues list --code conflict` shows them.")
    field = _field(bench, store, row["field"])
    asked = Asked(side, None, f"decided by {by} for {side}", as_is=True)
    _ask(bench, store, row["link_id"], field, asked)
    return Restoring(row["link_id"], field.name, side, None)


def _field(bench: Workbench, store: ConflictStore, name: str) -> Field:
    field = bench.desk.fields.get(name)
    if field is None:
        raise Refused(f"{name.lstrip('=@')} is no field of the mapping (any more): set it by hand.")
    if field.consent:
        raise Refused(
            f"{name} is a consent: the stricter side wins, and Accord opts nobody in. Ask the person."
        )
    observed = [row["side"] for row in store.modes() if row["mode"] == "observe"]
    if observed:
        raise Refused(f"{' and '.join(observed)} is only observed: nothing is written. See `accord mode`.")
    return field


def _source(field: Field, loser: Side, value: Value) -> tuple[Side, Value]:
    """On which side the value has to stand so that the agreement carries it to the other one."""
    if value is None and field.blank is Blank.KEEP:
        raise Refused(f"{field.name} was blank, and the mapping says that a blank never overwrites here.")
    away = Direction.TO_HUBSPOT if loser is Side.HUBSPOT else Direction.TO_SALESFORCE
    try:
        across = translate(field, loser.other, value)
    except Untranslatable as problem:
        raise Refused(f"{loser.other} can't take this value: {problem} {problem.fix}") from None
    return (loser.other, across) if field.direction is away else (loser, value)


def _carried(bench: Workbench, field: Field, link: Row, side: Side) -> None:
    """Does the record on that side have the field at all (a Contact may lack what a Lead has)?"""
    objects = field.salesforce
    if link["salesforce_object"] not in objects:
        raise Refused(f"A {link['salesforce_object']} does not carry {field.name}: set it in {side} by hand.")


def _as_held(value: Value, held: Value) -> Value:
    """Values from webhooks are text; the API wants what it gave."""
    if isinstance(value, str) and isinstance(held, bool):
        return value == "true"
    if isinstance(value, str) and isinstance(held, int | float):
        return float(value)
    return value


def _ask(bench: Workbench, store: ConflictStore, link: int, field: Field, asked: Asked) -> None:
    """Refusals of this field are lifted: a person wants it tried."""
    natives = [field.hubspot, *field.salesforce.values()]
    lift = [field.name, *(f"={native}" for native in natives)]
    store.ask(link, {field.name: asked.document()}, lift, bench.clock())
