"""Reads after a write what the write's own call could not bring back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connector.adapters.calling import Interrupted
from connector.adapters.salesforce.reading import Reader
from connector.core.records import Record
from connector.ports import Guard, Write, Written


class ReadBack:
    """Rows that were or may have been written get their record; where the read fails too they have none."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def complete(
        self,
        writes: Sequence[Write],
        verdicts: list[Written],
        fields: Mapping[str, Sequence[str]],
        guard: Guard,
    ) -> list[Written]:
        by_id: list[int] = []
        by_key: dict[tuple[str, str], list[int]] = {}
        for place, (write, verdict) in enumerate(zip(writes, verdicts, strict=True)):
            if verdict.record is not None or verdict.verdict not in ("done", "unknown"):
                continue
            if verdict.verdict == "done" or write.key is None:
                by_id.append(place)
            else:
                by_key.setdefault((write.ref.object, write.key), []).append(place)
        self._read_ids(by_id, verdicts, fields, guard)
        for (object_, key), places in by_key.items():
            self._read_keys(object_, key, places, verdicts, fields.get(object_, ()), guard)
        return verdicts

    def _read_ids(
        self, places: list[int], verdicts: list[Written], fields: Mapping[str, Sequence[str]], guard: Guard
    ) -> None:
        if not places:
            return
        try:
            found = self._reader.read([verdicts[place].ref for place in places], fields, guard)
        except Interrupted:
            return
        for place in places:
            _enter(verdicts, place, found.get(verdicts[place].ref))

    def _read_keys(
        self,
        object_: str,
        key: str,
        places: list[int],
        verdicts: list[Written],
        fields: Sequence[str],
        guard: Guard,
    ) -> None:
        """Upserts without a verdict: what stands under their key now, if anything."""
        try:
            found = self._reader.find(
                object_, key, [verdicts[place].ref.id for place in places], fields, guard
            )
        except Interrupted:
            return
        by_value = {str(record.values.get(key)): record for record in found}
        for place in places:
            _enter(verdicts, place, by_value.get(verdicts[place].ref.id))


def _enter(verdicts: list[Written], place: int, record: Record | None) -> None:
    if record is not None:
        verdicts[place] = replace(verdicts[place], ref=record.ref, record=record)
