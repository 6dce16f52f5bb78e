"""What a Run is: its states, who may move them, and the outcomes of its items. Pure.

Operators write what they want (run, pause, cancel); only workers move the state, one edge at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Wanted(StrEnum):
    RUN = "run"
    PAUSE = "pause"
    CANCEL = "cancel"


class Outcome(StrEnum):
    """What became of one item. ``waiting``: nothing yet. ``would``: a preview's item that would do something.
    ``changed``: not written, because it changed since the preview. ``left``: an undo found the value changed since.
    ``elsewhere``: its Link, or another Ref of it, goes round instead."""

    WAITING = "waiting"
    WOULD = "would"
    NOTHING = "nothing"
    WRITTEN = "written"
    CREATED = "created"
    LINKED = "linked"
    ARCHIVED = "archived"
    RESTORED = "restored"
    CONFLICT = "conflict"
    HELD = "held"
    REFUSED = "refused"
    CHANGED = "changed"
    LEFT = "left"
    OBSERVED = "observed"
    NOT_SELECTED = "not selected"
    GONE = "gone"
    ELSEWHERE = "elsewhere"


ENDED = frozenset({State.CANCELLED, State.SUCCEEDED, State.FAILED})
DONE = (Outcome.WRITTEN, Outcome.CREATED, Outcome.LINKED, Outcome.ARCHIVED, Outcome.RESTORED)
"""Something was written: a later round of the same item that finds nothing more to do does not hide it."""
FAILED = (Outcome.REFUSED, Outcome.HELD, Outcome.CONFLICT)
"""What a retry takes up."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a worker finds. ``out``: items that wait for a round or are in one. ``over``: nothing is left to be queued.
    ``broken``: why it can't go on, whatever is tried."""

    out: int = 0
    over: bool = False
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    before: State
    after: State
    when: Callable[[Wanted, Facts], bool]


def _wants(wanted: Wanted) -> Callable[[Wanted, Facts], bool]:
    return lambda told, facts: told is wanted


EDGES: tuple[Edge, ...] = (
    # Nothing is queued before it runs, so there is nothing to wait for.
    Edge(State.QUEUED, State.CANCELLED, _wants(Wanted.CANCEL)),
    Edge(State.QUEUED, State.PAUSED, _wants(Wanted.PAUSE)),
    # A worker has taken it.
    Edge(State.QUEUED, State.RUNNING, _wants(Wanted.RUN)),
    # What no round has begun is taken back; what one has begun ends as usual.
    Edge(State.RUNNING, State.CANCELLING, _wants(Wanted.CANCEL)),
    Edge(State.RUNNING, State.PAUSING, _wants(Wanted.PAUSE)),
    # A fault that waiting does not mend. What is out ends as usual.
    Edge(State.RUNNING, State.FAILED, lambda wanted, facts: bool(facts.broken) and not facts.out),
    # The whole collection was queued, and every item has its outcome.
    Edge(
        State.RUNNING,
        State.SUCCEEDED,
        lambda wanted, facts: facts.over and not facts.out and not facts.broken,
    ),
    # Changed their mind: stronger, or back.
    Edge(State.PAUSING, State.CANCELLING, _wants(Wanted.CANCEL)),
    Edge(State.PAUSING, State.RUNNING, _wants(Wanted.RUN)),
    # The rounds under way have ended.
    Edge(State.PAUSING, State.PAUSED, lambda wanted, facts: wanted is Wanted.PAUSE and not facts.out),
    Edge(State.PAUSED, State.CANCELLING, _wants(Wanted.CANCEL)),
    Edge(State.PAUSED, State.RUNNING, _wants(Wanted.RUN)),
    # Cancelling is not taken back: its items were forgotten. `retry` or a new run does the rest.
    Edge(State.CANCELLING, State.CANCELLED, lambda wanted, facts: not facts.out),
)


def next_state(state: State, wanted: Wanted, facts: Facts) -> State:
    """The state after one step; the same where no edge is due."""
    for edge in EDGES:
        if edge.before is state and edge.when(wanted, facts):
            return edge.after
    return state


def may_want(state: State, wanted: Wanted) -> str:
    """'' or why an operator can't ask for that now."""
    if state in ENDED:
        return f"it has ended ({state})"
    if state is State.CANCELLING and wanted is not Wanted.CANCEL:
        return "it is being cancelled; start a new one"
    return ""
