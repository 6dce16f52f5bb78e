"""Stored rows as JSON: attributes first, then the fields asked for."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from connector.practice.salesforce import errors
from connector.practice.salesforce.fields import Field, SObject
from connector.practice.salesforce.tables import Row


def attributes(object_name: str, record_id: str, version: str) -> dict[str, str]:
    return {"type": object_name, "url": f"/services/data/v{version}/sobjects/{object_name}/{record_id}"}


def value_of(row: Row, item: Field) -> Any:
    """One field of a row; a compound address is put together from its parts."""
    if item.type == "address":
        return _address(row, item.name.removesuffix("Address"))
    return row.get(item.name)


def _address(row: Row, prefix: str) -> dict[str, Any] | None:
    parts = ("City", "Country", "Latitude", "Longitude", "PostalCode", "State", "Street")
    made = {part[0].lower() + part[1:]: row.get(prefix + part) for part in parts}
    return {**made, "geocodeAccuracy": None} if any(made.values()) else None


def resolve(shape: SObject, names: Sequence[str]) -> list[Field]:
    """The fields of these names, each once, in order; raises INVALID_FIELD for the first unknown one."""
    found: dict[str, Field] = {}
    for name in names:
        item = shape.find(name.strip())
        if item is None:
            raise errors.no_such_column(name.strip(), shape.name)
        found[item.name] = item
    return list(found.values())


def renderer(shape: SObject, fields: Sequence[Field], version: str) -> Callable[[Row], dict[str, Any]]:
    """A function from row to JSON object. Made once per call: a thousand rows must not resolve names."""
    base = f"/services/data/v{version}/sobjects/{shape.name}/"
    plain = [item.name for item in fields if item.type != "address"]
    # itemgetter of a single name gives no tuple; asking for one twice does no harm.
    take = itemgetter(*plain, *plain[:1]) if plain else None
    compound = [item for item in fields if item.type == "address"]

    def render(row: Row) -> dict[str, Any]:
        out: dict[str, Any] = {"attributes": {"type": shape.name, "url": base + row["Id"]}}
        if take is not None:
            out.update(zip(plain, take(row), strict=False))
        for item in compound:
            out[item.name] = value_of(row, item)
        return out

    return render
