"""`accord reconcile handoffs`: the account of everybody who qualified, and of everything that was sent."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import showing
from connector.cli.checking import told_or_two
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import Json
from connector.cli.verify import means_on
from connector.errors import Refused

if TYPE_CHECKING:
    from connector.services.drift.handoffs import Account, Line

Since = Annotated[datetime | None, typer.Option("--since", help="Who qualified since then (UTC).")]
Until = Annotated[datetime | None, typer.Option("--until", help="… and before then (UTC).", show_default="now")]
Month = Annotated[str, typer.Option("--month", help="A whole month: 2026-03.", show_default="the present one")]
Csv = Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="Write the whole list there.")]
Lines = Annotated[int, typer.Option("--lines", min=0, help="So many people are shown; --csv has them all.")]
COLUMNS = ("person", "who", "qualified_at", "why", "words", "state", "offered_at", "owner", "answered_at",
           "salesforce", "arrival", "arrived")  # fmt: skip


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Accounts that have to balance: every hand-off, sent and received.", no_args_is_help=True
    )
    group.callback()(lambda: None)
    group.command()(handoffs)
    app.add_typer(group, name="reconcile")


def handoffs(
    ctx: typer.Context, month: Month = "", since: Since = None, until: Until = None, csv: Csv = None,
    lines: Lines = 40, as_json: Json = False, embedded: Embedded = None,
) -> None:  # fmt: skip
    """Everybody who qualified in a period, on one list: handed off (when, to whom, what became of it), or why not.

    Two sums must come out: qualified = handed off + explained, and handed off = received + accounted for, by
    Salesforce's own records (there, converted, merged, deleted). What is left over is named. Reads both sides, writes
    nothing.

    Exit code: 0 the account balances; 1 somebody is left over; 2 it could not be told.
    """
    from connector.adapters.postgres.reckoning import PostgresReckoning
    from connector.services.drift.handoffs import account

    with told_or_two(), operating(ctx, embedded, sides=True, gently=True) as on:
        begin, end = _span(on, month, since, until)
        made = account(means_on(on), PostgresReckoning(on.pool), begin, end)
        if csv is not None:
            _write(csv, made.lines)
        if as_json:
            showing.json(_document(made))
        else:
            _show(made, lines)
            if csv is not None:
                showing.line(f"{len(made.lines)} lines in {csv}")
    if not made.balances:
        raise typer.Exit(1)


def _span(on: Operating, month: str, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    now = on.clock()
    if month and (since or until):
        raise Refused("Say either --month, or --since and --until.")
    if month or since is None:
        begin = _first(month) if month else now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        end = (begin.replace(day=28) + (begin.replace(day=5) - begin)).replace(day=1)
        return begin, min(now, until.replace(tzinfo=until.tzinfo or UTC) if until else end)
    begin = since.replace(tzinfo=since.tzinfo or UTC)
    end = until.replace(tzinfo=until.tzinfo or UTC) if until else now
    if end <= begin:
        raise Refused("--until must come after --since.")
    return begin, end


def _first(month: str) -> datetime:
    try:
        return datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise Refused(f"{month!r} is no month: write it like 2026-03.") from None


def _document(made: "Account") -> dict[str, Any]:
    people = [{name: getattr(line, name) for name in COLUMNS} | {"left_over": line.left_over} for line in made.lines]
    told = {"since": made.since, "until": made.until, "balances": made.balances} | made.sums()
    return told | {"people": people, "strangers": [str(ref) for ref in made.strangers]}


def _show(made: "Account", lines: int) -> None:
    sums = made.sums()
    showing.line(f"Hand-offs of {showing.text(made.since)} to {showing.text(made.until)} UTC")
    rows = [
        ("qualified", sums["qualified"], f"= {sums['handed_off']} handed off + {sums['explained']} explained"
         + _left(sums["unexplained"], "unexplained")),
        ("handed off", sums["handed_off"], f"= {sums['received']} received + {sums['accounted_for']} accounted for"
         + _left(sums["missing"], "missing")),
    ]  # fmt: skip
    showing.table("", ("", "people", ""), rows, 200)
    showing.table("Not handed off, because", ("reason", "people"), list(sums["reasons"].items()))
    showing.table("In Salesforce", ("", "people"), list(sums["arrivals"].items()))
    showing.table("What became of them", ("state", "people"), list(sums["states"].items()))
    _people(made, lines)
    if made.strangers:
        names = ", ".join(str(ref) for ref in made.strangers[:10])
        showing.line(f"! {len(made.strangers)} records look handed off in Salesforce, and are of no hand-off: {names}")
    left = [line for line in made.lines if line.left_over]
    for line in left[:20]:
        said = line.words if line.arrival is None else line.arrived
        showing.line(f"! {line.person} ({line.who or 'no address'}): {said}. accord explain {line.person}")
    showing.line("The account balances." if made.balances else f"The account does not balance: {len(left)} left over.")


def _left(count: int, word: str) -> str:
    return f" + {count} {word.upper()}" if count else ""


def _people(made: "Account", lines: int) -> None:
    shown = [
        (line.who or line.person, line.qualified_at, line.offered_at or str(line.why), line.owner,
         line.salesforce.removeprefix("salesforce:"), line.arrival or "", line.words)
        for line in made.lines[:lines]
    ]  # fmt: skip
    columns = ("who", "qualified (UTC)", "handed off, or why not", "owner", "record", "there", "what became of it")
    showing.table("People", columns, shown, 60)
    if len(made.lines) > lines > 0:
        showing.line(f"  … and {len(made.lines) - lines} more: --csv FILE has them all")


def _write(file: Path, lines: "list[Line]") -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        for line in lines:
            rows.writerow(showing.cell(_plain(getattr(line, name))) for name in COLUMNS)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
