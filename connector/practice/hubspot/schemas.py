"""/crm/v3/schemas: kinds of a portal's own. Source: API-FACTS 1.1, its recordings, HubSpot's OpenAPI description."""

from __future__ import annotations

from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import kinds
from connector.practice.hubspot.bodies import json_object, object_at, objects_of, text_at
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, invalid, required_fields
from connector.practice.hubspot.properties import FIELD_TYPES, TYPES, shown
from connector.practice.hubspot.reading import texts
from connector.practice.hubspot.schema import Property
from connector.practice.hubspot.schema_business import properties_of
from connector.practice.hubspot.store import Store

_FIRST = 3_604_285


def list_all(core: Doing, request: Request) -> Response:
    """The portal's own kinds; HubSpot's are read one by one."""
    own = [store for store in core.portal.stores.values() if store.kind.custom]
    return json_response(200, {"results": [_shown(core, store) for store in own]})


def get(core: Doing, request: Request, name: str) -> Response:
    return json_response(200, _shown(core, core.portal.store(name)))


def create(core: Doing, request: Request) -> Response:
    """201. The kind can be called by its name, its full name and its id from now on."""
    body = json_object(request)
    lacking = [key for key in ("name", "labels", "properties", "requiredProperties") if not body.get(key)]
    if lacking:
        raise required_fields(lacking)
    name = text_at(body, "name").lower()
    if not name.replace("_", "").isalnum() or not name.isascii():
        raise invalid(f"Invalid name: {name}")
    own = [_property(item) for item in objects_of(body, "properties")]
    names = {item.name for item in own}
    needs = tuple(texts(body.get("requiredProperties")))
    primary = text_at(body, "primaryDisplayProperty") or own[0].name
    if not {*needs, primary} <= names:
        raise invalid("requiredProperties and primaryDisplayProperty must be among the properties")
    number = _FIRST + sum(store.kind.custom for store in core.portal.stores.values())
    kind = kinds.custom(number, name, core.portal.account.portal_id, primary, needs)
    if any(name in store.kind.names() for store in core.portal.stores.values()):
        raise invalid(f"Object type {name} already exists")
    held = properties_of(kind) | {item.name: item for item in own}
    store = core.add_kind(kind, held)
    store.groups[f"{name}_information"] = object_at(body, "labels").get("singular") or name
    return json_response(201, _shown(core, store))


def delete(core: Doing, request: Request, name: str) -> Response:
    """Not while there are records of it."""
    store = core.portal.store(name)
    if not store.kind.custom:
        raise invalid(f"{store.kind.caps} is defined by HubSpot and cannot be deleted")
    if store.live:
        raise Refused(400, "Unable to delete object type: it has records", category="VALIDATION_ERROR")
    core.drop_kind(store)
    return Response(204)


def _property(item: dict[str, Any]) -> Property:
    if not text_at(item, "name") or not text_at(item, "label"):
        raise required_fields([key for key in ("name", "label") if not text_at(item, key)])
    type_, field_type = text_at(item, "type", "string"), text_at(item, "fieldType", "text")
    if type_ not in TYPES or field_type not in FIELD_TYPES:
        raise invalid(f"Invalid type or fieldType: {type_}, {field_type}")
    return Property(
        name=text_at(item, "name").lower(),
        label=text_at(item, "label"),
        type=type_,
        field_type=field_type,
        unique=item.get("hasUniqueValue") is True,
        hubspot_defined=False,
    )


def _shown(core: Doing, store: Store) -> dict[str, Any]:
    kind = store.kind
    return {
        "labels": {"singular": kind.label, "plural": kind.plural.capitalize()},
        "requiredProperties": list(kind.needs),
        "searchableProperties": list(kind.searched),
        "primaryDisplayProperty": kind.name_property,
        "secondaryDisplayProperties": [],
        "description": "",
        "allowsSensitiveProperties": True,
        "archived": False,
        "restorable": True,
        "metaType": "PORTAL_SPECIFIC" if kind.custom else "HUBSPOT",
        "id": kind.type_id.partition("-")[2],
        "fullyQualifiedName": kind.plural if kind.custom else kind.caps,
        "createdAt": "1970-01-01T00:00:00Z",
        "updatedAt": "1970-01-01T00:00:00Z",
        "createdByUserId": None,
        "updatedByUserId": None,
        "objectTypeId": kind.type_id,
        "properties": [shown(item) for item in store.properties.values()],
        "associations": _associations(core, kind.type_id),
        "name": kind.singular if kind.custom else kind.caps,
    }


def _associations(core: Doing, type_id: str) -> list[dict[str, Any]]:
    """Both directions, as recorded."""
    return [
        {
            "fromObjectTypeId": start,
            "toObjectTypeId": end,
            "name": label.name,
            "id": str(label.type_id),
            "createdAt": None,
            "updatedAt": None,
        }
        for (start, end), known in core.portal.associations.labels.items()
        if type_id in (start, end)
        for label in known.values()
    ]
