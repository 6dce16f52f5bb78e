"""`accord explain`: why a person is as they are."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, operating
from connector.cli.plans import plan_document, show_plan
from connector.cli.showing import Json

if TYPE_CHECKING:
    from connector.core.qualification import Verdict
    from connector.services.explain import Story, Told

Ref = Annotated[
    str, typer.Argument(help="hubspot:contact:512, salesforce:Lead:00Q…, link:7, or an e-mail address.")
]
Stored = Annotated[
    bool, typer.Option("--stored", help="Only what the database knows: read neither side, judge nothing.")
]
LANES = ("handoff", "live", "backfill")


def add_to(app: typer.Typer) -> None:
    app.command("explain")(explain)


def explain(
    ctx: typer.Context, ref: Ref, stored: Stored = False, as_json: Json = False, embedded: Embedded = None
) -> None:
    """Tell why a person is as they are.

    The link; each field with what each side last held, its last writer and the cause; the verdict with its reasons,
    judged on a fresh read; the hand-off; open issues; losing values; and what the next round would do. Nothing is
    written.
    """
    from connector.services.explain import explain as tell

    with operating(ctx, embedded, sides=not stored or "@" in ref, people=not stored) as on:
        story = tell(on.bench, on.trail, on.person(ref), fresh=not stored)
    if as_json:
        showing.json(_document(story))
        return
    _show_link(story)
    showing.table("Fields, as each side last held them", ("field", "HubSpot", "Salesforce", "last writer",
    "cause", "at (UTC)", "agreement"),
                  [_row(told, story.kept_since) for told in story.fields], 48)  # fmt: skip
    if story.plan is not None and story.plan.verdict is not None:
        _show_verdict(story.plan.verdict)
    _show_handoffs(story)
    issues = [(r["id"], r["code"], r["field"], r["message"], r["fix"]) for r in story.issues]
    showing.table("Open issues", ("id", "code", "field", "what", "fix"), issues, 400)
    _show_ledger(story)
    if story.said:
        showing.line(story.said)
    if story.plan is not None:
        showing.line("What the next round would do:")
        show_plan(story.plan)


def _show_link(story: "Story") -> None:
    link = story.link
    if link is None:
        showing.line(f"{story.ref} is not linked.")
    else:
        showing.line(
            f"link:{link['id']}  hubspot:{link['hubspot_object']}:{link['hubspot_id']}  "
            f"salesforce:{link['salesforce_object']}:{link['salesforce_id']}"
        )
        showing.line(
            f"linked {showing.text(link['created_at'])}, last synced {showing.text(link['synced_at'])} UTC"
            + (", fields are held" if link["held"] else "")
        )
        if link["archived"]:
            showing.line(f"The {link['archived']} record is in the recycle bin: an undo put it there.")
        elif link["resting"]:
            showing.line("At rest: an undo took this link back. A backfill that meets the person wakes it.")
    if story.erased is not None:
        showing.line(str(story.erased))
    if story.kept_since is not None:
        showing.line(f"The journal is kept since {story.kept_since:%Y-%m-%d}: earlier writes can't be told any more.")
    for old in story.aliases:
        showing.line(f"formerly {old['side']}:{old['object']}:{old['ref_id']}")
    for row in story.waiting:
        state = "in a round now" if row["leased_until"] else f"due {showing.text(row['due_at'])} UTC"
        showing.line(f"waits in the {LANES[row['lane']]} lane: {state}, taken {row['attempts']} times so far")


def _row(told: "Told", kept_since: datetime | None) -> tuple[Any, ...]:
    """``kept_since``: earlier writes were pruned."""
    writer = told.writer
    if writer is None:
        blank = told.hubspot is None and told.salesforce is None
        return (
            told.field,
            told.hubspot,
            told.salesforce,
            "" if blank else f"not since {kept_since:%Y-%m-%d}" if kept_since else "as found at first link",
            "",
            "",
            "",
        )
    source = "Accord" if writer["source"] == "accord" else writer["source"]
    return (
        told.field, told.hubspot, told.salesforce, f"{source} → {writer['side']}", writer["why"], writer["at"],
        writer["agreement"],
    )  # fmt: skip


def _show_verdict(verdict: "Verdict") -> None:
    showing.line(f"Verdict now: {verdict.summary()} (qualification version {verdict.version})")
    traits = [(t.label, t.truth.replace("_", " "), t.evidence) for t in verdict.traits]
    showing.table("", ("trait", "is", "evidence"), traits, 120)


def _show_handoffs(story: "Story") -> None:
    for row in story.handoffs:
        document = row["document"]
        due = (
            f", answer due {showing.text(document.get('due_at'))}"
            if row["open"] and document.get("due_at")
            else ""
        )
        owner = f", owner {row['owner_email']}" if row["owner_email"] else ""
        showing.line(
            f"Hand-off {row['id']}: {row['state']}{owner}{due}, agreement {document.get('agreement')}"
        )
        edges = [(edge["at"], edge["edge"], edge["reason"]) for edge in row["edges"]]
        showing.table("", ("at (UTC)", "step", "reason"), edges, 120)


def _show_ledger(story: "Story") -> None:
    rows = [
        (r["id"], r["side"], r["field"], r["value"], r["winner"], r["why"], r["at"], r["restored_at"])
        for r in story.ledger
    ]
    showing.table(
        "Losing values", ("id", "side", "field", "lost", "won", "why", "at (UTC)", "restored"), rows, 48
    )


def _document(story: "Story") -> dict[str, Any]:
    names = ("ref", "link", "fields", "said", "aliases", "handoffs", "issues", "ledger", "waiting", "erased",
             "kept_since")  # fmt: skip
    told = {name: getattr(story, name) for name in names}
    return {**told, "ref": str(story.ref), "plan": plan_document(story.plan)}
