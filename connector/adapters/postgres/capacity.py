"""The connection budget: what all processes of Accord may open together, against what the database gives.

Pools open connections as they need them; the budget counts what they may come to, so that a busy hour is no surprise.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from connector.adapters.postgres.database import normalise
from connector.adapters.postgres.documents import load_queries
from connector.errors import FixConfiguration

WEB_POOL = 4
"""Connections of one web process: requests that come at once share one turn; the others are for health and metrics."""
JOBS_POOL = 4
OUTSIDE_THE_POOL = JOBS_POOL + 3
"""Connections of a worker beside its pool: the queue's own, its LISTEN, ours, and the stream's."""
RELEASE = 2
"""`accord db migrate`, or an operator's command."""
_queries = load_queries("health")


@dataclass(frozen=True, slots=True)
class Demand:
    """How many processes there are, on all machines together, and the most that each may open.

    ``pool``: ACCORD_POOL_SIZE. ``web_processes`` counts gunicorn's workers."""

    web_processes: int
    worker_processes: int
    pool: int

    @property
    def web_each(self) -> int:
        return min(self.pool, WEB_POOL)

    @property
    def worker_each(self) -> int:
        return self.pool + OUTSIDE_THE_POOL

    @property
    def total(self) -> int:
        return self.web_processes * self.web_each + self.worker_processes * self.worker_each + RELEASE

    def smaller(self, limit: int) -> int | None:
        """The largest pool that fits, if any does."""
        sizes = range(self.pool - 1, 1, -1)
        return next((n for n in sizes if Demand(self.web_processes, self.worker_processes, n).total <= limit), None)


@dataclass(frozen=True, slots=True)
class Capacity:
    """``limit``: connections that our role may have open at once; ``used``: open now, by anybody else."""

    limit: int
    used: int


def capacity(url: str) -> Capacity:
    """What the server, the database and the role allow, without what is kept for superusers. Raises psycopg.Error."""
    with psycopg.connect(normalise(url), connect_timeout=10, application_name="accord check") as connection:
        row = _queries.connection_room(connection)
        return Capacity(int(row["room"]), int(row["others"]))


def told(demand: Demand, found: Capacity) -> str:
    """The budget in one line."""
    web, worker = demand.web_processes, demand.worker_processes
    return (
        f"connections: web {web} x {demand.web_each} + worker {worker} x {demand.worker_each} + release {RELEASE} "
        f"= {demand.total} of {found.limit} that the database gives ({found.used} in use by others)"
    )


def refuse_too_many(demand: Demand, found: Capacity) -> str:
    """The budget in one line. Raises FixConfiguration, with settings that fit, where it is more than there is."""
    if demand.total <= found.limit:
        return told(demand, found)
    fits = demand.smaller(found.limit)
    fix = (
        f"Set ACCORD_POOL_SIZE={fits}"
        if fits
        else "Run fewer processes (WEB_CONCURRENCY, ACCORD_WEB_MACHINES, ACCORD_WORKER_MACHINES)"
    )
    raise FixConfiguration(
        f"The database gives too few connections. {told(demand, found)}. {fix}, or take a larger database."
    )
