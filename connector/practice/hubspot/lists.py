"""/crm/v3/lists: static (MANUAL) lists of contacts. Source: API-FACTS 1.10."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.contacts import json_object
from connector.practice.hubspot.errors import Refused, invalid
from connector.practice.hubspot.state import StaticList, shown_list

if TYPE_CHECKING:
    from connector.practice.hubspot.core import HubSpotCore

_CONTACTS = {"0-1", "contacts", "contact", "CONTACT"}


def create(core: HubSpotCore, request: Request) -> Response:
    body = json_object(request)
    lacking = [key for key in ("name", "objectTypeId", "processingType") if not body.get(key)]
    if lacking:
        raise invalid(f"Some required fields were not set: [{', '.join(lacking)}]")
    if body["objectTypeId"] not in _CONTACTS or body["processingType"] != "MANUAL":
        raise invalid("Only MANUAL lists of contacts (0-1) are served here")
    if _named(core, body["name"]):
        raise invalid(f"List name '{body['name']}' is already in use", subCategory="ILS.DUPLICATE_LIST_NAMES")
    made = core.portal.new_list(str(body["name"]), core.now_ms())
    return json_response(200, {"list": shown_list(made)})


def get(core: HubSpotCore, request: Request, key: str) -> Response:
    return json_response(200, {"list": shown_list(_known(core, key))})


def get_by_name(core: HubSpotCore, request: Request, object_type: str, name: str) -> Response:
    found = _named(core, name) if object_type in _CONTACTS else None
    if found is None:
        raise _unknown_list(name)
    return json_response(200, {"list": shown_list(found)})


def get_several(core: HubSpotCore, request: Request) -> Response:
    asked = [core.portal.lists.get(key) for key in request.query.get("listIds", [])]
    return json_response(200, {"lists": [shown_list(held) for held in asked if held]})


def search(core: HubSpotCore, request: Request) -> Response:
    body = json_object(request)
    query, offset = str(body.get("query") or "").lower(), int(body.get("offset") or 0)
    count = int(body.get("count") or 20)
    wanted = {str(key) for key in body.get("listIds") or ()}
    found = [
        held
        for held in core.portal.lists.values()
        if query in held.name.lower() and (not wanted or held.id in wanted)
    ]
    page = found[offset : offset + count]
    rows = [{**shown_list(held), "additionalProperties": _more(held)} for held in page]
    end = offset + len(page)
    return json_response(
        200, {"offset": end, "hasMore": end < len(found), "lists": rows, "total": len(found)}
    )


def archive(core: HubSpotCore, request: Request, key: str) -> Response:
    _known(core, key)
    del core.portal.lists[key]
    return Response(204)


def members(core: HubSpotCore, request: Request, key: str) -> Response:
    held = _known(core, key)
    limit, after = int(request.first("limit") or 100), int(request.first("after") or 0)
    if not 1 <= limit <= 250:
        raise invalid(f"limit must be between 1 and 250, and was {limit}")
    ids = sorted(held.members, key=int)
    rest = [item for item in ids if int(item) > after]
    rows = [
        {"recordId": item, "membershipTimestamp": values.iso(held.members[item])} for item in rest[:limit]
    ]
    body: dict[str, Any] = {"results": rows, "total": len(ids)}
    if len(rest) > limit:
        body["paging"] = {"next": {"after": rest[limit - 1]}}
    return json_response(200, body)


def lists_of(core: HubSpotCore, request: Request, object_type: str, key: str) -> Response:
    held = [one for one in core.portal.lists.values() if key in one.members]
    rows = [
        {"listId": one.id, "listVersion": one.version, "firstAddedTimestamp": values.iso(one.members[key])}
        for one in held
    ]
    return json_response(200, {"results": rows, "total": len(rows)})


def add(core: HubSpotCore, request: Request, key: str) -> Response:
    return json_response(200, _move(core, _known(core, key), _ids(request), []))


def remove(core: HubSpotCore, request: Request, key: str) -> Response:
    return json_response(200, _move(core, _known(core, key), [], _ids(request)))


def add_and_remove(core: HubSpotCore, request: Request, key: str) -> Response:
    body = json_object(request)
    joining, leaving = body.get("recordIdsToAdd") or [], body.get("recordIdsToRemove") or []
    return json_response(200, _move(core, _known(core, key), _texts(joining), _texts(leaving)))


def _move(
    core: HubSpotCore, held: StaticList, joining: list[str], leaving: list[str]
) -> dict[str, list[str]]:
    """Members already there and strangers who leave are passed over in silence."""
    now = core.now_ms()
    missing = [item for item in (*joining, *leaving) if item not in core.portal.contacts]
    added = [item for item in joining if item in core.portal.contacts and item not in held.members]
    removed = [item for item in leaving if item in held.members]
    held.members.update(dict.fromkeys(added, now))
    for item in removed:
        del held.members[item]
    if added or removed:
        held.updated_ms, held.version = now, held.version + 1
    return {"recordsIdsAdded": added, "recordIdsRemoved": removed, "recordIdsMissing": missing}


def _ids(request: Request) -> list[str]:
    try:
        return _texts(request.json())
    except ValueError:
        raise Refused(400, "Invalid input JSON on line 1, column 1: the body could not be read") from None


def _texts(body: Any) -> list[str]:
    if not isinstance(body, list):
        raise Refused(400, "Invalid input JSON on line 1, column 1: a list of ids was expected")
    return list(dict.fromkeys(str(item) for item in body))


def _more(held: StaticList) -> dict[str, str]:
    return {"hs_list_size": str(len(held.members)), "hs_list_reference_count": "0"}


def _named(core: HubSpotCore, name: str) -> StaticList | None:
    return next((held for held in core.portal.lists.values() if held.name == name), None)


def _known(core: HubSpotCore, key: str) -> StaticList:
    held = core.portal.lists.get(key)
    if held is None:
        raise _unknown_list(key)
    return held


def _unknown_list(key: str) -> Refused:
    message = f"List does not exist with ID {key}."
    return Refused(404, message, category="OBJECT_NOT_FOUND", subCategory="ILS.LIST_NOT_FOUND")
