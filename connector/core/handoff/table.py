"""The states of a hand-off and every edge between them. What is not an edge here can't happen.

    from \\ to          held offered incompl accepted working rejected converted won lost expired withdrawn
    (none)              x    x       .       .        .       .        x         x   x    .       .
    held                .    x       x       x        x       x        x         x   x    x       x
    offered             .    .       x       x        x       x        x         x   x    x       x
    answer_incomplete   x    x       .       x        x       x        x         x   x    x       .
    expired             .    x       x       x        x       x        x         x   x    .       x
    accepted            .    .       x       .        x       x        x         x   x    .       .
    working             .    .       x       .        .       x        x         x   x    .       .
    converted           .    .       .       .        .       .        .         x   x    .       .
    rejected            x    x       .       x        x       .        x         x   x    .       .
    withdrawn           x    x       .       x        x       x        x         x   x    .       .
    won                 x    x       .       .        .       .        x         .   x    .       .
    lost                x    x       .       .        .       .        x         x   .    .       .

The rows down to working wait for sales or are with sales, converted has a deal; from the last four a new offer, a
new row in the database, needs hot, the cool-off over and new evidence (withdrawn: only hot). Facts that sales made
always win over what Accord had concluded: that is why even ended hand-offs have edges back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    HELD = "held"
    """To be handed over, but something is missing; the clock runs."""
    OFFERED = "offered"
    """With an owner in Salesforce, who has until ``due_at`` to answer."""
    ANSWER_INCOMPLETE = "answer_incomplete"
    """Rejected without a reason: not final, reminded."""
    EXPIRED = "expired"
    """Nobody answered in time. Counted; a late answer is still welcome."""
    ACCEPTED = "accepted"
    WORKING = "working"
    CONVERTED = "converted"
    """The Lead became a Contact, or the person has an open Opportunity."""
    REJECTED = "rejected"
    """Back to marketing, with a reason."""
    WITHDRAWN = "withdrawn"
    """Not hot any more before anybody accepted."""
    WON = "won"
    LOST = "lost"


S = State
OPEN = frozenset({S.HELD, S.OFFERED, S.ANSWER_INCOMPLETE, S.EXPIRED, S.ACCEPTED, S.WORKING, S.CONVERTED})
ENDED = frozenset(State) - OPEN
WAITING = (S.HELD, S.OFFERED, S.ANSWER_INCOMPLETE, S.EXPIRED)
"""Sales has not answered yet, or not completely."""


@dataclass(frozen=True, slots=True)
class Edge:
    """From each of ``sources`` (None: no hand-off yet) to ``to``."""

    to: State
    sources: tuple[State | None, ...]
    when: str


EDGES = (
    Edge(S.OFFERED, (None,), "hot, nobody has the person, nothing is missing"),
    Edge(S.OFFERED, (S.HELD,), "what was missing is there"),
    Edge(S.OFFERED, (S.ANSWER_INCOMPLETE,), "sales took the rejection back before it had a reason"),
    Edge(S.OFFERED, (S.WITHDRAWN,), "hot again"),
    Edge(S.OFFERED, (S.REJECTED, S.LOST, S.WON), "hot on new evidence, and the cool-off is over"),
    Edge(S.OFFERED, (S.EXPIRED,), "never offered and no longer held; or as after a rejection"),
    Edge(
        S.HELD, (None, S.WITHDRAWN, S.REJECTED, S.LOST, S.WON), "would be offered, but something is missing"
    ),
    Edge(
        S.ANSWER_INCOMPLETE,
        (S.HELD, S.OFFERED, S.EXPIRED, S.ACCEPTED, S.WORKING),
        "sales says no without a reason",
    ),
    Edge(S.ACCEPTED, WAITING, "sales says yes"),
    Edge(S.ACCEPTED, (S.REJECTED, S.WITHDRAWN), "sales takes the person after all"),
    Edge(S.WORKING, (*WAITING, S.ACCEPTED), "sales works on the person, which is a yes"),
    Edge(S.WORKING, (S.REJECTED, S.WITHDRAWN), "sales works on the person after all"),
    Edge(S.REJECTED, WAITING, "sales says no, and why"),
    Edge(S.REJECTED, (S.ACCEPTED, S.WORKING), "recycled: sales gives the person back"),
    Edge(
        S.REJECTED, (S.WITHDRAWN,), "sales says no to what Accord had withdrawn: the reason is worth keeping"
    ),
    Edge(S.CONVERTED, (None,), "a deal that sales opened without a hand-off"),
    Edge(S.CONVERTED, (*WAITING, S.ACCEPTED, S.WORKING), "the Lead was converted, or a deal was opened"),
    Edge(S.CONVERTED, (S.REJECTED, S.WITHDRAWN), "sales made a deal of the person after all"),
    Edge(S.CONVERTED, (S.WON, S.LOST), "the deal was opened again, or there is a next one"),
    Edge(S.WON, (None, *WAITING, S.ACCEPTED, S.WORKING, S.CONVERTED), "the deal is won"),
    Edge(S.WON, (S.REJECTED, S.WITHDRAWN), "a deal was won with a person who was given back"),
    Edge(S.WON, (S.LOST,), "another deal is won, or the stage was corrected"),
    Edge(S.LOST, (None, *WAITING, S.ACCEPTED, S.WORKING, S.CONVERTED), "the deal is lost"),
    Edge(S.LOST, (S.REJECTED, S.WITHDRAWN), "a deal was lost with a person who was given back"),
    Edge(S.LOST, (S.WON,), "the stage was corrected"),
    Edge(S.HELD, (S.ANSWER_INCOMPLETE,), "sales took back a rejection of what was not even offered yet"),
    Edge(S.EXPIRED, (S.HELD, S.OFFERED, S.ANSWER_INCOMPLETE), "the time to answer is over"),
    Edge(S.WITHDRAWN, (S.HELD, S.OFFERED, S.EXPIRED), "not hot any more, and nobody had accepted"),
)

ALLOWED = frozenset((source, edge.to) for edge in EDGES for source in edge.sources)


def may(source: State | None, to: State) -> bool:
    return (source, to) in ALLOWED
