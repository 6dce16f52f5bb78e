"""A measured number beside its goal, as a row of the table and as JSON. Nothing here fails a build: machines differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Number:
    """``goal``: at most that, or with ``at_least`` at least that; None where none was set. ``against``: what else it
    may be compared with, by name; shown as a ratio of this number to that one."""

    part: str
    what: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False
    against: dict[str, float] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def document(self) -> dict[str, Any]:
        ratios = {name: self.value / other for name, other in self.against.items()}
        return {
            "part": self.part, "what": self.what, "value": self.value, "unit": self.unit, "goal": self.goal,
            "goal_is": "least" if self.at_least else "most", "reached": self.reached, "ratios": ratios, **self.detail,
        }  # fmt: skip


def show(console: Console, numbers: Sequence[Number]) -> None:
    table = Table(title="Accord, measured", title_justify="left", caption_justify="left")
    for name, side in (("what", "left"), ("measured", "right"), ("goal", "right"), ("", "left"), ("compared", "left")):
        table.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    for part in dict.fromkeys(number.part for number in numbers):
        table.add_section()
        table.add_row(f"[bold]{part}[/]")
        for number in (each for each in numbers if each.part == part):
            value = f"{_plain(number.value)} {number.unit}"
            table.add_row(number.what, value, _goal(number), _mark(number), _compared(number))
    console.print(table)


def _goal(number: Number) -> str:
    if number.goal is None:
        return ""
    return f"{'≥' if number.at_least else '≤'} {_plain(number.goal)}"


def _mark(number: Number) -> str:
    return {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}[number.reached]


def _compared(number: Number) -> str:
    ratios = [f"{_plain(number.value / other)} x {name}" for name, other in number.against.items()]
    told = [f"{name} {_plain(value)}" for name, value in number.detail.items() if isinstance(value, float)]
    return ", ".join(ratios + told)


def _plain(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3f}".rstrip("0").rstrip(".") if value < 1 else f"{value:.2f}".rstrip("0").rstrip(".")
