"""Which writes share a call. Pure: rows in, trips out.

A trip is one HTTP call. As a composite it carries several parts (collections of 200 rows, single conditional updates)
and, at its end, the reads that bring back what the parts wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connector.adapters.calling import chunks
from connector.adapters.salesforce.connection import SalesforceOptions
from connector.ports import Write

Rows = Sequence[tuple[int, Write]]
"""Writes with their place in what the caller gave."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one object for one request: a collection of updates, a collection of upserts by ``key``, or one
    update under If-Unmodified-Since (``single``)."""

    object: str
    rows: Rows
    key: str | None = None
    single: bool = False


@dataclass(slots=True)
class Trip:
    """Parts for one HTTP call, and per object the rows to read back in the same call. ``queried``: upserts read back
    by their key."""

    parts: list[Part] = field(default_factory=list)
    retrieved: dict[str, list[Write]] = field(default_factory=dict)
    queried: list[Part] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(len(part.rows) for part in self.parts)

    @property
    def costly(self) -> int:
        """Collections, retrieves and queries: Salesforce allows only a few in a composite."""
        return sum(not part.single for part in self.parts) + len(self.retrieved) + len(self.queried)

    @property
    def size(self) -> int:
        return len(self.parts) + len(self.retrieved) + len(self.queried)


def parts_of(rows: Rows, options: SalesforceOptions) -> Iterator[Part]:
    """Rows by object and kind, in the order given, so that an account's children stay together. Conditional updates
    go singly as long as they are few; beyond that the condition is dropped."""
    guarded = [row for row in rows if row[1].unmodified_since is not None and row[1].key is None]
    alone = (
        {place for place, _ in guarded}
        if options.composite and len(guarded) <= options.conditional
        else set()
    )
    grouped: dict[tuple[str, str | None], list[tuple[int, Write]]] = {}
    for row in rows:
        if row[0] in alone:
            yield Part(row[1].ref.object, [row], single=True)
        else:
            grouped.setdefault((row[1].ref.object, row[1].key), []).append(row)
    for (object_, key), of_kind in grouped.items():
        for chunk in chunks(of_kind, options.collection):
            yield Part(object_, chunk, key)


def trips_of(
    parts: Sequence[Part],
    wanted: Mapping[str, Sequence[str]],
    options: SalesforceOptions,
    most: int | None = None,
) -> list[Trip]:
    """Packs parts into calls, of ``most`` rows where that is told (a part that has more goes alone). ``wanted``: the
    fields to read back per object; none: no reads."""
    if not options.composite:
        return [Trip([part]) for part in parts]
    trips: list[Trip] = []
    for part in parts:
        full = bool(trips) and most is not None and trips[-1].rows + len(part.rows) > most
        if not trips or full or not _fits(trips[-1], part, part.object in wanted, options):
            trips.append(Trip())
        _add(trips[-1], part, part.object in wanted, options)
    return trips


def _fits(trip: Trip, part: Part, read: bool, options: SalesforceOptions) -> bool:
    costly = 0 if part.single else 1
    reads = int(read and (part.key is not None or part.object not in trip.retrieved))
    held = len(trip.retrieved.get(part.object, ())) + len(part.rows)
    return (
        trip.costly + costly + reads <= options.composite_collections
        and trip.size + 1 + reads <= options.composite_size
        and held <= options.retrieve
    )


def _add(trip: Trip, part: Part, read: bool, options: SalesforceOptions) -> None:
    trip.parts.append(part)
    if not read or options.composite_collections < 2:
        return
    if part.key is None:
        trip.retrieved.setdefault(part.object, []).extend(write for _, write in part.rows)
    else:
        trip.queried.append(part)
