"""`accord sync`: one person, now."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, operating
from connector.cli.plans import plan_document, show_plan
from connector.cli.showing import Json

if TYPE_CHECKING:
    from connector.services.rounds.looking import Looked
    from connector.services.sync_now import Synced

Ref = Annotated[
    str, typer.Argument(help="hubspot:contact:512, salesforce:Lead:00Q…, link:7, or an e-mail address.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the Plan that a round would take. Nothing is written.")
]
Seconds = Annotated[float, typer.Option("--wait", min=1, help="Give up after so many seconds.")]


def add_to(app: typer.Typer) -> None:
    app.command("sync")(sync)


def sync(
    ctx: typer.Context,
    ref: Ref,
    dry_run: DryRun = False,
    wait: Seconds = 60.0,
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Sync one person now, before all others.

    By rounds run here, or by the worker that has it. Ends with 1 where it could not be finished.
    """
    from connector.services.rounds.looking import look
    from connector.services.sync_now import sync_now

    with operating(ctx, embedded, sides=True) as on:
        person = on.person(ref)
        if dry_run:
            _tell_plan(look(on.bench, on.trail, person.ref, person.link), as_json)
            return
        done = sync_now(on.bench, on.trail, person, wait, on.sleep)
        issues = on.trail.story(done.link or 0, [], [str(person.ref), f"link:{done.link}"])["issues"]
    if as_json:
        showing.json(
            {
                "done": done.done,
                "link": done.link,
                "wrote": done.wrote,
                "stopped": done.stopped,
                "issues": issues,
            }
        )
    else:
        _tell(done, issues)
    if not done.done:
        raise typer.Exit(1)


def _tell_plan(looked: "Looked", as_json: bool) -> None:
    if as_json:
        showing.json({"plan": plan_document(looked.plan), "said": looked.said, "link": looked.link})
        return
    if looked.said:
        showing.line(looked.said)
    if looked.trouble is not None:
        showing.line(f"Would be an issue: {looked.trouble.code}. {looked.trouble.fix}")
    if looked.plan is not None:
        show_plan(looked.plan)


def _tell(done: "Synced", issues: list[dict[str, Any]]) -> None:
    rows = [
        (row["side"], c["n"], c["o"], c["v"], c["why"], c.get("st", row["state"]))
        for row in done.wrote
        for c in row["changes"]
    ]
    showing.table("Written", ("side", "field", "was", "is", "why", "verdict"), rows)
    told = [(r["id"], r["code"], r["field"], r["message"], r["fix"]) for r in issues]
    showing.table("Open issues", ("id", "code", "field", "what", "fix"), told, 400)
    if done.done:
        showing.line(
            "Done" + (f": link:{done.link}." if done.link else ".") + ("" if rows else " Nothing to write.")
        )
    else:
        showing.line(
            f"Not finished: {done.stopped or 'another round has it, or it waits to be tried again'}."
        )
