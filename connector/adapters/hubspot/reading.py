"""Bulk reads: by id, by a unique property, by search, in order of change; and property history."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from connector.adapters.calling import Crew, chunks
from connector.adapters.hubspot.api import HubSpotApi, Reply
from connector.adapters.hubspot.failures import Rejection
from connector.adapters.hubspot.rows import MERGED_IDS, by_asked_id, cursor_property, record_of, versions_of
from connector.core.records import Record, Ref, Version
from connector.errors import WaitUntil
from connector.ports import FieldSchema, Guard

SHORT_WAIT = 1.1
"""Seconds of a rate limit that a search waits for by itself."""

EVERY = 0.25
"""Seconds between two searches of a backfill: of five a second the fifth is left to polls and to what is live. Four
pages of 200 are more persons than the other calls allow in a second."""

Schema = Callable[[str], dict[str, FieldSchema]]


class Reader:
    """``schema``: tells which properties are unique and which are plain text; asked only where it matters."""

    def __init__(self, api: HubSpotApi, crew: Crew, schema: Schema) -> None:
        self._api, self._crew, self._schema = api, crew, schema
        self._searched = 0.0

    # --- by id -----------------------------------------------------------------------------------------------------
    def read(
        self, refs: Sequence[Ref], fields: Mapping[str, Sequence[str]], guard: Guard
    ) -> dict[Ref, Record]:
        """A merged record is given under the Ref asked for; its own ``ref`` tells the id it has now."""
        parts = [
            (object_, list(fields.get(object_, ())), chunk)
            for object_, asked in _by_object(refs).items()
            for chunk in chunks(asked, self._api.options.batch)
        ]
        pages = self._crew.each(lambda part: self._read_batch(*part, guard), parts)
        return {ref: record for page in pages for ref, record in page.items()}

    def _read_batch(
        self, object_: str, fields: list[str], refs: Sequence[Ref], guard: Guard
    ) -> dict[Ref, Record]:
        ids = [ref.id for ref in refs]
        rows, reply = self._batch_read(object_, ids, fields, "", guard)
        found, unclear = by_asked_id(rows, ids)
        for id_ in unclear:
            row = self._read_one(object_, id_, fields, guard)
            if row is not None:
                found[id_] = row
        return {
            ref: record_of(found[ref.id], object_, reply.asked_at, ref) for ref in refs if ref.id in found
        }

    def _read_one(
        self, object_: str, id_: str, fields: Sequence[str], guard: Guard
    ) -> Mapping[str, Any] | None:
        names = urlencode({"properties": ",".join(_asked(object_, fields)), "archived": "false"})
        path = self._api.paths.objects(object_, f"{quote(id_, safe='')}?{names}")
        try:
            row: Mapping[str, Any] = self._api.read("GET", path, None, guard).body
        except Rejection as refused:
            if refused.status != 404:
                raise
            return None
        return row

    def binned(self, object_: str, ids: Sequence[str], guard: Guard) -> set[str]:
        """Which of these are archived."""
        parts = chunks(list(dict.fromkeys(ids)), self._api.options.batch)
        pages = self._crew.each(lambda part: self._batch_read(object_, part, (), "", guard, archived=True)[0], parts)
        return {str(row["id"]) for page in pages for row in page}

    def _batch_read(
        self, object_: str, ids: Sequence[str], fields: Sequence[str], by: str, guard: Guard, archived: bool = False
    ) -> tuple[list[dict[str, Any]], Reply]:
        payload: dict[str, Any] = {
            "properties": _asked(object_, fields),
            "inputs": [{"id": id_} for id_ in ids],
        }
        if by:
            payload["idProperty"] = by
        path = self._api.paths.objects(object_, f"batch/read?archived={str(archived).lower()}")
        reply = self._api.read("POST", path, payload, guard)
        return reply.body.get("results") or [], reply

    def history(
        self, object_: str, ids: Sequence[str], properties: Sequence[str], guard: Guard
    ) -> dict[str, dict[str, tuple[Version, ...]]]:
        """Property history, newest first, under the ids asked for."""
        parts = chunks(list(dict.fromkeys(ids)), self._api.options.history_batch)
        pages = self._crew.each(
            lambda part: self._history_batch(object_, part, list(properties), guard), parts
        )
        return {id_: row for page in pages for id_, row in page.items()}

    def _history_batch(
        self, object_: str, ids: Sequence[str], properties: list[str], guard: Guard
    ) -> dict[str, dict[str, tuple[Version, ...]]]:
        payload = {
            "properties": [MERGED_IDS],
            "propertiesWithHistory": properties,
            "inputs": [{"id": id_} for id_ in ids],
        }
        path = self._api.paths.objects(object_, "batch/read?archived=false")
        rows = self._api.read("POST", path, payload, guard).body.get("results") or []
        found, _ = by_asked_id(rows, ids)
        app_id = self._api.connection.app_id
        return {
            id_: {
                name: versions_of(entries, app_id)
                for name, entries in (found[id_].get("propertiesWithHistory") or {}).items()
            }
            for id_ in ids
            if id_ in found
        }

    # --- by value --------------------------------------------------------------------------------------------------
    def find(
        self, object_: str, field: str, values: Sequence[str], fields: Sequence[str], guard: Guard
    ) -> list[Record]:
        """By a unique property through batch/read, which lags behind nothing (and by e-mail finds secondary addresses
        too); by any other property through search, whose index lags some seconds."""
        wanted = list(dict.fromkeys(value.strip() for value in values if value and value.strip()))
        if field == "email":
            wanted = list(dict.fromkeys(value.lower() for value in wanted))
        by_key = field == "email" or self._is_unique(object_, field)
        step = self._find_by_key if by_key else self._find_by_search
        parts = chunks(wanted, self._api.options.batch)
        pages = self._crew.each(lambda part: step(object_, field, part, fields, guard), parts)
        return list({record.ref: record for page in pages for record in page}.values())

    def _is_unique(self, object_: str, field: str) -> bool:
        known = self._schema(object_).get(field)
        return known is not None and known.unique

    def _find_by_key(
        self, object_: str, field: str, values: Sequence[str], fields: Sequence[str], guard: Guard
    ) -> list[Record]:
        rows, reply = self._batch_read(object_, values, [*fields, field], field, guard)
        return [record_of(row, object_, reply.asked_at) for row in rows]

    def _find_by_search(
        self, object_: str, field: str, values: Sequence[str], fields: Sequence[str], guard: Guard
    ) -> list[Record]:
        known = self._schema(object_).get(field)
        # Search compares text in lower case but takes the values of an IN as they are.
        text = known is not None and known.type == "string"
        sought = [value.lower() for value in values] if text else list(values)
        filters = [{"propertyName": field, "operator": "IN", "values": sought}]
        names = _asked(object_, [*fields, field])
        found: list[Record] = []
        after = ""
        while True:
            rows, reply, after = self.search(object_, filters, "hs_object_id", names, guard, after)
            found.extend(record_of(row, object_, reply.asked_at) for row in rows)
            if not after:
                return found

    def search(
        self,
        object_: str,
        filters: list[dict[str, Any]],
        sort: str,
        names: list[str],
        guard: Guard,
        after: str = "",
    ) -> tuple[list[dict[str, Any]], Reply, str]:
        """One page: its rows, the reply, and the cursor of the next page or ''."""
        payload: dict[str, Any] = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": names,
            "limit": self._api.options.search_page,
        }
        if after:
            payload["after"] = after
        reply = self._search_once(self._api.paths.objects(object_, "search"), payload, guard)
        cursor = ((reply.body.get("paging") or {}).get("next") or {}).get("after") or ""
        return reply.body.get("results") or [], reply, str(cursor)

    def _search_once(self, path: str, payload: dict[str, Any], guard: Guard) -> Reply:
        """Searches have a limit of their own, five a second: one such second is sat out, so that a walk goes on. A
        backfill's go one after the other, slowly enough."""
        if getattr(guard, "keep", 0):
            self._api.sleep(max(0.0, min(EVERY, self._searched + EVERY - time.monotonic())))
            self._searched = time.monotonic()
        try:
            return self._api.read("POST", path, payload, guard)
        except WaitUntil as limit:
            seconds = (limit.not_before - self._api.clock()).total_seconds()
            if seconds > SHORT_WAIT:
                raise
            self._api.sleep(max(0.0, seconds))
        return self._api.read("POST", path, payload, guard)


def _by_object(refs: Sequence[Ref]) -> dict[str, list[Ref]]:
    """Refs by object, each once. Only numeric ids can be HubSpot's: others would sink their whole batch."""
    grouped: dict[str, list[Ref]] = {}
    for ref in dict.fromkeys(refs):
        if ref.id.isdigit():
            grouped.setdefault(ref.object, []).append(ref)
    return grouped


def _asked(object_: str, fields: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*fields, cursor_property(object_), MERGED_IDS]))
