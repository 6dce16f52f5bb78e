"""What a portal looks like: properties and owners."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from connector.adapters.calling import no_guard
from connector.adapters.hubspot.api import HubSpotApi
from connector.ports import FieldSchema, Guard

KEPT = 3600.0
"""Seconds a schema read for our own use is trusted. ``schema()`` itself always asks."""


class Describer:
    """Reads schemas and owners; keeps the schemas for whoever needs one in passing."""

    def __init__(self, api: HubSpotApi) -> None:
        self._api = api
        self._kept: dict[str, tuple[float, dict[str, FieldSchema]]] = {}

    def schema(self, object_: str) -> dict[str, FieldSchema]:
        reply = self._api.read("GET", self._api.paths.properties(object_), None, no_guard)
        fields = {row["name"]: _field(row) for row in reply.body["results"] if not row.get("archived")}
        self._kept[object_] = (time.monotonic(), fields)
        return fields

    def known(self, object_: str) -> dict[str, FieldSchema]:
        """The schema, at most an hour old."""
        kept = self._kept.get(object_)
        if kept is not None and time.monotonic() - kept[0] < KEPT:
            return kept[1]
        return self.schema(object_)

    def owners(self, *, archived: bool, guard: Guard = no_guard) -> dict[str, str]:
        """E-mail (lower case) -> owner id of all persons; the first one counts where an address comes twice."""
        found: dict[str, str] = {}
        after = ""
        while True:
            query = {"limit": "100", "archived": str(archived).lower()} | ({"after": after} if after else {})
            path = f"{self._api.paths.owners()}?{urlencode(query)}"
            body = self._api.read("GET", path, None, guard).body
            for row in body.get("results") or []:
                if row.get("email"):
                    found.setdefault(str(row["email"]).lower(), str(row["id"]))
            after = str(((body.get("paging") or {}).get("next") or {}).get("after") or "")
            if not after:
                return found


def _field(row: Mapping[str, Any]) -> FieldSchema:
    kind = str(row.get("type") or "")
    options = tuple(str(option["value"]) for option in row.get("options") or [])
    read_only = (row.get("modificationMetadata") or {}).get("readOnlyValue") or row.get("calculated")
    return FieldSchema(
        name=str(row["name"]),
        label=str(row.get("label") or row["name"]),
        type=kind,
        writable=not read_only,
        # HubSpot takes e-mail as idProperty like any unique property, but does not always mark it.
        unique=bool(row.get("hasUniqueValue")) or row["name"] == "email",
        restricted=kind in ("enumeration", "bool") and not row.get("externalOptions"),
        options=options,
    )
