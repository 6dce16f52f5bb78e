"""The describe answers: what a client learns about objects, fields and picklists."""

from collections.abc import Mapping, Sequence
from typing import Any

from connector.practice.salesforce.fields import NUMBERS, TEXTS, Field, SObject

_SOAP = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "double": "xsd:double",
    "currency": "xsd:double", "percent": "xsd:double", "date": "xsd:date", "datetime": "xsd:dateTime",
    "address": "urn:address",
}  # fmt: skip
# Attributes that every field of ours has alike.
_SAME = {
    "autoNumber": False, "calculatedFormula": None, "cascadeDelete": False,
    "controllerName": None, "defaultValueFormula": None, "dependentPicklist": False, "deprecatedAndHidden": False,
    "displayLocationInDecimal": False, "encrypted": False, "filteredLookupInfo": None,
    "highScaleNumber": False, "htmlFormatted": False, "mask": None, "maskType": None,
    "referenceTargetField": None, "relationshipOrder": None, "restrictedDelete": False,
    "writeRequiresMasterRead": False,
}  # fmt: skip
_PREFILTERED = {"Account", "Contact", "Opportunity", "Campaign"}
_OBJECT_SAME = {
    "activateable": False, "compactLayoutable": True, "customSetting": False, "deprecatedAndHidden": False,
    "feedEnabled": True, "hasSubtypes": False, "isSubtype": False, "mruEnabled": True, "queryable": True,
    "replicateable": True, "retrieveable": True, "searchable": True, "triggerable": True,
}  # fmt: skip


def describe_field(item: Field) -> dict[str, Any]:
    """One entry of `fields`."""
    texts = item.type in TEXTS or item.type in ("id", "reference")
    return {
        **_SAME,
        "aggregatable": item.filterable and item.type != "boolean",
        "byteLength": item.length * (1 if item.type in ("id", "reference") else 3) if texts else 0,
        "calculated": False,
        "compoundFieldName": item.compound,
        "caseSensitive": item.case_sensitive,
        "createable": item.createable,
        "custom": item.custom,
        "defaultValue": _default(item),
        "defaultedOnCreate": item.defaulted,
        "digits": 8 if item.type == "int" else 0,
        "externalId": item.external_id,
        "extraTypeInfo": _extra(item),
        "filterable": item.filterable or item.type == "address",
        "groupable": item.filterable and item.type not in NUMBERS - {"int"} and item.type != "datetime",
        "idLookup": item.id_lookup,
        "inlineHelpText": item.help,
        "label": item.label,
        "length": item.length if texts else 0,
        "name": item.name,
        "nameField": item.name == "Name",
        "namePointing": len(item.reference_to) > 1,
        "nillable": item.nillable,
        "permissionable": item.updateable and item.nillable and item.compound != "Name",
        "picklistValues": [_choice(choice) for choice in item.choices],
        "polymorphicForeignKey": len(item.reference_to) > 1,
        "precision": item.precision,
        "queryByDistance": item.type == "address",
        "referenceTo": list(item.reference_to),
        "relationshipName": item.relationship,
        "restrictedPicklist": item.restricted,
        "scale": item.scale,
        "searchPrefilterable": bool(_PREFILTERED & set(item.reference_to)) and item.name != "MasterRecordId",
        "soapType": _SOAP.get(item.type, "xsd:string"),
        "sortable": item.filterable and item.type != "multipicklist",
        "type": item.type,
        "unique": item.unique,
        "updateable": item.updateable,
    }


def _extra(item: Field) -> str | None:
    if item.compound == "Name" or (item.name == "Name" and item.label == "Full Name"):
        return "personname"
    return "plaintextarea" if item.type == "textarea" else None


def _choice(choice: Any) -> dict[str, Any]:
    return {
        "active": choice.active,
        "defaultValue": choice.default,
        "label": choice.label,
        "validFor": None,
        "value": choice.value,
    }


def _default(item: Field) -> Any:
    if item.type == "boolean":
        return bool(item.default)
    return next((choice.value for choice in item.choices if choice.default), None)


def summary(shape: SObject, version: str) -> dict[str, Any]:
    """One entry of the global describe, and the head of a full one."""
    base = f"/services/data/v{version}/sobjects/{shape.name}"
    return {
        **_OBJECT_SAME,
        "createable": shape.writable,
        "custom": shape.name.endswith("__c"),
        "deletable": shape.writable,
        "keyPrefix": shape.prefix,
        "label": shape.label,
        "labelPlural": shape.plural,
        "layoutable": shape.writable,
        "mergeable": shape.name in ("Account", "Contact", "Lead"),
        "name": shape.name,
        "undeletable": shape.writable,
        "updateable": shape.writable,
        "urls": {
            "compactLayouts": f"{base}/describe/compactLayouts",
            "rowTemplate": f"{base}/{{ID}}",
            "describe": f"{base}/describe",
            "layouts": f"{base}/describe/layouts",
            "sobject": base,
        },
    }


def describe(shape: SObject, version: str, record_types: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The whole describe of one object, about 40 KB as JSON."""
    children = [
        {
            "cascadeDelete": False, "childSObject": child.object, "deprecatedAndHidden": False, "field": child.field,
            "junctionIdListNames": [], "junctionReferenceTo": [], "relationshipName": child.name,
            "restrictedDelete": False,
        }
        for child in shape.children
    ]  # fmt: skip
    return {
        **summary(shape, version),
        "actionOverrides": [],
        "childRelationships": children,
        "fields": [describe_field(item) for item in shape.fields.values()],
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": _record_types(shape, version, record_types),
        "searchLayoutable": shape.writable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {shape.plural.lower()}", "name": "everything"}],
    }


def _record_types(shape: SObject, version: str, own: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The object's own record types, and Master, which is always there and last."""
    chosen = shape.fields["RecordTypeId"].default if own and "RecordTypeId" in shape.fields else None
    made = [
        _record_type(shape, version, row["Name"], row["DeveloperName"], row["Id"], row["Id"] == chosen)
        for row in own
    ]
    return [*made, _record_type(shape, version, "Master", "Master", "012000000000000AAA", chosen is None)]


def _record_type(
    shape: SObject, version: str, name: str, developer_name: str, record_id: str, default: bool
) -> dict[str, Any]:
    layout = f"/services/data/v{version}/sobjects/{shape.name}/describe/layouts/{record_id}"
    return {
        "active": True, "available": True, "defaultRecordTypeMapping": default, "developerName": developer_name,
        "master": developer_name == "Master", "name": name, "recordTypeId": record_id, "urls": {"layout": layout},
    }  # fmt: skip
