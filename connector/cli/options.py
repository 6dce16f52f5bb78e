"""What several commands share: their options, and the database and the agreement they work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from connector.settings import Settings

Embedded = Annotated[
    Path | None,
    typer.Option(
        "--embedded", metavar="FOLDER",
        help="Use the embedded PostgreSQL in this folder, instead of DATABASE_URL. The disk must be one that stays.",
    ),
]  # fmt: skip


@contextmanager
def database(embedded: Path | None, settings: "Settings | None" = None) -> Iterator[str]:
    """The URL of the database to work on: of --embedded, DATABASE_URL or ACCORD_EMBEDDED; while the block runs."""
    from connector.adapters.postgres.database import database_url
    from connector.settings import load

    settings = settings or load()
    with database_url(settings.database_url(), embedded or settings.process.embedded) as url:
        yield url


def refuse_if_outdated(url: str) -> None:
    """Raises Refused where migrations are missing: a process that runs must find its tables."""
    from connector.adapters.postgres.migrate import pending
    from connector.errors import Refused

    if missing := pending(url):
        raise Refused(f"The database is not up to date ({', '.join(missing)}): run `accord db migrate` first.")


def agreement_folder(settings: "Settings | None" = None) -> Path:
    """Where the agreement in use lies: ACCORD_MAPPINGS, ./mappings, or inside Accord."""
    from connector.adapters.mappings.files import shipped
    from connector.settings import load

    return (settings or load()).mappings_folder() or Path(str(shipped()))
