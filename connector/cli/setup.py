"""`accord setup`: the properties and fields that the agreement needs, on both sides."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli import drawing, showing
from connector.cli.connecting import lines
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import Json, Yes
from connector.core.records import Side
from connector.errors import Refused

if TYPE_CHECKING:
    from connector.adapters.salesforce.deploying import Deployed
    from connector.settings import Settings
    from connector.wiring.drawing import Drawing
    from connector.wiring.setup import Plan

PlanOnly = Annotated[bool, typer.Option("--plan", help="Show what would be made. Nothing is changed.")]
Apply = Annotated[bool, typer.Option("--apply", help="Make it. Repeating it makes nothing twice.")]
One = Annotated[Side | None, typer.Option("--side", help="Only this side; both without it.")]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Write Salesforce's metadata package here, for `sf` or an admin's review."
    ),
]
Mapped = Annotated[
    bool, typer.Option("--mapped", help="Also make fields that the mapping names and that are not there.")
]
NoPush = Annotated[
    bool, typer.Option("--no-push", help="Salesforce: leave out outbound messages and their flows.")
]
Layouts = Annotated[
    bool,
    typer.Option(
        "--layouts",
        help="Salesforce: also add a section “Accord” to the page layouts of Lead and Contact. Each is read, added to "
        "and deployed back; the one of before is kept in a folder.",
    ),
]


def add_to(app: typer.Typer) -> None:
    app.command("setup")(setup)


def setup(
    ctx: typer.Context,
    plan: PlanOnly = False,
    apply: Apply = False,
    side: One = None,
    out: Out = None,
    mapped: Mapped = False,
    no_push: NoPush = False,
    layouts: Layouts = False,
    yes: Yes = False,
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """Make what the agreement needs: HubSpot properties, and one Salesforce metadata package.

    The package has fields with their external id, permission sets for the integration user and for reps, a list of
    open offers, the rule that a rejection needs its reason, the field mapping of conversion, and flows that send
    outbound messages; apart from it, the objects are selected whose change events the Pub/Sub API pushes (not with
    ACCORD_SALESFORCE_PUSH=outbound or poll). Options are added, never removed; what others made is left alone.
    """
    if plan and apply:
        raise Refused("--plan and --apply exclude each other: --plan shows, --apply makes.")
    with operating(ctx, embedded) as on:
        settings = _settings(on)
        plans = [_planned(one, on, settings, mapped) for one in ([side] if side else list(Side))]
        drawn = _drawn(plans, on, settings) if layouts else None
        if as_json:
            showing.json([_row(p) for p in plans])
        else:
            for found in plans:
                _show(found)
            if drawn is not None:
                drawing.show(drawn)
        if out is not None:
            _write(out, on, settings, plans, no_push)
        if apply:
            showing.agreed("Make this?", yes)
            for found in plans:
                _apply(found, on, settings, no_push, drawn)
            _ask_again(on)
        elif not as_json:
            showing.line("Nothing was changed. To make it: accord setup --apply")


def _settings(on: Operating) -> "Settings":
    if on.settings is None:
        raise Refused("Setting up needs the settings of a process.")
    return on.settings


def _planned(side: Side, on: Operating, settings: "Settings", mapped: bool) -> "Plan":
    from connector.wiring.setup import plan_hubspot, plan_salesforce

    if side is Side.HUBSPOT:
        if missing := settings.hubspot.missing():
            raise Refused(missing[0])
        return plan_hubspot(settings, on.agreement, mapped)
    return plan_salesforce(settings, on.agreement, mapped)


def _drawn(plans: list["Plan"], on: Operating, settings: "Settings") -> "Drawing":
    from connector.wiring.drawing import plan_layouts

    plan = next((p for p in plans if p.side is Side.SALESFORCE and p.account is not None), None)
    if plan is None or not plan.by_api:
        raise Refused("--layouts needs a connected Salesforce whose edition takes metadata by its API.")
    return plan_layouts(settings, on.agreement, plan)


def _row(plan: "Plan") -> dict[str, Any]:
    steps = [
        {
            "object": s.wanted.object,
            "name": s.wanted.name,
            "do": s.do,
            "why": s.why,
            "add": [v for v, _ in s.add],
        }
        for s in plan.steps
    ]
    told = {"side": plan.side, "account": plan.account.id if plan.account else None, "steps": steps}
    events = {"selected": sorted(plan.selected) if plan.selected is not None else None, "select": plan.select}
    return told | ({"change_events": events} if plan.side is Side.SALESFORCE else {})


def _show(plan: "Plan") -> None:
    from connector.services.accounts.setting_up import count

    where = plan.account.words if plan.account else f"{plan.side} (not connected: an empty org is assumed)"
    rows = [
        (s.do, s.wanted.object, s.wanted.name, s.wanted.kind, s.why) for s in plan.steps if s.do != "present"
    ]
    showing.table(where, ("do", "object", "name", "kind", "why"), rows)
    showing.line(f"{where}: " + ", ".join(f"{n} {do}" for do, n in sorted(count(plan.steps).items())))
    if plan.side is Side.SALESFORCE:
        _show_changes(plan)
    if not plan.by_api:
        lines(DEGRADED)


def _show_changes(plan: "Plan") -> None:
    """Only what is to be done, or can't be told."""
    if plan.select:
        showing.line(f"change events (Pub/Sub API): to be selected: {', '.join(plan.select)}")
    elif plan.unread:
        showing.line(
            "change events (Pub/Sub API): what is selected can't be read without “View Setup and Configuration”; an "
            "admin selects Lead, Contact and Opportunity in Setup, Change Data Capture"
        )


DEGRADED = """This edition takes no metadata by its API, and sends no outbound messages:
  - make the fields above by hand, in Setup, Object Manager; names and types are those of the table;
  - changes in Salesforce are found by polls (ACCORD_POLL_SECONDS), not told within seconds;
  - no rule keeps a rejection without its reason from being saved: Accord asks the rep for it."""


def _write(out: Path, on: Operating, settings: "Settings", plans: list["Plan"], no_push: bool) -> None:
    from connector.wiring.setup import packages, write_files

    for plan in plans:
        if plan.side is not Side.SALESFORCE:
            continue
        for place in write_files(out, packages(settings, on.agreement, plan, push=not no_push)):
            showing.line(f"wrote {place}")
        (out / "LAYOUTS.txt").write_text(drawing.LEFT + drawing.REST)
        showing.line(f"Deploy as an admin: sf project deploy start --metadata-dir {out}/accord")
        if plan.select:
            showing.line(
                f"{out}/change-events selects {', '.join(plan.select)} for Change Data Capture: deploy it, too."
            )
        showing.line(
            f"{out}/lead-conversion sets the whole mapping Lead to Contact: compare with Setup, Lead Settings first."
        )
        _hint_push(settings, no_push)


def _hint_push(settings: "Settings", no_push: bool) -> None:
    if no_push:
        return
    if not settings.process.public_url:
        showing.line(
            "No outbound messages are in it: set ACCORD_PUBLIC_URL first, or Salesforce is only polled."
        )
    elif not settings.salesforce.outbound_secret:
        showing.line(
            "No outbound messages are in it: run `accord connect salesforce` first, it makes their secret path."
        )


def _apply(
    plan: "Plan", on: Operating, settings: "Settings", no_push: bool, drawn: "Drawing | None" = None
) -> None:
    from connector.wiring.setup import apply_hubspot, apply_salesforce, select_changes

    if plan.side is Side.HUBSPOT:
        for words in apply_hubspot(settings, plan):
            showing.line(words)
        showing.line("HubSpot has what the agreement needs.")
        return
    if plan.account is None:
        raise Refused("Salesforce is not connected: accord connect salesforce, or --out FOLDER for `sf`.")
    if not plan.by_api:
        raise Refused(DEGRADED)
    _hint_push(settings, no_push)
    done, conversion = apply_salesforce(settings, on.agreement, plan, showing.line, push=not no_push)
    _deployed("accord", done)
    _selected(plan, select_changes(settings, plan, showing.line))
    if conversion is not None:
        _deployed("lead-conversion", conversion)
    showing.line("Salesforce has what the agreement needs.")
    if drawn is not None:
        drawing.apply(_drawn([plan], on, settings), settings, on.clock())  # as they are now, not as they were
    showing.line("What is left to an admin:")
    lines(drawing.REST if drawn is not None and drawn.present is not None else drawing.LEFT + drawing.REST)


def _ask_again(on: Operating) -> None:
    """What was made here may be why streams were refused: a worker that runs asks for them now, not in ten minutes."""
    from connector.adapters.postgres.streams import PostgresStreams

    if refused := PostgresStreams(on.pool, on.clock).ask_again():
        showing.line(f"change events: a running worker asks for {', '.join(refused)} again now")


def _selected(plan: "Plan", done: "Deployed | None") -> None:
    """What an org has no room for keeps nothing else from being made: changes are then found in other ways."""
    if done is None:
        return
    if done.ok:
        showing.line(f"change events: selected {', '.join(plan.select)}")
        return
    for fault in done.faults:
        showing.line(f"  {fault.words}")
    showing.line(
        f"change events: {done.status}; none were selected. Outbound messages or polls find changes all the same. To "
        "have them pushed, an admin makes room in Setup, Change Data Capture (an org may select five objects, where no "
        "more were bought), and setup is applied again."
    )


def _deployed(name: str, done: "Deployed") -> None:
    for fault in done.faults:
        showing.line(f"  {fault.words}")
    if any(fault.component.startswith("Flow ") for fault in done.faults):
        showing.line("  (production takes an active flow only with Setup, Process Automation Settings,")
        showing.line("  Deploy processes and flows as active; --no-push leaves flows out)")
    if not done.ok:
        raise Refused(
            f"{name}: {done.status}{': ' + done.message if done.message else ''}; nothing of it was taken. The user "
            "needs “Customize Application” and “Modify Metadata Through Metadata API Functions” for this one step; or "
            "let an admin deploy it: accord setup --plan --side salesforce --out FOLDER"
        )
    showing.line(f"{name}: {done.done} components")
