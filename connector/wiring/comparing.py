"""The night's comparison of both sides, for workers."""

from __future__ import annotations

from connector.adapters.postgres.drift import PostgresDrift
from connector.adapters.postgres.review import PostgresReview
from connector.adapters.postgres.runs import PostgresRuns
from connector.services.drift.nightly import Night, compare
from connector.services.drift.verifying import Means, Verified
from connector.wiring.world import World


def compare_nightly(world: World) -> Verified | None:
    """Raises CallFailed where a side can't be asked, and Stopping."""
    bench, pool, given = world.bench, world.stores.pool, world.settings.drift

    def sleep(seconds: float) -> None:
        bench.stop.wait(seconds)

    means = Means(bench, PostgresRuns(pool), PostgresDrift(pool), PostgresReview(pool), sleep)
    return compare(means, Night(given.sample, given.mend_up_to))
