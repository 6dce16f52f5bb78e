"""One row's way into the org: names, types, rules, stamps, and what answers the save.

The order is Salesforce's: unknown and unwritable fields, types and lengths, before-save automation, required
fields, references, uniqueness, validation rules, save, after-save automation.
"""

from collections.abc import Mapping
from typing import Any

from connector.practice.salesforce import checks, errors
from connector.practice.salesforce.derived import add_derived, after_store
from connector.practice.salesforce.fields import Field, SObject
from connector.practice.salesforce.persons import refuse_direct
from connector.practice.salesforce.rolling import rolled_up
from connector.practice.salesforce.state import Actor, Org, Written
from connector.practice.salesforce.tables import Row
from connector.practice.salesforce.values import parse

# What a record of a collection carries besides its fields; "Id" is a field and passed over by its type.
_NOT_FIELDS = frozenset({"attributes", "id", "ID"})


def create(org: Org, shape: SObject, payload: Mapping[str, Any], actor: Actor) -> str:
    """Stores a new row and gives its id; raises Refusal and stores nothing."""
    _writable(shape)
    changes = _changes(org, shape, payload, None)
    return _save(org, org.objects[shape.name], None, changes, actor)["Id"]  # type: ignore[no-any-return]


def update(org: Org, shape: SObject, row: Row, payload: Mapping[str, Any], actor: Actor) -> None:
    """Changes the fields of `payload` on a live row; raises Refusal and changes nothing."""
    _writable(shape)
    _check_seal(org, row)
    if row.get("IsConverted"):
        raise errors.converted_lead()
    changes = _changes(org, shape, payload, row)
    if org.settings.person_accounts and shape.name == "Contact":
        refuse_direct(org, row, changes)
    _save(org, org.objects[shape.name], row, changes, actor)


def delete(org: Org, shape: SObject, row: Row, actor: Actor) -> None:
    """Moves a row, and what hangs on it, to the bin."""
    _writable(shape)
    _check_seal(org, row)
    checks.check_locks(org, shape, row)
    for child in shape.children:
        for below in org.tables[child.object].find(child.field, row["Id"]):
            delete(org, org.objects[child.object], below, actor)
    at = org.stamp()
    gone = {**row, "IsDeleted": True, "LastModifiedDate": at, "SystemModstamp": at}
    gone["LastModifiedById"] = actor.user_id
    org.bury(org.tables[shape.name], gone)
    org.note(Written("deleted", shape.name, row["Id"], actor.user_id, at, row, gone, ()))
    if org.rules.rollups:
        rolled_up(org, shape.name, row, None)


def undelete(org: Org, shape: SObject, row: Row, actor: Actor) -> None:
    """Takes a row out of the bin again, with what was deleted along with it."""
    at = org.stamp()
    back = {
        **row,
        "IsDeleted": False,
        "LastModifiedDate": at,
        "SystemModstamp": at,
        "LastModifiedById": actor.user_id,
    }
    checks.check_unique_again(org, shape, back)
    org.store(org.tables[shape.name], back)
    org.note(Written("undeleted", shape.name, row["Id"], actor.user_id, at, row, back, ()))
    for child in shape.children:
        for below in list(org.tables[child.object].bin.values()):
            if below.get(child.field) == row["Id"] and below["SystemModstamp"] == row["SystemModstamp"]:
                undelete(org, org.objects[child.object], below, actor)
    if org.rules.rollups:
        rolled_up(org, shape.name, None, back)


def _check_seal(org: Org, row: Row) -> None:
    if org.viewer and org.access.sealed and row["Id"] in org.access.sealed:
        raise errors.no_access()


def _writable(shape: SObject) -> None:
    if not shape.writable:
        raise errors.no_access()


def _changes(org: Org, shape: SObject, payload: Mapping[str, Any], old: Row | None) -> dict[str, Any]:
    """The payload as field name -> stored value, without the fields that hold just this value already."""
    changes: dict[str, Any] = {}
    blocked: list[str] = []
    fields = shape.fields
    for name, value in payload.items():
        item = fields.get(name)
        if item is None:
            if name in _NOT_FIELDS:
                continue
            item, value = _by_other_name(org, shape, name, value)
        if not (item.createable if old is None else item.updateable):
            if item.type != "id":
                blocked.append(item.name)
        elif old is not None and type(value) is type(held := old[item.name]) and held == value:
            continue
        elif type(value) is str and 0 < len(value) <= item.plain and value[0] > " " < value[-1]:
            # The common case at a glance; all others are looked at closely.
            changes[item.name] = value
        else:
            changes[item.name] = parse(item, value, org.settings)
    if blocked:
        raise errors.not_writable(blocked)
    return changes


def _by_other_name(org: Org, shape: SObject, name: str, value: Any) -> tuple[Field, Any]:
    """A name in another case, or a relationship with its parent's external id: `"Account": {"Ext__c": "7"}`."""
    item = shape.find(name)
    if item is not None:
        return item, value
    for candidate in shape.fields.values():
        if candidate.relationship == name and isinstance(value, dict):
            return candidate, checks.parent_by_key(org, shape, candidate, value)
    if org.settings.hidden_field_write != "INVALID_FIELD" and org.objects[shape.name].find(name):
        raise errors.not_writable([name])
    raise errors.no_such_column(name, shape.name)


def _save(org: Org, shape: SObject, old: Row | None, changes: dict[str, Any], actor: Actor) -> Row:
    if old is None:
        changes = {name: value for name, value in changes.items() if value is not None}
    _assign(org, shape, changes, actor)
    _before(org, shape, old, changes, actor)
    row = {**(shape.blank if old is None else old), **changes}
    if old is None:
        _first_values(org, shape, row, actor)
    add_derived(org, shape, old, row, changes)
    checks.check_all(org, shape, old, row, changes, actor)
    _stamp(org, shape, old, row, changes, actor)
    after_store(org, shape, row, changes, actor)
    if org.rules.rollups:
        rolled_up(org, shape.name, old, row)
    if not actor.automation:
        _after(org, shape, old, row, changes, actor)
    return row


def _assign(org: Org, shape: SObject, changes: dict[str, Any], actor: Actor) -> None:
    """The trap of Sforce-Auto-Assign: without FALSE, a written Lead goes to the default owner."""
    if actor.assign and shape.name == "Lead" and org.settings.auto_assign:
        changes["OwnerId"] = org.default_owner()


def _before(org: Org, shape: SObject, old: Row | None, changes: dict[str, Any], actor: Actor) -> None:
    rules = org.rules
    if rules.normalizers:
        for name, value in changes.items():
            normalize = rules.normalizers.get((shape.name, name))
            if normalize is not None and value is not None:
                changes[name] = parse(shape.fields[name], normalize(value), org.settings)
    if rules.automations and not actor.automation:
        moved = {name: 1 for name, value in changes.items() if old is None or old[name] != value}
        for rule in rules.triggered(shape.name, moved, "before"):
            for name, value in rule.values.items():
                changes[name] = parse(shape.fields[name], value, org.settings)


def _first_values(org: Org, shape: SObject, row: Row, actor: Actor) -> None:
    row["Id"] = org.ids.new(shape.prefix)
    row["CreatedDate"] = org.stamp()
    row["CreatedById"] = actor.user_id
    if "OwnerId" in shape.fields and row["OwnerId"] is None:
        row["OwnerId"] = actor.user_id


def _stamp(
    org: Org, shape: SObject, old: Row | None, row: Row, changes: dict[str, Any], actor: Actor
) -> None:
    """Stores the row with its stamps and notes the write; a no-op may leave both undone (a setting)."""
    before = old or {}
    moved = tuple(name for name, value in changes.items() if before.get(name) != value)
    if old is not None and not moved and not org.settings.no_op_moves_stamp:
        return
    at = org.stamp()
    row["LastModifiedDate"] = row["SystemModstamp"] = at
    row["LastModifiedById"] = actor.user_id
    org.store(org.tables[shape.name], row)
    kind = "created" if old is None else "updated"
    org.note(Written(kind, shape.name, row["Id"], actor.user_id, at, before, row, moved))


def _after(
    org: Org, shape: SObject, old: Row | None, row: Row, changes: dict[str, Any], actor: Actor
) -> None:
    """After-save automations: a save of their own, by the same user or by the process user."""
    if not org.rules.automations:
        return
    moved = {name: 1 for name in changes if old is None or old[name] != row[name]}
    for rule in org.rules.triggered(shape.name, moved, "after"):
        by = org.people["process"] if rule.by_process else actor.user_id
        current = org.tables[shape.name].rows[row["Id"]]
        update(org, shape, current, rule.values, Actor(by, automation=True))
