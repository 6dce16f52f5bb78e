"""`accord worker`: runs rounds and the schedule until it is asked to stop."""

import os
import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING

import typer

from connector.cli.options import Embedded, database

if TYPE_CHECKING:
    from connector.settings import Settings


def add_to(app: typer.Typer) -> None:
    app.command("worker")(worker)


def worker(embedded: Embedded = None) -> None:
    """Sync until SIGTERM or Ctrl-C: then no further call starts, and what is under way is saved (20 seconds at most)."""
    from connector import logs
    from connector.settings import load
    from connector.wiring import open_world
    from connector.worker.process import Worker

    settings = load(sides=True)
    logs.configure(settings.process.log_level, settings.process.log_format, settings.secrets())
    asked = _asked_to_stop()
    with database(embedded, settings) as url:
        if not _ready(url, asked, settings):
            return
        with open_world(settings, url) as world:
            running = Worker(world)
            running.start()
            asked.wait()
            rested = running.stop()
        if not rested:
            # Threads that still wait for a side would keep the process; whatever they did is settled later.
            os._exit(0)


def _asked_to_stop() -> threading.Event:
    asked = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return asked


def _ready(url: str, asked: threading.Event, settings: "Settings") -> bool:
    """Waits for a database that can't be reached yet, rather than die and be started again and again."""
    from connector import logs
    from connector.adapters.postgres.database import reachable
    from connector.adapters.postgres.migrate import pending
    from connector.errors import Refused
    from connector.worker.patience import Patience

    patience = Patience(asked)
    while not asked.is_set() and (trouble := reachable(url)):
        logs.get(__name__).error("no database", error=trouble)
        patience.wait()
    if not asked.is_set() and (missing := pending(url)):
        raise Refused(f"The database is not up to date ({', '.join(missing)}): run `accord db migrate` first.")
    return not asked.is_set()
