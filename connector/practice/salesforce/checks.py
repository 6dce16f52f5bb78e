"""What a save is held against: locks, required fields, references, uniqueness, validation rules."""

from collections.abc import Mapping
from typing import Any

from connector.practice.salesforce import errors
from connector.practice.salesforce.fields import Field, SObject
from connector.practice.salesforce.state import Org
from connector.practice.salesforce.tables import Row


def check_all(org: Org, shape: SObject, old: Row | None, row: Row, changes: Mapping[str, Any]) -> None:
    """Raises the first Refusal that this save meets."""
    _check_required(shape, old, row, changes)
    for name in shape.guarded:
        value = changes.get(name)
        if value is None or (old is not None and old[name] == value):
            continue
        item = shape.fields[name]
        if item.type == "reference":
            _check_reference(org, shape, item, value)
        elif item.unique:
            _check_unique(org, shape, item, value, row["Id"])
    for rule in org.rules.validations:
        if rule.object == shape.name and rule.broken(row):
            raise errors.rule_text(rule.message, rule.field)
    check_locks(org, shape, row)


def _check_required(shape: SObject, old: Row | None, row: Row, changes: Mapping[str, Any]) -> None:
    if old is None:
        missing = [item.name for item in shape.fields.values() if item.required and row[item.name] is None]
    else:
        missing = [name for name in changes if row[name] is None and not shape.fields[name].nillable]
    if missing:
        raise errors.required(missing)


def _check_reference(org: Org, shape: SObject, item: Field, value: str) -> None:
    targets = [org.objects[name] for name in item.reference_to]
    if not any(value.startswith(target.prefix) for target in targets):
        raise errors.malformed_id(item.label, value, item.name)
    target = org.row(value)
    if target is None:
        raise errors.bad_reference(item.name)
    if item.name == "OwnerId" and target.get("IsActive") is False:
        raise errors.inactive_owner(value, shape.name)


def _check_unique(org: Org, shape: SObject, item: Field, value: Any, own_id: str) -> None:
    for holder in org.tables[shape.name].find(item.name, value):
        if holder["Id"] != own_id:
            raise errors.duplicate_value(item.name, holder["Id"])


def check_locks(org: Org, shape: SObject, row: Row) -> None:
    """UNABLE_TO_LOCK_ROW: for children of a locked account, or by chance."""
    faults = org.faults
    if not faults.locks and not faults.lock_rate:
        return
    if _account_of(org, shape, row) in faults.locks or faults.chance(faults.lock_rate):
        raise errors.locked(row["Id"])


def _account_of(org: Org, shape: SObject, row: Row) -> str | None:
    if shape.name == "Account":
        return str(row["Id"])
    if shape.name == "OpportunityContactRole":
        parent = org.row(row["OpportunityId"])
        return parent["AccountId"] if parent else None
    return row.get("AccountId")


def parent_by_key(org: Org, shape: SObject, item: Field, key: Mapping[str, Any]) -> str:
    """The id of the parent that holds this one external id; raises INVALID_FIELD when there is none."""
    pairs = [(name, value) for name, value in key.items() if name != "attributes"]
    for target in item.reference_to:
        table = org.tables[target]
        if len(pairs) == 1 and table.indexed(pairs[0][0]):
            found = table.find(*pairs[0])
            if len(found) == 1:
                return str(found[0]["Id"])
    shown = ", ".join(f"{value}" for _, value in pairs)
    text = f"Foreign key external ID: {shown} not found for field {item.name} in entity {shape.name}"
    raise errors.Refusal("INVALID_FIELD", text, [])
