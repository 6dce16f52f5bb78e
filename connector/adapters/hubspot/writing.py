"""Bulk writes: a hundred rows a call, a verdict for every row, and the records as they are afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.adapters.calling import NOT_SENT, Crew, Interrupted, chunks, waves
from connector.adapters.hubspot.api import HubSpotApi, Reply
from connector.adapters.hubspot.failures import Rejection, RowFailure, row_failure
from connector.adapters.hubspot.readback import ReadBack
from connector.adapters.hubspot.rows import properties_of, record_of
from connector.core.records import Ref, Side
from connector.errors import OutcomeUnknown
from connector.ports import Guard, Write, Written

ROW_FAULTS = (400, 404, 409)
"""Statuses by which a whole batch falls for the sake of a row."""

PROPERTY_FAULTS = ("PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE")

Rows = Sequence[tuple[int, Write]]
"""Writes with their place in what the caller gave; the place is the objectWriteTraceId too."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for one call: one object, and all updates or all upserts by ``key``."""

    object: str
    key: str | None
    rows: Rows


class Writer:
    """Rows fail one by one. No verdict (time-out, lost answer, 5xx) is the verdict 'unknown', never an error."""

    def __init__(self, api: HubSpotApi, crew: Crew, readback: ReadBack) -> None:
        self._api, self._crew, self._readback = api, crew, readback

    def write(
        self,
        writes: Sequence[Write],
        read_back: Mapping[str, Sequence[str]] | None,
        guard: Guard,
        fresh: bool = False,
    ) -> list[Written]:
        """Raises only where not one row got a verdict; rows that could not be sent any more are 'locked' (NOT_SENT)."""
        verdicts: list[Written | None] = [None] * len(writes)
        stops: list[Exception] = []
        for wave in waves(enumerate(writes)):
            self._crew.each(
                lambda batch: self._send(batch, verdicts, stops, guard), list(self._batches(wave))
            )
        if stops and not any(verdicts):
            raise stops[0]
        settled = [
            verdict
            or Written(write.ref, "locked", NOT_SENT, "not sent: a limit or the end of the lease came first")
            for write, verdict in zip(writes, verdicts, strict=True)
        ]
        return (
            settled
            if read_back is None
            else self._readback.complete(writes, settled, read_back, guard, fresh)
        )

    def _batches(self, rows: Rows) -> Iterable[Batch]:
        grouped: dict[tuple[str, str | None], list[tuple[int, Write]]] = {}
        for row in rows:
            grouped.setdefault((row[1].ref.object, row[1].key), []).append(row)
        for (object_, key), of_kind in grouped.items():
            for chunk in chunks(of_kind, self._api.options.batch):
                yield Batch(object_, key, chunk)

    def _send(
        self, batch: Batch, verdicts: list[Written | None], stops: list[Exception], guard: Guard
    ) -> None:
        """Fills in the batch's verdicts. What keeps one batch from being sent stops all that have not begun."""
        if stops:
            return
        try:
            self._send_some(batch, verdicts, guard)
        except Interrupted as stop:
            stops.append(stop)

    def _send_some(self, batch: Batch, verdicts: list[Written | None], guard: Guard) -> None:
        verb = "update" if batch.key is None else "upsert"
        path = self._api.paths.objects(batch.object, f"batch/{verb}")
        payload = {"inputs": [_input(place, write) for place, write in batch.rows]}
        try:
            reply = self._api.write("POST", path, payload, guard)
        except OutcomeUnknown as lost:
            for place, write in batch.rows:
                verdicts[place] = Written(write.ref, "unknown", message=str(lost))
        except Rejection as refused:
            self._take_apart(batch, refused, verdicts, guard)
        else:
            rest = _take(batch, reply, verdicts)
            self._ask_again(batch, rest, verdicts, guard)

    def _take_apart(
        self, batch: Batch, refused: Rejection, verdicts: list[Written | None], guard: Guard
    ) -> None:
        """A batch that fell as a whole is halved until the bad rows stand alone; all rows that send a property which
        nobody can write fail at once."""
        if refused.status not in ROW_FAULTS:
            raise refused
        failure = row_failure(refused.body, refused.status)
        bad = batch.rows if len(batch.rows) == 1 else _senders_of(failure, batch.rows)
        for place, write in bad:
            verdicts[place] = _failed(write, failure)
        rest = [row for row in batch.rows if row not in bad] if bad else batch.rows
        parts = [rest] if bad else chunks(rest, (len(rest) + 1) // 2)
        for part in parts:
            if part:
                self._send_some(Batch(batch.object, batch.key, part), verdicts, guard)

    def _ask_again(self, batch: Batch, rest: Rows, verdicts: list[Written | None], guard: Guard) -> None:
        """Rows the answer says nothing about go once more, alone; then their outcome is unknown."""
        for row in rest:
            place, write = row
            if len(batch.rows) == 1:
                verdicts[place] = Written(
                    write.ref, "unknown", message="the answer does not mention this row"
                )
            else:
                self._send_some(Batch(batch.object, batch.key, [row]), verdicts, guard)


def _senders_of(failure: RowFailure, rows: Rows) -> Rows:
    """The rows that can't succeed because of the property that was refused, whatever their value."""
    if failure.code not in PROPERTY_FAULTS:
        return []
    return [row for row in rows if any(name in row[1].values for name in failure.fields)]


def _input(place: int, write: Write) -> dict[str, Any]:
    row = {
        "id": write.ref.id,
        "properties": properties_of(write.values),
        "objectWriteTraceId": str(place),
    }
    if write.key is not None:
        row["idProperty"] = write.key
    return row


def _take(batch: Batch, reply: Reply, verdicts: list[Written | None]) -> Rows:
    """Enters the verdicts an answer tells; gives the rows it does not mention."""
    open_rows = {str(place): (place, write) for place, write in batch.rows}
    places = {write.ref.id: str(place) for place, write in batch.rows}
    strangers = []
    for result in reply.body.get("results") or []:
        trace = _trace_of(result, batch, places, open_rows)
        if trace is None:
            strangers.append(result)
            continue
        place, write = open_rows.pop(trace)
        verdicts[place] = _done(write, result, reply)
    for error in reply.body.get("errors") or []:
        for trace in _traces_of_error(error, places):
            if trace in open_rows:
                place, write = open_rows.pop(trace)
                verdicts[place] = _failed(write, row_failure(error))
    if len(strangers) == 1 and len(open_rows) == 1:
        # A record that was merged answers under its new id.
        place, write = open_rows.popitem()[1]
        verdicts[place] = _done(write, strangers[0], reply)
    return list(open_rows.values())


def _trace_of(
    result: Mapping[str, Any], batch: Batch, places: Mapping[str, str], open_rows: Mapping[str, Any]
) -> str | None:
    """Results come in any order: by trace id if it is told, else by id or by the value of the key."""
    trace = result.get("objectWriteTraceId")
    if trace is None:
        named = result["id"] if batch.key is None else str(result["properties"].get(batch.key))
        trace = places.get(named) or (places.get(named.lower()) if batch.key == "email" else None)
    return trace if trace in open_rows else None


def _traces_of_error(error: Mapping[str, Any], places: Mapping[str, str]) -> list[str]:
    context = error.get("context") or {}
    named = [places[id_] for id_ in context.get("ids") or context.get("id") or [] if id_ in places]
    return list(context.get("objectWriteTraceId") or named)


def _done(write: Write, result: Mapping[str, Any], reply: Reply) -> Written:
    record = record_of(result, write.ref.object, reply.asked_at, write.ref)
    return Written(record.ref, "done", created=bool(result.get("new")), record=record)


def _failed(write: Write, failure: RowFailure) -> Written:
    existing = Ref(Side.HUBSPOT, write.ref.object, failure.existing) if failure.existing else None
    return Written(write.ref, failure.verdict, failure.code, failure.message, failure.fields, existing)
