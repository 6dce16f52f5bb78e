"""Breakers: when many writes at once look like an accident, nothing is written and a person is asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.core.desk import Desk, natives
from connector.core.plan import Pair, Plan
from connector.core.records import Side


@dataclass(frozen=True, slots=True)
class Limits:
    """``gone_share``: of at least ``gone_from`` linked pairs, the share that may be missing on one side.
    ``gone_an_hour``: how many linked records may vanish on one side within an hour.
    ``blank_share``: of at least ``blank_from`` changes of one field in a batch, the share that may blank a value.
    ``writes_an_hour``: how often one field of one record may be written within an hour.
    ``creates``: how many records a batch may make on one side in mode limited."""

    gone_share: float = 0.2
    gone_from: int = 10
    gone_an_hour: int = 100
    blank_share: float = 0.5
    blank_from: int = 20
    writes_an_hour: int = 20


@dataclass(frozen=True, slots=True)
class Trip:
    """``field`` '' means the whole side."""

    side: Side
    code: str
    field: str
    reason: str


def missing(pairs: Sequence[Pair], limits: Limits) -> list[Trip]:
    """A side that suddenly answers for few of its linked records: gone, hidden by a permission, or another account."""
    linked = [p for p in pairs if p.link is not None]
    trips = []
    for side in Side:
        gone = sum(p.gone is side for p in linked)
        if gone >= limits.gone_from and gone > limits.gone_share * len(linked):
            reason = f"{gone} of {len(linked)} linked records can't be read in {side}"
            trips.append(Trip(side, "side_empty", "", reason))
    return trips


def deleting(pairs: Sequence[Pair], told: Mapping[str, int], limits: Limits) -> list[Trip]:
    """More linked records vanish than a day's work explains. ``told``: side -> open issues about it within the hour."""
    trips = []
    for side in Side:
        new = sum(p.gone is side and ("gone", "") not in p.open_issues for p in pairs if p.link is not None)
        count = told.get(side, 0) + new
        if new and count > limits.gone_an_hour:
            trips.append(Trip(side, "mass_delete", "", f"{count} linked records vanished in {side} within an hour"))
    return trips


def vanished(pairs: Sequence[Pair], desk: Desk) -> list[Trip]:
    """HubSpot leaves out a property that is not there (any more), without a word: that is no blank. One that
    verdicts or
    the selection depend on stops the side, or a mass of hand-offs would be withdrawn."""
    matters = natives(desk)[Side.HUBSPOT, "contact"]
    gone: set[str] = set()
    for pair in pairs:
        if pair.hubspot is not None and not pair.hubspot.values.keys() >= matters.keys():
            gone |= matters.keys() - pair.hubspot.values.keys()
    trips = [_vanished([name], matters[name] or "") for name in sorted(gone - desk.judged)]
    return trips + ([_vanished(sorted(gone & desk.judged), "")] if gone & desk.judged else [])


def _vanished(natives_: list[str], field: str) -> Trip:
    names = " and no ".join(natives_)
    reason = f"the contact has no {names} (any more): create it anew, or take it out of the agreement"
    return Trip(Side.HUBSPOT, "field_missing", field, reason)


def blanking(plans: Sequence[Plan], limits: Limits) -> list[Trip]:
    """A field that is being emptied in bulk."""
    total: dict[tuple[Side, str], int] = {}
    blanks: dict[tuple[Side, str], int] = {}
    for plan in plans:
        for c in plan.changes:
            if c.origin is None:
                continue
            key = (c.side, c.field)
            total[key] = total.get(key, 0) + 1
            if c.send in (None, "") and c.old is not None:
                blanks[key] = blanks.get(key, 0) + 1
    return [
        Trip(side, "mass_blanking", name, f"{n} of {total[side, name]} changes would blank {name} in {side}")
        for (side, name), n in sorted(blanks.items())
        if n >= limits.blank_from and n > limits.blank_share * total[side, name]
    ]
