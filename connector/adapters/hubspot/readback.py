"""The record as it is after a write.

HubSpot's answer to a write holds the properties that were sent, as they are stored. Only what it does not hold is read:
fields that no row of the batch wrote, rows without a verdict, or everything where that was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.adapters.calling import Interrupted
from connector.adapters.hubspot.reading import Reader
from connector.core.records import Record
from connector.ports import Guard, Write, Written


class ReadBack:
    """``always``: never trust the answer of a write."""

    def __init__(self, reader: Reader, always: bool) -> None:
        self._reader, self._always = reader, always

    def complete(
        self,
        writes: Sequence[Write],
        verdicts: list[Written],
        fields: Mapping[str, Sequence[str]],
        guard: Guard,
        fresh: bool,
    ) -> list[Written]:
        """The verdicts with their records. Where a read was needed and failed there is none."""
        missing = _never_written(writes, fields)
        by_id: list[int] = []
        by_key: list[int] = []
        for place, (write, verdict) in enumerate(zip(writes, verdicts, strict=True)):
            if verdict.verdict == "unknown":
                (by_id if write.key is None else by_key).append(place)
            elif verdict.verdict == "done" and (
                fresh or self._always or not _told(write, verdict, missing, fields)
            ):
                by_id.append(place)
        self._read_ids(by_id, verdicts, fields, guard)
        self._read_keys(by_key, writes, verdicts, fields, guard)
        return verdicts

    def _read_ids(
        self, places: list[int], verdicts: list[Written], fields: Mapping[str, Sequence[str]], guard: Guard
    ) -> None:
        if not places:
            return
        try:
            found = self._reader.read([verdicts[place].ref for place in places], fields, guard)
        except Interrupted:
            found = {}
        for place in places:
            record = found.get(verdicts[place].ref)
            verdicts[place] = _with(verdicts[place], record)

    def _read_keys(
        self,
        places: list[int],
        writes: Sequence[Write],
        verdicts: list[Written],
        fields: Mapping[str, Sequence[str]],
        guard: Guard,
    ) -> None:
        """Upserts without a verdict: what stands under their key now, if anything."""
        kinds = {(writes[place].ref.object, str(writes[place].key)) for place in places}
        for object_, key in sorted(kinds):
            of_kind = [
                place for place in places if (writes[place].ref.object, writes[place].key) == (object_, key)
            ]
            values = [writes[place].ref.id for place in of_kind]
            try:
                found = self._reader.find(object_, key, values, fields.get(object_, ()), guard)
            except Interrupted:
                continue
            by_value = {str(record.values.get(key) or "").lower(): record for record in found}
            for place in of_kind:
                verdicts[place] = _with(verdicts[place], by_value.get(writes[place].ref.id.lower()))


def _never_written(writes: Sequence[Write], fields: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """Per object, the fields asked for that no row of the batch writes: no answer can hold them."""
    missing = {object_: set(names) for object_, names in fields.items()}
    for write in writes:
        of_object = missing.get(write.ref.object)
        if of_object:
            of_object.difference_update(write.values)
    return missing


def _told(
    write: Write, verdict: Written, missing: Mapping[str, set[str]], fields: Mapping[str, Sequence[str]]
) -> bool:
    """Does the write's own answer hold what was asked for?"""
    record = verdict.record
    if record is None:
        return False
    held = record.values
    object_ = write.ref.object
    if not all(name in held for name in missing.get(object_, ())):
        return False
    asked = fields.get(object_, ())
    return all(name in held or name not in asked for name in write.values)


def _with(verdict: Written, record: Record | None) -> Written:
    return replace(verdict, ref=record.ref if record else verdict.ref, record=record)
