"""/crm/v3/objects/{type}: one record at a time, and the list. Source: API-FACTS 1.3."""

from __future__ import annotations

from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.bodies import json_object, object_at, wants, whole
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, invalid, not_found
from connector.practice.hubspot.linking import link_new, planned_links
from connector.practice.hubspot.reading import names_to_show, shown, with_associations, written
from connector.practice.hubspot.store import Record, Store


def read_one(core: Doing, request: Request, name: str, key: str) -> Response:
    """A merged-away id gives the record it went into, whose `id` differs."""
    store = core.portal.store(name)
    record = _asked(core, store, request, key)
    result = shown(core.portal, store, record, *_shape(store, request))
    if asked := request.query.get("associations"):
        result |= _linked(core, store, record, asked)
    return json_response(200, result)


def read_page(core: Doing, request: Request, name: str) -> Response:
    store = core.portal.store(name)
    names, with_history = _shape(store, request)
    limit = whole(request.first("limit"), "limit", 10, 1, 50 if with_history else 100)
    page, more = _page(store, request, limit)
    asked = request.query.get("associations")
    results = []
    for item in page:
        result = shown(core.portal, store, item, names, with_history)
        results.append(result | _linked(core, store, item, asked) if asked else result)
    body: dict[str, Any] = {"results": results}
    if more:
        after = page[-1].id
        path = f"{core.base_url}/crm/v3/objects/{store.kind.plural}"
        body["paging"] = {"next": {"after": after, "link": f"{path}?limit={limit}&after={after}"}}
    return json_response(200, body)


def _page(store: Store, request: Request, limit: int) -> tuple[list[Record], bool]:
    pool = store.archived if wants(request, "archived") else store.live
    page: list[Record] = []
    for key in store.after(_cursor(request)):
        record = pool.get(key)
        if record is None:
            continue
        if len(page) == limit:
            return page, True
        page.append(record)
    return page, False


def _linked(core: Doing, store: Store, record: Record, asked: list[str]) -> dict[str, Any]:
    found = with_associations(core.portal, store, record, asked)
    return {"associations": found} if found else {}


def create(core: Doing, request: Request, name: str) -> Response:
    store, body = core.portal.store(name), json_object(request)
    links = planned_links(core, store, body)
    planned = core.writer.plan(store, None, object_at(body, "properties"), core.api_source, ruled=core.ruled)
    planned.trace = body.get("objectWriteTraceId")
    record = core.writer.commit(planned, core.api_source, core.now_ms())
    link_new(core, store, record, links)
    location = f"{core.base_url}/crm/v3/objects/{store.kind.plural}/{record.id}"
    return json_response(201, written(core.portal, record, planned, core.warned), {"Location": location})


def update(core: Doing, request: Request, name: str, key: str) -> Response:
    store = core.portal.store(name)
    record = store.get(key, id_property(store, request.first("idProperty")))
    body = json_object(request)
    planned = core.writer.plan(
        store, record, object_at(body, "properties"), core.api_source, ruled=core.ruled
    )
    planned.trace = body.get("objectWriteTraceId")
    core.writer.commit(planned, core.api_source, core.now_ms())
    return json_response(200, written(core.portal, record, planned, core.warned))


def archive(core: Doing, request: Request, name: str, key: str) -> Response:
    """204 also for an id that nobody has, or that is archived already (a setting)."""
    store = core.portal.store(name)
    record = store.find(key, None)
    if record is not None:
        core.archive(record, core.api_source, store)
    elif core.settings.delete_unknown != 204:
        raise not_found(key)
    return Response(204)


def id_property(store: Store, name: Any) -> str | None:
    """The idProperty asked for, if it is one: e-mail of contacts, or a property with unique values."""
    if name is None:
        return None
    if isinstance(name, str) and (name == "hs_object_id" or name in store.by_unique):
        return name
    if name == "email" and store.has_emails:
        return "email"
    caps = store.kind.caps
    raise invalid(f"Property '{name}' is not a unique property of {caps} and can't be used as idProperty")


def _asked(core: Doing, store: Store, request: Request, key: str) -> Record:
    if wants(request, "archived") and key in store.archived:
        return store.archived[key]
    return store.get(key, id_property(store, request.first("idProperty")))


def _shape(store: Store, request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = names_to_show(store, request.query.get("properties"))
    histories = [name for part in request.query.get("propertiesWithHistory", ()) for name in part.split(",")]
    known = tuple(name for name in histories if name in store.properties)
    return tuple(dict.fromkeys((*names, *known))), known


def _cursor(request: Request) -> int:
    text = request.first("after") or "0"
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Refused(400, f"after is not a valid cursor: {text}", category="VALIDATION_ERROR")
    return int(text)
