"""What holds for each of Accord's commands: it says what it does and what each option means, decides without a terminal
only with --yes, and speaks JSON where a program may want to read it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from connector.cli import build

ASKS = {
    "backfill apply", "backfill person", "backfill retry", "conflicts decide", "conflicts restore", "disconnect",
    "issues retry", "journal prune", "journal purge", "journal readmit", "match approve", "mode", "preview", "probe",
    "recover finish", "recover start", "resume", "setup", "undo", "verify",
}  # fmt: skip
"""What may ask before it writes, or before it lets others write."""
TO_READ = {
    "backfill cancel", "backfill list", "backfill pause", "backfill resume", "backfill show", "conflicts list",
    "connect status", "doctor", "explain", "issues list", "issues show", "journal status", "mappings check",
    "match report", "pause", "reconcile handoffs", "recover status", "status", "sync",
}  # fmt: skip
"""What only tells, or stops, or goes on with what was agreed to, or (sync) writes the one person that was named."""
NEITHER = {
    "connect hubspot": "asks for credentials, and proves them before it stores them",
    "connect salesforce": "the same",
    "connect reseal": "changes the seal, nothing else",
    "db migrate": "a step of a deployment, before the processes begin",
    "release": "the same",
    "demo": "plays on its own servers and its own database",
    "practice": "serves; its first line is JSON as it is",
    "serve": "a process",
    "worker": "a process",
    "init": "lays out files, and never over others",
    "support-bundle": "writes a file",
    "journal export": "JSON lines as it is",
    "mappings webhooks": "JSON as it is",
}


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield " ".join(path), command
        return
    assert command.help or not path, f"accord {' '.join(path)} says nothing of itself"
    for name, inner in sorted(command.commands.items()):
        yield from commands(inner, (*path, name))


ALL = dict(commands(typer.main.get_command(build())))


def test_of_every_command_it_is_said_whether_it_asks() -> None:
    """A new one has to be put where it belongs."""
    kinds = (ASKS, TO_READ, set(NEITHER))
    assert sorted(name for kind in kinds for name in kind) == sorted(ALL)


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


@pytest.mark.parametrize("name", sorted(ASKS))
def test_what_can_be_agreed_to_beforehand_is_asked_otherwise(name: str) -> None:
    """Its own code asks, or hands on to what does."""
    module = inspect.getsource(inspect.getmodule(ALL[name].callback.__wrapped__))  # type: ignore[arg-type]
    assert "agreed(" in module or "_ask(" in module


@pytest.mark.parametrize("name", sorted(ALL.keys() - ASKS))
def test_what_never_asks_takes_no_agreement_beforehand(name: str) -> None:
    assert "--yes" not in options(name)


@pytest.mark.parametrize("name", sorted(ASKS | TO_READ))
def test_what_a_program_may_want_comes_as_json(name: str) -> None:
    assert "--json" in options(name)
