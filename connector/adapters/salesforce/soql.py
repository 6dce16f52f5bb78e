"""SOQL texts within Salesforce's limits: 4,000 characters a literal, and (the closer bound by far than its 100,000
characters a query) what fits a URL of 16 kB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

LONGEST_LITERAL = 4_000

_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)


def literal(text: str) -> str:
    """A quoted string."""
    return "'" + text.translate(_ESCAPES) + "'"


def fits_literal(text: str) -> bool:
    return len(literal(text)) <= LONGEST_LITERAL


def moment(at: datetime) -> str:
    """A datetime literal in UTC, cut to seconds: a query from there on never starts too late."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def select(fields: Sequence[str], object_: str, where: str, order: str = "") -> str:
    tail = f" ORDER BY {order}" if order else ""
    return f"SELECT {', '.join(fields)} FROM {object_} WHERE {where}{tail}"  # noqa: S608 - SOQL; values come through literal()


def encoded_length(text: str) -> int:
    """Characters that a text takes in a URL."""
    return len(quote(text, safe=""))


def value_lists(values: Sequence[str], most: int, room: int) -> Iterator[list[str]]:
    """Splits values for IN lists: at most ``most``, at most ``room`` encoded characters each.

    A value too long for a literal can't equal any field that can be filtered: it is left out.
    """
    part: list[str] = []
    taken = 0
    for value in values:
        quoted = literal(value)
        if len(quoted) > LONGEST_LITERAL:
            continue
        size = encoded_length(quoted) + 6
        if part and (len(part) >= most or taken + size > room):
            yield part
            part, taken = [], 0
        part.append(value)
        taken += size
    if part:
        yield part


def in_list(field: str, values: Sequence[str]) -> str:
    return f"{field} IN ({', '.join(literal(value) for value in values)})"
