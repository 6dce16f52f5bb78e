"""A drain: one thread that runs rounds, as long as there is something due and the API budget has room for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg_pool import PoolTimeout

from connector import logs
from connector.adapters.postgres.budget import PostgresBudget
from connector.core.records import Side
from connector.services.sync import RoundReport, Sync
from connector.services.workbench import Workbench
from connector.worker.bell import Bell
from connector.worker.patience import Patience

FIXED_CALLS = 6
"""What a round costs HubSpot whatever its size: searches, history, a list."""
PAIRS_A_CALL = 40
"""Pairs that one call more lets into a round: a hundred for a read, and less with their writes and read-backs."""
NO_ROOM = 0.25
"""Seconds until the budget is looked at again."""
EASY, TIGHT = 0.1, 0.5
"""Shares of the budget in use between which lingering grows from none to all of it."""

log = logs.get(__name__)


@dataclass(slots=True)
class Tally:
    """What a drain did since it began, for the heartbeat."""

    rounds: int = 0
    pairs: int = 0
    failures: int = 0
    busy: bool = False


class Drain:
    """``linger``: seconds to wait for company when the budget is tight and another drain is idle, too."""

    def __init__(
        self, bench: Workbench, bell: Bell, budgets: Mapping[Side, PostgresBudget], linger: float
    ) -> None:
        self.tally = Tally()
        self._bench, self._bell, self._budgets, self._linger = bench, bell, budgets, linger
        self._sync = Sync(bench)
        self._patience = Patience(bench.stop, longest=10.0)

    def run(self) -> None:
        """Until the bell is closed."""
        while self._bell.wait(self._company):
            room = self._room()
            if room is not None and room <= 0:
                self._bench.stop.wait(NO_ROOM)
                self._bell.ring()
                continue
            self._round(room)

    def _round(self, room: int | None) -> None:
        self.tally.busy = True
        try:
            report = self._sync.round(room)
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
        if report.idle:
            return
        self.tally.rounds += 1
        self.tally.pairs += report.claimed
        if report.stopped:
            self._patience.wait()
        else:
            self._patience.reset()
        # There may be more, and what came under the lease is free now.
        self._bell.ring()

    def _failed(self, event: str, **details: object) -> None:
        self.tally.failures += 1
        log.error(event, **details)
        self._patience.wait()
        self._bell.ring()

    def _room(self) -> int | None:
        """Pairs that the budgets have room for: a round that can't end is not begun. None: no limit."""
        free = [calls for budget in self._budgets.values() if (calls := budget.free()) is not None]
        if not free:
            return None
        return min(self._bench.pace.claim, (min(free) - FIXED_CALLS) * PAIRS_A_CALL)

    def _company(self, idle: int) -> float:
        if not self._linger or idle < 2:
            return 0.0
        tightness = max(budget.tightness() for budget in self._budgets.values())
        return self._linger * min(1.0, max(0.0, (tightness - EASY) / (TIGHT - EASY)))
