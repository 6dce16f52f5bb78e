"""`accord undo`: what Accord wrote is put back, where it still stands."""

from datetime import datetime
from typing import Annotated, Any

import typer

from connector.cli import showing
from connector.cli.backfill import DryRun, Wait, Why, runs_of, started
from connector.cli.choosing import utc
from connector.cli.operating import Embedded, operating
from connector.cli.showing import By, Json, Yes
from connector.errors import Refused

Ref = Annotated[
    str | None, typer.Argument(help="Everything written to this person: a REF or an e-mail address.")
]
OfRun = Annotated[
    int | None, typer.Option("--run", help="What this run wrote; an undo's number undoes the undo.")
]
Agreement = Annotated[
    str, typer.Option("--agreement", help="What was written under this version (`accord status` shows it).")
]
Since = Annotated[datetime | None, typer.Option("--since", help="What was written since then (UTC).")]
Until = Annotated[datetime | None, typer.Option("--until", help="… and before then (UTC).")]


def add_to(app: typer.Typer) -> None:
    app.command("undo")(undo)


def undo(
    ctx: typer.Context, ref: Ref = None, run: OfRun = None, agreement: Agreement = "", since: Since = None,
    until: Until = None, dry_run: DryRun = False, why: Why = "", yes: Yes = False,
    wait: Wait = False, by: By = "", as_json: Json = False, embedded: Embedded = None,
) -> None:  # fmt: skip
    """Put back the values that stood before Accord's writes.

    A value is put back only where the present one is still the one that was written: what people changed since stays,
    and is listed. Neither side counts as edited by it, so nothing flows again. Records that Accord made go into the
    recycle bin, if nobody else touched them; nobody makes them anew. It is a run like any other: previewed with
    --dry-run, watched with `accord backfill show`, undone by its own number.

    What it can't take back: mails and tasks that automations sent, consents (nobody is opted in), and what is in a
    recycle bin: restore that there.
    """
    from connector.services.runs import starting

    with operating(ctx, embedded, sides=True, people=False) as on:
        span = {
            "run": run,
            "agreement": agreement or None,
            "since": utc(since) or None,
            "until": utc(until) or None,
        }
        scope: dict[str, Any] = {name: value for name, value in span.items() if value is not None}
        if ref is not None:
            person = on.person(ref)
            if person.link is None:
                raise Refused(f"{person.ref} is not linked: nothing was written to both sides.")
            scope["link"] = person.link
        scope["words"] = f"undo of {', '.join(f'{name} {value}' for name, value in scope.items())}"
        store = runs_of(on)
        away = store.put_away(scope)
        if not dry_run:
            showing.agreed(f"Really {scope['words']} without a preview?", yes)
        asked = starting.Asked(scope, by or showing.me(), why, dry_run)
        number = starting.undo(on.bench, store, on.review, asked)
        if away and not as_json:
            names = ", ".join(f"{row['side']}:{row['object']}:{row['ref_id']}" for row in away[:5])
            showing.line(f"In recycle bins, to be restored there by hand: {len(away)} records ({names})")
        started(on, number, wait, as_json)
