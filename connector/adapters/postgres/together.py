"""What comes at once goes in one turn, so that it shares one statement and one commit."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


@dataclass(slots=True)
class _Caller(Generic[Item, Outcome]):
    item: Item
    called: threading.Event = field(default_factory=threading.Event)
    party: list[_Caller[Item, Outcome]] | None = None
    """Set for the caller who leads the next turn."""
    outcome: Outcome | None = None
    error: BaseException | None = None


class Together(Generic[Item, Outcome]):
    """Who meets nobody goes at once. Who comes while a turn is under way waits, and the first of those takes all of
    them along in the next turn.

    ``turn``: items in their order of arrival to an outcome each; what it raises, all of that turn raise.
    ``most``: how much one turn may weigh by ``weight`` (a single item may weigh more).
    """

    def __init__(
        self, turn: Callable[[Sequence[Item]], Sequence[Outcome]], weight: Callable[[Item], int], most: int
    ) -> None:
        self._turn, self._weight, self._most = turn, weight, most
        self._lock = threading.Lock()
        self._waiting: deque[_Caller[Item, Outcome]] = deque()
        self._under_way = False

    def __call__(self, item: Item) -> Outcome:
        me: _Caller[Item, Outcome] = _Caller(item)
        with self._lock:
            if self._under_way:
                self._waiting.append(me)
            else:
                self._under_way, me.party = True, [me]
        if me.party is None:
            me.called.wait()
        if me.party is not None:
            self._lead(me.party)
        if me.error is not None:
            raise me.error
        return me.outcome  # type: ignore[return-value]

    def _lead(self, party: list[_Caller[Item, Outcome]]) -> None:
        try:
            outcomes = self._turn([caller.item for caller in party])
            for caller, outcome in zip(party, outcomes, strict=True):
                caller.outcome = outcome
        except BaseException as error:
            for caller in party:
                caller.error = error
        finally:
            self._hand_on()
            for caller in party[1:]:
                caller.called.set()

    def _hand_on(self) -> None:
        with self._lock:
            party = self._next_party()
            self._under_way = bool(party)
        if party:
            party[0].party = party
            party[0].called.set()

    def _next_party(self) -> list[_Caller[Item, Outcome]]:
        party: list[_Caller[Item, Outcome]] = []
        heavy = 0
        while self._waiting:
            heavy += self._weight(self._waiting[0].item)
            if party and heavy > self._most:
                break
            party.append(self._waiting.popleft())
        return party
