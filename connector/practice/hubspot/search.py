"""/crm/v3/objects/{type}/search, over an index that lags behind. Source: API-FACTS 1.5."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.bodies import json_object, objects_of
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, invalid, not_json
from connector.practice.hubspot.filters import Held, matcher
from connector.practice.hubspot.indexes import Index
from connector.practice.hubspot.reading import names_to_show, url
from connector.practice.hubspot.store import Store


def search(core: Doing, request: Request, name: str) -> Response:
    store, body = core.portal.store(name), json_object(request)
    limit, start = _page(core, body)
    matches = matcher(core.portal, store, objects_of(body, "filterGroups"))
    index = core.index_of(store)
    index.settle(core.now_ms())
    live = store.live
    found = _above(index, body) if len(live) == len(index.ids) else None
    if found is None:
        found = [key for key, held in index.rows.items() if key in live and matches(held)]
        found = _by_query(store, index, found, body.get("query"))
        _sort(store, index, found, body.get("sorts") or [])
    names = names_to_show(store, body.get("properties"))
    page = found[start : start + limit]
    rows = [_row(core, store, index.rows[key], key, names) for key in page]
    result: dict[str, Any] = {"total": len(found), "results": rows}
    if start + limit < len(found):
        result["paging"] = {"next": {"after": str(start + limit)}}
    return json_response(200, result)


def _above(index: Index, body: dict[str, Any]) -> list[str] | None:
    """The answer to the question of a walk by id, without a look at all others; None for any other question."""
    shape = {name: body.get(name) for name in ("filterGroups", "sorts", "query")}
    value = str(((body.get("filterGroups") or [{}])[0].get("filters") or [{}])[0].get("value"))
    walk = {
        "filterGroups": [{"filters": [{"propertyName": "hs_object_id", "operator": "GT", "value": value}]}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "query": None,
    }
    if shape != walk or not value.isdigit():
        return None
    return [str(id_) for id_ in index.ids[bisect_right(index.ids, int(value)) :]]


def _page(core: Doing, body: dict[str, Any]) -> tuple[int, int]:
    """Limit and offset; both come as numbers or as texts."""
    limit, after = str(body.get("limit") or 10), str(body.get("after") or 0)
    if not _is_whole(limit) or not 1 <= int(limit) <= 200:
        raise invalid(f"Invalid limit: {limit}. The limit must be between 1 and 200")
    if not _is_whole(after):
        raise invalid(f"Invalid after: {after}. Search pages by an integer offset")
    if int(after) + int(limit) > core.settings.search_window:
        raise Refused(400, "There was a problem with the request.", category="VALIDATION_ERROR")
    return int(limit), int(after)


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _by_query(store: Store, index: Index, found: list[str], query: Any) -> list[str]:
    if not query:
        return found
    if len(str(query)) > 3000:
        raise invalid("The query must be at most 3000 characters long")
    wanted, rows, names = str(query).lower(), index.rows, store.kind.searched
    return [key for key in found if any(wanted in rows[key].get(name, "").lower() for name in names)]


def _row(core: Doing, store: Store, held: Held, key: str, names: tuple[str, ...]) -> dict[str, Any]:
    """As the index has it, which may be older than the record."""
    return {
        "id": key,
        "properties": {name: held.get(name) for name in names},
        "createdAt": held[store.kind.created],
        "updatedAt": held[store.kind.modified],
        "archived": False,
        "url": url(core.portal, store, key),
    }


def _sort(store: Store, index: Index, found: list[str], sorts: Any) -> None:
    """One sort; without any, by id. Records without the value come last."""
    if not isinstance(sorts, list):
        raise not_json('"sorts" must be a list')
    if len(sorts) > 1:
        raise invalid("Only one sort is supported")
    found.sort(key=int)
    if not sorts:
        return
    chosen = sorts[0] if isinstance(sorts[0], dict) else {"propertyName": str(sorts[0]).lstrip("-")}
    falling = chosen.get("direction") == "DESCENDING" or str(sorts[0]).startswith("-")
    name = str(chosen.get("propertyName"))
    rows, order = index.rows, _order(store, name)
    filled = [key for key in found if name in rows[key]]
    blank = [key for key in found if name not in rows[key]]
    filled.sort(key=lambda key: order(rows[key][name]), reverse=falling)
    found[:] = [*filled, *blank]


def _order(store: Store, name: str) -> Callable[[str], Any]:
    item = store.properties.get(name)
    if item is None:
        raise invalid(f"There was a problem with the request. Property '{name}' does not exist")
    if item.type == "number":
        return float
    if item.type in ("date", "datetime"):
        return lambda text: values.ms_of(text) or 0
    return str.lower
