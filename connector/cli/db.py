"""`accord db …`: the database."""

import typer

from connector.cli.options import Embedded, database


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="The database.", no_args_is_help=True)
    group.command("migrate")(migrate)
    group.callback()(lambda: None)
    app.add_typer(group, name="db")


def migrate(embedded: Embedded = None) -> None:
    """Bring the database up to date. Repeating it does nothing."""
    from connector.adapters.postgres.migrate import migrate as bring_up_to_date

    with database(embedded) as url:
        applied = bring_up_to_date(url)
    for name in applied:
        print(f"applied {name}")
    print("The database is up to date.")
