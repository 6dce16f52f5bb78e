"""The thread that walks runs. Which process walks which run is settled in the database, by a lease that a killed
process leaves behind for seconds; so every worker looks, and at most one walks each."""

from __future__ import annotations

import psycopg
from psycopg_pool import PoolTimeout

from connector import logs
from connector.adapters.postgres.runs import PostgresRuns
from connector.services.review.first_day import Terms
from connector.wiring.running import walker_on
from connector.wiring.world import World
from connector.worker.bell import Bell
from connector.worker.patience import Patience

EVERY = 1.0
"""Seconds between two looks for runs."""

log = logs.get(__name__)


class Walking:
    def __init__(self, world: World, bell: Bell) -> None:
        given = world.settings.hubspot
        terms = Terms(given.marketing_tier, given.new_are_marketing, given.workflows)
        self._walker = walker_on(world.bench, PostgresRuns(world.stores.pool), terms)
        self._stop, self._bell = world.bench.stop, bell
        self._patience = Patience(self._stop)

    def run(self) -> None:
        """Until the stop is set. Where the database goes away it keeps trying."""
        while not self._stop.is_set():
            try:
                if self._walker.tick():
                    self._bell.ring()
                self._patience.reset()
                self._stop.wait(EVERY)
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("runs are not walked", error=type(error).__name__)
                self._patience.wait()
            except Exception:
                log.exception("a walk failed")
                self._patience.wait()
