"""The Avro schema of an object's change events, and a row's values in it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastavro import parse_schema

from connector.practice.salesforce.fields import Field, SObject
from connector.practice.salesforce.state import moment_of
from connector.practice.salesforce.tables import Row

KINDS = (
    "CREATE", "UPDATE", "DELETE", "UNDELETE", "GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE",
    "GAP_OVERFLOW", "SNAPSHOT",
)  # fmt: skip
NEVER = frozenset(
    "Id IsDeleted SystemModstamp LastActivityDate LastViewedDate LastReferencedDate MasterRecordId IsUnreadByOwner "
    "IsEmailBounced".split()
)
"""Fields that change events do not carry; formula fields are others."""
_AVRO = {
    "boolean": ("boolean", "Boolean"), "int": ("int", "Integer"), "double": ("double", "Double"),
    "currency": ("double", "Currency"), "percent": ("double", "Percent"), "date": ("long", "DateOnly"),
    "datetime": ("long", "DateTime"), "email": ("string", "Email"), "phone": ("string", "Phone"),
    "url": ("string", "Url"), "picklist": ("string", "DynamicEnum"), "multipicklist": ("string", "MultiEnum"),
    "textarea": ("string", "StringPlusClob"),
}  # fmt: skip
_NAME_PARTS = ("Salutation", "FirstName", "LastName")
_ADDRESS_PARTS = (
    "Street", "City", "State", "PostalCode", "Country", "StateCode", "CountryCode", "Latitude", "Longitude",
    "GeocodeAccuracy",
)  # fmt: skip
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventSchema:
    """`places`: field of the object -> (number in the schema, number of the part in a compound, or None)."""

    id: str
    json: str
    parsed: Any
    names: tuple[str, ...]
    places: dict[str, tuple[int, int | None]]
    types: Mapping[str, str]

    def record(self, header: Json, values: Row) -> Json:
        """An event with these fields' values, all others null."""
        made: Json = {"ChangeEventHeader": header}
        for name, value in values.items():
            number, part = self.places[name]
            known = _as_avro(self.types[name], value)
            if part is None:
                made[self.names[number]] = known
            elif known is not None:
                made.setdefault(self.names[number], {})[_part_name(name, self.names[number])] = known
        return made


def event_schema(shape: SObject) -> EventSchema:
    """Of the object as it is now (as the viewer of `shape` sees it)."""
    layout = _Layout(shape)
    document = {
        "name": f"{shape.name.removesuffix('__c')}{'__' if shape.name.endswith('__c') else ''}ChangeEvent",
        "type": "record",
        "namespace": "com.sforce.eventbus",
        "fields": [_header(), *layout.fields],
    }
    text = json.dumps(document, separators=(",", ":"))
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    names = ("ChangeEventHeader", *(field["name"] for field in layout.fields))
    types = {name: shape.fields[name].type for name in layout.places}
    id_ = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return EventSchema(id_, text, parse_schema(document), names, layout.places, types)


class _Layout:
    """Fields in their order; a compound stands where its first part stood."""

    def __init__(self, shape: SObject) -> None:
        self.fields: list[Json] = []
        self.places: dict[str, tuple[int, int | None]] = {}
        self._compounds: dict[str, int] = {}
        self._records: set[str] = set()
        has_parts = {item.compound for item in shape.fields.values() if item.compound}
        for item in shape.fields.values():
            if item.compound:
                self._part(shape, item, item.compound)
            elif _carried(item) and item.name not in has_parts:
                self._plain(shape, item)

    def _plain(self, shape: SObject, item: Field) -> None:
        self.places[item.name] = (len(self.fields) + 1, None)
        self.fields.append(_nullable(item.name, *_typed(shape, item)))

    def _part(self, shape: SObject, item: Field, compound: str) -> None:
        parts = _NAME_PARTS if compound == "Name" else _ADDRESS_PARTS
        if _part_name(item.name, compound) not in parts:
            self._plain(shape, item)
            return
        if compound not in self._compounds:
            self._compounds[compound] = len(self.fields) + 1
            self.fields.append(
                self._compound(compound, "PersonName" if compound == "Name" else "Address", parts)
            )
        self.places[item.name] = (self._compounds[compound], parts.index(_part_name(item.name, compound)))

    def _compound(self, name: str, kind: str, parts: tuple[str, ...]) -> Json:
        known: Any = kind
        if kind not in self._records:
            self._records.add(kind)
            numbers = ("Latitude", "Longitude")
            fields = [_nullable(part, "double" if part in numbers else "string") for part in parts]
            known = {"name": kind, "type": "record", "fields": fields}
        return {"doc": f"Data:{kind}", "name": name, "type": ["null", known], "default": None}


def _carried(item: Field) -> bool:
    return (
        item.name not in NEVER and item.type not in ("id", "address") and not getattr(item, "formula", None)
    )


def _part_name(name: str, compound: str) -> str:
    return name if compound == "Name" else name.removeprefix(compound.removesuffix("Address"))


def _typed(shape: SObject, item: Field) -> tuple[Any, str]:
    if item.type == "reference":
        return "string", "ForeignKey:EntityId"
    if (shape.name, item.name) == ("Account", "Name"):
        parts = [_nullable(part, "string") for part in _NAME_PARTS]
        return {
            "name": "Switchable_PersonName",
            "type": "record",
            "fields": parts,
        }, "Data:Switchable_PersonName"
    avro, said = _AVRO.get(item.type, ("string", "Text"))
    lead = "CreatedDate" if item.name == "CreatedDate" else "Data"
    return avro, f"{lead}:{said}"


def _nullable(name: str, avro: Any, doc: str = "") -> Json:
    union = ["null", "string", avro] if doc == "Data:Switchable_PersonName" else ["null", avro]
    return {**({"doc": doc} if doc else {}), "name": name, "type": union, "default": None}


def _header() -> Json:
    def strings(name: str) -> Json:
        return {"name": name, "type": {"type": "array", "items": "string"}}

    kind = {"name": "ChangeType", "type": "enum", "symbols": list(KINDS)}
    fields = [
        {"name": "entityName", "type": "string"}, strings("recordIds"), {"name": "changeType", "type": kind},
        {"name": "changeOrigin", "type": "string"}, {"name": "transactionKey", "type": "string"},
        {"name": "sequenceNumber", "type": "int"}, {"name": "commitTimestamp", "type": "long"},
        {"name": "commitNumber", "type": "long"}, {"name": "commitUser", "type": "string"},
        strings("nulledFields"), strings("diffFields"), strings("changedFields"),
    ]  # fmt: skip
    header = {"name": "ChangeEventHeader", "type": "record", "fields": fields}
    return {"doc": "Data:ComplexValueType", "name": "ChangeEventHeader", "type": header}


def _as_avro(kind: str, value: Any) -> Any:
    """Dates and instants as milliseconds since 1970."""
    if value is None:
        return None
    if kind == "date":
        return int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp()) * 1000
    if kind == "datetime":
        return int(moment_of(value).timestamp()) * 1000
    return float(value) if kind in ("double", "currency", "percent") else value
