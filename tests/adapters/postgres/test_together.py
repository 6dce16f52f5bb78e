import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from connector.adapters.postgres.together import Together

SOON = 60.0


class Turns:
    """Turns that end when they are told to. An item is its own weight."""

    def __init__(self, most: int = 100) -> None:
        self.taken: list[list[int]] = []
        self.under_way = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.door: Together[int, str] = Together(self._turn, lambda item: item, most)

    def _turn(self, items: Sequence[int]) -> list[str]:
        self.taken.append(list(items))
        self.under_way.release()
        assert self.go_on.acquire(timeout=SOON)
        if 13 in items:
            raise ValueError("thirteen")
        return [f"of {item}" for item in items]

    def waiting(self, count: int) -> None:
        while len(self.door._waiting) < count:
            threading.Event().wait(0.001)


def test_who_comes_alone_goes_at_once() -> None:
    turns = Turns()
    turns.go_on.release(2)
    assert [turns.door(1), turns.door(2)] == ["of 1", "of 2"]
    assert turns.taken == [[1], [2]]


def test_who_comes_meanwhile_goes_together_and_each_gets_his_own_outcome() -> None:
    turns = Turns()
    with ThreadPoolExecutor(4) as callers:
        first = callers.submit(turns.door, 1)
        assert turns.under_way.acquire(timeout=SOON)
        rest = []
        for item in (2, 3, 4):
            rest.append(callers.submit(turns.door, item))
            turns.waiting(len(rest))
        turns.go_on.release(2)
        assert [call.result(SOON) for call in (first, *rest)] == ["of 1", "of 2", "of 3", "of 4"]
    assert turns.taken == [[1], [2, 3, 4]]


def test_a_turn_is_bounded_but_takes_one_however_heavy() -> None:
    turns = Turns(most=10)
    with ThreadPoolExecutor(5) as callers:
        calls = [callers.submit(turns.door, 1)]
        assert turns.under_way.acquire(timeout=SOON)
        for item in (50, 4, 6, 1):
            calls.append(callers.submit(turns.door, item))
            turns.waiting(len(calls) - 1)
        turns.go_on.release(9)
        assert [call.result(SOON) for call in calls] == ["of 1", "of 50", "of 4", "of 6", "of 1"]
    assert turns.taken == [[1], [50], [4, 6], [1]]


def test_what_fails_fails_for_that_turn_only() -> None:
    turns = Turns()
    with ThreadPoolExecutor(3) as callers:
        first = callers.submit(turns.door, 1)
        assert turns.under_way.acquire(timeout=SOON)
        bad = callers.submit(turns.door, 13)
        turns.waiting(1)
        turns.go_on.release(2)
        assert first.result(SOON) == "of 1"
        with pytest.raises(ValueError, match="thirteen"):
            bad.result(SOON)
        turns.go_on.release()
        assert turns.door(2) == "of 2"
