"""The table of states: every edge is taken once, what is no edge is never taken, and the picture tells the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from connector.core.handoff import EDGES, SalesView, State, Step, may, table
from connector.core.handoff.table import ALLOWED, ENDED, OPEN
from connector.core.qualification import Verdict
from tests.core.handoff.cast import (
    COLD,
    CONTACT,
    DAY,
    HOT,
    HOTTER,
    LEAD,
    LOST_DEAL,
    NOWHERE,
    OPEN_DEAL,
    WARM,
    WON_DEAL,
    Person,
    lead,
    offered_lead,
    rejected,
)

S = State
SEEN = {
    S.HELD: NOWHERE,
    S.OFFERED: LEAD,
    S.ANSWER_INCOMPLETE: rejected(None),
    S.EXPIRED: LEAD,
    S.ACCEPTED: lead(answer="Accepted"),
    S.WORKING: lead(status_word="working"),
    S.CONVERTED: replace(CONTACT, converted=True, opportunity=OPEN_DEAL),
    S.REJECTED: rejected(),
    S.WITHDRAWN: LEAD,
    S.WON: replace(CONTACT, converted=True, opportunity=WON_DEAL),
    S.LOST: replace(CONTACT, converted=True, opportunity=LOST_DEAL),
}
"""How the person shows in Salesforce when the hand-off has just reached a state."""


def brought_to(state: State | None, on_the_way_to: State) -> Person:
    if state is None:
        return Person()
    if state is S.HELD or (state, on_the_way_to) == (S.ANSWER_INCOMPLETE, S.HELD):
        person = Person()
        for view in (NOWHERE,) if state is S.HELD else (NOWHERE, SEEN[state]):
            person.see(HOT, view, blocked="LastName blank")
        return person
    person = offered_lead()
    if state is not S.OFFERED:
        late = DAY if state is S.EXPIRED else timedelta(hours=1)
        person.see(WARM if state is S.WITHDRAWN else HOT, SEEN[state], after=late)
    return person


@dataclass(frozen=True)
class Look:
    """What a round sees."""

    judged: Verdict
    sales: SalesView
    after: timedelta = timedelta(hours=1)
    blocked: str | None = None


def what_moves(source: State | None, to: State) -> Look:
    """What makes a hand-off in ``source`` go to ``to``."""
    now = SEEN[source] if source else NOWHERE
    if to in (S.OFFERED, S.HELD):
        blocked = "LastName blank" if to is S.HELD else None
        if source in ENDED | {S.EXPIRED}:
            return Look(HOTTER, now, 31 * DAY, blocked)
        return Look(HOT, LEAD if source is S.ANSWER_INCOMPLETE else now, blocked=blocked)
    if to is S.EXPIRED:
        return Look(HOT, now, DAY, "LastName blank" if source is S.HELD else None)
    if to is S.WITHDRAWN:
        return Look(WARM, now)
    if source is None:
        return Look(COLD, replace(SEEN[to], converted=False))
    if to is S.CONVERTED and source in (S.WON, S.LOST):
        return Look(HOT, replace(now, opportunity=replace(OPEN_DEAL, id="006B")))
    return Look(HOT, SEEN[to])


def look(person: Person, at: Look) -> Step:
    return person.see(at.judged, at.sales, at.after, blocked=at.blocked)


@pytest.mark.parametrize(
    ("source", "to"), [(s, e.to) for e in EDGES for s in e.sources], ids=lambda s: str(s or "none")
)
def test_every_edge_of_the_table_is_taken_and_the_same_facts_move_it_once(
    source: State | None, to: State
) -> None:
    person = brought_to(source, to)
    assert (person.handoff.state if person.handoff else None) is source
    at = what_moves(source, to)
    step = look(person, at)
    assert step.edge == f"{source or 'none'}->{to}"
    assert step.handoff is not None
    assert step.handoff.state is to
    assert step.reason
    assert look(person, replace(at, after=timedelta(0))).edge is None


def test_an_edge_stands_in_the_table_once_and_says_when() -> None:
    pairs = [(source, edge.to) for edge in EDGES for source in edge.sources]
    assert len(pairs) == len(set(pairs)) == len(ALLOWED)
    assert all(edge.when for edge in EDGES)
    assert not any(source is to for source, to in pairs)
    assert not may(S.WON, S.REJECTED)


def test_every_state_is_open_or_ended() -> None:
    assert set(State) == OPEN | ENDED
    assert not OPEN & ENDED


def test_the_picture_in_the_docstring_is_the_table() -> None:
    lines = [line.split() for line in (table.__doc__ or "").splitlines() if line.startswith("    ")]
    columns = [S.ANSWER_INCOMPLETE if word == "incompl" else S(word) for word in lines[0][3:]]
    drawn = set()
    for name, *marks in lines[1:]:
        source = None if name == "(none)" else S(name)
        drawn |= {(source, to) for to, mark in zip(columns, marks, strict=True) if mark == "x"}
    assert drawn == ALLOWED
    assert len(lines) == len(State) + 2
