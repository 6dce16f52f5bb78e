"""/crm/v3/lists: lists of records and who is on them. Source: API-FACTS 1.10.

What a DYNAMIC list selects is not worked out here: it keeps its filters and stays empty.
"""

from __future__ import annotations

from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.bodies import json_body, json_object, text_at, wants, whole
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, invalid, not_json, required_fields
from connector.practice.hubspot.segments import Segment, shown_list

_PROCESSING = ("MANUAL", "DYNAMIC", "SNAPSHOT")
_MOST_FROM, _MOST_NAMED = 100_000, 500


def create(core: Doing, request: Request) -> Response:
    body = json_object(request)
    lacking = [key for key in ("name", "objectTypeId", "processingType") if not text_at(body, key)]
    if lacking:
        raise required_fields(lacking)
    kind = core.portal.store(text_at(body, "objectTypeId")).kind
    processing = text_at(body, "processingType")
    if processing not in _PROCESSING:
        raise invalid(f"Invalid processingType: {processing}")
    if processing == "DYNAMIC" and not isinstance(body.get("filterBranch"), dict):
        raise required_fields(["filterBranch"])
    name = text_at(body, "name")
    _free(core, name, kind.type_id)
    made = core.portal.new_list(name, core.now_ms(), kind.type_id, processing)
    made.filters = body.get("filterBranch") if isinstance(body.get("filterBranch"), dict) else None
    return json_response(200, {"list": shown_list(made)})


def _free(core: Doing, name: str, type_id: str) -> None:
    if _named(core, name, type_id):
        raise invalid(f"List name '{name}' is already in use", subCategory="ILS.DUPLICATE_LIST_NAMES")


def get(core: Doing, request: Request, key: str) -> Response:
    return json_response(200, {"list": shown_list(_known(core, key), wants(request, "includeFilters"))})


def get_by_name(core: Doing, request: Request, object_type: str, name: str) -> Response:
    found = _named(core, name, core.portal.store(object_type).kind.type_id)
    if found is None:
        raise _unknown_list(name)
    return json_response(200, {"list": shown_list(found, wants(request, "includeFilters"))})


def get_several(core: Doing, request: Request) -> Response:
    asked = [core.portal.lists.get(key) for key in request.query.get("listIds", [])]
    return json_response(200, {"lists": [shown_list(held) for held in asked if held]})


def search(core: Doing, request: Request) -> Response:
    body = json_object(request)
    query, offset = text_at(body, "query").lower(), whole(text_at(body, "offset"), "offset", 0)
    count = whole(text_at(body, "count"), "count", 20, 0, _MOST_NAMED)
    wanted, kinds = _texts(body.get("listIds") or []), _texts(body.get("processingTypes") or [])
    found = [
        held
        for held in core.portal.lists.values()
        if query in held.name.lower()
        and (not wanted or held.id in wanted)
        and (not kinds or held.processing in kinds)
    ]
    page = found[offset : offset + count]
    rows = [{**_without_size(held), "additionalProperties": _more(held)} for held in page]
    end = offset + len(page)
    return json_response(
        200, {"offset": end, "hasMore": end < len(found), "lists": rows, "total": len(found)}
    )


def _without_size(held: Segment) -> dict[str, Any]:
    """A search was recorded without `size`: it stands among the additional properties."""
    return {key: value for key, value in shown_list(held).items() if key != "size"}


def archive(core: Doing, request: Request, key: str) -> Response:
    held = _known(core, key)
    held.deleted_ms = core.now_ms()
    core.portal.dropped_lists[key] = core.portal.lists.pop(key)
    return Response(204)


def restore(core: Doing, request: Request, key: str) -> Response:
    """204 also for a list that was never deleted."""
    held = core.portal.dropped_lists.pop(key, None)
    if held is not None:
        held.deleted_ms = None
        core.portal.lists[key] = held
    else:
        _known(core, key)
    return Response(204)


def rename(core: Doing, request: Request, key: str) -> Response:
    """PUT …/update-list-name?listName="""
    held, name = _known(core, key), request.first("listName") or ""
    if not name:
        raise required_fields(["listName"])
    if name != held.name:
        _free(core, name, held.type_id)
    held.name, held.updated_ms = name, core.now_ms()
    return json_response(200, {"updatedList": shown_list(held)})


# members -------------------------------------------------------------------------------------------
def members(core: Doing, request: Request, key: str) -> Response:
    held = _known(core, key)
    limit = whole(request.first("limit"), "limit", 100, 1, 250)
    after = whole(request.first("after"), "after", 0)
    ids = sorted(held.members, key=int)
    rest = [item for item in ids if int(item) > after]
    rows = [
        {"recordId": item, "membershipTimestamp": values.iso(held.members[item])} for item in rest[:limit]
    ]
    body: dict[str, Any] = {"results": rows, "total": len(ids)}
    if len(rest) > limit:
        link = f"{core.base_url}/crm/v3/lists/{key}/memberships?after={rest[limit - 1]}"
        body["paging"] = {"next": {"after": rest[limit - 1], "link": link}}
    return json_response(200, body)


def lists_of(core: Doing, request: Request, object_type: str, key: str) -> Response:
    type_id = core.portal.store(object_type).kind.type_id
    held = [one for one in core.portal.lists.values() if key in one.members and one.type_id == type_id]
    rows = [
        {"listId": one.id, "listVersion": one.version, "firstAddedTimestamp": values.iso(one.members[key])}
        for one in held
    ]
    return json_response(200, {"results": rows, "total": len(rows)})


def add(core: Doing, request: Request, key: str) -> Response:
    return json_response(200, _move(core, _by_hand(core, key), _ids(request), []))


def remove(core: Doing, request: Request, key: str) -> Response:
    return json_response(200, _move(core, _by_hand(core, key), [], _ids(request)))


def add_and_remove(core: Doing, request: Request, key: str) -> Response:
    body = json_object(request)
    joining, leaving = body.get("recordIdsToAdd") or [], body.get("recordIdsToRemove") or []
    return json_response(200, _move(core, _by_hand(core, key), _texts(joining), _texts(leaving)))


def add_from(core: Doing, request: Request, key: str, source: str) -> Response:
    held, given = _by_hand(core, key), _known(core, source)
    if len(given.members) > _MOST_FROM:
        raise invalid(f"A list can take at most {_MOST_FROM} records from another one")
    _move(core, held, list(given.members), [])
    return Response(204)


def remove_all(core: Doing, request: Request, key: str) -> Response:
    held = _by_hand(core, key)
    _move(core, held, [], list(held.members))
    return Response(204)


def _move(core: Doing, held: Segment, joining: list[str], leaving: list[str]) -> dict[str, list[str]]:
    """Members already there and strangers who leave are passed over in silence."""
    now, live = core.now_ms(), core.portal.stores[held.type_id].live
    missing = [item for item in (*joining, *leaving) if item not in live]
    added = [item for item in joining if item in live and item not in held.members]
    removed = [item for item in leaving if item in held.members]
    held.members.update(dict.fromkeys(added, now))
    for item in removed:
        del held.members[item]
    if added or removed:
        held.updated_ms, held.version = now, held.version + 1
    return {"recordsIdsAdded": added, "recordIdsRemoved": removed, "recordIdsMissing": missing}


def _by_hand(core: Doing, key: str) -> Segment:
    held = _known(core, key)
    if held.processing == "DYNAMIC":
        raise invalid(f"List {key} is DYNAMIC: records can't be added to or removed from it")
    return held


def _ids(request: Request) -> list[str]:
    return _texts(json_body(request))


def _texts(body: Any) -> list[str]:
    if not isinstance(body, list) or not all(isinstance(item, (str, int)) for item in body):
        raise not_json("a list of ids was expected")
    return list(dict.fromkeys(str(item) for item in body))


def _more(held: Segment) -> dict[str, str]:
    return {"hs_list_size": str(len(held.members)), "hs_list_reference_count": "0"}


def _named(core: Doing, name: str, type_id: str) -> Segment | None:
    held = core.portal.lists.values()
    return next((one for one in held if one.name == name and one.type_id == type_id), None)


def _known(core: Doing, key: str) -> Segment:
    held = core.portal.lists.get(key)
    if held is None:
        raise _unknown_list(key)
    return held


def _unknown_list(key: str) -> Refused:
    message = f"List does not exist with ID {key}."
    return Refused(404, message, category="OBJECT_NOT_FOUND", subCategory="ILS.LIST_NOT_FOUND")
