"""Everything that both sides hold, laid out for comparison, and the list of what an undo does not put back."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from tests.world import World

RECORD = "(the record)"
Values = Mapping[str, Any]
EXCLUDED = Path(__file__).parent / "excluded.yaml"


class Place(NamedTuple):
    side: str
    object: str
    id: str


class Difference(NamedTuple):
    place: Place
    field: str
    before: Any
    after: Any


def snapshot(world: World) -> dict[Place, Values]:
    """Every live record with all its values; of HubSpot its associations and lists, too."""
    found: dict[Place, Values] = {}
    for object_, rows in world.hubspot.snapshot().items():
        if object_ == "lists":
            found |= {Place("hubspot", "lists", row["name"]): {"members": set(row["members"])} for row in rows}
        elif object_ not in ("archived", "owners"):
            for row in rows:
                values = {**row["properties"], "(associations)": row.get("associations") or None}
                found[Place("hubspot", object_, row["id"])] = values
    for object_, rows in world.salesforce.snapshot().items():
        found |= {Place("salesforce", object_, row["Id"]): dict(row) for row in rows}
    return found


def without(held: Mapping[Place, Values], ids: Collection[str]) -> dict[Place, Values]:
    """The same but for these records, which are on no list either."""
    rest = {place: values for place, values in held.items() if place.id not in ids}
    for place, values in rest.items():
        if place.object == "lists":
            rest[place] = {"members": values["members"] - set(ids)}
    return rest


def differences(before: Mapping[Place, Values], after: Mapping[Place, Values]) -> list[Difference]:
    """A list that is not there has no members; a blank is a blank."""
    found: list[Difference] = []
    for place in sorted({*before, *after}):
        old, new = before.get(place), after.get(place)
        if place.object == "lists":
            old, new = old or {"members": set()}, new or {"members": set()}
        if old is None or new is None:
            found.append(Difference(place, RECORD, old and "there", new and "there"))
            continue
        for name in sorted({*old, *new}):
            one, other = old.get(name) or None, new.get(name) or None
            if one != other:
                found.append(Difference(place, name, one, other))
    return found


def unexplained(
    found: Collection[Difference], linked: Collection[str], made: Collection[str] = ()
) -> list[Difference]:
    """Those that the list does not exclude. ``linked``, ``made``: ids of records that a link holds, that the run made."""
    return [d for d in found if not any(_excludes(row, d, linked, made) for row in rows())]


@functools.cache
def rows() -> tuple[dict[str, str], ...]:
    """Of excluded.yaml."""
    return tuple(row for group in YAML(typ="safe").load(EXCLUDED.read_text()).values() for row in group)


def _excludes(row: Mapping[str, str], d: Difference, linked: Collection[str], made: Collection[str]) -> bool:
    names = ((row["side"], d.place.side), (row["object"], d.place.object), (row["field"], d.field))
    if not all(fnmatchcase(told, pattern) for pattern, told in names):
        return False
    ids = (d.before or set()) ^ (d.after or set()) if d.place.object == "lists" else {d.place.id}
    return {"all": True, "unlinked": not ids & set(linked), "made": ids <= set(made)}[row["when"]]
