"""Collections: up to 200 rows a call, each with its own verdict, results in input order."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from connector.practice.salesforce import errors, rows, saving
from connector.practice.salesforce.call import Call, Reply
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.fields import SObject
from connector.practice.salesforce.ids import to18
from connector.practice.salesforce.reading import renderer, resolve
from connector.practice.salesforce.state import Actor, Org
from connector.practice.salesforce.tables import Row

MAX_ROWS = 200
MAX_RETRIEVED = 2000
MAX_CHUNKS = 10
Record = dict[str, Any]
Step = Callable[[Any], Record]


def create(org: Org, call: Call) -> Reply:
    """POST /composite/sobjects."""
    actor = call.actor()

    def one(record: Record) -> Record:
        return _good(saving.create(org, _shape(org, record), record, actor))

    return _each(org, call, _records(call), one)


def update(org: Org, call: Call) -> Reply:
    """PATCH /composite/sobjects."""
    actor = call.actor()

    def one(record: Record) -> Record:
        shape = _shape(org, record)
        row = _target(org, shape, _id_of(record))
        saving.update(org, shape, row, record, actor)
        return _good(row["Id"])

    return _each(org, call, _records(call), one)


def upsert(org: Org, shape: SObject, key: str, call: Call) -> Reply:
    """PATCH /composite/sobjects/{T}/{ExtField}; key "Id" updates rows that carry an Id and creates the others."""
    records, actor = _records(call), call.actor()
    name = "Id" if key.lower() == "id" else rows.key_field(org, shape, key).name
    values = [record.get(name) if isinstance(record, dict) else None for record in records]
    number = Counter(str(value) for value in values if value is not None)

    def one(record: Record) -> Record:
        if _shape(org, record).name != shape.name:
            raise Refusal("INVALID_TYPE", f"The requested resource accepts only {shape.name} records", [])
        value = record.get(name)
        if number[str(value)] > 1:
            raise Refusal("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", [name])
        return _upserted(org, shape, name, value, record, actor)

    return _each(org, call, records, one)


def _upserted(org: Org, shape: SObject, name: str, value: Any, record: Record, actor: Actor) -> Record:
    if name == "Id":
        found = [_target(org, shape, value)] if value else []
    elif value in (None, ""):
        raise Refusal("MISSING_ARGUMENT", f"{name} not specified", [name])
    elif isinstance(value, dict | list):
        raise errors.cannot_deserialize("string", "START_OBJECT", value)
    else:
        found = org.tables[shape.name].find(name, value)
    if len(found) > 1:
        raise Refusal(
            "DUPLICATE_EXTERNAL_ID", f"{name}: more than one record found for external id field", []
        )
    if not found:
        return {**_good(saving.create(org, shape, record, actor)), "created": True}
    saving.update(org, shape, found[0], record, actor)
    return {**_good(found[0]["Id"]), "created": False}


def delete(org: Org, call: Call) -> Reply:
    """DELETE /composite/sobjects?ids=a,b&allOrNone=false."""
    ids = [each for each in call.first("ids").split(",") if each]
    _check_number(len(ids), MAX_ROWS)
    actor = call.actor()

    def one(text: str) -> Record:
        full = to18(text)
        shape = org.by_prefix.get(full[:3]) if full else None
        if shape is None:
            raise Refusal("MALFORMED_ID", f"malformed id {text}", [])
        row = _target(org, shape, text)
        saving.delete(org, shape, row, actor)
        return _good(row["Id"])

    return _each(org, call, ids, one, call.first("allOrNone").lower() == "true")


def retrieve(org: Org, shape: SObject, call: Call) -> Reply:
    """GET (ids, fields in the URL) or POST (in the body) of /composite/sobjects/{T}: null for a missing row."""
    if call.method == "GET":
        ids, names = call.first("ids").split(","), call.first("fields").split(",")
    else:
        ids, names = _texts(call.body().get("ids")), _texts(call.body().get("fields"))
    _check_number(len(ids), MAX_RETRIEVED)
    render = renderer(shape, resolve(shape, ["Id", *filter(None, names)]), call.version)
    live = org.tables[shape.name].rows
    found: list[Record | None] = []
    for text in ids:
        full = org.known(text, shape)
        if full is None:
            raise Refusal("MALFORMED_ID", f"malformed id {text}")
        row = None if org.viewer and org.access.sealed.get(full) == "hidden" else live.get(full)
        found.append(None if row is None else render(row))
    return Reply(200, found)


def _texts(value: Any) -> list[str]:
    """A list of texts from JSON; raises 400 for anything else."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    wrong = next((each for each in listed if not isinstance(each, str)), None)
    if wrong is not None:
        raise errors.cannot_deserialize("string", "VALUE", wrong)
    return listed


# shared ---------------------------------------------------------------------------------------------
def _each(org: Org, call: Call, items: Iterable[Any], one: Step, all_or_none: bool | None = None) -> Reply:
    """Runs `one` over the items; a refused item leaves the others alone, unless it is all or none."""
    strict = bool(call.body().get("allOrNone")) if all_or_none is None else all_or_none
    start = org.mark()
    results: list[Record] = []
    for item in items:
        mark = org.mark()
        try:
            results.append(one(item))
        except Refusal as refusal:
            if refusal.code == "JSON_PARSER_ERROR" and org.settings.collection_parser_error == "call":
                raise
            org.undo_to(mark)
            results.append(refusal.as_row())
    if not strict or all(result["success"] for result in results):
        return Reply(200, results)
    org.undo_to(start)
    undone = errors.rolled_back().as_row()
    status = org.settings.rollback_status
    return Reply(status, [undone if result["success"] else result for result in results])


def _records(call: Call) -> list[Any]:
    records = call.body().get("records")
    if not isinstance(records, list):
        records = []
    _check_number(len(records), MAX_ROWS)
    chunks, last = 0, None
    for record in records:
        name = _type_of(record)
        chunks += name != last
        last = name
    if chunks > MAX_CHUNKS:
        raise Refusal("LIMIT_EXCEEDED", f"record type chunk limit reached: {chunks}, at most {MAX_CHUNKS}")
    return records


def _check_number(number: int, most: int) -> None:
    if number == 0:
        raise Refusal("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    if number > most:
        text = f"record limit reached. cannot submit more than {most} records into this call"
        raise Refusal("LIMIT_EXCEEDED", text)


def _type_of(record: Any) -> str:
    noted = record.get("attributes") if isinstance(record, dict) else None
    return str(noted.get("type") or "") if isinstance(noted, dict) else ""


def _shape(org: Org, record: Any) -> SObject:
    name = _type_of(record)
    shape = org.shape(name)
    if shape is None:
        raise Refusal("INVALID_TYPE", f"sObject type '{name}' is not supported.", [])
    return shape


def _id_of(record: Record) -> Any:
    return record.get("id") or record.get("Id") or record.get("ID")


def _target(org: Org, shape: SObject, text: Any) -> Row:
    """The live row a collection row is about; raises the row errors of missing, malformed, deleted, unknown."""
    if not text:
        raise errors.missing_id()
    full = org.known(text, shape)
    if full is None:
        raise Refusal("MALFORMED_ID", f"malformed id {text}", [])
    table = org.tables[shape.name]
    row = table.rows.get(full)
    if row is None:
        raise errors.deleted() if full in table.bin else errors.bad_reference("Id")
    return row


def _good(record_id: str) -> Record:
    return {"id": record_id, "success": True, "errors": []}
