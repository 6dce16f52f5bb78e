"""`accord conflicts …`: losing values, and putting them back."""

from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import By, Json, Yes
from connector.core.records import Side

if TYPE_CHECKING:
    from connector.services.conflicts import Restoring

Number = Annotated[int, typer.Argument(help="A row's number, as `accord conflicts list` shows it.")]
Issue = Annotated[int, typer.Argument(help="The number of the issue.")]
Winner = Annotated[Side, typer.Argument(help="Whose value wins.")]
About = Annotated[
    str | None, typer.Option("--ref", help="Only of this person: a Ref, link:7 or an e-mail address.")
]
Restored = Annotated[bool, typer.Option("--restored", help="Those that were put back, too.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Losing values of conflicts: none is thrown away.", no_args_is_help=True)
    group.command("list")(list_conflicts)
    group.command("restore")(restore)
    group.command("decide")(decide)
    app.add_typer(group, name="conflicts")


def list_conflicts(
    ctx: typer.Context,
    ref: About = None,
    restored: Restored = False,
    limit: Limit = 100,
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Losing values, latest first: where they stood, what won, and why."""
    from connector.services.conflicts import listed

    with operating(ctx, embedded, sides=bool(ref and "@" in ref), people=False) as on:
        link = on.person(ref).link or 0 if ref else None
        rows = listed(on.cases, link, restored, limit)
    if as_json:
        showing.json(rows)
        return
    if not rows:
        showing.line("No losing values are kept.")
    columns = ("id", "link", "side", "field", "lost", "won", "why", "at (UTC)", "")
    told = [
        (r["id"], r["link_id"], r["side"], r["field"], r["value"], r["winner"], r["why"], r["at"],
         "restored" if r["restored_at"] else "restoring" if r["asked"] else "")
        for r in rows
    ]  # fmt: skip
    showing.table("Losing values", columns, told, 48)


def restore(
    ctx: typer.Context, number: Number, yes: Yes = False, by: By = "", as_json: Json = False,
    embedded: Embedded = None,
) -> None:  # fmt: skip
    """Put a losing value back, on both sides. What they hold until then is kept in turn."""
    from connector.services import conflicts

    showing.agreed(f"Put the value of row {number} back on both sides?", yes)
    with operating(ctx, embedded) as on:
        _tell(on, conflicts.restore(on.bench, on.cases, number, by or showing.me()), as_json)


def decide(
    ctx: typer.Context,
    issue: Issue,
    winner: Winner,
    yes: Yes = False,
    by: By = "",
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Decide a conflict that the mapping holds (`wins: hold`): one side's value goes to the other, whose value is
    kept."""
    from connector.services import conflicts

    showing.agreed(f"Let {winner}'s value win issue {issue}?", yes)
    with operating(ctx, embedded) as on:
        _tell(on, conflicts.decide(on.bench, on.cases, issue, winner, by or showing.me()), as_json)


def _tell(on: Operating, asked: "Restoring", as_json: bool) -> None:
    if as_json:
        showing.json(asked)
        return
    what = "the value that stands there" if asked.value is None else showing.text(asked.value)
    showing.line(f"{asked.field} of link:{asked.link}: {what} goes from {asked.side} to {asked.side.other}.")
    paused = on.trail.paused()
    if 0 in paused:
        showing.line(f"The hand-off lane is paused ({paused[0]}): it happens after `accord resume`.")
    else:
        showing.line(
            f"It is the first thing a worker does now; `accord sync link:{asked.link}` waits for it."
        )
