"""Keeps a process in touch: its heartbeat in the database, and the owners of both sides in its memory."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence

import psycopg
from psycopg_pool import PoolTimeout

from connector import logs
from connector.errors import AccordError
from connector.wiring.world import World
from connector.worker.drain import Tally
from connector.worker.patience import Patience

BEAT = 10.0
OWNERS = 300.0
"""Seconds after which owners are read again, if any round ran since: an idle process asks nobody."""

log = logs.get(__name__)


class Keeper:
    def __init__(self, world: World, tallies: Sequence[Tally]) -> None:
        self._world, self._tallies, self._stop = world, tallies, world.bench.stop
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._began = world.stores.clock()
        self._read_at, self._pairs = 0.0, 0

    def load_owners(self) -> bool:
        """Before the first round: tries until both sides have told, or the process stops (False)."""
        patience = Patience(self._stop)
        while not self._stop.is_set():
            if self._refresh():
                return True
            self._beat("waiting for both sides")
            patience.wait()
        return False

    def run(self) -> None:
        """Until the stop is set."""
        while not self._stop.is_set():
            self._beat("running")
            pairs = sum(tally.pairs for tally in self._tallies)
            if pairs != self._pairs and time.monotonic() - self._read_at >= OWNERS and self._refresh():
                self._pairs = pairs
            self._stop.wait(BEAT)

    def leave(self) -> None:
        try:
            self._world.stores.processes.leave(self.name)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("not signed off", error=type(error).__name__)

    def _refresh(self) -> bool:
        try:
            self._world.directory.refresh()
        except (AccordError, psycopg.Error, PoolTimeout) as error:
            said = str(error) if isinstance(error, AccordError) else type(error).__name__
            log.error("owners not loaded", error=said)
            return False
        self._read_at = time.monotonic()
        return True

    def _beat(self, state: str) -> None:
        detail = {
            "state": state,
            "began": self._began.isoformat(),
            "drains": len(self._tallies),
            "busy": sum(tally.busy for tally in self._tallies),
            "rounds": sum(tally.rounds for tally in self._tallies),
            "pairs": sum(tally.pairs for tally in self._tallies),
            "failures": sum(tally.failures for tally in self._tallies),
        }
        try:
            self._world.stores.processes.beat(self.name, self._world.stores.clock(), detail)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("no heartbeat", error=type(error).__name__)
