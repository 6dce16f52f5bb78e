"""One line of the catalogue: a limit or an error of a service that a sync can meet, and what Accord does about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent.parent


@dataclass(frozen=True)
class Fact:
    """``name``: short, unique. ``fact``: what the service does. ``provoked``: how the practice server is brought to it.
    ``answer``: what Accord does. ``tests``: as "folder/file name_of_the_test[id]", without the words "test_".
    ``codes``: the service's own words that it covers, parted by blanks."""

    name: str
    fact: str
    provoked: str
    answer: str
    tests: tuple[str, ...]
    codes: str = ""


@dataclass(frozen=True)
class Outside:
    """Codes that Accord never meets, and why."""

    codes: str
    why: str


def place_of(test: str) -> tuple[Path, str, str]:
    """The file of a test, its function, and the id of its parameters ('' for none)."""
    where, _, called = test.partition(" ")
    folder, _, file = where.rpartition("/")
    name, _, parameters = called.partition("[")
    return TESTS / folder / f"test_{file}.py", f"test_{name}", parameters.removesuffix("]")
