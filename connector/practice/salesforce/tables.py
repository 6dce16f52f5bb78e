"""Rows of one object with the look-ups that keep queries fast at tens of thousands of rows.

A stored row is never changed in place: a write stores a new dict, so an undo only has to put the old one back.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any

from connector.practice.salesforce.fields import Field, SObject

Row = dict[str, Any]


class Stamps:
    """Ids by SystemModstamp, so that "changed since" reads only what changed since."""

    def __init__(self) -> None:
        self._sorted: list[str] = []
        self._at: dict[str, dict[str, None]] = {}

    def add(self, stamp: str, row_id: str) -> None:
        bucket = self._at.get(stamp)
        if bucket is None:
            insort(self._sorted, stamp)
            bucket = self._at[stamp] = {}
        bucket[row_id] = None

    def remove(self, stamp: str, row_id: str) -> None:
        bucket = self._at[stamp]
        bucket.pop(row_id, None)
        if not bucket:
            del self._at[stamp]
            del self._sorted[bisect_left(self._sorted, stamp)]

    def since(self, stamp: str) -> Iterator[str]:
        """Ids whose stamp is not before `stamp`, in order of stamp."""
        for later in self._sorted[bisect_left(self._sorted, stamp) :]:
            yield from self._at[later]


class Table:
    """All rows of one object: `rows` live, `bin` deleted but still there for queryAll."""

    def __init__(self, shape: SObject) -> None:
        self.shape = shape
        self.rows: dict[str, Row] = {}
        self.bin: dict[str, Row] = {}
        self.stamps = Stamps()
        self._index: dict[str, dict[Any, dict[str, None]]] = {}
        for item in shape.fields.values():
            self.watch(item)

    def watch(self, item: Field) -> None:
        """Keeps a look-up for this field from now on, over rows already there too."""
        if not item.indexed or item.name == "Id" or item.name in self._index:
            return
        self._index[item.name] = {}
        for row in self.rows.values():
            self._enter(item.name, row)

    def indexed(self, name: str) -> bool:
        return name in self._index

    def find(self, name: str, value: Any) -> list[Row]:
        """Live rows whose indexed field holds `value`, letter case aside unless the field minds it."""
        bucket = self._index[name].get(self._key(name, value), ())
        return [self.rows[row_id] for row_id in bucket]

    def put(self, row: Row) -> None:
        """Stores a live row, new or changed; takes it out of the bin."""
        row_id = row["Id"]
        old = self.rows.get(row_id)
        self.rows[row_id] = row
        if old is not None:
            self._move(old, row)
            return
        self.bin.pop(row_id, None)
        self.stamps.add(row["SystemModstamp"], row_id)
        for name in self._index:
            self._enter(name, row)

    def drop(self, row_id: str) -> None:
        """Forgets a live row without a trace."""
        row = self.rows.pop(row_id)
        self.stamps.remove(row["SystemModstamp"], row_id)
        for name in self._index:
            self._leave(name, row)

    def restore(self, row_id: str, live: Row | None, binned: Row | None) -> None:
        """Puts one id back as it was: an undo."""
        if live is not None:
            self.put(live)
        elif row_id in self.rows:
            self.drop(row_id)
        if binned is not None:
            self.bin[row_id] = binned
        else:
            self.bin.pop(row_id, None)

    def _move(self, old: Row, row: Row) -> None:
        if old["SystemModstamp"] != row["SystemModstamp"]:
            self.stamps.remove(old["SystemModstamp"], row["Id"])
            self.stamps.add(row["SystemModstamp"], row["Id"])
        for name in self._index:
            before, after = old.get(name), row.get(name)
            if before is not after and before != after:
                self._leave(name, old)
                self._enter(name, row)

    def _key(self, name: str, value: Any) -> Any:
        # A field that an admin took away may still have its look-up.
        item = self.shape.fields.get(name)
        if isinstance(value, str) and not (item and item.case_sensitive):
            return value.lower()
        return value

    def _enter(self, name: str, row: Row) -> None:
        value = row.get(name)
        if value is not None:
            self._index[name].setdefault(self._key(name, value), {})[row["Id"]] = None

    def _leave(self, name: str, row: Row) -> None:
        value = row.get(name)
        if value is None:
            return
        key = self._key(name, value)
        bucket = self._index[name].get(key, {})
        bucket.pop(row["Id"], None)
        if not bucket:
            self._index[name].pop(key, None)
