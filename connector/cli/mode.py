"""`accord preview` and `accord mode`: what would be written, and whether it is."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import showing, showing_costs
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import By, Json, Yes
from connector.core.records import Side

if TYPE_CHECKING:
    from connector.services.review.preview import Preview


CAPS = {"creates": "records made", "per_hour": "written an hour"}


class Mode(StrEnum):
    OBSERVE = "observe"
    LIMITED = "limited"
    LIVE = "live"


Wanted = Annotated[Mode | None, typer.Argument(help="Without it the present modes are shown.")]
Sides = Annotated[list[Side], typer.Option("--side", help="Only this side; both without it.")]
Emails = Annotated[
    list[str], typer.Option("--email", help="limited: this person may be written. As often as needed.")
]
Domains = Annotated[list[str], typer.Option("--domain", help="limited: everybody with an address there.")]
Creates = Annotated[int | None, typer.Option(min=0, help="limited: so many records may be made in all.")]
PerHour = Annotated[int | None, typer.Option(min=1, help="limited: so many records may be written an hour.")]
Examples = Annotated[int, typer.Option("--examples", min=0, max=20, help="Examples of each field.")]
Although = Annotated[
    str,
    typer.Option("--although", metavar="REASON", help="Write in spite of a danger; kept with the decision."),
]
Wait = Annotated[
    float, typer.Option("--wait", min=0, help="Seconds to wait, at most, until all are planned.")
]


def add_to(app: typer.Typer) -> None:
    app.command("mode")(mode)
    app.command("preview")(preview)


def mode(
    ctx: typer.Context,
    wanted: Wanted = None,
    side: Sides = [],  # noqa: B006
    email: Emails = [],  # noqa: B006
    domain: Domains = [],  # noqa: B006
    creates: Creates = None,
    per_hour: PerHour = None,
    although: Although = "",
    yes: Yes = False,
    by: By = "",
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Show or set whether sides are written.

    observe (the default): plan and report only; limited: only the persons named; live. limited and live are
    refused until a match report was approved and the preview was approved after it, both under
    the present agreement. Then all that was observed, and all that the report matched, goes round.
    """
    from connector.services.review.modes import Limited, set_mode

    with operating(ctx, embedded) as on:
        if wanted is not None:
            sides = list(dict.fromkeys(side)) or list(Side)
            if wanted is not Mode.OBSERVE:
                showing.agreed(f"Let {' and '.join(sides)} be written ({wanted})?", yes)
            limited = Limited(tuple(email), tuple(domain), creates, per_hour)
            queued = set_mode(on.bench, on.review, wanted, by or showing.me(), sides, limited, although)
            if queued and not as_json:
                showing.line(f"{queued} people go round now, in the backfill lane.")
        _show_modes(on, as_json)


def _show_modes(on: Operating, as_json: bool) -> None:
    rows = on.review.modes()
    if as_json:
        showing.json(rows)
        return
    shown = [(r["side"], r["mode"], _limits(r["limits"]), r["changed_by"], r["changed_at"]) for r in rows]
    showing.table("Modes", ("side", "mode", "only", "set by", "at (UTC)"), shown)


def _limits(limits: dict[str, Any]) -> str:
    caps = [f"{limits[name]} {words}" for name, words in CAPS.items() if name in limits]
    return ", ".join([*limits.get("emails", []), *(f"@{d}" for d in limits.get("domains", [])), *caps])


def preview(
    ctx: typer.Context,
    examples: Examples = 2,
    wait: Wait = 30.0,
    yes: Yes = False,
    by: By = "",
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Show what would be written, and approve it.

    It is what rounds planned for the sides that are only observed. Going live asks for an approved preview.
    Nothing is written, neither here nor by approving.
    """
    from connector.services.review import preview as previews

    with operating(ctx, embedded) as on:
        seen = previews.preview(on.bench, on.review, examples, wait, on.sleep, showing_costs.terms(on))
        if as_json:
            showing.json(seen)
        else:
            _show(seen)
        if yes or showing.can_ask():
            showing.agreed("Is this what you want to be written?", yes)
            previews.approve(on.bench, on.review, seen, by or showing.me())
            if not as_json:
                showing.line("Preview approved. To let it be written: accord mode live (or limited)")
        elif not as_json:
            showing.line("Not approved. When it is what you want: accord preview --yes")


def _show(seen: "Preview") -> None:
    showing.line(f"{seen.subjects} people would be written.")
    if seen.waiting:
        showing.line(
            f"{seen.waiting} are not planned yet: look again, or give --wait more seconds. A worker plans them."
        )
    made = [(row["object"], row["records"]) for row in seen.creates]
    showing.table("Records that would be made", ("object", "records"), made)
    if seen.first_day is not None:
        showing_costs.show(seen.first_day)
    rows = [(r["side"], r["field"], r["changes"], r["fills"], r["blanks"]) for r in seen.fields]
    showing.table("Fields", ("side", "field", "changes", "fill a blank", "would blank"), rows)
    told = [(e["subject"], e["side"], e["field"], e["old"], e["new"], e["why"]) for e in seen.examples]
    showing.table("For example", ("person", "side", "field", "now", "then", "why"), told, 48)
