"""`accord backfill …`: runs over existing records, previewed, watched, paused, resumed."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import showing
from connector.cli.choosing import filter_of, one_choice, refs_of, utc
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import By, Json, Yes
from connector.core.records import Side
from connector.core.runs import Wanted

if TYPE_CHECKING:
    from connector.adapters.postgres.runs import PostgresRuns
    from connector.services.runs.progress import Progress

Run = Annotated[int, typer.Argument(help="A run's number: `accord backfill list`.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Plan everything, write nothing; kept, and can be applied.")
]
Why = Annotated[str, typer.Option("--why", help="Kept with the run.")]
Wait = Annotated[
    bool,
    typer.Option(
        "--wait",
        help="Watch it until it ends. Exit code 0: all is well; 1: not ended well, or paused; 3: some persons failed.",
    ),
]
AskOver = Annotated[
    int,
    typer.Option(
        "--ask-over",
        envvar="ACCORD_ASK_OVER",
        min=0,
        help="Ask before more than so many persons may be written (--yes: never ask).",
    ),
]
Refs = Annotated[
    list[str],
    typer.Option("--ref", help="This person: hubspot:contact:512, salesforce:Lead:00Q…, link:7, or an id."),
]
Ids = Annotated[
    Path | None,
    typer.Option(
        "--ids",
        exists=True,
        dir_okay=False,
        help="A file of them, one a line; also a CSV whose first column they are.",
    ),
]
ListName = Annotated[
    str, typer.Option("--list", help="Members of a HubSpot list: its id, or a static one's name.")
]
Where = Annotated[
    str, typer.Option("--where", help="A SOQL condition over --object: \"Status = 'Working'\".")
]
Object = Annotated[str, typer.Option("--object", help="Of --where: Lead or Contact.")]
Filter = Annotated[
    str,
    typer.Option(
        "--filter", help="A condition as in the mapping, over --from: '{field: country, equals: Norway}'."
    ),
]
From = Annotated[
    Side | None,
    typer.Option("--from", help="Whom this side holds: with --never-synced, --since or --filter."),
]
To = Annotated[Side | None, typer.Option("--to", help="Write this side only.")]
Since = Annotated[datetime | None, typer.Option("--since", help="Modified since then (UTC).")]
Until = Annotated[datetime | None, typer.Option("--until", help="… and before then (UTC).")]
Fields = Annotated[
    list[str], typer.Option("--field", help="Write this field of the mapping only; as often as needed.")
]
Linked = Annotated[bool, typer.Option("--linked", help="Only persons who are linked already.")]
Never = Annotated[bool, typer.Option("--never-synced", help="Only persons who are not linked yet.")]
Csv = Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="Write the whole list there.")]
Samples = Annotated[int, typer.Option("--samples", min=0, max=100, help="Items shown as a diff.")]


Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="At most so many persons: a first small batch.")
]


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Run existing records through the agreement: previewed, watched, paused, resumed, undone (`accord undo`). "
        "Live changes and hand-offs go first at any time. A worker does the work; these commands say what is wanted.",
        no_args_is_help=True,
    )
    for command in (person, apply, retry, show, pause, resume, cancel):
        group.command()(command)
    group.command("list")(list_)
    app.add_typer(group, name="backfill")


def person(
    ctx: typer.Context, ref: Refs = [], ids: Ids = None, list_name: ListName = "", where: Where = "",  # noqa: B006
    object_: Object = "Lead", condition: Filter = "", source: From = None, to: To = None, since: Since = None,
    until: Until = None, field: Fields = [], linked: Linked = False, never_synced: Never = False,  # noqa: B006
    limit: Limit = None, dry_run: DryRun = False, why: Why = "", yes: Yes = False, ask_over: AskOver = 100,
    wait: Wait = False, by: By = "", as_json: Json = False, embedded: Embedded = None,
) -> None:  # fmt: skip
    """Persons: all of them, or those that the options choose.

    Without options: all linked persons, then everybody on either side who is not linked yet. The first link of two
    filled systems needs an approved match report. Values are compared as in every round: what is equal is not written,
    what both sides changed is decided by the mapping, and losers are kept (`accord conflicts`).
    """
    from connector.adapters.mappings.filters import read_filter
    from connector.services.runs.starting import Asked, start

    given = {
        "list": list_name, "soql": {"object": object_, "where": where} if where else None, "since": utc(since),
        "until": utc(until), "filter": filter_of(condition, source), "from": source, "side": to, "fields": list(field),
        "linked": linked, "never_synced": never_synced, "limit": limit,
    }  # fmt: skip
    scope = {name: value for name, value in given.items() if value}
    one_choice(scope, bool(ref or ids))
    with operating(ctx, embedded, sides=True, people=False) as on:
        if condition and source is not None:
            read_filter(condition, source, on.bench.desk.mapping)
        refs = tuple(refs_of(ref, ids))
        asked = Asked(scope, by or showing.me(), why, dry_run, refs)
        most = len(refs) if refs else limit
        if not dry_run and (most is None or most > ask_over):
            showing.agreed(
                f"Write {f'up to {most}' if most else 'all these'} persons without a preview?", yes
            )
        started(on, start(on.bench, runs_of(on), on.review, asked), wait, as_json)


def apply(
    ctx: typer.Context, run: Run, why: Why = "", yes: Yes = False, ask_over: AskOver = 100, wait: Wait = False,
    by: By = "", as_json: Json = False, embedded: Embedded = None,
) -> None:  # fmt: skip
    """Write what a preview showed, and nothing else.

    Each value is written only if old and new are still as they were shown. What changed since is left, and listed as
    `changed`: look at it with `accord backfill show`.
    """
    from connector.services.runs import starting

    with operating(ctx, embedded, sides=True, people=False) as on:
        store = runs_of(on)
        would = starting.existing(store, run)["counts"].get("outcomes", {}).get("would", 0)
        if would > ask_over:
            showing.agreed(f"Write {would} persons as previewed?", yes)
        started(on, starting.apply(on.bench, store, on.review, run, by or showing.me(), why), wait, as_json)


def retry(
    ctx: typer.Context, run: Run, why: Why = "", yes: Yes = False, ask_over: AskOver = 100, wait: Wait = False,
    by: By = "", as_json: Json = False, embedded: Embedded = None,
) -> None:  # fmt: skip
    """Try again only what was refused, held or in conflict in that run, with the values as they are now."""
    from connector.cli import showing_runs
    from connector.services.runs import starting

    with operating(ctx, embedded, sides=True, people=False) as on:
        failed = showing_runs.look(on, runs_of(on), run).failed
        if failed > ask_over:
            showing.agreed(f"Try the {failed} persons again that failed in run {run}?", yes)
        made = starting.retry(on.bench, runs_of(on), on.review, run, by or showing.me(), why)
        started(on, made, wait, as_json)


def list_(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="So many of them.")] = 20,
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Runs, the latest first."""
    from connector.services.runs.progress import progress_of

    with operating(ctx, embedded) as on:
        store = runs_of(on)
        found = [progress_of(store, row, on.clock()) for row in store.latest(limit)]
    if as_json:
        showing.json([seen.document() for seen in found])
        return
    columns = ("run", "what", "state", "done", "failed", "by", "created (UTC)", "why")
    rows = [
        (seen.run["id"], seen.run["purpose"] + (" preview" if seen.run["dry"] else ""), seen.run["state"], seen.done,
         seen.failed, seen.run["by_whom"], seen.run["created_at"], seen.run["why"])
        for seen in found
    ]  # fmt: skip
    showing.table("Runs", columns, rows)
    if not rows:
        showing.line("No runs yet: accord backfill person --dry-run")


def show(
    ctx: typer.Context, run: Run, samples: Samples = 3, csv: Csv = None, wait: Wait = False, as_json: Json = False,
    embedded: Embedded = None,
) -> None:  # fmt: skip
    """How a run stands, what became of its items; of a preview everything it found, with examples as a diff."""
    from connector.cli import showing_runs

    with operating(ctx, embedded) as on:
        store = runs_of(on)
        seen = (
            showing_runs.follow(on, store, run, quiet=as_json) if wait else showing_runs.look(on, store, run)
        )
        if csv is not None:
            lines = showing_runs.write_csv(store, run, csv)
        if as_json:
            showing.json(seen.document())
        else:
            showing_runs.show_run(on, store, seen, samples)
            if csv is not None:
                showing.line(f"{lines} lines in {csv}")
    if wait:
        _exit(seen)


def pause(ctx: typer.Context, run: Run, as_json: Json = False, embedded: Embedded = None) -> None:
    """Stop for a while. What no round has begun is taken back; it goes on where it was with `resume`."""
    _want(ctx, run, Wanted.PAUSE, as_json, embedded)


def resume(ctx: typer.Context, run: Run, as_json: Json = False, embedded: Embedded = None) -> None:
    """Go on with a paused run, where it was; nothing is written twice."""
    _want(ctx, run, Wanted.RUN, as_json, embedded)


def cancel(ctx: typer.Context, run: Run, as_json: Json = False, embedded: Embedded = None) -> None:
    """End it for good. What was written stays; `accord undo N` takes it back."""
    _want(ctx, run, Wanted.CANCEL, as_json, embedded)


def _want(ctx: typer.Context, run: int, wanted: Wanted, as_json: bool, embedded: Path | None) -> None:
    from connector.services.runs import starting

    with operating(ctx, embedded) as on:
        state = starting.want(runs_of(on), run, wanted)
    if as_json:
        showing.json({"id": run, "state": state, "wanted": wanted})
        return
    showing.line(f"Run {run} was {state}; wanted: {wanted}. A worker sees to it: accord backfill show {run}")


def runs_of(on: Operating) -> "PostgresRuns":
    from connector.adapters.postgres.runs import PostgresRuns

    return PostgresRuns(on.pool)


def started(on: Operating, run: int, wait: bool, as_json: bool) -> None:
    """Tell of a new run, or watch it to its end."""
    from connector.cli import showing_runs

    store = runs_of(on)
    seen = showing_runs.follow(on, store, run, quiet=as_json) if wait else showing_runs.look(on, store, run)
    if as_json:
        showing.json(seen.document())
    elif wait:
        showing_runs.show_run(on, store, seen, 3)
        if seen.run["dry"] and seen.run["state"] == "succeeded":
            showing.line(f"Nothing was written. When this is right: accord backfill apply {run}")
    else:
        showing.line(f"Run {run} is queued. Watch it: accord backfill show {run} --wait")
    if wait:
        _exit(seen)


def _exit(seen: "Progress") -> None:
    if seen.run["state"] != "succeeded":
        raise typer.Exit(1)
    if seen.failed and not seen.run["dry"]:
        raise typer.Exit(3)
