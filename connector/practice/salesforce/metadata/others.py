"""Validation rules, permission sets and list views."""

from connector.practice.salesforce.formula import FormulaError, compiled
from connector.practice.salesforce.founding import add_row
from connector.practice.salesforce.metadata.custom_fields import field_of
from connector.practice.salesforce.metadata.package import Component, Problem, text_at
from connector.practice.salesforce.rules import FormulaRule
from connector.practice.salesforce.state import Org

_STANDARD_USER_PERMISSIONS = frozenset({
    "ApiEnabled", "ConvertLeads", "EditTask", "ViewSetup", "ModifyMetadata", "ViewAllData", "SendOutboundMessages",
    "RunFlow", "ManageDataIntegrations", "ViewRoles", "LeadInspectorUser", "AssignPermissionSets", "TransferAnyLead",
})  # fmt: skip


def deploy_rule(org: Org, each: Component) -> bool:
    """A validation rule; an inactive one is kept out of force. True: it is new."""
    object_name, _, name = each.name.partition(".")
    formula, message = each.text("errorConditionFormula"), each.text("errorMessage")
    if object_name not in org.objects:
        raise Problem(f"Entity Enumeration Or ID: bad value for restricted picklist field: {object_name}")
    for what, text in (
        ("errorConditionFormula", formula),
        ("errorMessage", message),
        ("active", each.text("active")),
    ):
        if text is None:
            raise Problem(f"Required field is missing: {what}")
    if len(message or "") > 255:
        raise Problem("Error Message: data value too large (max length=255)")
    shown_at = each.text("errorDisplayField")
    if shown_at:
        field_of(org, object_name, shown_at)
    try:
        worth = compiled(formula or "", org.objects[object_name])
    except FormulaError as wrong:
        raise Problem(f"Error in formula: {wrong}") from None
    fresh = drop_rule(org, each.name, asked=False)
    if each.text("active") == "true":
        org.rules.formulas.append(
            FormulaRule(name, object_name, shown_at, message or "", formula or "", worth)
        )
    return fresh


def drop_rule(org: Org, full_name: str, asked: bool = True) -> bool:
    """True: there was none."""
    object_name, _, name = full_name.partition(".")
    kept = [rule for rule in org.rules.formulas if (rule.object, rule.name) != (object_name, name)]
    none = len(kept) == len(org.rules.formulas)
    if asked and none:
        raise Problem(f"No ValidationRule named: {full_name} found")
    org.rules.formulas[:] = kept
    return none


def deploy_permission_set(org: Org, each: Component) -> bool:
    """A permission set with what it gives; the whole of it replaces the one that was there. True: it is new."""
    if not each.text("label"):
        raise Problem("Required field is missing: label")
    grants = [_grant(org, text_at(e, "field") or "", text_at(e, "readable"), text_at(e, "editable"))
              for e in each.all("fieldPermissions")]  # fmt: skip
    for item in each.all("objectPermissions"):
        if (text_at(item, "object") or "") not in org.objects:
            raise Problem(f"In field: object - no CustomObject named {text_at(item, 'object')} found")
    permissions = [str(text_at(item, "name")) for item in each.all("userPermissions")]
    for name in permissions:
        if name not in _STANDARD_USER_PERMISSIONS:
            raise Problem(f"Unknown user permission: {name}")
    table = org.tables["PermissionSet"]
    known = next((row for row in table.rows.values() if row["Name"] == each.name), None)
    words = {
        "Label": each.text("label"), "Description": each.text("description"),
        "PermissionsApiEnabled": "ApiEnabled" in permissions,
        "PermissionsSendOutboundMessages": "SendOutboundMessages" in permissions,
    }  # fmt: skip
    set_id = known["Id"] if known else add_row(org, "PermissionSet", Name=each.name)
    org.store(table, {**table.rows[set_id], **words})
    for kind in ("FieldPermissions", "ObjectPermissions"):
        for row in org.tables[kind].find("ParentId", set_id):
            org.bury(org.tables[kind], row)
    for field, readable, editable in grants:
        add_row(
            org, "FieldPermissions", ParentId=set_id, SobjectType=field.split(".")[0], Field=field,
            PermissionsRead=readable, PermissionsEdit=editable,
        )  # fmt: skip
    for item in each.all("objectPermissions"):
        add_row(
            org, "ObjectPermissions", ParentId=set_id, SobjectType=text_at(item, "object"), **_allowed(item)
        )
    org.access.permissions[set_id] = {str(text_at(e, "name")) for e in each.all("customPermissions")}
    return known is None


def _allowed(item: object) -> dict[str, bool]:
    names = {"Create": "allowCreate", "Read": "allowRead", "Edit": "allowEdit", "Delete": "allowDelete",
             "ViewAllRecords": "viewAllRecords", "ModifyAllRecords": "modifyAllRecords"}  # fmt: skip
    return {f"Permissions{name}": text_at(item, tag) == "true" for name, tag in names.items()}  # type: ignore[arg-type]


def _grant(org: Org, field: str, readable: str | None, editable: str | None) -> tuple[str, bool, bool]:
    object_name, _, name = field.partition(".")
    field_of(org, object_name, name)
    item = org.objects[object_name].fields[name]
    if item.required or item.type == "id":
        raise Problem(f"You cannot deploy to a required field: {field}")
    if editable == "true" and readable != "true":
        raise Problem(f"Field {field} is editable but not readable")
    return field, readable == "true", editable == "true"


def drop_permission_set(org: Org, name: str) -> None:
    table = org.tables["PermissionSet"]
    row = next((row for row in table.rows.values() if row["Name"] == name), None)
    if row is None:
        raise Problem(f"No PermissionSet named: {name} found")
    if org.tables["PermissionSetAssignment"].find("PermissionSetId", row["Id"]):
        raise Problem("The permission set is assigned to users; remove its assignments first")
    for kind in ("FieldPermissions", "ObjectPermissions"):
        for below in org.tables[kind].find("ParentId", row["Id"]):
            org.bury(org.tables[kind], below)
    org.bury(table, row)


def deploy_list_view(org: Org, each: Component) -> bool:
    """A list view: its columns must be there."""
    object_name = each.name.partition(".")[0]
    if not each.text("label") or each.text("filterScope") is None:
        raise Problem("Required field is missing: " + ("filterScope" if each.text("label") else "label"))
    names = [str(item.text).strip() for item in each.all("columns")]
    names += [str(text_at(item, "field")) for item in each.all("filters")]
    for name in names:
        if name.endswith("__c") and org.objects[object_name].find(name) is None:
            raise Problem(f"Could not resolve list view column: {name}")
    fresh = each.name not in org.list_views
    org.list_views.add(each.name)
    return fresh
