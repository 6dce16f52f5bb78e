"""/crm/v3/properties/{type}: one at a time and in batches. Source: API-FACTS 1.8 and its recordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.bodies import Body, inputs_of, json_object, objects_of, text_at, wants
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import (
    Refused,
    already_exists,
    duplicate_ids,
    invalid,
    required_fields,
)
from connector.practice.hubspot.schema import Property
from connector.practice.hubspot.store import Store

TYPES = ("bool", "date", "datetime", "enumeration", "number", "phone_number", "string")
FIELD_TYPES = (
    "booleancheckbox calculation_equation checkbox date file html number phonenumber radio select text textarea"
).split()
_NEEDED = ("name", "label", "type", "fieldType", "groupName")
_MOST_CUSTOM, _MOST_UNIQUE, _MOST_BATCH = 1000, 10, 100
_NOT_IN_BATCHES = ("createdAt", "updatedAt", "archived", "hubspotDefined", "createdUserId", "updatedUserId")
"""Keys that a batch create was recorded without."""


def list_all(core: Doing, request: Request, kind: str) -> Response:
    """No paging."""
    store = core.portal.store(kind)
    held = store.archived_properties if wants(request, "archived") else store.properties
    found = [item for item in held.values() if _asked_sensitivity(request) == _sensitivity(item)]
    return json_response(200, {"results": [shown(item, item.name not in store.properties) for item in found]})


def get(core: Doing, request: Request, kind: str, name: str) -> Response:
    store = core.portal.store(kind)
    if wants(request, "archived") and name in store.archived_properties:
        return json_response(200, shown(store.archived_properties[name], archived=True))
    return json_response(200, shown(_known(store, name)))


def create(core: Doing, request: Request, kind: str) -> Response:
    return json_response(201, shown(_made(core, core.portal.store(kind), json_object(request))))


def _made(core: Doing, store: Store, body: Body) -> Property:
    made = _checked(core, store, body)
    gone = store.archived_properties.pop(made.name, None)
    if gone is not None and core.settings.recreate_restores:
        made = replace(made, unique=gone.unique, at_ms=gone.at_ms)
    elif gone is not None:
        store.strip(made.name)
    store.properties[made.name] = made
    store.lay_rules()
    if made.unique:
        store.reindex(made.name)
    return made


def _checked(core: Doing, store: Store, body: Body) -> Property:
    lacking = [key for key in _NEEDED if not text_at(body, key)]
    if lacking:
        raise required_fields(lacking)
    name = text_at(body, "name").lower()
    if name in store.properties:
        message = f"A property named '{name}' already exists."
        raise already_exists(message, "Properties.PROPERTY_WITH_NAME_EXISTS", name=[name])
    if body["type"] not in TYPES or body["fieldType"] not in FIELD_TYPES:
        raise invalid(f"Invalid type or fieldType: {body['type']}, {body['fieldType']}")
    _known_group(core, store, text_at(body, "groupName"))
    own = [item for item in store.properties.values() if not item.hubspot_defined]
    if len(own) >= _MOST_CUSTOM:
        raise invalid(f"The limit of {_MOST_CUSTOM} custom properties has been reached")
    unique = body.get("hasUniqueValue") is True
    if unique and sum(item.unique for item in own) >= _MOST_UNIQUE:
        raise invalid(f"The limit of {_MOST_UNIQUE} unique value properties has been reached")
    return Property(
        name=name,
        label=text_at(body, "label"),
        type=body["type"],
        field_type=body["fieldType"],
        options=_pairs(body),
        group=text_at(body, "groupName"),
        unique=unique,
        hubspot_defined=False,
        owner_options=body.get("referencedObjectType") == "OWNER",
        hidden=body.get("hidden") is True,
        description=text_at(body, "description"),
        calculated=bool(body.get("calculationFormula")),
        at_ms=core.now_ms(),
        extra={key: body[key] for key in ("dataSensitivity", "formField") if key in body},
    )


def update(core: Doing, request: Request, kind: str, name: str) -> Response:
    """`options` replaces the whole list; `hasUniqueValue` never changes."""
    store, body = core.portal.store(kind), json_object(request)
    item = _known(store, name)
    if item.hubspot_defined and {"type", "fieldType", "name"} & set(body):
        raise invalid(f"Property {name} is defined by HubSpot: its definition is read only")
    changes: dict[str, Any] = {key: text_at(body, key) for key in ("label", "description") if key in body}
    if "hidden" in body:
        changes["hidden"] = body["hidden"] is True
    if "options" in body:
        changes["options"] = _pairs(body)
    if "groupName" in body:
        changes["group"] = _known_group(core, store, text_at(body, "groupName"))
    store.properties[name] = replace(item, **changes)
    store.lay_rules()
    return json_response(200, shown(store.properties[name]))


def archive(core: Doing, request: Request, kind: str, name: str) -> Response:
    _archive(core, core.portal.store(kind), name)
    return Response(204)


def _archive(core: Doing, store: Store, name: str) -> None:
    """The portal's own ones only, and none that a workflow uses. Records keep the values, out of sight."""
    item = store.properties.get(name)
    if item is None:
        return
    if item.hubspot_defined:
        raise invalid(f"Property {name} is defined by HubSpot and cannot be archived")
    if any(rule.uses(store.kind.plural, name) for rule in core.automations):
        message = f"Property {name} is in use by a workflow and cannot be deleted."
        raise invalid(message, subCategory="PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE")
    store.archived_properties[name] = store.properties.pop(name)
    store.by_unique.pop(name, None)
    store.lay_rules()


# batches -------------------------------------------------------------------------------------------
def batch_read(core: Doing, request: Request, kind: str) -> Response:
    """`{"archived", "inputs": [{"name"}]}`; what is not there is told in a 207."""
    store, body = core.portal.store(kind), json_object(request)
    held = store.archived_properties if body.get("archived") is True else store.properties
    names = _names(_inputs(body))
    results = [shown(held[name], body.get("archived") is True) for name in names if name in held]
    missing = [name for name in names if name not in held]
    errors = [_missing(name).in_batch(None) for name in missing]
    return core.batch_answer(200, results, errors)


def batch_create(core: Doing, request: Request, kind: str) -> Response:
    """Does what can be done; a name that is taken is told by name."""
    store = core.portal.store(kind)
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for item in _inputs(json_object(request)):
        try:
            full = shown(_made(core, store, item))
        except Refused as refused:
            errors.append(refused.in_batch(None))
        else:
            results.append({key: value for key, value in full.items() if key not in _NOT_IN_BATCHES})
    return core.batch_answer(200 if core.dated else 201, results, errors)


def batch_archive(core: Doing, request: Request, kind: str) -> Response:
    store = core.portal.store(kind)
    for name in _names(_inputs(json_object(request))):
        _archive(core, store, name)
    return Response(204)


def _inputs(body: Body) -> list[Body]:
    inputs = inputs_of(body)
    if len(inputs) > _MOST_BATCH:
        raise invalid(f"The maximum number of inputs supported in a batch request is {_MOST_BATCH}.")
    return inputs


def _names(inputs: Iterable[Body]) -> list[str]:
    names = [text_at(item, "name") for item in inputs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise duplicate_ids(twice)
    return names


# shapes --------------------------------------------------------------------------------------------
def shown(item: Property, archived: bool = False) -> dict[str, Any]:
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
        "externalOptions": item.owner_options or bool(item.extra.get("externalOptions")),
        "archived": archived,
        "hasUniqueValue": item.unique,
        "hidden": item.hidden,
        "modificationMetadata": _metadata(item),
        "formField": item.extra.get("formField", not (item.read_only or item.calculated)),
        "dataSensitivity": _sensitivity(item),
    }
    if item.hubspot_defined:
        result["hubspotDefined"] = True
    else:
        result |= {"createdUserId": "9000011", "updatedUserId": "9000011"}
    if item.owner_options:
        result["referencedObjectType"] = "OWNER"
    return result


def _sensitivity(item: Property) -> str:
    return str(item.extra.get("dataSensitivity", "non_sensitive"))


def _asked_sensitivity(request: Request) -> str:
    return request.first("dataSensitivity") or "non_sensitive"


def _option(place: int, pair: tuple[str, str]) -> dict[str, Any]:
    return {"label": pair[1], "value": pair[0], "displayOrder": place, "hidden": False, "description": ""}


def _metadata(item: Property) -> dict[str, bool]:
    """HubSpot's own ones were recorded as archivable, though they are not archived."""
    result = {
        "archivable": True,
        "readOnlyDefinition": item.hubspot_defined,
        "readOnlyValue": item.read_only or item.calculated,
    }
    return {**result, "readOnlyOptions": True} if item.options and item.hubspot_defined else result


def _pairs(body: Body) -> tuple[tuple[str, str], ...]:
    pairs = tuple((text_at(one, "value"), text_at(one, "label")) for one in objects_of(body, "options"))
    if any(not value or not label for value, label in pairs):
        raise invalid("Each option needs a label and a value")
    if len({value for value, _ in pairs}) != len(pairs):
        raise invalid("Property options must have unique values")
    return pairs


def _known_group(core: Doing, store: Store, name: str) -> str:
    if not core.settings.unknown_group_refused:
        store.groups.setdefault(name, name)
    if name not in store.groups:
        raise invalid(f"Property group '{name}' does not exist")
    return name


def _known(store: Store, name: str) -> Property:
    item = store.properties.get(name)
    if item is None:
        raise _missing(name)
    return item


def _missing(name: str) -> Refused:
    context = {"name": [name]}
    return Refused(404, f'Property "{name}" does not exist', context=context, category="OBJECT_NOT_FOUND")
