"""`accord demo`: one working day on the practice servers, through the public commands and the Procfile's processes."""

from pathlib import Path
from typing import Annotated

import typer

People = Annotated[int, typer.Option(min=50, help="Generated persons.")]
Seed = Annotated[int, typer.Option(help="Another seed makes other persons.")]
Once = Annotated[bool, typer.Option("--once", help="End after the table instead of serving on.")]
Org = Annotated[
    str, typer.Option(help="The kind of org: standard, enterprise, contacts-only, professional, or a YAML file.")
]
Mappings = Annotated[
    Path | None, typer.Option(help="Play it with your own agreement; without it one that fits the org.")
]
Unproved = Annotated[
    list[str],
    typer.Option(
        "--unproved", metavar="flipped|default|NAME=VALUE",
        help="Play it where behaviours that rest on memory (docs/unproved.md) are the other way. May be given several "
        "times.",
    ),
]  # fmt: skip


def add_to(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    people: People = 2000,
    seed: Seed = 1,
    once: Once = False,
    org: Org = "standard",
    mappings: Mappings = None,
    unproved: Unproved = [],  # noqa: B006
) -> None:
    """Show a day: match, preview, live, hand-off, rejection, a deal won, a conflict, an unknown word; and a new field:
    mapped, previewed, backfilled, verified, undone."""
    from connector.demo.processes import DemoFailed
    from connector.demo.run import run
    from connector.errors import FixConfiguration, Refused
    from connector.practice.orgs import OrgProblems
    from connector.practice.ways import ways

    try:
        ways(unproved)
    except ValueError as wrong:
        raise FixConfiguration(str(wrong)) from wrong
    try:
        run(people, seed, org, mappings, once, unproved)
    except OrgProblems as wrong:
        raise FixConfiguration(wrong.problems) from wrong
    except DemoFailed as failed:
        raise Refused(f"The demo failed: {failed}") from failed
