"""`accord undo`: what Accord wrote is taken back, where it still stands."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from connector.cli import showing
from connector.cli.backfill import AskOver, Wait, Why, runs_of, started
from connector.cli.choosing import utc
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import By, Json, Yes
from connector.core.records import Side
from connector.core.runs import Wanted
from connector.errors import Refused

if TYPE_CHECKING:
    from connector.adapters.postgres.runs import PostgresRuns

What = Annotated[
    str | None,
    typer.Argument(help="A run's number (an undo's takes back the undo), or a person: REF or e-mail address."),
]
OfRun = Annotated[int | None, typer.Option("--run", help="The same as a run's number.")]
Agreement = Annotated[
    str, typer.Option("--agreement", help="All that was written under this version (`accord status` shows it).")
]
Since = Annotated[datetime | None, typer.Option("--since", help="All that was written since then (UTC).")]
Until = Annotated[datetime | None, typer.Option("--until", help="… and before then (UTC).")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Read both sides and show what would come back; write nothing.")
]
Csv = Annotated[
    Path | None,
    typer.Option("--csv", dir_okay=False, help="With --wait: every person there, and what was left and why."),
]
NO_APP_CAN = (
    "HubSpot contacts in the recycle bin, which no app can take out: {count} ({names}). Restore them there (Contacts > "
    "Actions > Restore records, within 90 days), then `accord backfill retry` this run."
)


def add_to(app: typer.Typer) -> None:
    app.command("undo")(undo)


def undo(
    ctx: typer.Context, what: What = None, run: OfRun = None, agreement: Agreement = "", since: Since = None,
    until: Until = None, dry_run: DryRun = False, why: Why = "", yes: Yes = False, ask_over: AskOver = 100,
    wait: Wait = False, csv: Csv = None, by: By = "", as_json: Json = False, embedded: Embedded = None,
) -> None:  # fmt: skip
    """Take back what Accord wrote: old values return, and records that it made go into the recycle bin.

    Say what: `accord undo 7` (a run), `accord undo ann@acme.com` (a person), or --agreement or --since alone or
    beside a person. It shows how much is concerned and asks before it begins; --dry-run reads both sides and shows
    every value first (`accord backfill apply N` then does just that).

    A run's retries belong to it, and so does what it was refused and a later round wrote just as the run would have.
    A record that it was refused, and that a later round made, is left and listed.

    What people changed since stays. A value returns only where the present one is still the one that Accord wrote; a
    record that Accord made goes only if nobody else wrote to it; and where sales has answered the hand-off, the whole
    person is left. All of this is listed with its reason: --csv, or `accord backfill show N`.

    Where Accord had linked two records for the first time, the link comes to rest: nothing flows between the two, and
    nobody is handed over, until a backfill meets them again. A hand-off that nobody answered is withdrawn. Where the
    two were linked before, they stay in sync; the person is handed over again only after the cool-off, and only where
    something new is known of them.

    An undo is a run itself: watch it with `accord backfill show N`, take it back with `accord undo N`; what was
    refused goes again with `accord backfill retry N`.

    It can't take back: mails, tasks and enrolments of automations that answered the writes; notices to owners; what
    records cost meanwhile (marketing contacts, storage); opt-outs (an undo opts nobody in). Contacts in HubSpot's
    recycle bin must be restored there by a person. Erased persons never come back.

    Exit codes with --wait: 0 done, 1 not ended well, 3 something was refused or must be done by hand.
    """
    if csv is not None and not wait:
        raise Refused("--csv needs --wait; or write it later: accord backfill show N --csv FILE")
    with operating(ctx, embedded, sides=True, people=False) as on:
        scope = _scope(on, what, run, agreement, since, until)
        number = _begun(on, scope, (by or showing.me(), why), dry_run, yes, ask_over, as_json)
        try:
            started(on, number, wait, as_json)
        finally:
            if csv is not None:
                _list(on, number, csv, as_json)


def _scope(
    on: Operating, what: str | None, run: int | None, agreement: str, since: datetime | None,
    until: datetime | None,
) -> dict[str, Any]:  # fmt: skip
    """Whose and which writes, with the words that stand in the journal."""
    if what is not None and what.isdigit():
        if run is not None:
            raise Refused("Name one run.")
        run, what = int(what), None
    told = {"run": run, "agreement": agreement, "since": utc(since), "until": utc(until)}
    scope: dict[str, Any] = {name: value for name, value in told.items() if value}
    if what is not None:
        person = on.person(what)
        if person.link is None:
            raise Refused(f"{person.ref} is not linked to a record of the other side: Accord copied nothing there.")
        scope["link"] = person.link
    return scope | {"words": f"undo of {', '.join(f'{name} {value}' for name, value in scope.items())}"}


def _begun(
    on: Operating, scope: dict[str, Any], by: tuple[str, str], dry: bool, yes: bool, ask_over: int, as_json: bool
) -> int:
    """The number of the run. It waits, paused, while somebody is asked: what they agree to is what it will do."""
    from connector.services.runs import starting

    store = runs_of(on)
    asked = starting.Asked(scope, by[0], by[1], dry)
    wanted = Wanted.RUN if dry else Wanted.PAUSE
    number = starting.undo(on.bench, store, on.review, asked, wanted)
    if not as_json:
        _tell_pruned(on, store.get(scope.get("run", 0)), scope.get("since"))
    if dry:
        return number
    try:
        _ask(store, number, scope, yes, ask_over, as_json)
    except (Refused, typer.Exit, click.Abort):
        starting.want(store, number, Wanted.CANCEL)
        raise
    starting.want(store, number, Wanted.RUN)
    return number



def _tell_pruned(on: Operating, run: dict[str, Any] | None, since: str | None) -> None:
    """An undo that reaches back beyond what the journal keeps is not whole."""
    kept = on.trail.kept_since()
    began = datetime.fromisoformat(since) if since else run["created_at"] if run is not None else None
    if kept is not None and (began is None or began < kept):
        showing.line(f"The journal is kept since {kept:%Y-%m-%d}: what was written earlier can't be taken back.")


def _ask(
    store: "PostgresRuns", number: int, scope: dict[str, Any], yes: bool, ask_over: int, as_json: bool
) -> None:
    rows = store.concerned(number)
    persons = sum(row["persons"] for row in rows if row["what"] == "person")
    if not as_json:
        _show(store, (store.get(number) or {})["scope"], rows, persons)
    if persons > ask_over:
        showing.agreed(f"Take this back for up to {persons} persons?", yes)


def _show(store: "PostgresRuns", scope: dict[str, Any], rows: list[dict[str, Any]], persons: int) -> None:
    """At most so much: both sides are read only when it is done."""
    if not persons:
        showing.line("Accord wrote nothing there that could be taken back.")
        return
    showing.line(f"{scope['words']}: up to {persons} persons. What people changed since is left, and listed.")
    if others := [str(n) for n in scope.get("runs", ()) if n != scope["run"]]:
        showing.line(f"With what came of it: run {', '.join(others)} (its retries, and what undid them).")
    values = [(r["side"], r["native"], r["persons"]) for r in rows if r["what"] == "value"]
    showing.table("Values that return, at most", ("side", "field", "persons"), values)
    for row in rows:
        if row["what"] == "made":
            showing.line(f"Into {row['side']}'s recycle bin, where nobody else wrote to them: {row['persons']}")
        if row["what"] == "away" and row["side"] == Side.SALESFORCE:
            showing.line(f"Out of Salesforce's recycle bin: {row['persons']}")
    if away := store.put_away(scope):
        names = ", ".join(row["ref_id"] for row in away[:5]) + (", …" if len(away) > 5 else "")
        showing.line(NO_APP_CAN.format(count=len(away), names=names))


def _list(on: Operating, number: int, file: Path, as_json: bool) -> None:
    from connector.cli.showing_runs import write_csv

    lines = write_csv(runs_of(on), number, file)
    if not as_json:
        showing.line(f"{lines} lines in {file}")
