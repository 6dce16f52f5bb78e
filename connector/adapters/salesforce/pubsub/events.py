"""Change events out of their Avro bytes. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import orjson
from fastavro import parse_schema, schemaless_reader
from fastavro.schema import expand_schema

from connector.adapters.salesforce.ids import id18
from connector.adapters.salesforce.pubsub.bitmaps import Place, names_of, places
from connector.core.changes import Change, Kind
from connector.core.records import Value

KINDS: dict[str, Kind] = {"CREATE": "created", "UPDATE": "changed", "DELETE": "gone", "UNDELETE": "restored"}
_CLIENT = re.compile(r";client=([^/;]*)")


class EventSchema:
    """One schema of the org, by which events are read. Raises ValueError for text that is none."""

    def __init__(self, text: str) -> None:
        try:
            document = orjson.loads(text)
            self._parsed = parse_schema(document)
            # With named types put where they are used, so that every compound shows its parts.
            whole: Any = expand_schema(document)
            self._fields: list[Mapping[str, Any]] = whole["fields"]
        except Exception as error:
            raise ValueError(f"not an event's schema: {type(error).__name__}") from None
        self._all = places([hex((1 << len(self._fields)) - 2)], self._fields)
        self._types = {field["name"]: _kind_of(field) for field in self._fields}

    def change(self, payload: bytes) -> Change:
        """One event. Raises ValueError for bytes that this schema doesn't read."""
        try:
            record: Any = schemaless_reader(BytesIO(payload), self._parsed, None)
            return self._change(record["ChangeEventHeader"], record)
        except Exception as error:
            raise ValueError(f"an event that can't be read: {type(error).__name__}") from None

    def _change(self, header: Mapping[str, Any], record: Mapping[str, Any]) -> Change:
        type_ = str(header["changeType"])
        kind = KINDS.get(type_.removeprefix("GAP_"), "overflow" if type_ == "GAP_OVERFLOW" else "changed")
        gap = type_ not in KINDS
        origin = str(header["changeOrigin"])
        client = _CLIENT.search(origin)
        diffs = self._meant(header, "diffFields")
        told = self._meant(header, "changedFields") | self._meant(header, "nulledFields") | diffs
        values = {} if gap else {names_of(place): self._value(record, place) for place in told - diffs}
        if kind == "created" and not gap:
            filled = ((names_of(place), self._value(record, place)) for place in self._all)
            values = {name: value for name, value in filled if value is not None}
        return Change(
            object=str(header["entityName"]),
            ids=tuple(id18(str(id_)) for id_ in header["recordIds"]) if kind != "overflow" else (),
            kind=kind,
            gap=gap,
            at=datetime.fromtimestamp(header["commitTimestamp"] / 1000, UTC),
            values=values,
            untold=frozenset(names_of(place) for place in diffs),
            user=id18(str(header["commitUser"])),
            client=client.group(1).strip() if client else "",
            by_api=bool(origin),
        )

    def _meant(self, header: Mapping[str, Any], which: str) -> set[Place]:
        return places([str(bitmap) for bitmap in header[which]], self._fields)

    def _value(self, record: Mapping[str, Any], place: Place) -> Value:
        name, part = place
        held = record.get(name)
        if part:
            return _plain(held.get(part)) if isinstance(held, dict) else None
        return _READ.get(self._types[name], _plain)(held)


def _kind_of(field: Mapping[str, Any]) -> str:
    """``Data:DateOnly:00N…`` says DateOnly: dates, times and instants are all the same to Avro."""
    return str(field.get("doc", "")).partition(":")[2].partition(":")[0]


def _plain(raw: Any) -> Value:
    """As the REST API gives it; blank is None."""
    return None if raw == "" else raw


def _instant(raw: Any) -> Value:
    at = _moment(raw)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}+0000" if at else None


def _date(raw: Any) -> Value:
    at = _moment(raw)
    return at.date().isoformat() if at else None


def _time(raw: Any) -> Value:
    at = _moment(raw)
    return at.strftime("%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z" if at else None


def _moment(raw: Any) -> datetime | None:
    return None if raw is None else datetime.fromtimestamp(raw / 1000, UTC)


_READ: dict[str, Callable[[Any], Value]] = {"DateTime": _instant, "DateOnly": _date, "TimeOnly": _time}
