"""Static lists: found by name, made when missing, filled and emptied."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from connector.adapters.hubspot.api import HubSpotApi
from connector.adapters.hubspot.connection import OBJECT_TYPE_IDS
from connector.adapters.hubspot.failures import Rejection
from connector.ports import Guard

GONE = 404


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
