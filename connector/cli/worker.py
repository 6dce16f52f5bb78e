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
    from connector.wiring.world import World


def add_to(app: typer.Typer) -> None:
    app.command("worker")(worker)


def worker(embedded: Embedded = None) -> None:
    """Sync until SIGTERM or Ctrl-C: then no further call starts, and what is under way is saved within 20 seconds."""
    asked = _asked_to_stop()
    from connector import logs
    from connector.settings import load

    settings = load(sides=True)
    logs.configure(settings.process.log_level, settings.process.log_format, settings.secrets())
    with database(embedded, settings) as url:
        keep_working(settings, url, asked)


def keep_working(settings: "Settings", url: str, asked: threading.Event) -> None:
    """Works until it is asked to stop. A database that is away, or goes away at any step of the start, is waited for;
    once the worker has begun its threads do so themselves. Raises Refused and FixConfiguration, for those wait for a
    person."""
    from connector.worker.patience import Patience

    patience = Patience(asked)
    while not (asked.is_set() or _worked(settings, url, asked)):
        patience.wait()


def _worked(settings: "Settings", url: str, asked: threading.Event) -> bool:
    """Works until it is asked to stop. False where the database did not answer before it had begun."""
    import psycopg

    from connector import logs
    from connector.adapters.postgres.database import is_away
    from connector.wiring.sizing import connection_budget
    from connector.wiring.world import open_world

    rested = True
    try:
        psycopg.connect(url, connect_timeout=10, application_name="accord").close()
        refuse_if_outdated(url)
        logs.get(__name__).info(connection_budget(settings, url))
        with open_world(settings, url) as world:
            if _admitted(world, asked):
                rested = _rested(world, asked)
    except Exception as error:
        if not is_away(error):
            raise
        logs.get(__name__).error("the database does not answer", error=str(error).strip())
        return False
    if not rested:
        # Threads that still wait for a side would keep the process; whatever they did is settled later.
        os._exit(0)
    return True


def _rested(world: "World", asked: threading.Event) -> bool:
    from connector.worker.process import Worker, collect_seldom, keep_one_heap, share_quickly

    keep_one_heap()
    collect_seldom()
    share_quickly()
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
