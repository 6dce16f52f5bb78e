"""The Metadata API over SOAP, as far as a set-up asks: readMetadata, listMetadata, upsertMetadata,
deleteMetadata."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.metadata import layouts
from connector.practice.salesforce.metadata.channel_members import KIND as CHANNEL_MEMBER
from connector.practice.salesforce.metadata.conversion import shown_conversion
from connector.practice.salesforce.metadata.package import KNOWN, Component, Problem, text_at
from connector.practice.salesforce.soap.envelope import SoapFault, plain

Result = dict[str, Any]
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def perform(core: Acts, name: str, element: Element) -> list[Result]:
    """One result per component; raises SoapFault for other calls, Refusal where the org has no Metadata API."""
    if not core.settings.metadata_api:
        text = "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions"
        raise Refusal("INSUFFICIENT_ACCESS", text)
    # The service itself works on the schema, not the user with his view of it.
    core.org.viewer = None
    if name == "upsertMetadata":
        return [_upserted(core, each) for each in element.findall("{*}metadata")]
    if name == "listMetadata":
        return [row for each in element.findall("{*}queries") for row in _listed(core, text_at(each, "type") or "")]
    kind = text_at(element, "type") or ""
    names = [(each.text or "").strip() for each in element.findall("{*}fullNames")]
    if kind not in KNOWN:
        raise SoapFault(
            "INVALID_TYPE", f"This type of metadata is not available for this organization: {kind}"
        )
    if name == "deleteMetadata":
        if kind == CHANNEL_MEMBER:  # by destructiveChanges.xml only, says the guide
            raise SoapFault("INVALID_TYPE", f"deleteMetadata is not supported for {kind}")
        return [_deleted(core, kind, each) for each in names]
    if name != "readMetadata":
        raise SoapFault("UNKNOWN_EXCEPTION", f"No operation available for request {name}")
    return [{"records": [_READERS[kind](core, each) for each in names] if kind in _READERS else []}]


def _upserted(core: Acts, element: Element) -> Result:
    kind = (element.get(_TYPE) or "").rpartition(":")[2]
    name = text_at(element, "fullName") or ""
    if kind not in KNOWN:
        raise SoapFault(
            "INVALID_TYPE", f"This type of metadata is not available for this organization: {kind}"
        )
    part = Component(kind, name, "", element)
    try:
        fresh = core.rest.deployments.take(part)
    except Problem as problem:
        error = {"message": str(problem), "statusCode": "FIELD_INTEGRITY_EXCEPTION"}
        return {"created": False, "errors": error, "fullName": name, "success": False}
    return {"created": fresh, "fullName": name, "success": True}


def _deleted(core: Acts, kind: str, name: str) -> Result:
    try:
        core.rest.deployments.drop(Component(kind, name, "", None))
    except Problem:
        text = (
            "This custom field does not exist or is not accessible"
            if kind == "CustomField"
            else f"no {kind} {name}"
        )
        return {
            "errors": {"message": text, "statusCode": "INVALID_CROSS_REFERENCE_KEY"},
            "fullName": name,
            "success": False,
        }
    return {"fullName": name, "success": True}


def _listed(core: Acts, kind: str) -> list[Result]:
    """Of layouts alone: what else an org has is asked for by name."""
    if kind not in KNOWN:
        raise SoapFault("INVALID_TYPE", f"Unknown type:{kind}")
    return layouts.listed(core.org) if kind == "Layout" else []


def _layout(core: Acts, name: str) -> Result:
    found = core.org.layouts.get(name)
    return {"_type": "Layout"} if found is None else {"_type": "Layout", "fullName": name, **plain(found)}


def _conversion(core: Acts, name: str) -> Result:
    return shown_conversion(core.org, name)


def _permission_set(core: Acts, name: str) -> Result:
    found = next((row for row in core.org.tables["PermissionSet"].rows.values() if row["Name"] == name), None)
    if found is None:
        return {"_type": "PermissionSet"}
    grants = core.org.tables["FieldPermissions"].find("ParentId", found["Id"])
    fields = [
        {"editable": row["PermissionsEdit"], "field": row["Field"], "readable": row["PermissionsRead"]}
        for row in grants
    ]
    return {
        "_type": "PermissionSet",
        "fullName": name,
        "fieldPermissions": fields,
        "hasActivationRequired": False,
        "label": found["Label"],
    }


_READERS: dict[str, Callable[[Acts, str], Result]] = {
    "Layout": _layout,
    "LeadConvertSettings": _conversion,
    "PermissionSet": _permission_set,
}
