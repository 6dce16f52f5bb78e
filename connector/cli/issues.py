"""`accord issues …`: what waits for a person."""

from typing import Annotated

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, operating
from connector.cli.showing import Json, Yes

Number = Annotated[int, typer.Argument(help="An issue's number.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="Issues' numbers.")]
Code = Annotated[
    str | None, typer.Option("--code", help="Only of this kind, such as refused or unknown_word.")
]
Closed = Annotated[bool, typer.Option("--closed", help="Closed ones, too.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]
All = Annotated[bool, typer.Option("--all", help="All open ones.")]


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="What a person must decide or mend, each with its fix.", no_args_is_help=True)
    group.command("list")(list_issues)
    group.command("show")(show)
    group.command("retry")(retry)
    app.add_typer(group, name="issues")


def list_issues(
    ctx: typer.Context,
    code: Code = None,
    closed: Closed = False,
    limit: Limit = 100,
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Open issues, latest first."""
    from connector.services.issues import listed

    with operating(ctx, embedded) as on:
        rows = listed(on.cases, code, closed, limit)
    if as_json:
        showing.json(rows)
        return
    if not rows:
        showing.line("No open issues.")
    columns = ("id", "code", "about", "field", "what", "times", "last seen (UTC)")
    told = [
        (r["id"], r["code"], r["subject"], r["field"], r["message"], r["count"], r["seen_at"]) for r in rows
    ]
    showing.table("Issues", columns, told, 120)
    if len(rows) == limit:
        showing.line(f"Only the latest {limit} are shown (--limit).")


def show(ctx: typer.Context, number: Number, as_json: Json = False, embedded: Embedded = None) -> None:
    """One issue, whole, with its fix."""
    from connector.services.issues import shown

    with operating(ctx, embedded) as on:
        row = shown(on.cases, number)
    if as_json:
        showing.json(row)
        return
    state = f"closed {showing.text(row['closed_at'])}" if row["closed_at"] else "open"
    showing.line(f"Issue {row['id']}: {row['code']} ({state}), about {row['subject']}")
    if row["hubspot_id"]:
        hubspot = f"hubspot:{row['hubspot_object']}:{row['hubspot_id']}"
        showing.line(
            f"link:{row['link_id']}  {hubspot}  salesforce:{row['salesforce_object']}:{row['salesforce_id']}"
        )
    if row["field"]:
        showing.line(f"Field: {row['field'].lstrip('=@')}")
    showing.line(row["message"])
    showing.line(f"Fix: {row['fix']}")
    showing.line(
        f"Seen {row['count']} times, first {showing.text(row['opened_at'])}, last {showing.text(row['seen_at'])} UTC"
    )
    blocks = [(b["side"], b["field"].lstrip("=@"), b["sent"], b["until"]) for b in row["blocks"]]
    showing.table("Not tried again until", ("side", "field", "value", "until (UTC)"), blocks)


def retry(
    ctx: typer.Context,
    numbers: Numbers = None,
    code: Code = None,
    everything: All = False,
    yes: Yes = False,
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Close issues, lift what they blocked, and try again. What is still wrong comes back as an issue."""
    from connector.services.issues import retry as again

    if everything:
        showing.agreed("Retry all open issues?", yes)
    with operating(ctx, embedded) as on:
        found = again(on.cases, numbers or [], code, everything, on.clock())
    if as_json:
        showing.json(found)
        return
    for row in found:
        showing.line(f"Issue {row['id']} closed; {row['subject']} goes round again.")
    if not found:
        showing.line("No open issue is meant.")
