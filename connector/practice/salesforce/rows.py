"""Single rows: create, read, update, upsert by external id, delete. Under /sobjects/."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from zlib import crc32

import orjson

from connector.practice.salesforce import errors, saving
from connector.practice.salesforce.call import Call, Reply
from connector.practice.salesforce.fields import Field, SObject
from connector.practice.salesforce.reading import attributes, renderer, resolve
from connector.practice.salesforce.state import Org, moment_of
from connector.practice.salesforce.tables import Row

_IDS = ("Id", "id", "ID")


def create(org: Org, shape: SObject, call: Call) -> Reply:
    """POST /sobjects/{T}: 201."""
    payload = _without_id(call.body())
    return _created(shape, saving.create(org, shape, payload, call.actor()), call)


def read(org: Org, shape: SObject, row: Row, call: Call) -> Reply:
    """GET of a live row: 200, or 304 under If-Modified-Since."""
    modified = moment_of(row[_clock_field(org)])
    since = call.moment("if-modified-since")
    if since is not None and modified <= since:
        return Reply(304)
    if shape.name == "Account" and etag(row) in _tags(call, "if-none-match"):
        return Reply(304)
    named = call.first("fields")
    fields = resolve(shape, named.split(",")) if named else list(shape.fields.values())
    record = renderer(shape, fields, call.version)(row)
    if "Id" not in record:
        record["Id"] = row["Id"]
    headers = {"Last-Modified": format_datetime(modified, usegmt=True)}
    if shape.name == "Account":
        headers["ETag"] = etag(row)
    return Reply(200, record, headers)


def etag(row: Row) -> str:
    """Entity tags are kept for Account rows only."""
    return f'"{crc32(orjson.dumps(row)):08x}--gzip"'


def _tags(call: Call, header: str) -> list[str]:
    return [tag.strip() for tag in call.headers.get(header, "").split(",") if tag.strip()]


def update(org: Org, shape: SObject, row: Row, call: Call) -> Reply:
    """PATCH of a live row: 204, or 412 when it moved after If-Unmodified-Since."""
    check_unmodified(org, row, call)
    saving.update(org, shape, row, _without_id(call.body()), call.actor())
    return Reply(204)


def delete(org: Org, shape: SObject, row: Row, call: Call) -> Reply:
    """DELETE of a live row: 204."""
    saving.delete(org, shape, row, call.actor())
    return Reply(204)


def check_unmodified(org: Org, row: Row, call: Call) -> None:
    """Optimistic locking with a grain of one second."""
    wanted = _tags(call, "if-match")
    if wanted and row["Id"].startswith("001") and not {"*", etag(row)} & set(wanted):
        raise errors.Refusal("PRECONDITION_FAILED", "The record's entity tag is another one", [])
    since = call.moment("if-unmodified-since")
    if since is None:
        return
    if moment_of(row[_clock_field(org)]) > since.astimezone(UTC):
        raise errors.Refusal("PRECONDITION_FAILED", "The record was modified after the given time", [])


def live(org: Org, shape: SObject, text: str) -> Row:
    """The live row of an id in a path; raises 404 for a deleted or unknown one."""
    full = org.known(text, shape)
    if full is None:
        raise errors.no_such_key(text)
    table = org.tables[shape.name]
    row = table.rows.get(full)
    if row is not None and not (org.access.sealed and org.viewer and org.access.sealed.get(full) == "hidden"):
        return row
    raise errors.deleted() if full in table.bin else errors.not_found()


# by external id -------------------------------------------------------------------------------------
def key_field(org: Org, shape: SObject, name: str) -> Field:
    """The external id (or id look-up) field of a path; raises 404 for any other name."""
    item = shape.find(name)
    if (
        item is None
        or not (item.external_id or item.id_lookup)
        or not org.tables[shape.name].indexed(item.name)
    ):
        raise errors.no_such_key(name)
    return item


def by_key(org: Org, shape: SObject, item: Field, value: str, call: Call) -> Reply:
    """GET, PATCH (upsert) or DELETE of /sobjects/{T}/{ExtField}/{value}."""
    found = org.tables[shape.name].find(item.name, value)
    if len(found) > 1:
        return Reply(300, [attributes(shape.name, row["Id"], call.version)["url"] for row in found])
    if call.method == "PATCH":
        return _upsert(org, shape, item, value, found, call)
    if not found:
        raise errors.not_found()
    return read(org, shape, found[0], call) if call.method == "GET" else delete(org, shape, found[0], call)


def _upsert(org: Org, shape: SObject, item: Field, value: str, found: list[Row], call: Call) -> Reply:
    payload = _without_id(call.body())
    if item.name in payload:
        text = f"The {item.name} field should not be specified in the sobject data."
        raise errors.Refusal("INVALID_FIELD", text)
    if found:
        check_unmodified(org, found[0], call)
        saving.update(org, shape, found[0], payload, call.actor())
        return _updated(org, found[0], call)
    if call.first("updateOnly").lower() == "true":
        raise errors.not_found()
    record_id = saving.create(org, shape, {**payload, item.name: value}, call.actor())
    return _created(shape, record_id, call, upserted=True)


def _updated(org: Org, row: Row, call: Call) -> Reply:
    if float(call.version) < 46 or org.settings.upsert_status_updated == 204:
        return Reply(204)
    return Reply(200, {"id": row["Id"], "success": True, "errors": [], "created": False})


def _created(shape: SObject, record_id: str, call: Call, upserted: bool = False) -> Reply:
    payload: dict[str, Any] = {"id": record_id, "success": True, "errors": []}
    if upserted and float(call.version) >= 46:
        payload["created"] = True
    return Reply(201, payload, {"Location": attributes(shape.name, record_id, call.version)["url"]})


def _without_id(payload: dict[str, Any]) -> dict[str, Any]:
    if any(name in payload for name in _IDS):
        raise errors.Refusal("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    return payload


def _clock_field(org: Org) -> str:
    return org.settings.unmodified_since_field


def http_date(moment: datetime) -> str:
    """A moment as an HTTP header writes it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)
