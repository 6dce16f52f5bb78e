"""/crm/v3/properties/{type}/groups. Source: API-FACTS 1.8 and its recordings."""

from __future__ import annotations

from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.bodies import json_object, text_at
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, already_exists, invalid, required_fields
from connector.practice.hubspot.store import Store


def list_all(core: Doing, request: Request, kind: str) -> Response:
    store = core.portal.store(kind)
    return json_response(200, {"results": [_group(store, name) for name in store.groups]})


def get(core: Doing, request: Request, kind: str, name: str) -> Response:
    store = core.portal.store(kind)
    return json_response(200, _group(store, _there(store, name)))


def create(core: Doing, request: Request, kind: str) -> Response:
    store, body = core.portal.store(kind), json_object(request)
    name, label = text_at(body, "name"), text_at(body, "label")
    if not name or not label:
        raise required_fields([key for key in ("name", "label") if not text_at(body, key)])
    if name in store.groups:
        message = f"A property group named '{name}' already exists."
        raise already_exists(message, name=[name])
    store.groups[name] = label
    return json_response(201, _group(store, name))


def update(core: Doing, request: Request, kind: str, name: str) -> Response:
    store, body = core.portal.store(kind), json_object(request)
    held = _there(store, name)
    store.groups[held] = text_at(body, "label") or store.groups[held]
    return json_response(200, _group(store, held))


def archive(core: Doing, request: Request, kind: str, name: str) -> Response:
    store = core.portal.store(kind)
    if any(item.group == name for item in store.properties.values()):
        message = f"Property group {name} still has active properties."
        raise invalid(message, subCategory="PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES")
    store.groups.pop(name, None)
    return Response(204)


def _there(store: Store, name: str) -> str:
    if name not in store.groups:
        raise Refused(404, f'Property group "{name}" does not exist', category="OBJECT_NOT_FOUND")
    return name


def _group(store: Store, name: str) -> dict[str, Any]:
    order = list(store.groups).index(name)
    return {"name": name, "label": store.groups[name], "displayOrder": order, "archived": False}
