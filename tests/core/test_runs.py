"""The states of a run: every edge, and that there are no others."""

from __future__ import annotations

import itertools

import pytest

from connector.core.runs import EDGES, ENDED, Facts, State, Wanted, may_want, next_state

QUIET, OUT, OVER = Facts(), Facts(out=3), Facts(over=True)
BROKEN, BROKEN_OUT = Facts(broken="no such field"), Facts(out=1, broken="no such field")
TABLE = [
    (State.QUEUED, Wanted.RUN, QUIET, State.RUNNING),
    (State.QUEUED, Wanted.PAUSE, QUIET, State.PAUSED),
    (State.QUEUED, Wanted.CANCEL, QUIET, State.CANCELLED),
    (State.RUNNING, Wanted.RUN, QUIET, State.RUNNING),
    (State.RUNNING, Wanted.RUN, Facts(out=1, over=True), State.RUNNING),
    (State.RUNNING, Wanted.RUN, OVER, State.SUCCEEDED),
    (State.RUNNING, Wanted.RUN, BROKEN_OUT, State.RUNNING),
    (State.RUNNING, Wanted.RUN, BROKEN, State.FAILED),
    (State.RUNNING, Wanted.PAUSE, OUT, State.PAUSING),
    (State.RUNNING, Wanted.CANCEL, OUT, State.CANCELLING),
    (State.PAUSING, Wanted.PAUSE, OUT, State.PAUSING),
    (State.PAUSING, Wanted.PAUSE, QUIET, State.PAUSED),
    (State.PAUSING, Wanted.RUN, OUT, State.RUNNING),
    (State.PAUSING, Wanted.CANCEL, OUT, State.CANCELLING),
    (State.PAUSED, Wanted.PAUSE, QUIET, State.PAUSED),
    (State.PAUSED, Wanted.RUN, QUIET, State.RUNNING),
    (State.PAUSED, Wanted.CANCEL, QUIET, State.CANCELLING),
    (State.CANCELLING, Wanted.CANCEL, OUT, State.CANCELLING),
    (State.CANCELLING, Wanted.RUN, OUT, State.CANCELLING),
    (State.CANCELLING, Wanted.CANCEL, QUIET, State.CANCELLED),
]


@pytest.mark.parametrize(("before", "wanted", "facts", "after"), TABLE)
def test_every_edge(before: State, wanted: Wanted, facts: Facts, after: State) -> None:
    assert next_state(before, wanted, facts) is after


def test_the_table_above_takes_every_edge() -> None:
    taken = {(before, after) for before, _, _, after in TABLE if before is not after}
    assert taken == {(edge.before, edge.after) for edge in EDGES}


@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_has_ended_stays_so(state: State) -> None:
    for wanted, facts in itertools.product(Wanted, (QUIET, OUT, OVER, BROKEN)):
        assert next_state(state, wanted, facts) is state
        assert "ended" in may_want(state, wanted)


def test_cancelling_is_not_taken_back() -> None:
    assert may_want(State.CANCELLING, Wanted.RUN)
    assert not may_want(State.CANCELLING, Wanted.CANCEL)
    assert not may_want(State.RUNNING, Wanted.PAUSE)
