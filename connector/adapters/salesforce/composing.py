"""How parts and reads look as requests, alone or inside a composite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.connection import SalesforceOptions
from connector.adapters.salesforce.packing import Part, Trip
from connector.adapters.salesforce.rows import asked_fields, sent_values
from connector.adapters.salesforce.session import standing_headers
from connector.ports import Write


class Sub(NamedTuple):
    """One request: ``path`` below the version, ``part`` or ``object`` whose read-back it is. ``twins_by``: a read-back
    that holds all records with those values."""

    name: str
    method: str
    path: str
    body: Any
    headers: dict[str, str]
    part: Part | None = None
    object: str = ""
    twins_by: str = ""


def request_of(part: Part, name: str = "") -> Sub:
    """The write of one part."""
    write = part.rows[0][1]
    if part.single:
        headers = {"If-Unmodified-Since": http_date(write.unmodified_since)} if write.unmodified_since else {}
        return Sub(
            name, "PATCH", f"sobjects/{part.object}/{write.ref.id}", sent_values(write.values), headers, part
        )
    path = "composite/sobjects" if part.key is None else f"composite/sobjects/{part.object}/{part.key}"
    records = [_row(row, part) for _, row in part.rows]
    return Sub(name, "PATCH", path, {"allOrNone": False, "records": records}, {}, part)


def _row(write: Write, part: Part) -> dict[str, Any]:
    return {
        "attributes": {"type": part.object},
        "id" if part.key is None else part.key: write.ref.id,
        **sent_values(write.values),
    }


def subrequests(trip: Trip, fields: Mapping[str, Sequence[str]], options: SalesforceOptions) -> list[Sub]:
    """A trip's writes, then its reads; Salesforce works them off in this order."""
    subs = [request_of(part, f"part{number}") for number, part in enumerate(trip.parts)]
    for object_, writes in trip.retrieved.items():
        body = {"ids": [write.ref.id for write in writes], "fields": asked_fields(object_, fields[object_])}
        subs.append(Sub(f"read{len(subs)}", "POST", f"composite/sobjects/{object_}", body, {}, None, object_))
    for part in trip.queried:
        twins_by = part.rows[0][1].twins_by
        for twins in dict.fromkeys((twins_by, "")):  # where that makes too long a query, it is left out
            path = "query?q=" + soql.encoded(_query_back(part, fields[part.object], twins))
            if len(path) <= options.query_chars:
                subs.append(Sub(f"read{len(subs)}", "GET", path, None, {}, None, part.object, twins))
                break
    return subs


def _query_back(part: Part, fields: Sequence[str], twins_by: str) -> str:
    where = soql.in_list(str(part.key), [row.ref.id for _, row in part.rows])
    values = [str(v) for _, row in part.rows if (v := row.values.get(twins_by)) and soql.fits_literal(str(v))]
    if values:
        live = "IsConverted = false AND " if part.object == "Lead" else ""
        where += f" OR ({live}{soql.in_list(twins_by, values)})"
    return soql.select(asked_fields(part.object, [*fields, *filter(None, [twins_by])]), part.object, where)


def composite_of(subs: Sequence[Sub], prefix: str, options: SalesforceOptions) -> dict[str, Any]:
    """The body of ``POST composite``. Headers of the outer call don't reach the parts, so each write has its own."""
    return {
        "allOrNone": False,
        "collateSubrequests": False,
        "compositeRequest": [_sub_json(sub, prefix, options) for sub in subs],
    }


def _sub_json(sub: Sub, prefix: str, options: SalesforceOptions) -> dict[str, Any]:
    request: dict[str, Any] = {"method": sub.method, "url": prefix + sub.path, "referenceId": sub.name}
    if sub.body is not None:
        request["body"] = sub.body
    if sub.part is not None:
        request["httpHeaders"] = {**standing_headers(options), **sub.headers}
    return request


def http_date(moment: datetime) -> str:
    """``Wed, 21 Oct 2026 07:28:00 GMT``; Salesforce compares whole seconds."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)
