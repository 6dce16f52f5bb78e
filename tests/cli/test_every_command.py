"""What holds for each of Accord's commands: it says what it does and what each option means, decides without a terminal
only with --yes, and speaks JSON where a program may want to read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from connector.cli import build

ASKS = {
    "backfill apply", "backfill person", "backfill retry", "conflicts decide", "conflicts restore", "disconnect",
    "issues retry", "match approve", "mode", "preview", "probe", "recover finish", "recover start", "setup", "undo",
}  # fmt: skip
"""What may ask before it writes, or before it lets others write."""
TO_READ = {
    "backfill cancel", "backfill list", "backfill pause", "backfill resume", "backfill show", "conflicts list",
    "connect status", "doctor", "explain", "issues list", "issues show", "match report", "pause", "recover status",
    "resume", "status", "sync",
}  # fmt: skip
SPOKEN = {"disconnect", "recover finish"}
"""These show what a person must read before they agree."""


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield " ".join(path), command
        return
    assert command.help or not path, f"accord {' '.join(path)} says nothing of itself"
    for name, inner in sorted(command.commands.items()):
        yield from commands(inner, (*path, name))


ALL = dict(commands(typer.main.get_command(build())))


def options(name: str) -> set[str]:
    return {option for parameter in ALL[name].params for option in parameter.opts}


@pytest.mark.parametrize("name", sorted(ALL))
def test_it_says_what_it_does_and_what_each_option_means(name: str) -> None:
    assert ALL[name].help and ALL[name].help.rstrip().endswith((".", ")", "`", ":")), ALL[name].help
    silent = [parameter.name for parameter in ALL[name].params if not getattr(parameter, "help", None)]
    assert not silent


@pytest.mark.parametrize("name", sorted(ASKS))
def test_what_asks_can_be_answered_beforehand(name: str) -> None:
    assert "--yes" in options(name)


@pytest.mark.parametrize("name", sorted((ASKS | TO_READ) - SPOKEN))
def test_what_a_program_may_want_comes_as_json(name: str) -> None:
    assert "--json" in options(name)
