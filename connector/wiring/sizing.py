"""The connection budget of the processes that the settings describe. Light: gunicorn asks before it listens."""

from __future__ import annotations

from connector.adapters.postgres.capacity import Demand, capacity, refuse_too_many
from connector.settings import Settings
from connector.wiring.concurrency import web_processes


def demand_of(settings: Settings) -> Demand:
    process = settings.process
    return Demand(
        web_processes=process.web_machines * web_processes(),
        worker_processes=process.worker_machines,
        pool=settings.engine.pool_size,
    )


def connection_budget(settings: Settings, url: str) -> str:
    """The budget in one line. Raises FixConfiguration, with the fix, where the database gives too few."""
    return refuse_too_many(demand_of(settings), capacity(url))
