"""All records changed since a moment, oldest first, or all by id, beyond the 10,000 results a HubSpot search gives.

Pages go by key, not by offset: an offset skips records when one that was already passed is changed in between. Each
page asks for what changed at or after the last time seen; what was seen at that very time is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from connector.adapters.hubspot.reading import Reader
from connector.adapters.hubspot.rows import MERGED_IDS, cursor_property, milliseconds, moment_of, record_of
from connector.core.records import Record
from connector.ports import Guard

Row = dict[str, Any]


class Walk:
    """One walk. ``page`` is the page size the service was asked for: a shorter page is the last."""

    def __init__(self, reader: Reader, object_: str, fields: Sequence[str], page: int, guard: Guard) -> None:
        self._reader, self._object, self._page, self._guard = reader, object_, page, guard
        self._cursor = cursor_property(object_)
        self._names = list(dict.fromkeys([*fields, self._cursor, "hs_object_id", MERGED_IDS]))

    def since(self, moment: datetime) -> Iterator[list[Record]]:
        at, seen = milliseconds(moment), set[str]()
        while True:
            rows, read_at = self._search([self._filter(self._cursor, "GTE", at)], self._cursor)
            fresh = [row for row in rows if row["id"] not in seen or self._time(row) != at]
            yield from self._records(fresh, read_at)
            if len(rows) < self._page:
                return
            last = self._time(rows[-1])
            if last == at:
                # A full page within one millisecond: only the ids can order it.
                yield from self._within(at, seen | {row["id"] for row in rows})
                at, seen = at + 1, set()
            else:
                at, seen = last, {row["id"] for row in rows if self._time(row) == last}

    def above(self, id_: int) -> Iterator[list[Record]]:
        """All records with a greater id, in the order of their ids."""
        while True:
            rows, read_at = self._search([self._filter("hs_object_id", "GT", id_)], "hs_object_id")
            yield from self._records(rows, read_at)
            if len(rows) < self._page:
                return
            id_ = int(rows[-1]["id"])

    def _within(self, at: int, seen: set[str]) -> Iterator[list[Record]]:
        """The records of one millisecond, in the order of their ids."""
        above = 0
        while True:
            filters = [self._filter(self._cursor, "EQ", at), self._filter("hs_object_id", "GT", above)]
            rows, read_at = self._search(filters, "hs_object_id")
            yield from self._records([row for row in rows if row["id"] not in seen], read_at)
            if len(rows) < self._page:
                return
            above = int(rows[-1]["id"])

    def _search(self, filters: list[dict[str, Any]], sort: str) -> tuple[list[Row], datetime]:
        rows, reply, _ = self._reader.search(self._object, filters, sort, self._names, self._guard)
        return rows, reply.asked_at

    def _records(self, rows: list[Row], read_at: datetime) -> Iterator[list[Record]]:
        if rows:
            yield [record_of(row, self._object, read_at) for row in rows]

    def _time(self, row: Row) -> int:
        return milliseconds(moment_of(row["properties"].get(self._cursor) or row["updatedAt"]))

    def _filter(self, name: str, operator: str, value: int) -> dict[str, Any]:
        return {"propertyName": name, "operator": operator, "value": str(value)}
