"""The schedule, as procrastinate's jobs: each runs once in all processes together, and none twice at a time."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from procrastinate import App, PsycopgConnector, exceptions
from procrastinate.jobs import Status
from structlog.contextvars import bound_contextvars

from connector import logs
from connector.adapters.postgres.capacity import JOBS_POOL
from connector.errors import CallFailed, Stopping
from connector.services.clocks import strike
from connector.services.erasing import erase_due
from connector.services.journal import upkeep
from connector.services.watching import look_due, poll_due
from connector.wiring.comparing import compare_nightly, missing_nightly
from connector.wiring.world import World
from connector.worker.patience import Patience

MINUTE = "* * * * *"
HOUR = "7 * * * *"
GRACE = 20.0
"""Seconds that the process may go on after it was asked to stop."""
JOB_GRACE = 8.0
"""The same for a job: every one of them may be cut short and run again."""
KEPT_HOURS = 72
"""How long failed jobs are kept to be looked at."""

log = logs.get(__name__)


def every(seconds: float) -> str:
    """A cron line (with seconds where it takes them) that strikes about every so many seconds, to the hour at most."""
    if seconds < 60:
        return f"* * * * * */{max(1, round(seconds))}"
    return f"*/{min(59, round(seconds / 60))} * * * *"


def make_app(world: World) -> App:
    """procrastinate on the same database, with all tasks of a worker."""
    connector = PsycopgConnector(
        conninfo=world.url, min_size=1, max_size=JOBS_POOL, kwargs={"application_name": "accord jobs"}
    )
    app = App(connector=connector)
    _calling_tasks(app, world)
    _keeping_tasks(app, world)
    return app


def _calling_tasks(app: App, world: World) -> None:
    stores, stop = world.stores, world.bench.stop

    def guard(timeout: float) -> None:
        if stop.is_set():
            raise Stopping

    @app.periodic(cron=every(world.settings.engine.poll_seconds))
    @app.task(name="poll", lock="poll", queueing_lock="poll")
    def poll(timestamp: int = 0) -> None:
        with quietly("poll"):
            poll_due(world.polls, stores.bookmarks, stores.clock, guard, world.bench.rounds)

    @app.periodic(cron=MINUTE)
    @app.task(name="outcomes", lock="outcomes", queueing_lock="outcomes")
    def outcomes(timestamp: int = 0) -> None:
        with quietly("outcomes"):
            look_due(world.outcomes.run, stores.bookmarks, stores.clock, world.bench.rounds)

    @app.periodic(cron=f"23 {world.settings.drift.hour} * * *")
    @app.task(name="verify", lock="verify", queueing_lock="verify")
    def verify(timestamp: int = 0) -> None:
        with quietly("verify"):
            compare_nightly(world)
        with quietly("missing"):
            missing_nightly(world)


def _keeping_tasks(app: App, world: World) -> None:
    stores = world.stores

    @app.periodic(cron=MINUTE)
    @app.task(name="clocks", lock="clocks", queueing_lock="clocks")
    def clocks(timestamp: int) -> None:
        with quietly("clocks"):
            strike(stores.clocks, stores.clock)
            erase_due(stores.erasures, stores.address_keys, stores.clock)

    @app.periodic(cron=MINUTE)
    @app.task(name="stalled", queueing_lock="stalled")  # without a lock: a killed one would hold it for ever
    async def stalled(timestamp: int) -> None:
        """Jobs of processes that were killed run again: all of them may be repeated. Where the next of its kind waits
        already that one does its work; until the killed one is gone its lock lets none of them begin."""
        for job in await app.job_manager.get_stalled_jobs():
            try:
                await app.job_manager.retry_job(job)
            except exceptions.UniqueViolation:
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)

    @app.periodic(cron=HOUR)
    @app.task(name="sweep", lock="sweep", queueing_lock="sweep")
    async def sweep(timestamp: int) -> None:
        await asyncio.to_thread(stores.processes.sweep, stores.clock())
        months = world.settings.process.journal_months
        await asyncio.to_thread(upkeep, stores.journal, stores.clock(), months)
        await app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True)


@contextmanager
def quietly(job: str) -> Iterator[None]:
    """A side that fails is no failure of the job: it is told in one line, and the next strike tries again. All lines
    logged inside carry the job and an id of this run."""
    with bound_contextvars(job=job, job_id=uuid.uuid4().hex[:12]):
        try:
            yield
        except CallFailed as failed:
            log.warning("a job failed", error=str(failed))
        except Stopping:
            log.info("a job stopped with the process")


class Jobs:
    """procrastinate's worker in a thread of its own. ``close`` lets running jobs end, for JOB_GRACE seconds."""

    def __init__(self, world: World) -> None:
        self._world, self._stop = world, world.bench.stop
        self._loop: asyncio.AbstractEventLoop | None = None
        self._app: App | None = None
        self._work: asyncio.Task[None] | None = None
        self._ready = threading.Event()

    def run(self) -> None:
        """Until ``close``. Where the database goes away it begins anew, with patience."""
        patience = Patience(self._stop)
        while not self._stop.is_set():
            try:
                asyncio.run(self._serve())
                patience.reset()
            except Exception as error:
                log.error("jobs stopped", error=type(error).__name__)
            patience.wait()

    async def _serve(self) -> None:
        app = make_app(self._world)
        async with app.open_async():
            self._loop, self._app = asyncio.get_running_loop(), app
            self._work = asyncio.create_task(
                app.run_worker_async(
                    name="accord", concurrency=4, install_signal_handlers=False, delete_jobs="successful",
                    shutdown_graceful_timeout=JOB_GRACE, fetch_job_polling_interval=5.0,
                )
            )  # fmt: skip
            self._ready.set()
            if self._stop.is_set():  # asked to stop before there was anything to cancel
                self._work.cancel()
            try:
                await self._work
            except asyncio.CancelledError:
                if not self._stop.is_set():
                    raise
            finally:
                self._ready.clear()

    def look_at_outcomes(self) -> None:
        """Let the outcome job run now. One that waits already will see what was told; later the schedule does."""
        if self._ready.is_set() and self._app is not None:
            self._submit(_defer(self._app, "outcomes"))

    def look_for_changes(self) -> None:
        """Let the polls that are due run now."""
        if self._ready.is_set() and self._app is not None:
            self._submit(_defer(self._app, "poll"))

    def close(self) -> None:
        if self._ready.is_set() and self._loop is not None and self._work is not None:
            self._loop.call_soon_threadsafe(self._work.cancel)

    def _submit(self, what: Coroutine[Any, Any, None]) -> None:
        try:
            assert self._loop is not None
            asyncio.run_coroutine_threadsafe(what, self._loop)
        except RuntimeError:  # the loop has just ended
            what.close()


async def _defer(app: App, task: str) -> None:
    try:
        await app.tasks[task].defer_async()
    except exceptions.AlreadyEnqueued:
        return
    except exceptions.ConnectorException as error:
        log.warning("a job was not deferred", job=task, error=type(error).__name__)
