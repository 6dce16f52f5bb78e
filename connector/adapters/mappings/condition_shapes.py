"""Conditions as written in YAML: ``{field: budget, at_least: 10000}``, ``{all: [...]}``, ``{any: [...]}``,
``{not: ...}``."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from connector.adapters.mappings.problems import Spot, did_you_mean, listed
from connector.core.conditions import All, Any_, Condition, Not, Test
from connector.core.operators import OPERATORS, Operand
from connector.core.values import to_bool, to_instant, to_number

_JOINS: dict[str, type[All | Any_]] = {"all": All, "any": Any_}
_MAX_DEPTH = 12


class Known:
    """The field names a condition may read, and how to make another one readable."""

    def __init__(self, names: Iterable[str], how: str) -> None:
        self.names, self.how = tuple(dict.fromkeys(names)), how
        self._set: Container[str] = frozenset(self.names)

    def check(self, name: str, spot: Spot) -> None:
        if name not in self._set:
            spot.problem(f"The field “{name}” is not read.", did_you_mean(name, self.names, self.how))


def read_condition(spot: Spot, known: Known) -> Condition | None:
    """The condition at ``spot``; None with problems noted."""
    if len(spot.path) > _MAX_DEPTH * 2:
        spot.problem("This condition is nested too deep.", "Split it.")
        return None
    raw = spot.raw
    if not isinstance(raw, dict) or not raw:
        spot.problem("A condition is expected here.", "Write {field: …, <operator>: …}, all, any or not.")
        return None
    if "field" in raw:
        return _test(spot, raw, known)
    if len(raw) != 1 or (word := next(iter(raw))) not in ("all", "any", "not"):
        said = listed((f"“{key}”" for key in raw), "and")
        hint = did_you_mean(next(iter(raw)), ("all", "any", "not", "field"), "")
        spot.problem(f"A condition is a test with `field`, or one of all, any, not; here is {said}.", hint)
        return None
    if word == "not":
        inner = read_condition(spot / "not", known)
        return None if inner is None else Not(inner)
    return _join(spot / word, word, known)


def _join(spot: Spot, word: str, known: Known) -> Condition | None:
    raw = spot.raw
    if not isinstance(raw, list) or not raw:
        spot.problem(f"“{word}” takes a list of conditions.", "Put each on a line of its own, with a dash.")
        return None
    parts = [read_condition(spot / number, known) for number in range(len(raw))]
    whole = tuple(part for part in parts if part is not None)
    return _JOINS[word](whole) if len(whole) == len(raw) else None


def _test(spot: Spot, raw: dict[str, object], known: Known) -> Condition | None:
    name = raw["field"]
    operators = [key for key in raw if key != "field"]
    if not isinstance(name, str) or not name:
        (spot / "field").problem("“field” takes a field's name.", "")
        return None
    known.check(name, spot / "field")
    unknown = [key for key in operators if key not in OPERATORS]
    for key in unknown:
        fix = did_you_mean(key, OPERATORS, f"Known: {listed(OPERATORS)}.")
        (spot / key).problem(f"The operator “{key}” is not known.", fix)
    if len(operators) != 1:
        spot.problem(
            f"The test of “{name}” has {len(operators)} operators.", "Give it one; join tests by all."
        )
    if unknown or len(operators) != 1:
        return None
    operator = operators[0]
    operand = _operand(spot / operator, operator)
    return None if operand is _BAD else Test(name, operator, operand)  # type: ignore[arg-type]


_BAD = object()


def _operand(spot: Spot, operator: str) -> Operand | object:
    takes, raw = OPERATORS[operator].takes, spot.raw
    many = tuple(raw) if isinstance(raw, list) else (raw,)
    if any(isinstance(each, dict | list) for each in many):
        spot.problem(f"“{operator}” takes plain values.", "")
        return _BAD
    message = _refusal(takes, raw, many)
    if message:
        spot.problem(f"“{operator}” takes {message}.", "")
        return _BAD
    if takes == "none":
        return None
    return many if takes in ("many", "pair") else many[0]


def _refusal(takes: str, raw: object, many: tuple[object, ...]) -> str:
    """What this operator takes, where the operand is not that; else ''."""
    ordered = all(to_number(each) is not None or to_instant(each) is not None for each in many)  # type: ignore[arg-type]
    if takes == "none":
        return "" if raw is True else "no value: write `true` after it, or use its opposite"
    if takes == "flag":
        return "" if to_bool(raw) is not None else "true or false"  # type: ignore[arg-type]
    if takes == "regex":
        return _bad_pattern(raw)
    if takes == "many":
        return "" if many and all(each not in (None, "") for each in many) else "a value or a list of values"
    if len(many) != (2 if takes == "pair" else 1) or many[0] is None:
        return "a list of two values, low and high" if takes == "pair" else "one value"
    if takes == "days":
        number = to_number(many[0])  # type: ignore[arg-type]
        return "" if number is not None and number > 0 else "a number of days"
    return "" if takes == "one" or ordered else "numbers or dates"


def _bad_pattern(raw: object) -> str:
    if not isinstance(raw, str) or not raw:
        return "a regular expression in quotes"
    try:
        re.compile(raw)
    except re.error as error:
        return f"a regular expression, and this one does not compile: {error}"
    return ""
