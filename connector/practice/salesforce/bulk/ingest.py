"""Working off an ingest job: CSV rows to writes, each with its own verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.practice.salesforce import errors, saving
from connector.practice.salesforce.bulk.tables import read, write
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.fields import Field, SObject
from connector.practice.salesforce.settings import Settings
from connector.practice.salesforce.state import Actor, Org
from connector.practice.salesforce.values import parse

_XSD = {"boolean": "boolean", "int": "int", "double": "double", "currency": "double", "percent": "double",
        "date": "date", "datetime": "dateTime"}  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """`good`: id, created, row; `failed`: id or "", error, row; as cells of the result files."""

    header: list[str]
    good: list[tuple[str, bool, list[str]]] = field(default_factory=list)
    failed: list[tuple[str, str, list[str]]] = field(default_factory=list)


def ingest(
    org: Org, object_name: str, operation: str, wish: Mapping[str, Any], user_id: str, header: list[str],
    rows: list[list[str]],
) -> Outcome:  # fmt: skip
    """Raises Refusal where the whole job fails: a column that the object has not."""
    shape = org.shape(object_name)
    if shape is None:
        raise Refusal("InvalidBatch", f"InvalidBatch : no such object: {object_name}")
    if operation in ("delete", "hardDelete") and [name.lower() for name in header] != ["id"]:
        raise Refusal("InvalidBatch", "InvalidBatch : the header of a delete is Id and nothing else")
    _check_header(shape, header)
    most = org.settings.bulk_field_length
    if any(len(cell) > most for row in rows for cell in row):
        raise Refusal("InvalidBatch", f"InvalidBatch : Field size too large, at most {most} characters")
    done = Outcome(header)
    # An assignment rule acts only when the job names one.
    actor = Actor(user_id, assign=bool(wish.get("assignmentRuleId")), allow_save=False)
    key = str(wish.get("externalIdFieldName") or "Id")
    for row in rows:
        mark = org.mark()
        try:
            made = _one(org, shape, operation, key, dict(zip(header, row, strict=True)), actor, header)
            done.good.append((*made, row))
        except Refusal as refusal:
            org.undo_to(mark)
            named = ", ".join(refusal.fields or [])
            done.failed.append(("", f"{refusal.code}:{refusal.message}:{named} --", row))
    return done


def _check_header(shape: SObject, header: list[str]) -> None:
    for name in header:
        plain = name.split(".")[0].split(":")[0]
        linked = any(item.relationship == plain for item in shape.fields.values())
        if shape.find(name) is None and not ("." in name and linked):
            raise Refusal("InvalidBatch", f"InvalidBatch : Field name not found : {name}")


def _one(
    org: Org, shape: SObject, operation: str, key: str, cells: dict[str, str], actor: Actor, header: list[str]
) -> tuple[str, bool]:
    """Writes one row; gives its id and whether it is new."""
    own_id = next((value for name, value in cells.items() if name.lower() == "id"), "")
    if operation in ("delete", "hardDelete"):
        row = _live(org, shape, own_id)
        saving.delete(org, shape, row, actor)
        if operation == "hardDelete":
            del org.tables[shape.name].bin[row["Id"]]
        return row["Id"], False
    values = {
        name.split(".")[0].split(":")[0]: _value(shape, name, _cleared(org, text), place)
        for place, (name, text) in enumerate(cells.items())
        if text != ""
    }
    values = {name: value for name, value in values.items() if name.lower() != "id"}
    if operation == "insert":
        return saving.create(org, shape, values, actor), True
    if operation == "update" or key.lower() == "id":
        if not own_id and operation == "upsert":
            return saving.create(org, shape, values, actor), True
        row = _live(org, shape, own_id)
        saving.update(org, shape, row, values, actor)
        return row["Id"], False
    return _upserted(org, shape, key, cells, values, actor)


def _upserted(
    org: Org, shape: SObject, key: str, cells: dict[str, str], values: dict[str, Any], actor: Actor
) -> tuple[str, bool]:
    wanted = next((text for name, text in cells.items() if name.lower() == key.lower()), "")
    item = shape.find(key)
    if not wanted or item is None:
        raise Refusal("MISSING_ARGUMENT", f"{key} not specified", [key])
    found = org.tables[shape.name].find(item.name, wanted)
    if len(found) > 1:
        raise Refusal("DUPLICATE_EXTERNAL_ID", f"{key}: more than one record found for external id field", [])
    if not found:
        return saving.create(org, shape, values, actor), True
    saving.update(org, shape, found[0], values, actor)
    return found[0]["Id"], False


def _live(org: Org, shape: SObject, text: str) -> dict[str, Any]:
    if not text:
        raise errors.missing_id()
    full = org.known(text, shape)
    if full is None:
        raise Refusal("MALFORMED_ID", f"malformed id {text}", [])
    table = org.tables[shape.name]
    if full not in table.rows:
        raise errors.deleted() if full in table.bin else errors.bad_reference("Id")
    return table.rows[full]


def _cleared(org: Org, text: str) -> str | None:
    """ "#N/A" clears the field."""
    return None if text == "#N/A" and org.settings.bulk_na_clears else text


def _value(shape: SObject, name: str, value: str | None, place: int) -> Any:
    """A cell as the REST API would have had it. Parents by external id: `Account.Ext__c`."""
    if "." in name:
        return {name.split(".", 1)[1]: value}
    item = shape.find(name)
    if item is not None and value is not None and item.type in _XSD:
        _check_cell(item, value, place)
    return value


def _check_cell(item: Field, value: str, place: int) -> None:
    try:
        parse(item, value, Settings())
    except Refusal as refusal:
        if refusal.code != "JSON_PARSER_ERROR":
            raise
        text = (
            f"Failed to deserialize field at col {place}. Due to, '{value}' is not a valid value for the type "
            f"xsd:{_XSD[item.type]}"
        )
        raise Refusal("INVALID_FIELD", text, [item.name]) from None


def results(outcome: Outcome | None, body: bytes, kind: str) -> bytes:
    """One of the three result files. Rows of a job that failed as a whole, or was aborted, are unprocessed."""
    if outcome is None:
        try:
            header, rows = read(body)
        except Refusal:
            return b""
        return write(",".join(header), rows if kind == "unprocessedrecords" else [])
    plain = ",".join(outcome.header)
    if kind == "successfulresults":
        rows = [[row_id, str(new).lower(), *row] for row_id, new, row in outcome.good]
        return write(f'"sf__Id","sf__Created",{plain}', rows)
    if kind == "failedresults":
        return write(
            f'"sf__Id","sf__Error",{plain}', [[row_id, error, *row] for row_id, error, row in outcome.failed]
        )
    return write(plain, [])
