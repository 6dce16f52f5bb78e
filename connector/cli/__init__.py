"""The command line. Each module in this folder adds its commands by a function ``add_to(app)``.

Modules import what is heavy inside their commands, so that `accord --help` and small commands start at once.
"""

import importlib
import pkgutil
from typing import Annotated

import typer


def build() -> typer.Typer:
    """The whole `accord` command."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown"
    )
    app.callback()(_options)
    for found in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"{__name__}.{found}")
        if hasattr(module, "add_to"):
            module.add_to(app)
    return app


def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole traceback of an error.")] = False,
) -> None:
    """Accord keeps one agreement between marketing and sales, between HubSpot and Salesforce.

    From cron: --yes asks nothing (without a terminal and without it a command that would ask is refused), --json prints
    for programs. Exit codes: 0 done; 1 refused or failed, with what to do on standard error; 2 used wrongly;
    3 a run ended and some of its persons failed; 130 interrupted. Where a command's own help says more, that holds.
    """
