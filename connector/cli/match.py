"""`accord match …`: who is the same person on both sides."""

import sys
from typing import TYPE_CHECKING

import typer

from connector.cli import showing, showing_costs
from connector.cli.operating import Embedded, operating
from connector.cli.showing import By, Json, Yes

if TYPE_CHECKING:
    from connector.services.review.match import Progress
    from connector.services.review.match_report import Report

COUNTS = ("records", "selected", "linked", "one", "many", "duplicate", "none", "created")


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Who is the same person on both sides: looked at and approved before anything is linked or written.",
        no_args_is_help=True,
    )
    group.command("report")(report)
    group.command("approve")(approve)
    app.add_typer(group, name="match")


def report(ctx: typer.Context, as_json: Json = False, embedded: Embedded = None) -> None:
    """Read all contacts, Leads and Contacts, and match them. Nothing is written to either side.

    Columns: linked already; one (exactly one match, both ways); many (several match: held and shown, never guessed);
    duplicate (its match belongs to another record); none; created (of none: for whom a record would be made over there
    when they next move).
    """
    from connector.services.review import match

    with operating(ctx, embedded, sides=True) as on:
        made = match.report(on.bench, on.review, _progress(), showing_costs.terms(on))
    if as_json:
        showing.json({"id": made.id, **made.summary()})
        return
    _show(made)


def _show(made: "Report") -> None:
    rows = [[side, *(getattr(count, name) for name in COUNTS)] for side, count in made.counts.items()]
    showing.table(f"Match report {made.id}", ("side", *COUNTS), rows)
    by = [(side, word, n) for side, count in made.counts.items() for word, n in sorted(count.by.items())]
    showing.table("One match, by", ("side", "by", "records"), by)
    who = made.who
    many = [(m.ref, who.get(m.ref), m.by, ", ".join(str(r) for r in m.several)) for m in made.many[:50]]
    showing.table(
        "Several match: merge them, or take the address off all but one",
        ("record", "who", "by", "match"),
        many,
        400,
    )
    if len(made.many) > 50:
        showing.line(f"  … and {len(made.many) - 50} more (--json lists 500)")
    pairs = [(h, s, by, who.get(h)) for h, s, by in made.pairs[:10]]
    showing.table("For example", ("HubSpot", "Salesforce", "by", "who"), pairs)
    for side, refs in made.created.items():
        if refs:
            names = ", ".join(str(ref) for ref in refs[:3])
            showing.line(f"Would be made in {side}, each when it next moves: {len(refs)} ({names} …)")
    if made.first_day is not None:
        showing_costs.show(made.first_day)
    showing.line("When this is right: accord match approve")


def _progress() -> "Progress":
    """A counter on a terminal's standard error, nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda object_, n: None
    return lambda object_, n: print(f"\r  reading {object_}: {n}   ", end="", file=sys.stderr, flush=True)


def approve(
    ctx: typer.Context, yes: Yes = False, by: By = "", as_json: Json = False, embedded: Embedded = None
) -> None:
    """Approve the latest match report. Its pairs go round then: only observed, as long as the sides are.

    Refused where the agreement has changed since the report was made.
    """
    from connector.services.review import match

    showing.agreed("Approve the latest match report?", yes)
    with operating(ctx, embedded) as on:
        row, queued = match.approve(on.bench, on.review, by or showing.me())
    if as_json:
        showing.json({"report": row["id"], "by": row["approved_by"], "at": row["approved_at"], "queued": queued})
        return
    showing.line(
        f"Match report {row['id']} approved by {row['approved_by']} at {showing.text(row['approved_at'])} UTC."
    )
    if queued:
        showing.line(f"{queued} people are planned now. See what would be written: accord preview")
