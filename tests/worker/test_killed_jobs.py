"""Jobs of the schedule whose process was killed: they must not keep those after them from running."""

from __future__ import annotations

import asyncio

import pytest

from connector.wiring.world import World, open_world
from connector.worker.jobs import make_app
from tests.worker.town import Town

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("task", ["poll", "stalled"])
@pytest.mark.parametrize("next_waits", [False, True])
def test_a_job_of_a_killed_process_makes_way(town: Town, task: str, next_waits: bool) -> None:
    with open_world(town.settings, town.url) as world:
        assert asyncio.run(_first_after_the_sweep(world, town, task, next_waits)) == task


async def _first_after_the_sweep(world: World, town: Town, task: str, next_waits: bool) -> str | None:
    """Its process is killed while the job runs; the sweep of the stalled runs. What a worker gets next."""
    app = make_app(world)
    async with app.open_async():
        manager = app.job_manager
        await app.tasks[task].defer_async(timestamp=0)
        killed = await manager.register_worker()
        assert await manager.fetch_job(None, killed) is not None
        if next_waits:
            await app.tasks[task].defer_async(timestamp=1)
        town.all("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        other = await manager.register_worker()
        await app.tasks["stalled"].func(timestamp=0)
        job = await manager.fetch_job(None, other)
        assert await manager.fetch_job(None, other) is None  # once, however many waited
        return job.task_name if job else None
