"""/crm/v3/objects/contacts/search, over an index that lags behind. Source: API-FACTS 1.5."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.contacts import json_object
from connector.practice.hubspot.errors import Refused, invalid
from connector.practice.hubspot.filters import Held, matcher
from connector.practice.hubspot.reading import names_to_show
from connector.practice.hubspot.state import Portal

if TYPE_CHECKING:
    from connector.practice.hubspot.core import HubSpotCore

_SEARCHED_BY_QUERY = ("email", "firstname", "lastname", "phone", "mobilephone", "company", "website")


class Index:
    """What search sees: each contact's values as they were `index_lag` seconds ago; None marks a deletion."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.rows: dict[str, Held] = {}
        self._coming: deque[tuple[int, str, Held | None]] = deque()

    def note(self, contact_id: str, held: Held | None, now_ms: int) -> None:
        """A contact was written (or, with None, archived) at `now_ms`."""
        lag = int(self.portal.settings.index_lag * 1000)
        if not lag and not self._coming:
            self._take(contact_id, held)
            return
        self._coming.append((now_ms + lag, contact_id, dict(held) if held is not None else None))
        self.settle(now_ms)

    def settle(self, now_ms: int) -> None:
        """Takes in everything whose time has come."""
        while self._coming and self._coming[0][0] <= now_ms:
            _, contact_id, held = self._coming.popleft()
            self._take(contact_id, held)

    def _take(self, contact_id: str, held: Held | None) -> None:
        if held is None:
            self.rows.pop(contact_id, None)
        else:
            self.rows[contact_id] = held


def search(core: HubSpotCore, request: Request) -> Response:
    body = json_object(request)
    limit, start = _page(core, body)
    matches = matcher(core.portal, body.get("filterGroups") or [])
    core.index.settle(core.now_ms())
    live = core.portal.contacts
    found = [key for key, held in core.index.rows.items() if key in live and matches(held)]
    found = _by_query(core, found, body.get("query"))
    _sort(core, found, body.get("sorts") or [])
    names = names_to_show(core.portal, body.get("properties"))
    page = found[start : start + limit]
    result: dict[str, Any] = {"total": len(found), "results": [_row(core, key, names) for key in page]}
    if start + limit < len(found):
        result["paging"] = {"next": {"after": str(start + limit)}}
    return json_response(200, result)


def _page(core: HubSpotCore, body: dict[str, Any]) -> tuple[int, int]:
    limit, after = body.get("limit") or 10, str(body.get("after") or "0")
    if not isinstance(limit, int) or not 1 <= limit <= 200:
        raise invalid(f"Invalid limit: {limit}. The limit must be between 1 and 200")
    if not after.isdigit():
        raise invalid(f"Invalid after: {after}. Search pages by an integer offset")
    if int(after) + limit > core.settings.search_window:
        raise Refused(400, "There was a problem with the request.", category="VALIDATION_ERROR")
    return limit, int(after)


def _by_query(core: HubSpotCore, found: list[str], query: Any) -> list[str]:
    if not query:
        return found
    if len(str(query)) > 3000:
        raise invalid("The query must be at most 3000 characters long")
    wanted = str(query).lower()
    rows = core.index.rows
    return [
        key for key in found if any(wanted in rows[key].get(name, "").lower() for name in _SEARCHED_BY_QUERY)
    ]


def _row(core: HubSpotCore, key: str, names: tuple[str, ...]) -> dict[str, Any]:
    """As the index has it, which may be older than the record."""
    held = core.index.rows[key]
    return {
        "id": key,
        "properties": {name: held.get(name) for name in names},
        "createdAt": held["createdate"],
        "updatedAt": held["lastmodifieddate"],
        "archived": False,
        "url": f"https://app.hubspot.com/contacts/{core.portal.account.portal_id}/record/0-1/{key}",
    }


def _sort(core: HubSpotCore, found: list[str], sorts: list[Any]) -> None:
    """One sort; without any, by id. Records without the value come last."""
    if len(sorts) > 1:
        raise invalid("Only one sort is supported")
    found.sort(key=int)
    if not sorts:
        return
    chosen = sorts[0] if isinstance(sorts[0], dict) else {"propertyName": str(sorts[0]).lstrip("-")}
    falling = chosen.get("direction") == "DESCENDING" or str(sorts[0]).startswith("-")
    name = str(chosen.get("propertyName"))
    rows, order = core.index.rows, _order(core.portal, name)
    filled = [key for key in found if name in rows[key]]
    blank = [key for key in found if name not in rows[key]]
    filled.sort(key=lambda key: order(rows[key][name]), reverse=falling)
    found[:] = [*filled, *blank]


def _order(portal: Portal, name: str) -> Callable[[str], Any]:
    item = portal.properties.get(name)
    if item is None:
        raise invalid(f"There was a problem with the request. Property '{name}' does not exist")
    if item.type == "number":
        return float
    if item.type in ("date", "datetime"):
        return lambda text: values.ms_of(text) or 0
    return str.lower
