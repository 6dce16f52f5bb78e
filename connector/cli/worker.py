"""`accord worker`: runs rounds and the schedule until it is asked to stop."""

import os
import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING

import typer

from connector.cli.options import Embedded, database, refuse_if_outdated

if TYPE_CHECKING:
    from connector.settings import Settings
    from connector.wiring import World


def add_to(app: typer.Typer) -> None:
    app.command("worker")(worker)


def worker(embedded: Embedded = None) -> None:
    """Sync until SIGTERM or Ctrl-C: then no further call starts, and what is under way is saved within 20 seconds."""
    asked = _asked_to_stop()
    from connector import logs
    from connector.settings import load
    from connector.worker.patience import Patience

    settings = load(sides=True)
    logs.configure(settings.process.log_level, settings.process.log_format, settings.secrets())
    with database(embedded, settings) as url:
        patience = Patience(asked)
        while _ready(url, asked) and not _worked(settings, url, asked):
            patience.wait()


def _worked(settings: "Settings", url: str, asked: threading.Event) -> bool:
    """Works until it is asked to stop. False where the database went away before it had begun."""
    import psycopg
    from psycopg_pool import PoolTimeout

    from connector import logs
    from connector.adapters.postgres.database import Unreachable
    from connector.sizing import connection_budget
    from connector.wiring import open_world

    rested = True
    try:
        logs.get(__name__).info(connection_budget(settings, url))
        with open_world(settings, url) as world:
            if _admitted(world, asked):
                rested = _rested(world, asked)
    except (Unreachable, psycopg.OperationalError, PoolTimeout) as error:
        logs.get(__name__).error("the database went away", error=type(error).__name__)
        return False
    if not rested:
        # Threads that still wait for a side would keep the process; whatever they did is settled later.
        os._exit(0)
    return True


def _rested(world: "World", asked: threading.Event) -> bool:
    from connector.worker.process import Worker, collect_seldom

    collect_seldom()
    running = Worker(world)
    running.start()
    asked.wait()
    return running.stop()


def _asked_to_stop() -> threading.Event:
    asked = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return asked


def _admitted(world: "World", asked: threading.Event) -> bool:
    """Nothing is written before both sides told that they are the accounts this database belongs to. Raises Refused
    where they are not, FixConfiguration where credentials are missing; waits for a side that does not answer."""
    from connector import logs
    from connector.errors import CallFailed
    from connector.wiring.admission import admit_both
    from connector.wiring.connected import connections_on, insist
    from connector.worker.patience import Patience

    settings, patience = world.settings, Patience(asked)
    insist(settings)
    store = connections_on(settings, world.stores.pool)
    while not asked.is_set():
        try:
            admit_both(settings, store, "accord worker", world.bench.clock())
            return True
        except CallFailed as error:
            logs.get(__name__).error(
                "a side does not tell which account it is", side=error.side, error=str(error)
            )
            patience.wait()
    return False


def _ready(url: str, asked: threading.Event) -> bool:
    """Waits for a database that can't be reached yet, rather than die and be started again and again."""
    from connector import logs
    from connector.worker.patience import Patience

    patience = Patience(asked)
    while not asked.is_set() and (trouble := _unreachable(url)):
        logs.get(__name__).error("the database does not answer", error=trouble)
        patience.wait()
    if not asked.is_set():
        refuse_if_outdated(url)
    return not asked.is_set()


def _unreachable(url: str) -> str:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=10, application_name="accord").close()
    except psycopg.OperationalError as error:
        return str(error).strip()
    return ""
