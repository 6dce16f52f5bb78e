"""`accord recover …`: after a backup of the database was restored."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import By, Json, Yes

if TYPE_CHECKING:
    from connector.adapters.postgres.recovery import PostgresRecovery
    from connector.services.recovery import Recovery

Wait = Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait, at most, until all is compared.")]

WRITTEN = ("side", "field", "changes", "fills", "blanks")


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="After a backup of the database was restored.", no_args_is_help=True)
    for command in (start, status, finish):
        group.command(command.__name__)(command)
    app.add_typer(group, name="recover")


def start(
    ctx: typer.Context, by: By = "", yes: Yes = False, as_json: Json = False, embedded: Embedded = None
) -> None:
    """Doubt all that the database believes: nothing is written, everything is compared anew.

    Before the first `accord worker` runs on a restored database. Notices are taken as always.
    """
    from connector.services import recovery

    with operating(ctx, embedded) as on:
        showing.agreed("Write nothing any more, and compare all linked persons anew?", yes)
        links = recovery.start(_store(on), on.clock, by or showing.me())
    if as_json:
        showing.json({"links": links})
        return
    showing.line(f"{links} links are in doubt. Start `accord worker`; then: accord recover status")


def status(ctx: typer.Context, as_json: Json = False, embedded: Embedded = None) -> None:
    """Show what is compared, what differs, and what is left to look at."""
    from connector.services import recovery

    with operating(ctx, embedded) as on:
        found = recovery.standing(_store(on))
    if as_json:
        showing.json(asdict(found) if found else None)
    elif found is None:
        showing.line("No recovery is running.")
    else:
        _show(found)


def finish(
    ctx: typer.Context, wait: Wait = 0.0, by: By = "", yes: Yes = False, as_json: Json = False,
    embedded: Embedded = None,
) -> None:  # fmt: skip
    """Let both sides be written again, as their modes say.

    Refuses until all is compared, and shows what would be written: the newer of two values that differ. Look at
    `accord preview` for examples. Where the clocks can't tell, `accord issues list --code conflict` has the persons;
    they are held until somebody decides.
    """
    from connector.services import recovery

    with operating(ctx, embedded) as on:
        store = _store(on)
        found = recovery.ready(store, on.clock, wait, on.sleep)
        rows = [{name: r[name] for name in WRITTEN} for r in on.review.observed(0)["fields"]]
        if not as_json:
            _show(found)
            showing.table("Would be written", WRITTEN, [tuple(row.values()) for row in rows])
        showing.agreed("Write these, and go on as before?", yes)
        queued = recovery.finish(store, on.clock, by or showing.me())
    if as_json:
        showing.json({"recovery": asdict(found), "written": rows, "go_round": queued})
        return
    showing.line(f"Recovered: {queued} persons go round. Modes: accord mode")


def _store(on: Operating) -> "PostgresRecovery":
    from connector.adapters.postgres.recovery import PostgresRecovery

    return PostgresRecovery(on.pool)


def _show(found: "Recovery") -> None:
    showing.line(f"Recovering since {showing.text(found.since)} UTC, by {found.by}: nothing is written.")
    for words in found.left:
        showing.line(f"! {words}")
    showing.line(
        f"{found.differing} links differ; {found.would_write} persons would be written; "
        f"{found.conflicts} open conflicts"
    )
