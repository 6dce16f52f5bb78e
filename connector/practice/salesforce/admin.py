"""What an org's admin does to the schema: new fields, new picklist values, fields taken away or made required."""

from collections.abc import Mapping
from typing import Any

from connector.practice.salesforce.fields import Choice, Field
from connector.practice.salesforce.founding import add_status
from connector.practice.salesforce.state import Org

_LENGTHS = {
    "string": 255,
    "email": 80,
    "phone": 40,
    "url": 255,
    "textarea": 255,
    "picklist": 255,
    "multipicklist": 4099,
}


def change_field(org: Org, object_name: str, name: str, wish: Mapping[str, Any]) -> None:
    """Adds, changes or (`remove`) takes away a field. Keys: type label length values required unique external_id
    restricted updateable remove. KeyError for an unknown object, ValueError for an unknown key."""
    known = {
        "type", "label", "length", "values", "required", "unique", "external_id", "restricted", "updateable", "remove",
    }  # fmt: skip
    if set(wish) - known:
        raise ValueError(f"unknown keys: {', '.join(sorted(set(wish) - known))}")
    shape = org.objects[object_name]
    if wish.get("remove"):
        del shape.fields[name]
    else:
        _apply(org, object_name, shape.fields.get(name) or _new(name, wish), wish)
    shape.refresh()
    org.schema_changed = org.clock.now()


def _new(name: str, wish: Mapping[str, Any]) -> Field:
    kind = wish.get("type", "string")
    item = Field(
        name, kind, wish.get("label") or name.removesuffix("__c").replace("_", " "), _LENGTHS.get(kind, 0)
    )
    if kind == "boolean":
        item.nillable, item.defaulted = False, True
    if kind in ("int", "double", "currency", "percent"):
        item.precision, item.scale = 18, 2
    return item


def _apply(org: Org, object_name: str, item: Field, wish: Mapping[str, Any]) -> None:
    shape, table = org.objects[object_name], org.tables[object_name]
    shape.fields[item.name] = item
    item.label = wish.get("label", item.label)
    item.length = wish.get("length", item.length)
    item.restricted = wish.get("restricted", item.restricted)
    item.updateable = wish.get("updateable", item.updateable)
    item.nillable = not wish["required"] if "required" in wish else item.nillable
    item.unique = wish.get("unique", item.unique)
    item.external_id = wish.get("external_id", item.external_id)
    item.indexed = item.indexed or item.unique or item.external_id
    if "values" in wish:
        item.choices = [Choice(value, value) for value in wish["values"]]
    table.watch(item)
    for row_id, row in list(table.rows.items()):
        # Rows made before the field was there hold its blank.
        if item.name not in row:
            table.rows[row_id] = {**row, item.name: False if item.type == "boolean" else None}


def allow_values(org: Org, object_name: str, values: Mapping[str, Any]) -> None:
    """Adds picklist values that a person's edit brings: an admin had put them there before."""
    for name, value in values.items():
        item = org.objects[object_name].fields.get(name)
        if item is None or not item.choices or not isinstance(value, str):
            continue
        for part in value.split(";") if item.type == "multipicklist" else [value]:
            if part.strip() and not item.accepts(part.strip()):
                item.add_choice(part.strip())
                org.schema_changed = org.clock.now()
        if object_name == "Lead" and name == "Status":
            add_status(org, value)
