"""What becomes of the schema when a field is added, changed or taken away, or gets another value."""

from collections.abc import Iterable, Mapping
from typing import Any

from connector.practice.salesforce.fields import Choice, Field, SObject, lookup
from connector.practice.salesforce.founding import add_status
from connector.practice.salesforce.state import Org

Values = Iterable[str] | Mapping[str, str]
_LENGTHS = {
    "string": 255, "email": 80, "phone": 40, "url": 255, "textarea": 255, "picklist": 255, "multipicklist": 4099,
}  # fmt: skip
_KEYS = frozenset({
    "type", "label", "length", "values", "required", "unique", "external_id", "restricted", "updateable", "remove",
    "default", "precision", "scale", "case_sensitive", "references", "help",
})  # fmt: skip
_PLAIN = ("label", "length", "restricted", "updateable", "unique", "external_id", "default", "precision", "scale",
          "case_sensitive", "help")  # fmt: skip


def change_field(org: Org, object_name: str, name: str, wish: Mapping[str, Any]) -> None:
    """Adds, changes or (`remove`) takes away a field. KeyError for an unknown object, ValueError for an unknown key."""
    if set(wish) - _KEYS:
        raise ValueError(f"unknown keys: {', '.join(sorted(set(wish) - _KEYS))}")
    shape = org.objects[object_name]
    if wish.get("remove"):
        del shape.fields[name]
        org.access.forget(object_name, name)
    else:
        apply_wish(org, shape, shape.fields.get(name) or _new(name, wish), wish)
    refreshed(org, shape)


def refreshed(org: Org, shape: SObject) -> None:
    """The schema moved: look-ups and what users see are made anew."""
    shape.refresh()
    org.access.dirty()
    org.schema_changed = org.clock.now()


def _new(name: str, wish: Mapping[str, Any]) -> Field:
    kind = wish.get("type", "string")
    label = wish.get("label") or name.removesuffix("__c").replace("_", " ")
    if kind == "reference":
        return lookup(name, label, tuple(wish["references"].split(",")), relationship=_relationship(name))
    item = Field(name, kind, label, _LENGTHS.get(kind, 0))
    if kind == "boolean":
        item.nillable, item.defaulted = False, True
    if kind in ("int", "double", "currency", "percent"):
        item.precision, item.scale = (0, 0) if kind == "int" else (18, 2)
    return item


def _relationship(name: str) -> str:
    return name.removesuffix("__c") + "__r" if name.endswith("__c") else name.removesuffix("Id")


def apply_wish(org: Org, shape: SObject, item: Field, wish: Mapping[str, Any]) -> None:
    table = org.tables[shape.name]
    shape.fields[item.name] = item
    for key in _PLAIN:
        if wish.get(key) is not None:
            setattr(item, key, wish[key])
    if "required" in wish and item.type != "boolean":
        item.nillable = not wish["required"]
    item.indexed = item.indexed or item.unique or item.external_id
    item.id_lookup = item.id_lookup or item.external_id
    if "values" in wish:
        item.choices = choices(wish["values"], wish.get("default"))
    table.watch(item)
    for row_id, row in list(table.rows.items()):
        # Rows made before the field was there hold its blank.
        if item.name not in row:
            table.rows[row_id] = {**row, item.name: False if item.type == "boolean" else None}


def choices(values: Values, default: str | None = None) -> list[Choice]:
    """Picklist values from a list, or from value -> label."""
    pairs = values.items() if isinstance(values, Mapping) else ((value, value) for value in values)
    return [Choice(value, label, default=value == default) for value, label in pairs]


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
