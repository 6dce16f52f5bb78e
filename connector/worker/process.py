"""One worker process: its threads, begun together and ended together."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from connector import logs
from connector.services.rounds.crowd import Crowd
from connector.wiring.push import push_of
from connector.wiring.world import World
from connector.worker.bell import Bell
from connector.worker.drain import Drain
from connector.worker.exposing import Counted, Exposed
from connector.worker.jobs import GRACE, Jobs
from connector.worker.keeper import Keeper
from connector.worker.listening import Listener
from connector.worker.patience import Patience
from connector.worker.room import Room
from connector.worker.streaming import Streaming
from connector.worker.walking import Walking

_ARENAS, _APART = -8, -3
"""mallopt's numbers for the most heaps, and for the bytes from which a block is not of a heap."""
SLICE = 0.001
"""Seconds that a thread computes while others wait to."""

log = logs.get(__name__)


class Worker:
    """``start`` returns at once. ``stop`` lets no further call start and waits for what is under way."""

    def __init__(self, world: World) -> None:
        engine = world.settings.engine
        self.bell = Bell()
        self._world, self._stop = world, world.bench.stop
        room, linger = Room(list(world.budgets.values())), engine.linger_ms / 1000
        crowd = Crowd(max(1, engine.drains // 2))
        self._drains = [Drain(world.bench, self.bell, room, linger, crowd) for _ in range(engine.drains)]
        self._jobs = Jobs(world)
        self._keeper = Keeper(world, [drain.tally for drain in self._drains])
        self._listener = Listener(world.url, self.bell, self._jobs.look_at_outcomes, self._stop)
        self._walking = Walking(world, self.bell)
        self._counted = Counted([drain.tally for drain in self._drains], world.budgets)
        self._shown: Exposed | None = None
        pushing = push_of(world)
        self._streaming = (
            Streaming(world.url, pushing, self._jobs.look_for_changes, self._stop) if pushing else None
        )
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        process = self._world.settings.process
        if process.metrics_port:
            token = process.metrics_token.get_secret_value()
            self._shown = Exposed.at(process.metrics_port, self._counted, self._world.stores.health, token)
        self._begin("start", self._run)

    def _run(self) -> None:
        """No round before the owners are known: it would hold every owner as unknown."""
        if not self._keeper.load_owners():
            return
        self._begin("jobs", self._jobs.run)
        self._begin("keeper", self._keeper.run)
        for number, drain in enumerate(self._drains):
            self._begin(f"drain {number}", drain.run)
        self._begin("listener", self._listener.run)
        self._begin("runs", self._walking.run)
        if self._streaming is not None:
            self._begin("streaming", self._streaming.run)
        log.info("worker started", drains=len(self._drains))

    def stop(self, grace: float = GRACE) -> bool:
        """Whether everything came to rest within ``grace`` seconds. A round saves what it has; what it has not is
        settled by the next process."""
        self._stop.set()
        self.bell.close()
        self._jobs.close()
        started = time.monotonic()
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < started + grace:
            for thread in self._threads:
                thread.join(0.25 / len(self._threads))
            if time.monotonic() > started + grace / 4:
                # a queue that was failing just then takes the first word for part of its failure
                self._jobs.close()
        self._keeper.leave()
        if self._shown is not None:
            self._shown.close()
        late = [thread.name for thread in self._threads if thread.is_alive()]
        log.info("worker stopped", still_running=late or None)
        return not late

    def _begin(self, name: str, run: Callable[[], None]) -> None:
        # Daemons: a call that outlives the grace must not keep the process alive.
        thread = threading.Thread(target=self._again, args=(name, run), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _again(self, name: str, run: Callable[[], None]) -> None:
        """A part that ends by what nobody foresaw begins anew: a worker that lacks one looks well and does nothing."""
        patience = Patience(self._stop)
        while True:
            try:
                return run()
            except Exception:
                log.exception("a part of the worker failed", part=name)
            if self._stop.is_set():
                return None
            patience.wait()


def collect_seldom() -> None:
    """A round holds tens of thousands of objects at once, next to none of them in cycles: to look for cycles among them
    every few hundred objects took a third of a round's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def keep_one_heap() -> None:
    """glibc gives every thread a heap of its own, and what a round leaves free in one no other thread can use; nor
    does it give back the room of an answer's bytes. With one heap, and answers apart from it, a worker at a backfill
    holds a tenth less. Other libraries have no such settings, nor the need."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_ARENAS, 1)
        library.mallopt(_APART, 256 * 1024)


def share_quickly() -> None:
    """A thread that comes back from a call waits for the one that computes, a slice of time for every such thread. The
    round of a hot lead comes back from some fifty calls and statements; while backfills compute, the usual slices of
    5 ms add up to seconds."""
    sys.setswitchinterval(SLICE)
