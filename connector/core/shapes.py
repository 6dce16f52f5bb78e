"""Shapes of JSON: what kind of value stands where, without the value. Pure.

``shape_of`` tells a value's shape; ``differences`` holds a value against an expected shape. The vocabulary of texts:
``text`` (any), and what is told of them more closely: ``empty time stamp date uuid digits decimal flag id15 id18 email
url``; besides ``null bool int number any``. Alternatives are written ``time|null``. In an expected object ``name?`` may
be missing, and keys that are not named are no difference; an expected list has one element, the shape of all rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("empty", r""),
        ("time", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
        ("stamp", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+\d{4}"),
        ("date", r"\d{4}-\d\d-\d\d"),
        ("uuid", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("digits", r"\d+"),
        ("decimal", r"-?\d+(\.\d+)?"),
        ("flag", r"true|false"),
        ("email", r"[^@\s]+@[^@\s]+\.[^@\s]+"),
        ("url", r"(https?:/)?/\S+"),
        ("id18", r"(?=.*\d)[a-zA-Z0-9]{15}[A-Z0-5]{3}"),
        ("id15", r"(?=.*\d)[a-zA-Z0-9]{15}"),
    )
)
"""Kinds of texts, the closest first. ``time``: UTC as HubSpot writes it; ``stamp``: as Salesforce does."""
FITS = {"text": {kind for kind, _ in KINDS}, "decimal": {"digits"}, "number": {"int"}, "id": {"id15", "id18"}}
"""A kind that holds others, too."""
Shape = Any


def kind_of(text: str) -> str:
    return next((kind for kind, pattern in KINDS if pattern.fullmatch(text)), "text")


def shape_of(value: Any) -> Shape:
    """The value with every leaf replaced by its kind; rows of a list become one shape."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "int" if isinstance(value, int) else "number"
    if isinstance(value, str):
        return kind_of(value)
    if isinstance(value, Mapping):
        return {str(name): shape_of(held) for name, held in value.items()}
    rows = [shape_of(row) for row in value]
    merged = rows[0] if rows else None
    for row in rows[1:]:
        merged = _merged(merged, row)
    return [] if merged is None else [merged]


def _merged(one: Shape, other: Shape) -> Shape:
    if one == other:
        return one
    if isinstance(one, dict) and isinstance(other, dict):
        bare = {name.removesuffix("?") for name in (*one, *other)}
        return {_named(name, one, other): _either(name, one, other) for name in sorted(bare)}
    if isinstance(one, str) and isinstance(other, str):
        return "|".join(sorted({*one.split("|"), *other.split("|")}))
    if isinstance(one, list) and isinstance(other, list):
        return [_merged(one[0], other[0])] if one and other else one or other
    return "any"


def _named(name: str, one: dict[str, Shape], other: dict[str, Shape]) -> str:
    return name if name in one and name in other else f"{name}?"


def _either(name: str, one: dict[str, Shape], other: dict[str, Shape]) -> Shape:
    found = [shape[key] for shape in (one, other) for key in (name, f"{name}?") if key in shape]
    return _merged(found[0], found[1]) if len(found) > 1 else found[0]


def differences(expected: Shape, value: Any, where: str = "") -> list[str]:
    """What is not as expected, each with its place; empty where it fits. No value is quoted."""
    if isinstance(expected, str) and "any" in expected.split("|"):
        return []
    if isinstance(expected, Mapping):
        return _object(expected, value, where)
    if isinstance(expected, list):
        if not isinstance(value, list):
            return [f"{where or 'answer'}: a list was expected, {_called(value)} came"]
        rows = [differences(expected[0], row, f"{where}[]") for row in value] if expected else []
        return list(dict.fromkeys(line for row in rows for line in row))
    kind = shape_of(value) if not isinstance(value, Mapping | list) else _called(value)
    if any(kind == wanted or kind in FITS.get(wanted, ()) for wanted in str(expected).split("|")):
        return []
    return [f"{where or 'answer'}: {expected} was expected, {kind} came"]


def _object(expected: Mapping[str, Shape], value: Any, where: str) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{where or 'answer'}: an object was expected, {_called(value)} came"]
    found: list[str] = []
    for key, shape in expected.items():
        name = key.removesuffix("?")
        place = f"{where}.{name}" if where else name
        if name in value:
            found += differences(shape, value[name], place)
        elif not key.endswith("?"):
            found.append(f"{place}: missing")
    return found


def _called(value: Any) -> str:
    return (
        "an object"
        if isinstance(value, Mapping)
        else "a list"
        if isinstance(value, list)
        else str(shape_of(value))
    )
