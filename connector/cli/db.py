"""`accord db …`: the database."""

import signal
import threading
from types import FrameType

import typer

from connector.cli.options import Embedded, database


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="The database.", no_args_is_help=True)
    group.command("migrate")(migrate)
    group.callback()(lambda: None)
    app.add_typer(group, name="db")


def migrate(embedded: Embedded = None) -> None:
    """Bring the database up to date. Repeating it does nothing.

    Processes of the previous release may go on meanwhile: migrations only add. SIGTERM ends it after the migration
    under way.
    """
    from connector.adapters.postgres.database import check
    from connector.adapters.postgres.migrate import migrate as bring_up_to_date
    from connector.settings import load
    from connector.wiring.sizing import connection_budget

    settings = load()
    with database(embedded, settings) as url:
        check(url)
        # before anything is changed: a release that can't run leaves the previous one as it is
        print(connection_budget(settings, url))
        asked = _asked_to_stop()
        applied = bring_up_to_date(url, asked.is_set)
    for name in applied:
        print(f"applied {name}")
    print("The database is up to date.")


def _asked_to_stop() -> threading.Event:
    asked = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        asked.set()

    signal.signal(signal.SIGTERM, stop)
    return asked
