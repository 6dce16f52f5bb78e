"""Breakers at work: before anything is written, a batch that looks like an accident is held and a person is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from connector.core.breakers import blanking, deleting, missing, vanished
from connector.core.plan import Pair, Plan, Trouble
from connector.core.records import Side
from connector.services.rounds.claiming import Claimed
from connector.services.rounds.undoing import undoes
from connector.services.workbench import Workbench

HOUR = timedelta(hours=1)


def before_planning(bench: Workbench, claimed: Claimed, pairs: list[Pair]) -> list[Pair]:
    """A side that is suddenly empty stops the lanes: all pairs are left as they are and go round again once it is
    lifted."""
    there = [p for p in pairs if p.gone is None or p.gone is not p.archived]  # what an undo put away is no accident
    trips = [*missing(there, bench.limits), *vanished(pairs, bench.desk)]
    if any(p.gone for p in there):
        trips += deleting(there, bench.rounds.vanished(bench.clock() - HOUR), bench.limits)
    if trips:
        bench.rounds.trip([(t.side, t.code, t.field, t.reason) for t in trips], bench.clock())
    if all(t.field for t in trips) or not _still_tripped(bench) & {(t.side, "") for t in trips}:
        return pairs
    due = bench.clock() + timedelta(minutes=1)
    bench.rounds.release(claimed.claim.token, [{"id": p.row, "due_at": due} for p in pairs])
    return []


def before_writing(bench: Workbench, plans: Sequence[Plan]) -> None:
    """Takes changes out of plans: fields that are being blanked in bulk, and records that were written too often. Not
    those of an undo: a person asked for just these."""
    plans = [p for p in plans if not undoes(p)]
    trips = blanking(plans, bench.limits)
    if trips:
        bench.rounds.trip([(t.side, t.code, t.field, t.reason) for t in trips], bench.clock())
    tripped = _still_tripped(bench)
    linked = [p.pair.link for p in plans if p.pair.link is not None and p.changes]
    busy: dict[tuple[int | None, Side, str], int] = {}
    if linked:
        found = bench.rounds.busy(linked, bench.clock() - HOUR, bench.limits.writes_an_hour)
        busy = {(row["link_id"], Side(row["side"]), row["field"]): row["writes"] for row in found}
    if not tripped and not busy:
        return
    for plan in plans:
        for change in list(plan.changes):
            if (change.side, change.field) in tripped or (change.side, "") in tripped:
                _hold(plan, change.field, "breaker", f"{change.field} in {change.side} is held by a breaker")
            elif writes := busy.get((plan.pair.link, change.side, change.field)):
                told = f"{change.native} in {change.side} was written {writes} times within the hour"
                _hold(plan, change.field, "runaway", told)


def _still_tripped(bench: Workbench) -> set[tuple[Side, str]]:
    """One that a person lifted within the hour does not go again: what it held is what they meant to let through."""
    return {(Side(side), field) for side, field in bench.rounds.tripped()}


def _hold(plan: Plan, field: str, code: str, message: str) -> None:
    plan.changes = [c for c in plan.changes if c.field != field]
    plan.held.add(field)
    fix = {
        "breaker": "See `accord status`; when it is no accident, `accord resume` lifts the breaker.",
        "runaway": "Find the workflow that answers Accord's writes and stop it; then `accord issues retry`.",
    }[code]
    plan.troubles.append(Trouble(code, field, message, fix))
