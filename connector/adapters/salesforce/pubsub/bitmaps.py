"""Which fields an event means: hexadecimal bits over its schema's fields, counted from the right, as API names.

`["0x650004E0", "4-0x10"]`: the first element is about whole fields, the others are each about the parts of the compound
field with that number. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Place = tuple[str, str]
"""A field of the event, and the part of it ('' for a whole one)."""


def places(bitmaps: Sequence[str], fields: Sequence[Mapping[str, Any]]) -> set[Place]:
    """The meant fields. ``fields``: those of the schema. A compound whose parts are not told means all of its parts.

    Raises ValueError for a bitmap that can't be read.
    """
    whole: list[int] = []
    parts: dict[int, list[int]] = {}
    for bitmap in bitmaps:
        parent, dash, bits = bitmap.partition("-")
        if dash:
            parts.setdefault(int(parent), []).extend(_bits(bits))
        else:
            whole.extend(_bits(bitmap))
    found = {place for number in whole if number not in parts for place in _whole(number, fields)}
    return found | {place for number, of in parts.items() for place in _parts(number, of, fields)}


def names_of(place: Place) -> str:
    """The API name of a field or part: MailingAddress and Street are MailingStreet, Name and FirstName FirstName, a
    geolocation's Latitude is Spot__Latitude__s."""
    name, part = place
    if not part or name == "Name":
        return part or name
    if name.endswith("__c"):
        return f"{name.removesuffix('c')}{part}__s"
    return name.removesuffix("Address") + part


def parts_of(field: Mapping[str, Any]) -> list[str]:
    """The parts of a compound field; empty for others."""
    kind = field["type"]
    for option in kind if isinstance(kind, list) else [kind]:
        if isinstance(option, dict) and option.get("type") == "record":
            return [part["name"] for part in option["fields"]]
    return []


def _bits(text: str) -> Iterator[int]:
    bits = int(text, 16)
    return (number for number in range(bits.bit_length()) if bits >> number & 1)


def _whole(number: int, fields: Sequence[Mapping[str, Any]]) -> Iterator[Place]:
    if number < len(fields):
        name = fields[number]["name"]
        yield from [(name, part) for part in parts_of(fields[number])] or [(name, "")]


def _parts(number: int, of: Sequence[int], fields: Sequence[Mapping[str, Any]]) -> Iterator[Place]:
    names = parts_of(fields[number]) if number < len(fields) else []
    return ((fields[number]["name"], names[part]) for part in of if part < len(names))
