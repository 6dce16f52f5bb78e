"""Plays one history on an emptied database, from its beginning to its checks."""

from __future__ import annotations

import logging

import structlog

from connector.adapters.postgres.database import open_pool
from tests import databases
from tests.property.ending import faults_of
from tests.property.history import History
from tests.property.plot import Plot
from tests.property.provenance import Fault


def play(database_url: str, plot: Plot) -> tuple[list[Fault], History]:
    """What is wrong at the end (nothing, with a sound engine), and the history, whose ``trace`` tells how it came."""
    databases.empty(database_url)
    quiet = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        with open_pool(database_url, min_size=1, max_size=4) as pool:
            history = History(pool, plot)
            try:
                history.run()
                return faults_of(history), history
            finally:
                history.end_workers()
    finally:
        structlog.configure(wrapper_class=quiet)


def tell(faults: list[Fault], history: History) -> str:
    trace = "\n  ".join(history.trace)
    return f"{history.plot}\n  {trace}\n" + "\n".join(map(str, faults))
