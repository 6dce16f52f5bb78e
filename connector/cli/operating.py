"""What the operators' commands work with: the database, and, made when first asked for, both sides and the
agreement."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import typer

from connector.cli.options import Embedded, database
from connector.errors import Refused

if TYPE_CHECKING:
    from connector.adapters.postgres.cases import PostgresCases
    from connector.adapters.postgres.database import Pool
    from connector.adapters.postgres.review import PostgresReview
    from connector.adapters.postgres.rounds import PostgresRounds
    from connector.adapters.postgres.standing import PostgresStanding
    from connector.adapters.postgres.trail import PostgresTrail
    from connector.core.agreement import Agreement
    from connector.services.finding import Person
    from connector.services.workbench import Workbench
    from connector.settings import Settings

__all__ = ["Embedded", "Operating", "operating"]


class Operating:
    """Small commands start at once because nothing is imported or read that they don't ask for."""

    def __init__(self, pool: "Pool", bench: "Callable[[], Workbench]", clock: Callable[[], datetime]) -> None:
        """``bench`` opens the workbench, with owners loaded where the command calls the sides."""
        self.pool, self.clock, self._bench = pool, clock, bench
        self.url = ""
        self.settings: Settings | None = None
        self.sleep: Callable[[float], None] = sleep

    @cached_property
    def bench(self) -> "Workbench":
        return self._bench()

    @cached_property
    def folder(self) -> Path | None:
        """Where the agreement in use lies; None in process."""
        from connector.cli.options import agreement_folder

        return agreement_folder(self.settings) if self.settings is not None else None

    @cached_property
    def agreement(self) -> "Agreement":
        if self.folder is None:
            return self.bench.agreement
        from connector.adapters.mappings import load

        return load(self.folder)

    @cached_property
    def review(self) -> "PostgresReview":
        from connector.adapters.postgres.review import PostgresReview

        return PostgresReview(self.pool)

    @cached_property
    def standing(self) -> "PostgresStanding":
        from connector.adapters.postgres.standing import PostgresStanding

        return PostgresStanding(self.pool)

    @cached_property
    def cases(self) -> "PostgresCases":
        from connector.adapters.postgres.cases import PostgresCases

        return PostgresCases(self.pool)

    @cached_property
    def trail(self) -> "PostgresTrail":
        from connector.adapters.postgres.trail import PostgresTrail

        return PostgresTrail(self.pool)

    @cached_property
    def rounds(self) -> "PostgresRounds":
        from connector.adapters.postgres.rounds import PostgresRounds

        return PostgresRounds(self.pool)

    def person(self, text: str) -> "Person":
        """Whom a REF means. Raises Refused."""
        from connector.adapters.salesforce.ids import id18
        from connector.services.finding import find

        return find(self.bench, self.trail, text, id18)


@contextmanager
def operating(
    ctx: typer.Context, embedded: Path | None, *, sides: bool = False, people: bool | None = None,
    gently: bool = False,
) -> Iterator[Operating]:  # fmt: skip
    """While the block runs. ``sides``: both sides' credentials must be there and open the accounts that the database
    belongs to, and (unless ``people`` says otherwise) owners are loaded. ``gently``: half of HubSpot's calls are left
    to the workers. Whoever runs commands in process may give a ready Operating as the context's object.

    Raises FixConfiguration or Refused, also where the database lacks a migration."""
    if isinstance(ctx.obj, Operating):
        yield ctx.obj
        return
    from psycopg.errors import UndefinedColumn, UndefinedTable

    from connector import logs
    from connector.settings import load

    settings = load(sides=sides)
    logs.configure("warning", "console", settings.secrets())
    try:
        with ExitStack() as parts:
            url = parts.enter_context(database(embedded, settings))
            settings = _gentle(settings) if gently else settings
            yield _opened(parts, settings, url, sides if people is None else people, sides)
    except (UndefinedTable, UndefinedColumn):
        raise Refused("The database is not up to date: run `accord db migrate` first.") from None


def _gentle(settings: "Settings") -> "Settings":
    """The window of calls is shared: who stops at half of it never makes a hot lead wait."""
    from dataclasses import replace

    half = max(settings.hubspot.margin_calls, settings.hubspot.calls_per_10_seconds // 2)
    return replace(settings, hubspot=settings.hubspot.model_copy(update={"margin_calls": half}))


def _opened(parts: ExitStack, given: "Settings", url: str, people: bool, sides: bool) -> Operating:
    from connector.adapters.calling import utc_now
    from connector.adapters.postgres.database import open_pool
    from connector.cli.showing import me
    from connector.wiring.connected import connected, connections_on, insist

    pool = parts.enter_context(open_pool(url, max_size=2))
    settings = connected(given, pool)
    if sides:
        from connector.wiring.admission import admit_both

        insist(settings)
        admit_both(settings, connections_on(settings, pool), me(), utc_now())

    def bench() -> "Workbench":
        from connector.wiring.world import open_world

        world = parts.enter_context(open_world(settings, url))
        if people:
            world.directory.refresh()
        return world.bench

    on = Operating(pool, bench, utc_now)
    on.url, on.settings = url, settings
    return on
