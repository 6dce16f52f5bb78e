"""CustomField: what the org takes, and what it makes of it."""

import re
from typing import Any

from connector.practice.salesforce.access import ALL
from connector.practice.salesforce.field_changes import change_field
from connector.practice.salesforce.metadata.package import Component, Problem, text_at
from connector.practice.salesforce.state import Org

_TYPES = {
    "Text": "string", "TextArea": "textarea", "LongTextArea": "textarea", "Email": "email", "Phone": "phone",
    "Url": "url", "Checkbox": "boolean", "Number": "double", "Currency": "currency", "Percent": "percent",
    "Date": "date", "DateTime": "datetime", "Picklist": "picklist", "MultiselectPicklist": "multipicklist",
    "Lookup": "reference",
}  # fmt: skip
_EXTERNAL = ("Text", "Number", "Email")
_UNIQUE = ("Text", "Number", "Email")
_NEEDS = {
    "Text": ("length",), "LongTextArea": ("length", "visibleLines"), "Number": ("precision", "scale"),
    "Currency": ("precision", "scale"), "Percent": ("precision", "scale"), "MultiselectPicklist": ("visibleLines",),
    "Checkbox": ("defaultValue",), "Lookup": ("referenceTo",),
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*__c")


def deploy_field(org: Org, each: Component) -> bool:
    """Makes or changes the field; True: it is new. Raises Problem."""
    object_name, _, name = each.name.partition(".")
    shape = org.objects.get(object_name)
    if shape is None or not shape.writable:
        raise Problem(f"Entity Enumeration Or ID: bad value for restricted picklist field: {object_name}")
    known = shape.fields.get(name)
    if known is None and not _NAME.fullmatch(name):
        raise Problem(
            "The Field Name can only contain underscores and alphanumeric characters, must be unique, must begin with "
            "a letter, must not include spaces, not end with an underscore, not contain two consecutive underscores"
        )
    if not name.endswith("__c"):
        return False  # a standard field: only its label, help and picklist could be changed here
    kind = each.text("type") or ""
    _check(each, kind)
    if known is not None and known.type != _TYPES[kind]:
        raise Problem(f"Cannot change the type of {object_name}.{name} from {known.type} to {kind}")
    change_field(org, object_name, name, _wish(each, kind))
    if known is None:
        # Nobody sees a deployed field until a permission set or profile says so; required ones everybody sees.
        org.access.let(ALL, object_name, name, "hidden")
    return known is None


def _check(each: Component, kind: str) -> None:
    if kind not in _TYPES:
        raise Problem(f"'{kind}' is not a valid value for the enum 'FieldType'")
    if not each.text("label"):
        raise Problem("Required field is missing: label")
    if len(each.text("label") or "") > 40:
        raise Problem("Label: data value too large (max length=40)")
    for need in _NEEDS.get(kind, ()):
        if each.text(need) is None:
            raise Problem(f"Must specify '{need}' for a CustomField of type {kind}")
    if kind in ("Checkbox", "LongTextArea", "MultiselectPicklist") and each.text("required") == "true":
        raise Problem(f"Can not specify 'required' for a CustomField of type {kind}")
    if each.text("externalId") == "true" and kind not in _EXTERNAL:
        raise Problem(f"Can not specify 'externalId' for a CustomField of type {kind}")
    if each.text("unique") == "true" and kind not in _UNIQUE:
        raise Problem(f"Can not specify 'unique' for a CustomField of type {kind}")
    length = int(each.text("length") or 0)
    least, most = (256, 131_072) if kind == "LongTextArea" else (1, 255)
    if "length" in _NEEDS.get(kind, ()) and not least <= length <= most:
        raise Problem(f"Value too large or too small for field length: {length} ({least} to {most})")
    if kind in ("Picklist", "MultiselectPicklist") and not each.all("valueSet/valueSetDefinition/value"):
        raise Problem("Picklist is missing a value set")


def _wish(each: Component, kind: str) -> dict[str, Any]:
    wish: dict[str, Any] = {
        "type": _TYPES[kind],
        "label": each.text("label"),
        "help": each.text("inlineHelpText"),
    }
    for key in ("length", "precision", "scale"):
        if each.text(key):
            wish[key] = int(each.text(key) or 0)
    if kind != "Checkbox":
        wish["required"] = each.text("required") == "true"
    else:
        wish["default"] = each.text("defaultValue") == "true"
    for key, name in (
        ("externalId", "external_id"),
        ("unique", "unique"),
        ("caseSensitive", "case_sensitive"),
    ):
        wish[name] = each.text(key) == "true"
    if kind == "Lookup":
        wish["references"] = each.text("referenceTo")
    values = each.all("valueSet/valueSetDefinition/value")
    if values:
        wish["values"] = {
            str(text_at(v, "fullName")): str(text_at(v, "label") or text_at(v, "fullName")) for v in values
        }
        wish["restricted"] = each.text("valueSet/restricted") == "true"
        wish["default"] = next(
            (text_at(v, "fullName") for v in values if text_at(v, "default") == "true"), None
        )
    return wish


def drop_field(org: Org, name: str) -> None:
    """A destructive change; raises Problem for a field that is used elsewhere or isn't there."""
    object_name, _, field = name.partition(".")
    shape = org.objects.get(object_name)
    if shape is None or field not in shape.fields:
        raise Problem(f"No CustomField named: {name} found")
    users = [f"Validation Rule - {rule.name}" for rule in org.rules.formulas
             if rule.object == object_name and field in rule.text]  # fmt: skip
    if users:
        raise Problem(f"This custom field is referenced elsewhere in salesforce.com. : {', '.join(users)}")
    change_field(org, object_name, field, {"remove": True})
    table = org.tables["FieldPermissions"]
    for row in [row for row in table.rows.values() if row["Field"] == name]:
        table.drop(row["Id"])
    org.access.dirty()


def field_of(org: Org, object_name: str, name: str) -> None:
    """Raises Problem when the org has no such field."""
    shape = org.objects.get(object_name)
    if shape is None or shape.find(name) is None:
        raise Problem(f"In field: field - no CustomField named {object_name}.{name} found")
