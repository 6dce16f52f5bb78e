"""Static lists: found by name, made when missing, filled and emptied."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from connector.adapters.hubspot.api import HubSpotApi
from connector.adapters.hubspot.connection import OBJECT_TYPE_IDS
from connector.adapters.hubspot.failures import Rejection
from connector.errors import MendRequest
from connector.ports import Guard

GONE = 404
MEMBERS = 250
"""Members a page (API-FACTS 1)."""


class Lists:
    """Lists of contacts. Ids are kept per name; a list that a person deleted is made anew."""

    def __init__(self, api: HubSpotApi) -> None:
        self._api = api
        self._ids: dict[str, str] = {}
        self._lock = threading.Lock()

    def set_members(self, name: str, add: Sequence[str], remove: Sequence[str], guard: Guard) -> None:
        """Both are sets to HubSpot: repeating the call changes nothing, so a lost answer may be repeated."""
        size = self._api.options.list_batch
        for at in range(0, max(len(add), len(remove)), size):
            body = {
                "recordIdsToAdd": list(add[at : at + size]),
                "recordIdsToRemove": list(remove[at : at + size]),
            }
            self._change(name, body, guard)

    def members(self, name: str, after: str | None, guard: Guard) -> Iterator[tuple[list[str], str]]:
        """Pages of contact ids of a list (its id, or the name of a static one), and the place behind each.

        Raises MendRequest where there is none of that name."""
        list_id = name if name.isdigit() else self._found(name, guard)
        if not list_id:
            raise MendRequest("hubspot", f"there is no static list “{name}” (a dynamic one is given by its id)")
        while True:
            place = f"&after={quote(after)}" if after else ""
            path = self._api.paths.lists(f"{list_id}/memberships?limit={MEMBERS}{place}")
            try:
                page = self._api.read("GET", path, None, guard).body
            except Rejection as refused:
                raise MendRequest("hubspot", f"list {name} can't be read: {refused}") from None
            after = (page.get("paging") or {}).get("next", {}).get("after")
            ids = [str(row["recordId"]) for row in page.get("results") or []]
            if ids:
                yield ids, str(after or ids[-1])
            if not after:
                return

    def _change(self, name: str, body: dict[str, list[str]], guard: Guard) -> None:
        try:
            self._put(self._id_of(name, guard), body, guard)
        except Rejection as refused:
            if refused.status != GONE:
                raise
            self._ids.pop(name, None)
            self._put(self._id_of(name, guard), body, guard)

    def _put(self, list_id: str, body: dict[str, list[str]], guard: Guard) -> None:
        path = self._api.paths.lists(f"{list_id}/memberships/add-and-remove")
        # Repeatable, hence with the patience of a read.
        self._api.read("PUT", path, body, guard)

    def _id_of(self, name: str, guard: Guard) -> str:
        with self._lock:
            if name not in self._ids:
                self._ids[name] = self._found(name, guard) or self._made(name, guard)
            return self._ids[name]

    def _made(self, name: str, guard: Guard) -> str:
        body = {"name": name, "objectTypeId": OBJECT_TYPE_IDS["contact"], "processingType": "MANUAL"}
        try:
            reply = self._api.write("POST", self._api.paths.lists(), body, guard)
        except Rejection:
            # Another process made it between our search and now: HubSpot refuses a second list of that name.
            found = self._found(name, guard)
            if not found:
                raise
            return found
        return str(reply.body["list"]["listId"])

    def _found(self, name: str, guard: Guard) -> str:
        """The id of the static list of exactly this name (lists compare names without case), or ''."""
        offset = 0
        while True:
            body: dict[str, Any] = {
                "query": name,
                "offset": offset,
                "count": 100,
                "processingTypes": ["MANUAL", "SNAPSHOT"],
                "additionalProperties": [],
            }
            page = self._api.read("POST", self._api.paths.lists("search"), body, guard).body
            for row in page.get("lists") or []:
                if str(row.get("name")).lower() == name.lower():
                    return str(row["listId"])
            if not page.get("hasMore"):
                return ""
            offset = int(page["offset"])
