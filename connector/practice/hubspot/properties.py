"""/crm/v3/properties/contacts. Source: API-FACTS 1.8."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.contacts import json_object
from connector.practice.hubspot.errors import Refused, invalid
from connector.practice.hubspot.schema import Property

if TYPE_CHECKING:
    from connector.practice.hubspot.core import HubSpotCore

_TYPES = {"bool", "date", "datetime", "enumeration", "number", "phone_number", "string"}


def list_all(core: HubSpotCore, request: Request) -> Response:
    """No paging."""
    if (request.first("archived") or "").lower() == "true":
        return json_response(200, {"results": []})
    return json_response(200, {"results": [shown(item) for item in core.portal.properties.values()]})


def get(core: HubSpotCore, request: Request, name: str) -> Response:
    return json_response(200, shown(_known(core, name)))


def create(core: HubSpotCore, request: Request) -> Response:
    body = json_object(request)
    lacking = [key for key in ("name", "label", "type", "fieldType", "groupName") if not body.get(key)]
    if lacking:
        raise invalid(f"Some required fields were not set: [{', '.join(lacking)}]")
    name = str(body["name"]).lower()
    if name in core.portal.properties:
        raise Refused(
            409,
            f"A property named '{name}' already exists.",
            category="OBJECT_ALREADY_EXISTS",
            subCategory="Properties.PROPERTY_WITH_NAME_EXISTS",
        )
    if body["type"] not in _TYPES:
        raise invalid(f"Invalid type: {body['type']}")
    made = Property(
        name=name,
        label=body["label"],
        type=body["type"],
        field_type=body["fieldType"],
        options=_pairs(body),
        group=body["groupName"],
        unique=bool(body.get("hasUniqueValue")),
        hubspot_defined=False,
        owner_options=body.get("referencedObjectType") == "OWNER",
        hidden=bool(body.get("hidden")),
        description=body.get("description") or "",
        at_ms=core.now_ms(),
    )
    core.portal.properties[name] = made
    core.portal.lay_rules()
    return json_response(201, shown(made))


def update(core: HubSpotCore, request: Request, name: str) -> Response:
    """`options` replaces the whole list; `hasUniqueValue` never changes."""
    body, item = json_object(request), _known(core, name)
    changes: dict[str, Any] = {key: body[key] for key in ("label", "description", "hidden") if key in body}
    if "options" in body:
        changes["options"] = _pairs(body)
    if "groupName" in body:
        changes["group"] = body["groupName"]
    core.portal.properties[name] = replace(item, **changes)
    core.portal.lay_rules()
    return json_response(200, shown(core.portal.properties[name]))


def archive(core: HubSpotCore, request: Request, name: str) -> Response:
    """The portal's own ones only; the values go with it."""
    item = core.portal.properties.get(name)
    if item is not None and item.hubspot_defined:
        raise invalid(f"Property {name} is defined by HubSpot and cannot be archived")
    if item is not None:
        del core.portal.properties[name]
        core.portal.by_unique.pop(name, None)
        core.portal.lay_rules()
    return Response(204)


def shown(item: Property) -> dict[str, Any]:
    """A property as the API shows it."""
    stamp = values.iso(item.at_ms)
    result: dict[str, Any] = {
        "updatedAt": stamp,
        "createdAt": stamp,
        "name": item.name,
        "label": item.label,
        "type": item.type,
        "fieldType": item.field_type,
        "description": item.description,
        "groupName": item.group,
        "options": [_option(place, pair) for place, pair in enumerate(item.options)],
        "displayOrder": -1,
        "calculated": item.calculated,
        "externalOptions": item.owner_options,
        "archived": False,
        "hasUniqueValue": item.unique,
        "hidden": item.hidden,
        "hubspotDefined": item.hubspot_defined,
        "modificationMetadata": _metadata(item),
        "formField": not (item.read_only or item.calculated),
        "dataSensitivity": "non_sensitive",
    }
    if item.owner_options:
        result["referencedObjectType"] = "OWNER"
    return result


def _option(place: int, pair: tuple[str, str]) -> dict[str, Any]:
    return {"label": pair[1], "value": pair[0], "displayOrder": place, "hidden": False, "description": ""}


def _metadata(item: Property) -> dict[str, bool]:
    result = {
        "archivable": not item.hubspot_defined,
        "readOnlyDefinition": item.hubspot_defined,
        "readOnlyValue": item.read_only or item.calculated,
    }
    return {**result, "readOnlyOptions": item.hubspot_defined} if item.options else result


def _pairs(body: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(item["value"]), str(item.get("label", ""))) for item in body.get("options") or ())


def _known(core: HubSpotCore, name: str) -> Property:
    item = core.portal.properties.get(name)
    if item is None:
        raise Refused(404, f'Property "{name}" does not exist', category="OBJECT_NOT_FOUND")
    return item
