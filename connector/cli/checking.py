"""What commands that cron runs have in common: 0 all is well, 1 it is not, 2 it could not be told."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import typer

UNTOLD = 2


@contextmanager
def told_or_two() -> Iterator[None]:
    """Whatever keeps a command from telling ends it with 2, and one clear message."""
    from connector.errors import AccordError

    try:
        yield
    except (typer.Exit, click.ClickException, click.Abort, KeyboardInterrupt):
        raise
    except AccordError as error:
        _could_not(str(error))
    except Exception as error:
        _could_not(f"Accord failed: {type(error).__name__}: {error}\n(accord --debug … shows where)")


def _could_not(message: str) -> None:
    if "--debug" in sys.argv:
        raise
    print(message, file=sys.stderr)
    raise typer.Exit(UNTOLD)
