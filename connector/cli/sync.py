"""`accord sync`: one person or a few, now."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, operating
from connector.cli.plans import plan_document, show_plan
from connector.cli.showing import Json
from connector.core.causes import Cause, Difference

if TYPE_CHECKING:
    from connector.cli.operating import Operating
    from connector.services.finding import Person
    from connector.services.rounds.looking import Looked
    from connector.services.sync_now import Synced

Refs = Annotated[
    list[str],
    typer.Argument(
        metavar="REF…", help="hubspot:contact:512, salesforce:Lead:00Q…, link:7, or an e-mail address; or several."
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the Plan that a round would take. Nothing is written.")
]
TODO = {
    Cause.CONFLICT: "decide: accord conflicts list",
    Cause.HELD: "mend what the issue names; then accord issues retry",
    Cause.REFUSED: "mend it there, or the value; then accord issues retry --code refused",
    Cause.OBSERVED: "let it be written: accord mode",
    Cause.MISSING: "restore the record there, or see accord issues list --code gone",
    Cause.FILTERED: "nothing; to sync it, change the record, or the selection in mappings/person.yaml",
    Cause.NOT_DUE: "nothing: it goes to sales once it qualifies (accord explain)",
    Cause.RULE: "nothing; to let it flow, change the field's direction, blank or needs in mappings/person.yaml",
    Cause.CONSENT: "nothing: nobody is opted in by a sync",
    Cause.LOSSY: "nothing: a side can't hold it as it is",
    Cause.UNDONE: "nothing; to bring it back, undo the undo: accord undo N",
    Cause.ARCHIVED: "wake it: accord backfill person REF; or undo the undo: accord undo N",
    Cause.ERASED: "nothing: they are not brought back",
}
"""What to do about one person; about all of them: cli/showing_drift.py."""
OTHERWISE = "accord sync again in a minute; if it stays so: accord explain"
Seconds = Annotated[float, typer.Option("--wait", min=1, help="Give up after so many seconds.")]


def add_to(app: typer.Typer) -> None:
    app.command("sync")(sync)


def sync(
    ctx: typer.Context,
    refs: Refs,
    dry_run: DryRun = False,
    wait: Seconds = 60.0,
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Sync one person now, before all others.

    By rounds run here, or by the worker that has it. Where there is nothing to write it says why: both sides agree,
    or what is held, filtered, refused or at rest, and what to do. Ends with 1 where it could not be finished. Of
    several persons each is told; --json prints a list then. Many? `accord backfill person` goes round them faster.
    """
    told, finished = [], True
    with operating(ctx, embedded, sides=True) as on:
        people = [on.person(ref) for ref in refs]  # a slip in the last word is told before anything is done
        for ref, person in zip(refs, people, strict=True):
            if len(refs) > 1 and not as_json:
                showing.line(f"{ref}:")
            document, done = (_planned if dry_run else _synced)(on, person, wait, as_json)
            told.append(document)
            finished = finished and done
    if as_json:
        showing.json(told if len(refs) > 1 else told[0])
    if not finished:
        raise typer.Exit(1)


def _planned(on: "Operating", person: "Person", wait: float, as_json: bool) -> tuple[dict[str, Any], bool]:
    from connector.services.rounds.looking import look

    looked = look(on.bench, on.trail, person.ref, person.link)
    if not as_json:
        _tell_plan(looked)
    return {"plan": plan_document(looked.plan), "said": looked.said, "link": looked.link}, True


def _synced(on: "Operating", person: "Person", wait: float, as_json: bool) -> tuple[dict[str, Any], bool]:
    from connector.services.sync_now import sync_now

    done = sync_now(on.bench, on.trail, person, wait, on.sleep)
    said, apart = _quiet(on, person, done) if done.done and not done.wrote else ("", [])
    issues = on.trail.story(done.link or 0, [], [str(person.ref), f"link:{done.link}"])["issues"]
    if not as_json:
        _tell(done, issues, said, apart)
    told = {"done": done.done, "link": done.link, "wrote": done.wrote, "stopped": done.stopped, "issues": issues}
    return told | {"said": said, "apart": [_apart(d) for d in apart]}, done.done


def _apart(d: Difference) -> dict[str, Any]:
    return {
        "cause": d.cause, "field": d.field, "hubspot": d.hubspot, "salesforce": d.salesforce, "why": d.why,
        "on_purpose": not d.counts, "fix": TODO.get(d.cause, OTHERWISE),
    }  # fmt: skip


def _tell_plan(looked: "Looked") -> None:
    if looked.said:
        showing.line(looked.said)
    if looked.trouble is not None:
        showing.line(f"Would be an issue: {looked.trouble.code}. {looked.trouble.fix}")
    if looked.plan is not None:
        show_plan(looked.plan)


def _quiet(on: "Operating", person: "Person", done: "Synced") -> tuple[str, list[Difference]]:
    from connector.adapters.postgres.drift import PostgresDrift
    from connector.adapters.postgres.runs import PostgresRuns
    from connector.services.sync_now import quiet

    return quiet(on.bench, on.trail, PostgresRuns(on.pool), PostgresDrift(on.pool), person.ref, done.link)


def _tell(done: "Synced", issues: list[dict[str, Any]], said: str, apart: list[Difference]) -> None:
    rows = [
        (row["side"], c["n"], c["o"], c["v"], c["why"], c.get("st", row["state"]))
        for row in done.wrote
        for c in row["changes"]
    ]
    showing.table("Written", ("side", "field", "was", "is", "why", "verdict"), rows)
    told = [(r["id"], r["code"], r["field"], r["message"], r["fix"]) for r in issues]
    showing.table("Open issues", ("id", "code", "field", "what", "fix"), told, 400)
    told_apart = [(d.cause, d.field.lstrip("=") or "the record", d.why, TODO.get(d.cause, OTHERWISE)) for d in apart]
    showing.table("Stays as it is", ("because", "field", "why", "what to do"), told_apart, 400)
    if done.done:
        showing.line("Done" + (f": link:{done.link}." if done.link else ".") + (f" {said}" if said else ""))
    else:
        showing.line(
            f"Not finished: {done.stopped or 'another round has it, or it waits to be tried again'}."
        )
