"""What several commands share: their options, and the database they work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from connector.adapters.postgres.database import database_url
from connector.settings import Settings, load

Embedded = Annotated[
    Path | None,
    typer.Option(
        "--embedded", metavar="FOLDER",
        help="Use the embedded PostgreSQL in this folder, instead of DATABASE_URL. The disk must be one that stays.",
    ),
]  # fmt: skip


@contextmanager
def database(embedded: Path | None, settings: Settings | None = None) -> Iterator[str]:
    """The URL of the database to work on: of --embedded, DATABASE_URL or ACCORD_EMBEDDED; while the block runs."""
    settings = settings or load()
    url, folder = settings.database_url(), settings.process.embedded
    with database_url(url, embedded or folder) as found:
        yield found


def agreement_folder(settings: Settings | None = None) -> Path:
    """Where the agreement in use lies: ACCORD_MAPPINGS, ./mappings, or inside Accord."""
    from connector.adapters.mappings.files import shipped

    return (settings or load()).mappings_folder() or Path(str(shipped()))
