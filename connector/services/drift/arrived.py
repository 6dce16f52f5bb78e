"""What Salesforce's own records say of those who were handed off: there, converted, merged, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from connector.core.handoff import Handoff
from connector.core.records import Ref, Side
from connector.services.drift.verifying import Means

Row = dict[str, Any]
BATCH = 200
"""Ids in one query."""
FIELDS = {
    "Lead": "Id, IsDeleted, MasterRecordId, IsConverted, ConvertedContactId",
    "Contact": "Id, IsDeleted, MasterRecordId",
}


def found_of(means: Means, sent: Sequence[Row]) -> dict[str, Row]:
    """Hand-off id -> Salesforce's row of its record, also from the recycle bin. ``sent``: {id, person, handoff, …}. One
    whose record we never heard of is looked for by the contact's id, which is its key there."""
    refs = {str(row["id"]): _ref_of(row) for row in sent}
    by_ref: dict[Ref, Row] = {}
    for object_ in FIELDS:
        ids = [ref.id for ref in refs.values() if ref is not None and ref.object == object_]
        for row in _rows(means, object_, "Id", ids):
            by_ref[Ref(Side.SALESFORCE, object_, str(row["Id"]))] = row
    found = {id_: by_ref[ref] for id_, ref in refs.items() if ref in by_ref}
    loose = {str(row["id"]): Ref.parse(row["person"]).id for row in sent if refs[str(row["id"])] is None}
    by_key = _by_key(means, loose.values()) if loose else {}
    return found | {id_: by_key[contact] for id_, contact in loose.items() if contact in by_key}


def _ref_of(row: Row) -> Ref | None:
    handoff: Handoff = row["handoff"]
    if handoff.salesforce_ref is not None:
        return Ref.parse(handoff.salesforce_ref)
    return Ref(Side.SALESFORCE, row["salesforce_object"], row["salesforce_id"]) if row["salesforce_id"] else None


def _by_key(means: Means, contacts: Iterable[str]) -> dict[str, Row]:
    mapping = means.bench.desk.mapping
    key, found, wanted = mapping.salesforce_key, dict[str, Row](), list(contacts)
    for object_ in mapping.salesforce_objects:
        for row in _rows(means, object_, key, wanted):
            found.setdefault(str(row[key]), row | {"ref": f"salesforce:{object_}:{row['Id']}"})
    return found


def _rows(means: Means, object_: str, field: str, values: Sequence[str]) -> Iterable[Row]:
    """Ids and keys are of letters and digits: nothing has to be quoted."""
    more = "" if field == "Id" else f", {field}"
    for at in range(0, len(values), BATCH):
        part = ", ".join(f"'{value}'" for value in values[at : at + BATCH] if value.isalnum())
        if part:
            soql = f"SELECT {FIELDS[object_]}{more} FROM {object_} WHERE {field} IN ({part})"  # noqa: S608
            for page in means.bench.salesforce.query(soql, means.guard, every=True):
                yield from page


def strangers(means: Means, since: datetime, until: datetime) -> list[Ref]:
    """Records made in that time that Salesforce shows as offered or withdrawn by Accord: each should be one of ours."""
    name, found = means.bench.agreement.handoff.salesforce.handoff, list[Ref]()
    if not name:
        return found
    span = f"CreatedDate >= {_moment(since)} AND CreatedDate < {_moment(until)}"
    for object_ in means.bench.desk.mapping.salesforce_objects:
        soql = f"SELECT Id FROM {object_} WHERE {name} != null AND {span}"  # noqa: S608
        for page in means.bench.salesforce.query(soql, means.guard):
            found += [Ref(Side.SALESFORCE, object_, str(row["Id"])) for row in page]
    return found


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
