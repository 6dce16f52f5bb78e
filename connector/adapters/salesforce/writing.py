"""Bulk writes: as many rows a call as Salesforce allows, a verdict for every row, read back in the same call."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.adapters.calling import NOT_SENT, Interrupted, chunks, waves
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.composing import Sub, composite_of, request_of, subrequests
from connector.adapters.salesforce.failures import Rejection, failure_of, first_error, row_verdict
from connector.adapters.salesforce.ids import id18
from connector.adapters.salesforce.packing import Part, Rows, Trip, parts_of, trips_of
from connector.adapters.salesforce.readback import ReadBack
from connector.adapters.salesforce.rows import record_of
from connector.adapters.salesforce.stride import Stride
from connector.core.records import Record, Ref, Side, Value
from connector.errors import CallFailed, OutcomeUnknown
from connector.ports import Guard, Write, Written

PRECONDITION_FAILED = 412
ROW_FAULTS = (400, 404, 409)
"""Statuses by which a request falls for the sake of a row; any other speaks of the request."""

NOT_THIS_ROW = ("INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY")
"""Codes of a 403 that speak of one record that may not be written, not of the user as a whole."""

_NO_COLUMN = re.compile(r"No such column '(\w+)'")
Fields = Mapping[str, Sequence[str]]


class Writer:
    """Rows fail one by one. No verdict (time-out, lost answer, 5xx) is the verdict 'unknown', never an error.

    Trips go one after the other: rows of one account must not lock each other out.
    """

    def __init__(self, api: SalesforceApi, readback: ReadBack, stride: Stride | None = None) -> None:
        self._api, self._readback, self._stride = api, readback, stride or Stride()

    def write(self, writes: Sequence[Write], read_back: Fields | None, guard: Guard) -> list[Written]:
        """Raises only where not one row got a verdict; rows that could not be sent any more are 'locked' (NOT_SENT)."""
        round_ = _Round(self._api, writes, read_back or {}, guard)
        try:
            for wave in waves(enumerate(writes)):
                rows: Rows = wave
                while rows:
                    rows = self._some(round_, rows)
        except Interrupted:
            if not any(round_.verdicts):
                raise
        verdicts = round_.settled()
        return verdicts if read_back is None else self._readback.complete(writes, verdicts, read_back, guard)


    def _some(self, round_: _Round, rows: Rows) -> Rows:
        """Sends rows, a call after the other, as long as the org keeps step; the rest, for smaller calls."""
        most, options = self._stride.rows, self._api.options
        options = replace(options, collection=min(options.collection, most))
        trips = trips_of(list(parts_of(rows, options)), round_.fields, options, most)
        for number, trip in enumerate(trips, 1):
            began = time.monotonic()
            round_.send(trip)
            self._stride.took(trip.rows, time.monotonic() - began)
            if self._stride.rows < most:
                return [row for later in trips[number:] for part in later.parts for row in part.rows]
        return []


class _Round:
    """The verdicts of one ``write`` while they come in."""

    def __init__(self, api: SalesforceApi, writes: Sequence[Write], fields: Fields, guard: Guard) -> None:
        self._api, self._writes, self.fields, self._guard = api, writes, fields, guard
        self.verdicts: list[Written | None] = [None] * len(writes)
        self._us = api.us(guard)

    def send(self, trip: Trip) -> None:
        """One HTTP call, and more only where rows have to be told apart."""
        subs = subrequests(trip, self.fields, self._api.options)
        if len(subs) == 1:
            self._send_alone(trip.parts[0])
            return
        body = composite_of(subs, self._api.prefix(self._guard), self._api.options)
        try:
            reply = self._api.composite(body, self._guard, writing=True)
        except OutcomeUnknown as lost:
            for part in trip.parts:
                self._unknown(part, lost)
            return
        except Rejection:
            # An org that takes fewer calls in one, or none of these: the same writes go singly.
            for part in trip.parts:
                self._send_alone(part)
            return
        answers = {answer["referenceId"]: answer for answer in reply.body["compositeResponse"]}
        self._take_all(subs, answers, reply.asked_at)

    def _take_all(self, subs: Sequence[Sub], answers: Mapping[str, Any], asked_at: datetime) -> None:
        """Verdicts first, all of them, even if one part met a limit; then the records."""
        stopped: CallFailed | None = None
        for sub in subs:
            answer = answers.get(sub.name) or {"httpStatusCode": 500, "body": None}
            if sub.part is None:
                self._attach(sub, answer, asked_at)
                continue
            try:
                self._take(sub.part, int(answer["httpStatusCode"]), answer["body"])
            except CallFailed as stop:
                stopped = stopped or stop
        if stopped is not None:
            raise stopped

    def _send_alone(self, part: Part) -> None:
        sub = request_of(part)
        try:
            reply = self._api.write(sub.method, sub.path, sub.body, self._guard, sub.headers)
        except OutcomeUnknown as lost:
            self._unknown(part, lost)
        except Rejection as refused:
            self._take(part, refused.status, refused.body)
        else:
            self._take(part, reply.status, reply.body)

    # --- verdicts --------------------------------------------------------------------------------------------------
    def _take(self, part: Part, status: int, body: Any) -> None:
        """Enters what the answer to a part says of its rows. A list of results counts whatever the status."""
        if part.single:
            self._take_single(part, status, body)
        elif isinstance(body, list) and body and isinstance(body[0], dict) and "success" in body[0]:
            self._take_rows(part, body)
        else:
            self._take_failure(part, status, body)

    def _take_rows(self, part: Part, results: Sequence[Mapping[str, Any]]) -> None:
        for at, (place, write) in enumerate(part.rows):
            result = results[at] if at < len(results) else None
            if result is None:
                self.verdicts[place] = Written(
                    write.ref, "unknown", message="the answer does not mention this row"
                )
            elif result.get("success"):
                ref = write.ref
                if part.key is not None or ref.id != result["id"]:
                    ref = Ref(Side.SALESFORCE, part.object, id18(str(result["id"])))
                self.verdicts[place] = Written(ref, "done", created=bool(result.get("created")))
            else:
                self.verdicts[place] = row_verdict(write, result.get("errors") or [])

    def _take_single(self, part: Part, status: int, body: Any) -> None:
        place, write = part.rows[0]
        if status < 300:
            self.verdicts[place] = Written(write.ref, "done")
        elif status == PRECONDITION_FAILED:
            self.verdicts[place] = Written(
                write.ref, "stale", "PRECONDITION_FAILED", "changed since it was read"
            )
        else:
            self._take_failure(part, status, body)

    def _take_failure(self, part: Part, status: int, body: Any) -> None:
        failure = failure_of(status, body, self._api.clock(), writing=True, line=request_of(part).path)
        if isinstance(failure, OutcomeUnknown):
            self._unknown(part, failure)
        elif len(part.rows) == 1 and first_error(body)[0] in NOT_THIS_ROW:
            place, write = part.rows[0]
            self.verdicts[place] = row_verdict(write, body)
        elif not isinstance(failure, Rejection) or failure.status not in ROW_FAULTS:
            raise failure
        elif len(part.rows) == 1:
            place, write = part.rows[0]
            errors = body if isinstance(body, list) else [{"errorCode": str(status), "message": str(failure)}]
            self.verdicts[place] = row_verdict(write, errors)
        else:
            self._take_apart(part, failure)

    def _take_apart(self, part: Part, refused: Rejection) -> None:
        """One value that does not even parse sinks its whole collection: halve until it stands alone. All rows that
        send a field which does not exist fail at once."""
        column = _NO_COLUMN.search(str(refused))
        bad = [row for row in part.rows if column and column.group(1) in row[1].values]
        for place, write in bad:
            self.verdicts[place] = row_verdict(write, refused.body)
        rest = [row for row in part.rows if row not in bad] if bad else part.rows
        for some in [rest] if bad else chunks(rest, (len(rest) + 1) // 2):
            if some:
                self._send_alone(replace(part, rows=some))

    def _unknown(self, part: Part, lost: OutcomeUnknown) -> None:
        for place, write in part.rows:
            self.verdicts[place] = Written(write.ref, "unknown", message=str(lost))

    # --- records ---------------------------------------------------------------------------------------------------
    def _attach(self, sub: Sub, answer: Mapping[str, Any], asked_at: datetime) -> None:
        """The records that the composite itself read back. If that part failed they are read afterwards."""
        body = answer["body"]
        rows = body.get("records") if isinstance(body, dict) else body
        if answer["httpStatusCode"] != 200 or not isinstance(rows, list):
            return
        records: dict[str, Record] = {}
        alike: dict[str, list[Ref]] = {}
        for row in rows:
            if row:
                record = record_of(row, sub.object, asked_at, self._us)
                records[record.ref.id] = record
                alike.setdefault(_folded(record.values.get(sub.twins_by)), []).append(record.ref)
        for place, verdict in enumerate(self.verdicts):
            if verdict is not None and verdict.verdict == "done" and verdict.ref.id in records:
                twins = None
                if sub.twins_by:
                    sought = _folded(self._writes[place].values.get(sub.twins_by))
                    twins = tuple(ref for ref in alike.get(sought, ()) if sought and ref != verdict.ref)
                self.verdicts[place] = replace(verdict, record=records[verdict.ref.id], twins=twins)

    def settled(self) -> list[Written]:
        return [
            verdict
            or Written(write.ref, "locked", NOT_SENT, "not sent: a limit or the end of the lease came first")
            for write, verdict in zip(self._writes, self.verdicts, strict=True)
        ]


def _folded(value: Value) -> str:
    return str(value or "").casefold()
