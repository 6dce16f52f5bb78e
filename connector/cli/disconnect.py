"""`accord disconnect`: leave one side clean."""

from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import showing
from connector.cli.operating import Embedded, Operating, operating
from connector.cli.showing import Json, Yes
from connector.core.records import Side
from connector.errors import Refused

if TYPE_CHECKING:
    from connector.wiring.disconnecting import Leaving

Which = Annotated[Side, typer.Argument(help="hubspot or salesforce.")]
PlanOnly = Annotated[bool, typer.Option("--plan", help="Show what would be removed. Nothing is changed.")]
RemoveFields = Annotated[
    bool,
    typer.Option(
        "--remove-fields", help="Also delete Accord's own properties or fields, with all their values."
    ),
]


def add_to(app: typer.Typer) -> None:
    app.command("disconnect")(disconnect)


def disconnect(
    ctx: typer.Context,
    side: Which,
    plan: PlanOnly = False,
    remove_fields: RemoveFields = False,
    yes: Yes = False,
    as_json: Json = False,
    embedded: Embedded = None,
) -> None:
    """End the tokens, forget the credentials, stop what the org sends us.

    People's data stay: Accord's own fields are deleted only by --remove-fields, and only after the word yes was typed
    (--yes does not stand for it). Journal, ledger and hand-offs are kept in any case.
    """
    from connector.wiring.connected import connections_on
    from connector.wiring.disconnecting import leave, survey

    with operating(ctx, embedded) as on:
        if on.settings is None:
            raise Refused("Disconnecting needs the settings of a process.")
        store = connections_on(on.settings, on.pool)
        leaving = survey(on.settings, store, on.agreement, side)
        if not as_json:
            _show(leaving, remove_fields)
        if plan:
            if as_json:
                showing.json({"leaving": leaving, "done": []})
            else:
                showing.line("Nothing was changed.")
            return
        _refuse_while_at_work(on)
        if not leaving.source and not leaving.account:
            raise Refused(f"{side} is not connected.")
        showing.agreed(f"Disconnect {side}?", yes)
        if remove_fields and leaving.fields and not _typed_yes(leaving):
            raise Refused("Nothing was changed: the answer was not yes.")
        done = []
        for words in leave(on.settings, store, on.agreement, leaving, remove_fields):
            done.append(words)
            if not as_json:
                showing.line(words)
    if as_json:
        showing.json({"leaving": leaving, "done": done})


def _show(leaving: "Leaving", remove_fields: bool) -> None:
    credentials = {"connection": f"stored ({leaving.kind})", "environment": "in the environment", "": "none"}
    showing.line(
        f"{leaving.side} {leaving.account or '(no account)'}: credentials {credentials[leaving.source]}"
    )
    for object_, versions in leaving.flows.items():
        showing.line(f"  removes flow and outbound message of {object_} ({len(versions)} versions)")
    if leaving.members:
        verb = "takes" if remove_fields else "leaves"
        showing.line(
            f"  {verb} the selection for change events that setup made: {', '.join(leaving.members)}"
        )
    for one in leaving.fields:
        showing.line(f"  {'DELETES' if remove_fields else 'leaves'} {one.object} {one.name}")
    for note in leaving.notes:
        showing.line(f"  {note}")
    showing.line(f"  keeps {leaving.links} links, the journal, the ledger and the hand-offs")


def _refuse_while_at_work(on: Operating) -> None:
    from connector.services.status import ALIVE

    alive = [row for row in on.standing.standing(on.clock())["workers"] if row["age_seconds"] <= ALIVE]
    if alive:
        raise Refused(f"{len(alive)} workers are running with these credentials: stop them first.")


def _typed_yes(leaving: "Leaving") -> bool:
    words = f"Delete {len(leaving.fields)} fields of {leaving.side} {leaving.account} with all their values? Type yes"
    return str(typer.prompt(words, default="no", show_default=False, err=True)).strip() == "yes"
