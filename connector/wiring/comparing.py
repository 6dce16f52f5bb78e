"""The night's comparison of both sides, for workers."""

from __future__ import annotations

from connector.adapters.postgres.drift import PostgresDrift
from connector.adapters.postgres.review import PostgresReview
from connector.adapters.postgres.runs import PostgresRuns
from connector.errors import Stopping
from connector.services.drift.missing import look_for_missing
from connector.services.drift.nightly import Night, compare
from connector.services.drift.verifying import Means, Verified
from connector.wiring.world import World


def missing_nightly(world: World) -> int:
    """Where HubSpot's webhooks can't come, deleted contacts are looked for. Raises CallFailed and Stopping."""
    bench, today = world.bench, world.bench.clock().toordinal()
    if world.settings.hubspot.client_secret.get_secret_value():
        return 0

    def guard(timeout: float) -> None:
        if bench.stop.is_set():
            raise Stopping

    return look_for_missing(bench, PostgresDrift(world.stores.pool), today, guard)


def compare_nightly(world: World) -> Verified | None:
    """Raises CallFailed where a side can't be asked, and Stopping."""
    bench, pool, given = world.bench, world.stores.pool, world.settings.drift

    def sleep(seconds: float) -> None:
        bench.stop.wait(seconds)

    means = Means(bench, PostgresRuns(pool), PostgresDrift(pool), PostgresReview(pool), sleep)
    return compare(means, Night(given.sample, given.mend_up_to))
