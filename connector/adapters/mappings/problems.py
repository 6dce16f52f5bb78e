"""What is wrong with the files of an agreement, and the places it is said of."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """``file`` as the user named the folder, ``line`` from 1, ``fix`` says what to do."""

    file: str
    line: int
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message} {self.fix}".rstrip()


@dataclass(frozen=True, slots=True)
class Source:
    """One file as read: its plain value and the line of every key and list item."""

    file: str
    value: Any
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of this place, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file at which problems can be noted. ``spot / "fields" / "email"`` goes deeper."""

    source: Source
    found: list[Problem] = field(repr=False)
    path: Path = ()

    def __truediv__(self, step: str | int) -> Spot:
        return Spot(self.source, self.found, (*self.path, step))

    def deeper(self, path: Iterable[str | int]) -> Spot:
        return Spot(self.source, self.found, (*self.path, *path))

    @property
    def raw(self) -> Any:
        """The value written at this place, None where there is none."""
        value = self.source.value
        for step in self.path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    @property
    def names(self) -> list[str]:
        """The keys written at this place, where keys are written there."""
        return list(self.raw) if isinstance(self.raw, dict) else []

    def problem(self, message: str, fix: str = "") -> None:
        self.found.append(Problem(self.source.file, self.source.line(self.path), message, fix))


def did_you_mean(word: object, known: Iterable[str], else_: str = "") -> str:
    """A sentence naming the known word that looks most like this one; ``else_`` where none does."""
    names = list(dict.fromkeys(known))
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(str(word).casefold(), folded, n=1, cutoff=0.6)
    return f"Did you mean “{folded[close[0]]}”?" if close else else_


def listed(words: Iterable[object], joined: str = "or") -> str:
    """Words in a sentence: ``a, b or c``."""
    said = [str(word) for word in words]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {joined} {said[-1]}" if said else "nothing"
