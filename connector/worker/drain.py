"""A drain: one thread that runs rounds, as long as there is something due and the API budget has room for it."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg_pool import PoolTimeout

from connector import logs
from connector.services.rounds.crowd import Crowd
from connector.services.rounds.sync import RoundReport, Sync
from connector.services.workbench import Workbench
from connector.worker.bell import Bell
from connector.worker.patience import Patience
from connector.worker.room import Room

NO_ROOM = 0.25
"""Seconds until the budget is looked at again."""

log = logs.get(__name__)


@dataclass(slots=True)
class Tally:
    """What a drain did since it began, for the heartbeat and the metrics. ``pairs``: claimed; ``written``: plans that
    wrote; ``dropped``: echoes found at the claim; ``stopped``: rounds that a side or a limit ended early."""

    rounds: int = 0
    pairs: int = 0
    written: int = 0
    dropped: int = 0
    stopped: int = 0
    failures: int = 0
    seconds: float = 0.0
    busy: bool = False


class Drain:
    """``linger``: seconds to wait for company when calls are scarce and another drain is idle, too."""

    def __init__(
        self, bench: Workbench, bell: Bell, room: Room, linger: float, crowd: Crowd | None = None
    ) -> None:
        self.tally = Tally()
        self._bench, self._bell, self._room, self._linger = bench, bell, room, linger
        self._crowd = crowd or Crowd()
        self._sync = Sync(bench, full=bell.ring, crowd=self._crowd)
        self._patience = Patience(bench.stop, longest=10.0)
        self._last = 0

    def run(self) -> None:
        """Until the bell is closed."""
        while self._bell.wait(self._company):
            expected = self._last
            most = self._room.enter(expected, urgent=self._crowd.full)
            if most == 0:
                self._bench.stop.wait(NO_ROOM)
                self._bell.ring()
                continue
            try:
                self._round(most)
            finally:
                self._room.leave(expected)

    def _round(self, most: int | None) -> None:
        self.tally.busy = True
        try:
            report = self._sync.round(most)
        except (psycopg.Error, PoolTimeout) as error:
            # By kind only: the database quotes rows.
            self._failed("the database failed a round", error=type(error).__name__)
        except Exception:
            self._failed("a round failed", exc_info=True)
        else:
            self._after(report)
        finally:
            self.tally.busy = False

    def _after(self, report: RoundReport) -> None:
        self._last = 0 if report.backfill else report.claimed
        if report.idle:
            return
        self._count(report)
        if report.stopped:
            self._patience.wait()
        else:
            self._patience.reset()
        # There may be more, and what came under the lease is free now.
        self._bell.ring()

    def _count(self, report: RoundReport) -> None:
        tally = self.tally
        tally.rounds += 1
        tally.pairs += report.claimed
        tally.written += report.written
        tally.dropped += report.dropped
        tally.stopped += bool(report.stopped)
        tally.seconds += report.seconds

    def _failed(self, event: str, **details: object) -> None:
        self.tally.failures += 1
        log.error(event, **details)
        self._patience.wait()
        self._bell.ring()

    def _company(self, idle: int) -> float:
        return self._linger * self._room.pressure() if self._linger and idle > 1 else 0.0
