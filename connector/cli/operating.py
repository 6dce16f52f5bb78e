"""What the operators' commands work with: the world of the settings, with the stores of their services."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import typer

from connector.cli.options import Embedded, database, refuse_if_outdated

if TYPE_CHECKING:
    from connector.adapters.postgres.cases import PostgresCases
    from connector.adapters.postgres.database import Pool
    from connector.adapters.postgres.review import PostgresReview
    from connector.adapters.postgres.standing import PostgresStanding
    from connector.adapters.postgres.trail import PostgresTrail
    from connector.services.finding import Person
    from connector.services.workbench import Workbench
    from connector.settings import Settings

__all__ = ["Embedded", "Operating", "operating", "operating_on"]


@dataclass
class Operating:
    """``bench``: owners are loaded where the command calls the sides. ``sleep`` waits for others' work."""

    bench: "Workbench"
    review: "PostgresReview"
    standing: "PostgresStanding"
    cases: "PostgresCases"
    trail: "PostgresTrail"
    url: str = ""
    settings: "Settings | None" = None
    folder: Path | None = None
    sleep: Callable[[float], None] = field(default=sleep)

    def person(self, text: str) -> "Person":
        """Whom a REF means. Raises Refused."""
        from connector.adapters.salesforce.ids import id18
        from connector.services.finding import find

        return find(self.bench, self.trail, text, id18)


def operating_on(bench: "Workbench", pool: "Pool", **more: object) -> Operating:
    from connector.adapters.postgres.cases import PostgresCases
    from connector.adapters.postgres.review import PostgresReview
    from connector.adapters.postgres.standing import PostgresStanding
    from connector.adapters.postgres.trail import PostgresTrail

    stores = (PostgresReview(pool), PostgresStanding(pool), PostgresCases(pool), PostgresTrail(pool))
    return Operating(bench, *stores, **more)  # type: ignore[arg-type]


@contextmanager
def operating(
    ctx: typer.Context, embedded: Path | None, *, sides: bool = False, people: bool | None = None
) -> Iterator[Operating]:
    """While the block runs. ``sides``: both sides' credentials must be there, and (unless ``people`` says otherwise)
    owners are loaded. Whoever runs commands in process may give a ready Operating as the context's object."""
    if isinstance(ctx.obj, Operating):
        yield ctx.obj
        return
    from connector import logs
    from connector.settings import load
    from connector.wiring import agreement_folder, open_world

    settings = load(sides=sides)
    logs.configure("warning", "console", settings.secrets())
    with database(embedded, settings) as url:
        refuse_if_outdated(url)
        with open_world(settings, url) as world:
            if sides if people is None else people:
                world.directory.refresh()
            given = {"url": url, "settings": settings, "folder": agreement_folder(settings)}
            yield operating_on(world.bench, world.stores.pool, **given)
