"""The door: notices become due pairs, echoes are dropped, in one statement for all requests that come at once
(queries/notices.sql)."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection, errors

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.documents import document, load_queries
from connector.adapters.postgres.together import Together
from connector.core.records import Notice, Ref, Side, Value
from connector.ports import Accepted, Clock

Natives = Mapping[str, str | None]
"""Every native field of an object that Accord reads -> its key in Seen, or None for a field that Seen does not hold."""

REPEAT = timedelta(minutes=10)
"""How long an exact repeat of a request is known: twice as long as a signature is good for."""
LATE = timedelta(hours=1)
ATTEMPTS = 4
PATIENCE = 4.0
"""Seconds to wait for a free connection: HubSpot waits five for its answer."""
MOST_REFS = 200
"""In one turn for several requests."""
_FORGET_EVERY = 2_000
_AGAIN = (errors.DeadlockDetected, errors.SerializationFailure, errors.ForeignKeyViolation)
"""The statement is whole or nothing, so it can be repeated. A foreign key: the Link went while we looked."""

_queries = load_queries("notices")
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Request:
    """``sizes``: how many notices each entry stands for."""

    entries: list[Entry]
    sizes: list[int]
    delivery: bytes | None


class PostgresNotices:
    """Implements ports.NoticeStore.

    ``natives``: per (side, object) what Accord reads there. A Salesforce message and a polled row speak for the whole
    record: such a notice is an echo only if *every* field listed equals Seen (one left out counts as blank), so a
    field listed with None makes it go round. A HubSpot propertyChange and a Salesforce change event (``partial``) speak
    for their fields alone.
    ``linger``: how long a due pair waits for company.
    """

    def __init__(
        self,
        pool: Pool,
        natives: Mapping[tuple[Side, str], Natives],
        clock: Clock,
        linger: timedelta = timedelta(0),
    ) -> None:
        self._pool, self._natives, self._clock, self._linger = pool, natives, clock, linger
        self._served = itertools.count(1)
        self._door: Together[_Request, Accepted] = Together(self._take, lambda r: len(r.entries), MOST_REFS)

    def accept(self, notices: Sequence[Notice], lane: int, delivery: bytes | None = None) -> Accepted:
        """See ports.NoticeStore. Raises psycopg.Error or PoolTimeout when nothing was stored."""
        return self._door(self._request(notices, lane, delivery)) if notices else Accepted(0, 0)

    def _request(self, notices: Sequence[Notice], lane: int, delivery: bytes | None) -> _Request:
        now = self._clock()
        shared = {"lane": lane, "d": delivery.hex() if delivery else None}
        told = by_ref(notices)
        entries = [shared | self._entry(ref, of_ref, now) for ref, of_ref in told.items()]
        return _Request(entries, [len(of_ref) for of_ref in told.values()], delivery)

    def _take(self, requests: Sequence[_Request]) -> list[Accepted]:
        """One turn. Several requests that fail together go one by one, for one may be at fault."""
        try:
            return self._take_together(requests)
        except errors.DataError:
            if len(requests) == 1:
                raise
        return [accepted for request in requests for accepted in self._take_together([request])]

    def _take_together(self, requests: Sequence[_Request]) -> list[Accepted]:
        fresh = _first_of_each(requests)
        now = self._clock()
        entries = [entry for request in fresh for entry in request.entries]
        with self._pool.connection(timeout=PATIENCE) as connection:
            row = _alone(connection, {"document": document(entries), "now": now, "due": now + self._linger})
            if next(self._served) % _FORGET_EVERY == 0:
                _queries.forget_deliveries(connection, before=now - REPEAT)
        verdicts = iter(row["verdicts"])
        taken = {id(request): _accepted(request, verdicts) for request in fresh}
        if row["late"]:
            first = taken[id(fresh[0])]
            taken[id(fresh[0])] = replace(first, late=row["late"])
        return [taken.get(id(request), _REPEATED) for request in requests]

    def _entry(self, ref: Ref, told: Sequence[Notice], now: datetime) -> Entry:
        natives = self._natives.get((ref.side, ref.object), {})
        notes = [note for notice in told for note in _notes(notice)]
        whole = any(_is_whole(notice) for notice in told)
        expected = _expected(told, natives)
        return {
            "h" if ref.side is Side.HUBSPOT else "r": ref.id,
            "o": ref.object,
            "expected": expected,
            "keys": [natives.get(note.get("f", "")) for note in notes] if whole else None,
            "requeued": not all(_is_comparable(notice) for notice in told) or (whole and expected is None),
            "since": _since(told, now),
            "notes": notes,
        }


def _alone(connection: Connection[Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """The statement as a transaction of its own, without a BEGIN and a COMMIT of their own turn."""
    connection.autocommit = True
    try:
        for attempt in itertools.count(1):
            try:
                row: dict[str, Any] = _queries.take_notices(connection, **parameters)
            except _AGAIN:
                if attempt == ATTEMPTS:
                    raise
            else:
                return row
    finally:
        connection.autocommit = False
    raise AssertionError


_REPEATED = Accepted(0, 0, repeated=True)


def _first_of_each(requests: Sequence[_Request]) -> list[_Request]:
    """Without exact repeats of one another."""
    known: dict[object, _Request] = {}
    for request in requests:
        known.setdefault(request.delivery or id(request), request)
    return list(known.values())


def _accepted(request: _Request, verdicts: Iterator[str]) -> Accepted:
    became: Counter[str] = Counter()
    for size in request.sizes:
        became[next(verdicts)] += size
    return Accepted(became["dropped"], became["queued"], repeated="repeated" in became)


def by_ref(notices: Iterable[Notice]) -> dict[Ref, list[Notice]]:
    """Notices by the Ref they speak of, in their order."""
    found: dict[Ref, list[Notice]] = {}
    for notice in notices:
        found.setdefault(notice.ref, []).append(notice)
    return found


def _is_whole(notice: Notice) -> bool:
    pushed_whole = notice.ref.side is Side.SALESFORCE and not notice.partial
    return bool(notice.values) and (notice.by_poll or pushed_whole)


def _is_comparable(notice: Notice) -> bool:
    return bool(notice.values) and not notice.redacted and notice.kind == "changed"


def _expected(told: Sequence[Notice], natives: Natives) -> dict[str, Value] | None:
    """What Seen must hold for all these notices to be echoes, by Seen key; None when they can't be."""
    expected: dict[str, Value] = {}
    for notice in told:
        if not _is_comparable(notice):
            return None
        values = {**dict.fromkeys(natives), **notice.values} if _is_whole(notice) else notice.values
        for native, value in values.items():
            key = natives.get(native)
            if key is None or expected.setdefault(key, value) != value:
                return None
    return expected


def _notes(notice: Notice) -> list[Entry]:
    """As documented at the table pending. A note with ``k`` instead of a value can't be compared with Seen: it names
    its record (``o``, ``i``), which may be an old Ref of the Link, and of a merge also where it went (``into``)."""
    at = None if notice.occurred_at is None else milliseconds(notice.occurred_at)
    shared: Entry = {"s": notice.ref.side.value, "l": False, "n": 1, "t": at, "p": notice.by_poll}
    if _is_comparable(notice):
        return [{**shared, "f": native, "v": value} for native, value in notice.values.items()]
    note = {
        **shared,
        "k": "redacted" if notice.redacted else notice.kind,
        "o": notice.ref.object,
        "i": notice.ref.id,
    }
    if notice.kind == "merged":
        note["into"] = notice.values.get("hs_object_id")
    return [note]


def _since(told: Sequence[Notice], now: datetime) -> int | None:
    """The earliest moment of which a pushed value speaks, unless that is too long ago to look at the journal."""
    moments = [
        notice.occurred_at
        for notice in told
        if notice.occurred_at and not notice.by_poll and _is_comparable(notice)
    ]
    return milliseconds(min(moments)) if moments and max(moments) > now - LATE else None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
