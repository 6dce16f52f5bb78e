"""`accord init` and `accord mappings …`: the agreement's files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import showing
from connector.cli.options import agreement_folder
from connector.cli.showing import Json

if TYPE_CHECKING:
    from connector.adapters.mappings import Problem
    from connector.settings import Settings

Folder = Annotated[Path | None, typer.Argument(help="The agreement's folder; without it the one in use.")]
NewFolder = Annotated[Path, typer.Argument(help="Where the files go.")]
Org = Annotated[
    str,
    typer.Option(
        help="The kind of org that it has to fit: standard, enterprise, contacts-only, professional, or a YAML file."
    ),
]
Live = Annotated[
    bool, typer.Option("--live", help="Compare with what both sides hold: fields, types, lengths, picklists.")
]


def add_to(app: typer.Typer) -> None:
    app.command("init")(init)
    group = typer.Typer(help="The agreement's files.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command("check")(check)
    group.command("webhooks")(webhooks)
    app.add_typer(group, name="mappings")


def init(folder: NewFolder = Path("mappings"), org: Org = "standard") -> None:
    """Lay out a commented copy of the agreement beside you, to edit.

    With --org the one that fits this kind of org: the same that `accord demo --org` plays with.
    """
    from connector.adapters.mappings.files import FILES
    from connector.demo.agreement import lay_out_for
    from connector.errors import FixConfiguration
    from connector.practice.orgs import OrgProblems, load

    try:
        parts = load(org).mappings if org != "standard" else None
    except OrgProblems as wrong:
        raise FixConfiguration(wrong.problems) from wrong
    lay_out_for(parts, folder)
    for name in FILES:
        print(f"wrote {folder / name}")
    print(f"Edit them, then run: accord mappings check {folder}")


def check(folder: Folder = None, live: Live = False, as_json: Json = False) -> None:
    """Report every problem at once, as `file:line: message — fix`. Ends with 1 if there is any."""
    from connector.adapters.mappings import read_folder

    folder = folder or agreement_folder()
    reading = read_folder(folder)
    problems = list(reading.problems)
    if live and reading.agreement is not None:
        problems += _live_problems(folder)
    if as_json:
        told = {"problems": [_document(p) for p in problems], "notes": [_document(p) for p in reading.advice]}
        showing.json({"folder": str(folder), "sound": not problems, **told})
        raise typer.Exit(1 if problems else 0)
    for problem in problems:
        print(
            f"{problem.file}:{problem.line}: {problem.message}" + (f" — {problem.fix}" if problem.fix else "")
        )
    for hint in reading.advice:
        print(f"{hint.file}:{hint.line}: note: {hint.message}" + (f" — {hint.fix}" if hint.fix else ""))
    if problems:
        print(f"{len(problems)} problem{'s' * (len(problems) > 1)} in {folder}")
        raise typer.Exit(1)
    fits = " and fits both sides" if live else ""
    print(f"{folder}: the agreement is sound{fits}.")


def _document(problem: "Problem") -> dict[str, object]:
    return {name: getattr(problem, name) for name in ("file", "line", "message", "fix")}


def webhooks() -> None:
    """Print what both sides must tell us of, as JSON: HubSpot's subscriptions, Salesforce's outbound-message fields."""
    import json

    from connector.adapters.mappings import load
    from connector.core.desk import desk_for
    from connector.services.health.subscriptions import outbound_fields, subscriptions

    desk = desk_for(load(agreement_folder()))
    print(json.dumps({"hubspot": subscriptions(desk), "salesforce": outbound_fields(desk)}, indent=2))


def _live_problems(folder: Path) -> "list[Problem]":
    from contextlib import closing

    from connector.adapters.mappings import check_live, load
    from connector.settings import load as settings_of
    from connector.wiring.sides import make_hubspot, make_salesforce

    settings, agreement = _with_stored(settings_of(sides=True)), load(folder)
    objects = dict.fromkeys([*agreement.person.salesforce_objects, "Opportunity"])
    with closing(make_hubspot(settings)) as hubspot, closing(make_salesforce(settings)) as salesforce:
        schemas = {object_: salesforce.schema(object_) for object_ in objects}
        return check_live(agreement, hubspot.schema("contact"), schemas, folder)


def _with_stored(settings: "Settings") -> "Settings":
    """Credentials that are not in the environment are looked for in the database; without need it is not opened."""
    if not settings.missing():
        return settings
    from connector.adapters.postgres.database import open_pool
    from connector.cli.options import database
    from connector.wiring.connected import connected, insist

    with database(None, settings) as url, open_pool(url, max_size=1) as pool:
        found = connected(settings, pool)
    insist(found)
    return found
