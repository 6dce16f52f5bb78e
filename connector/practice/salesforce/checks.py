"""What a save is held against: locks, required fields, references, uniqueness, validation rules."""

from collections.abc import Mapping
from typing import Any

from connector.practice.salesforce import errors
from connector.practice.salesforce.duplicate_checks import check_duplicates
from connector.practice.salesforce.fields import Field, SObject
from connector.practice.salesforce.situation import Situation
from connector.practice.salesforce.state import Actor, Org
from connector.practice.salesforce.tables import Row


def check_all(
    org: Org, shape: SObject, old: Row | None, row: Row, changes: Mapping[str, Any], actor: Actor
) -> None:
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
    if old is None and shape.name in ("PermissionSetAssignment", "CampaignMember"):
        _check_pair(org, shape, row)
    if org.rules.formulas:
        _check_formulas(org, shape, old, row, actor)
    if org.rules.duplicates:
        check_duplicates(org, shape.name, old, row, changes, actor)
    check_locks(org, shape, row)


def _check_formulas(org: Org, shape: SObject, old: Row | None, row: Row, actor: Actor) -> None:
    situation: Situation | None = None
    for rule in org.rules.formulas:
        if rule.object != shape.name:
            continue
        situation = situation or situation_of(org, old, row, actor.user_id)
        if rule.broken(situation):
            raise errors.Refusal(rule.code, rule.message, [rule.field] if rule.field else [])


def _check_pair(org: Org, shape: SObject, row: Row) -> None:
    """A permission set is assigned to a user once; a person is a member of a campaign once."""
    table = org.tables[shape.name]
    if shape.name == "PermissionSetAssignment":
        user, held = row["AssigneeId"], row["PermissionSetId"]
        if any(each["PermissionSetId"] == held for each in table.find("AssigneeId", user)):
            text = f"Duplicate PermissionSetAssignment. Assignee: {user[:15]}; Permission Set: {held[:15]}"
            raise errors.Refusal("DUPLICATE_VALUE", text, ["AssigneeId", "PermissionSetId"])
        return
    if (row["LeadId"] is None) is (row["ContactId"] is None):
        raise errors.required(["LeadId", "ContactId"])
    for name in ("LeadId", "ContactId"):
        members = table.find(name, row[name]) if row[name] else []
        if any(each["CampaignId"] == row["CampaignId"] for each in members):
            raise errors.Refusal("DUPLICATE_VALUE", "Already a campaign member.", [])


def situation_of(org: Org, old: Row | None, row: Row, user_id: str) -> Situation:
    """What a formula sees of this save."""
    user = org.tables["User"].rows.get(user_id, {})
    profile = org.row(user.get("ProfileId")) or {}
    seen = {**user, "_profile": profile.get("Name")}
    return Situation(row, old, seen, org.clock.now(), org.access.holds(user_id))


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
    if org.viewer and org.access.sealed.get(value) == "hidden":
        text = "insufficient access rights on cross-reference id"
        raise errors.Refusal("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", text, [])
    if item.name == "OwnerId" and target.get("IsActive") is False:
        raise errors.inactive_owner(value, shape.name)


def _check_unique(org: Org, shape: SObject, item: Field, value: Any, own_id: str) -> None:
    for holder in org.tables[shape.name].find(item.name, value):
        if holder["Id"] != own_id:
            raise errors.duplicate_value(item.name, holder["Id"])


def check_unique_again(org: Org, shape: SObject, row: Row) -> None:
    """A row that comes back from the bin may find its unique values taken."""
    for name in shape.guarded:
        item = shape.fields[name]
        if item.unique and row.get(name) is not None:
            _check_unique(org, shape, item, row[name], row["Id"])


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
