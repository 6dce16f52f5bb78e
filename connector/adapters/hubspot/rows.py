"""From HubSpot's JSON rows to Records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connector.adapters.calling import NOTHING
from connector.core.records import Record, Ref, Side, Value, Version

MERGED_IDS = "hs_merged_object_ids"
"""Property that lists the ids a merged record had before; asked for with every read so that old Refs find it."""

_parse = datetime.fromisoformat
_HUBSPOT = Side.HUBSPOT


def cursor_property(object_: str) -> str:
    """The property that moves with every change; contacts have their own."""
    return "lastmodifieddate" if object_ == "contact" else "hs_lastmodifieddate"


def record_of(row: Mapping[str, Any], object_: str, read_at: datetime, ref: Ref | None = None) -> Record:
    """A Record of one result. ``ref``: the Ref asked for, used where its id is still the row's."""
    properties = row["properties"]
    here = ref if ref is not None and ref.id == row["id"] else Ref(_HUBSPOT, object_, row["id"])
    # Most rows hold nulls only; looking for "" costs a fifth of a copy.
    values = (
        {name: value or None for name, value in properties.items()}
        if "" in properties.values()
        else properties
    )
    stamp = (
        properties.get("lastmodifieddate") or properties.get("hs_lastmodifieddate") or row.get("updatedAt")
    )
    return Record(here, values, read_at, moment_of(stamp) if stamp else None, None, None, NOTHING)


def moment_of(text: str) -> datetime:
    """HubSpot's ISO time, or epoch milliseconds, as aware UTC."""
    if text.isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return _parse(text)


def milliseconds(moment: datetime) -> int:
    """Epoch milliseconds, cut: a search from here on never starts too late."""
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def properties_of(values: Mapping[str, Value]) -> dict[str, str]:
    """Values as HubSpot wants them: strings; a blank is sent as the empty string, which clears."""
    return {name: value if type(value) is str else _text(value) for name, value in values.items()}


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def by_asked_id(
    results: Iterable[Mapping[str, Any]], asked: Sequence[str]
) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
    """Results under the ids they were asked by, and the ids to ask for one by one.

    A merged record answers under its new id and is found by the old ids it lists; an answer that is left over belongs
    to the one id that is left over. Where several are, only single reads can tell.
    """
    found = {row["id"]: row for row in results}
    missing = [id_ for id_ in asked if id_ not in found]
    if not missing:
        return found, []
    strangers = found.keys() - set(asked)
    for row in list(found.values()):
        for old in str(row["properties"].get(MERGED_IDS) or "").split(";"):
            if old in missing:
                found[old] = row
                strangers.discard(row["id"])
    missing = [id_ for id_ in missing if id_ not in found]
    if len(missing) == 1 and len(strangers) == 1:
        found[missing[0]] = found[strangers.pop()]
    return found, missing if strangers else []


def versions_of(entries: Iterable[Mapping[str, Any]], app_id: str) -> tuple[Version, ...]:
    """A property's history, newest first. Ours: written by an integration with our app's id."""
    rows = [
        Version(
            entry.get("value") or None,
            moment_of(str(entry["timestamp"])),
            bool(app_id)
            and entry.get("sourceType") == "INTEGRATION"
            and str(entry.get("sourceId")) == app_id,
        )
        for entry in entries
    ]
    return tuple(sorted(rows, key=lambda version: version.at, reverse=True))
