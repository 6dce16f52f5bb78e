"""SOQL texts within Salesforce's limits: 4,000 characters a literal, and (the closer bound by far than its 100,000
characters a query) what fits a URL of 16 kB."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

LONGEST_LITERAL = 4_000

_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)


_BARE = "',()"
_ESCAPED = re.compile(r"[^A-Za-z0-9_.~',()-]")


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
    return f"SELECT {','.join(fields)} FROM {object_} WHERE {where}{tail}"  # noqa: S608 - SOQL; values come through literal()


def encoded(text: str) -> str:
    """A query as a URL holds it. Signs that a URL's query may hold bare (RFC 3986) stay: they are most of an IN list,
    and a third of its length if they are escaped."""
    return quote(text, safe=_BARE)


def encoded_length(text: str) -> int:
    """Characters that a text takes in a URL."""
    return len(text) + 2 * len(_ESCAPED.findall(text)) if text.isascii() else len(encoded(text))


def packed(asked: Mapping[str, Sequence[str]], room: int, most: int) -> list[str]:
    """Conditions of as few queries as hold all values: each is full before the next begins.

    ``asked``: how a clause starts, up to its field -> the values of that field. ``room``: encoded characters a query;
    ``most``: values a list. Values too long for a literal are left out."""
    loads: list[dict[str, list[str]]] = []
    left = 0
    for start, values in asked.items():
        frame = encoded_length(f" OR ({start} IN ())")
        for value in values:
            quoted = literal(value)
            if len(quoted) > LONGEST_LITERAL:
                continue
            size = encoded_length(quoted) + 1
            here = loads[-1].get(start) if loads else None
            if here is None or len(here) >= most or size > left:
                if here is not None or not loads or size + frame > left:
                    loads.append({})
                    left = room
                here = loads[-1].setdefault(start, [])
                left -= frame
            here.append(quoted)
            left -= size
    return [" OR ".join(f"({start} IN ({','.join(found)}))" for start, found in load.items()) for load in loads]


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
        size = encoded_length(quoted) + 1
        if part and (len(part) >= most or taken + size > room):
            yield part
            part, taken = [], 0
        part.append(value)
        taken += size
    if part:
        yield part


def in_list(field: str, values: Sequence[str]) -> str:
    return f"{field} IN ({','.join(literal(value) for value in values)})"
