"""Pausing and resuming lanes; resuming also lifts breakers, and what they held goes round again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connector.core.records import Ref
from connector.errors import Refused

LANES = {"handoff": 0, "live": 1, "backfill": 2}
WORDS = {number: word for word, number in LANES.items()}
Row = dict[str, Any]


class LaneStore(Protocol):
    def pause(self, lanes: Sequence[int], reason: str, now: datetime) -> None: ...
    def resume(self, lanes: Sequence[int], now: datetime) -> tuple[list[int], list[Row], list[Row]]:
        """Lanes that were paused, breakers lifted, and what these held ({link_id, subject})."""


class Requeue(Protocol):
    def requeue(self, links: Sequence[int], refs: Sequence[Ref], lane: int, now: datetime) -> None:
        """Let Links and Refs go round."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """``lanes``: words of those that were paused; ``breakers``: 'side code field'; ``requeued``: persons they held."""

    lanes: tuple[str, ...]
    breakers: tuple[str, ...]
    requeued: int


def lanes_named(lane: str | None) -> list[int]:
    """One lane, or all. Raises Refused for a word that is none."""
    if lane is None or lane == "all":
        return list(LANES.values())
    if lane not in LANES:
        raise Refused(f"There is no lane {lane!r}. Lanes: {', '.join(LANES)}.")
    return [LANES[lane]]


def pause(store: LaneStore, lane: str | None, reason: str, now: datetime) -> list[str]:
    """No round begins in these lanes any more; one under way ends as usual. Notices are taken as before."""
    lanes = lanes_named(lane)
    store.pause(lanes, reason, now)
    return [WORDS[number] for number in lanes]


def resume(rounds: Requeue, store: LaneStore, lane: str | None, now: datetime) -> Resumed:
    """Breakers are lifted whichever lane is named: while one stands, rounds would hold all the same."""
    paused, lifted, held = store.resume(lanes_named(lane), now)
    links = sorted({row["link_id"] for row in held if row["link_id"] is not None})
    refs = sorted({Ref.parse(row["subject"]) for row in held if row["link_id"] is None})
    if links or refs:
        rounds.requeue(links, refs, LANES["live"], now)
    words = tuple(" ".join(filter(None, (b["side"], b["code"], b["field"]))) for b in lifted)
    return Resumed(tuple(WORDS[number] for number in sorted(paused)), words, len(links) + len(refs))
