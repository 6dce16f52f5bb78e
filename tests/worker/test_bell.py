"""Who is woken by what: one idle drain for each ring, and one that gathers for all."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

import pytest

from connector.worker.bell import Bell

SOON = 60.0


class Sleepers:
    """Drains that only note that they were woken."""

    def __init__(self, bell: Bell, count: int, linger: float) -> None:
        self.bell, self.linger = bell, linger
        self.woken: queue.Queue[float] = queue.Queue()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()
        while bell.idle < count:
            time.sleep(0.001)

    def _run(self) -> None:
        while self.bell.wait(lambda idle: self.linger):
            self.woken.put(time.perf_counter())

    def count(self, after: float = 0.1) -> int:
        time.sleep(after)
        return self.woken.qsize()

    def end(self) -> None:
        self.bell.close()
        for thread in self.threads:
            thread.join(SOON)
            assert not thread.is_alive()


@pytest.fixture
def bell() -> Iterator[Bell]:
    bell = Bell()
    yield bell
    bell.close()


def test_one_ring_wakes_one_of_many(bell: Bell) -> None:
    sleepers = Sleepers(bell, 4, linger=0)
    bell.ring()
    sleepers.woken.get(timeout=SOON)
    assert sleepers.count() == 0
    sleepers.end()


def test_a_ring_that_finds_nobody_idle_is_kept(bell: Bell) -> None:
    bell.ring()
    assert bell.wait(lambda idle: 0.0)


def test_rings_while_one_gathers_wake_nobody_else(bell: Bell) -> None:
    sleepers = Sleepers(bell, 4, linger=1.0)
    began = time.perf_counter()
    for _ in range(10):
        bell.ring()
    told = time.perf_counter() - began
    sleepers.woken.get(timeout=SOON)
    # on a machine that stood still for the whole gathering the last rings are somebody else's
    assert sleepers.count() == 0 or told > 1
    sleepers.end()


def test_the_closed_bell_lets_everybody_go_even_who_gathers(bell: Bell) -> None:
    sleepers = Sleepers(bell, 3, linger=3600)
    bell.ring()
    time.sleep(0.02)
    sleepers.end()
    assert not bell.wait(lambda idle: 0.0)
