"""Bulk reads: by id, by value, in order of change; and plain queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.adapters.calling import Crew, chunks
from connector.adapters.salesforce import soql
from connector.adapters.salesforce.api import Reply, SalesforceApi
from connector.adapters.salesforce.composing import Sub, composite_of
from connector.adapters.salesforce.failures import Rejection
from connector.adapters.salesforce.ids import id18, looks_like_id
from connector.adapters.salesforce.rows import asked_fields, record_of
from connector.core.records import Record, Ref
from connector.ports import FieldSchema, Guard

Schema = Callable[[str], dict[str, FieldSchema]]


class Reader:
    """``schema``: tells which fields are unique; asked only where it matters."""

    def __init__(self, api: SalesforceApi, crew: Crew, schema: Schema) -> None:
        self._api, self._crew, self._schema = api, crew, schema

    # --- by id -----------------------------------------------------------------------------------------------------
    def read(
        self, refs: Sequence[Ref], fields: Mapping[str, Sequence[str]], guard: Guard
    ) -> dict[Ref, Record]:
        """One object a call, 2,000 ids at most; deleted records are absent."""
        us = self._api.us(guard)
        parts = [
            (object_, asked_fields(object_, fields.get(object_, ())), chunk)
            for object_, asked in _by_object(refs).items()
            for chunk in chunks(asked, self._api.options.retrieve)
        ]
        pages = self._crew.each(lambda part: self._retrieve(*part, us, guard), parts)
        return {ref: record for page in pages for ref, record in page.items()}

    def _retrieve(
        self, object_: str, fields: list[str], refs: Sequence[Ref], us: str, guard: Guard
    ) -> dict[Ref, Record]:
        asked = {id18(ref.id): ref for ref in refs}
        payload = {"ids": list(asked), "fields": fields}
        try:
            reply = self._api.read("POST", f"composite/sobjects/{object_}", payload, guard)
        except Rejection as refused:
            return self._halved(refused, object_, fields, refs, us, guard)
        same = {id_: ref for id_, ref in asked.items() if ref.id == id_}
        records = [record_of(row, object_, reply.asked_at, us, same) for row in reply.body if row]
        return {asked[record.ref.id]: record for record in records if record.ref.id in asked}

    def _halved(
        self, refused: Rejection, object_: str, fields: list[str], refs: Sequence[Ref], us: str, guard: Guard
    ) -> dict[Ref, Record]:
        """One id that is none of this object's sinks the whole call: it is looked for, and is absent."""
        if refused.code != "MALFORMED_ID":
            raise refused
        if len(refs) == 1:
            return {}
        halves = chunks(refs, (len(refs) + 1) // 2)
        pages = [self._retrieve(object_, fields, half, us, guard) for half in halves]
        return {ref: record for page in pages for ref, record in page.items()}

    # --- by value --------------------------------------------------------------------------------------------------
    def find(
        self, object_: str, field: str, values: Sequence[str], fields: Sequence[str], guard: Guard
    ) -> list[Record]:
        """Records whose ``field`` equals one of the values. Converted Leads only where a unique field is asked by:
        then the Lead *is* the one sought, and its ``moved_to`` leads on."""
        us = self._api.us(guard)
        wanted = list(dict.fromkeys(value.strip() for value in values if value and value.strip()))
        names = asked_fields(object_, [*fields, field])
        live = self._alive(object_, field)
        frame = soql.select(names, object_, live)
        options = self._api.options
        parts = list(
            soql.value_lists(wanted, options.find_values, options.query_chars - soql.encoded_length(frame))
        )

        def step(part: list[str]) -> list[Record]:
            text = soql.select(names, object_, live + soql.in_list(field, part))
            return [
                record_of(row, object_, reply.asked_at, us)
                for reply in self.pages(text, guard)
                for row in reply.body["records"]
            ]

        pages = self._crew.each(step, parts)
        return list({record.ref: record for page in pages for record in page}.values())

    def find_any(
        self,
        wanted: Mapping[str, Mapping[str, Sequence[str]]],
        fields: Mapping[str, Sequence[str]],
        guard: Guard,
    ) -> list[Record]:
        """``find`` on several fields of several objects at once: a query an object where it fits a URL, else as many as
        it takes; and as many queries in a call as the org allows."""
        queries = [
            (object_, text)
            for object_, by_field in wanted.items()
            for text in self._questions(object_, by_field, fields[object_])
        ]
        calls = chunks(queries, self._api.options.composite_collections)
        pages = self._crew.each(lambda some: self._together(some, guard), calls)
        return list({record.ref: record for page in pages for record in page}.values())

    def _questions(
        self, object_: str, by_field: Mapping[str, Sequence[str]], fields: Sequence[str]
    ) -> list[str]:
        """The queries that find an object's records by any of the fields."""
        names, options = asked_fields(object_, [*fields, *by_field]), self._api.options
        asked = {self._alive(object_, field) + field: _once(values) for field, values in by_field.items()}
        room = options.query_chars - soql.encoded_length(soql.select(names, object_, ""))
        return [soql.select(names, object_, where) for where in soql.packed(asked, room, options.find_values)]

    def _alive(self, object_: str, field: str) -> str:
        """Converted Leads only by a unique field: see ``find``."""
        return "IsConverted = false AND " if object_ == "Lead" and not self._is_unique(object_, field) else ""

    def _together(self, queries: Sequence[tuple[str, str]], guard: Guard) -> list[Record]:
        """The rows of some queries. What the composite could not answer whole is asked singly."""
        us, alone, found = self._api.us(guard), dict(enumerate(queries)), list[Record]()
        for number, body, asked_at in self._composite(queries, guard):
            object_, _ = alone.pop(number)
            found += [record_of(row, object_, asked_at, us) for row in body["records"]]
        for object_, text in alone.values():
            for reply in self.pages(text, guard):
                found += [record_of(row, object_, reply.asked_at, us) for row in reply.body["records"]]
        return found

    def _composite(
        self, queries: Sequence[tuple[str, str]], guard: Guard
    ) -> list[tuple[int, Any, datetime]]:
        """Several queries in one call: (number, answer, when asked) of those that were answered in one page."""
        options = self._api.options
        if len(queries) < 2 or not options.composite:
            return []
        subs = [
            Sub(f"query{number}", "GET", "query?q=" + soql.encoded(text), None, {})
            for number, (_, text) in enumerate(queries)
        ]
        try:
            body = composite_of(subs, self._api.prefix(guard), options)
            reply = self._api.composite(body, guard, writing=False)
        except Rejection:  # an org that takes fewer queries in one call, or none
            return []
        return [
            (int(str(answer["referenceId"])[5:]), answer["body"], reply.asked_at)
            for answer in reply.body["compositeResponse"]
            if answer["httpStatusCode"] == 200 and answer["body"].get("done", True)
        ]

    def _is_unique(self, object_: str, field: str) -> bool:
        known = self._schema(object_).get(field) if field.endswith("__c") else None
        return field == "Id" or (known is not None and known.unique)

    def lead_of(self, contact_ids: Sequence[str], guard: Guard) -> dict[str, list[str]]:
        """ConvertedContactId -> ids of the Leads converted into it, for those that have any."""
        asked = {id18(id_): id_ for id_ in contact_ids if looks_like_id(id_)}
        found: dict[str, list[str]] = {}
        for part in soql.value_lists(
            list(asked), self._api.options.find_values, self._api.options.query_chars
        ):
            where = "IsConverted = true AND " + soql.in_list("ConvertedContactId", part)
            for page in self.query(soql.select(["Id", "ConvertedContactId"], "Lead", where, "Id"), guard):
                for row in page:
                    found.setdefault(asked[row["ConvertedContactId"]], []).append(row["Id"])
        return found

    # --- in order --------------------------------------------------------------------------------------------------
    def changes(
        self, object_: str, since: datetime, fields: Sequence[str], guard: Guard
    ) -> Iterator[list[Record]]:
        """By SystemModstamp, which is indexed and moves with every change. A cursor that lapsed is opened anew where
        it broke off."""
        us = self._api.us(guard)
        names = asked_fields(object_, fields)
        while True:
            text = soql.select(
                names, object_, f"SystemModstamp >= {soql.moment(since)}", "SystemModstamp, Id"
            )
            try:
                for reply in self.pages(text, guard):
                    page = [record_of(row, object_, reply.asked_at, us) for row in reply.body["records"]]
                    if page:
                        yield page
                        since = datetime.fromisoformat(str(page[-1].values["SystemModstamp"]))
                return
            except Rejection as refused:
                if refused.code != "INVALID_QUERY_LOCATOR":
                    raise

    def query(self, text: str, guard: Guard, every: bool = False) -> Iterator[list[dict[str, Any]]]:
        """Pages of rows without their ``attributes``; ``every``: also of what is in the recycle bin."""
        for reply in self.pages(text, guard, every):
            rows: list[dict[str, Any]] = reply.body["records"]
            for row in rows:
                row.pop("attributes", None)
            yield rows

    def pages(self, text: str, guard: Guard, every: bool = False) -> Iterator[Reply]:
        """The pages of a query as they are answered, to the last."""
        path = f"{'queryAll' if every else 'query'}?q={soql.encoded(text)}"
        while True:
            reply = self._api.read("GET", path, None, guard)
            yield reply
            if reply.body.get("done", True):
                return
            path = str(reply.body["nextRecordsUrl"])


def _once(values: Sequence[str]) -> list[str]:
    """Each once, without blanks."""
    return [value for value in dict.fromkeys(v.strip() for v in values) if value]


def _by_object(refs: Sequence[Ref]) -> dict[str, list[Ref]]:
    grouped: dict[str, list[Ref]] = {}
    for ref in dict.fromkeys(refs):
        if looks_like_id(ref.id):
            grouped.setdefault(ref.object, []).append(ref)
    return grouped
