"""What an org looks like: fields and users."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from connector.adapters.calling import no_guard
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.reading import Reader
from connector.ports import FieldSchema

KEPT = 3600.0
"""Seconds a describe made for our own use is trusted. ``schema()`` itself always asks."""


class Describer:
    """Describes objects; keeps the answers for whoever needs one in passing."""

    def __init__(self, api: SalesforceApi) -> None:
        self._api = api
        self._kept: dict[str, tuple[float, dict[str, FieldSchema]]] = {}

    def schema(self, object_: str) -> dict[str, FieldSchema]:
        reply = self._api.read("GET", f"sobjects/{object_}/describe", None, no_guard)
        fields = {row["name"]: _field(row) for row in reply.body["fields"]}
        self._kept[object_] = (time.monotonic(), fields)
        return fields

    def known(self, object_: str) -> dict[str, FieldSchema]:
        """The schema, at most an hour old."""
        kept = self._kept.get(object_)
        if kept is not None and time.monotonic() - kept[0] < KEPT:
            return kept[1]
        return self.schema(object_)


def users(reader: Reader, *, active: bool) -> dict[str, str]:
    """E-mail (lower case) -> user id; the oldest user counts where an address comes twice."""
    text = f"SELECT Id, Email FROM User WHERE IsActive = {str(active).lower()} ORDER BY Id"  # noqa: S608
    found: dict[str, str] = {}
    for page in reader.query(text, no_guard):
        for row in page:
            if row.get("Email"):
                found.setdefault(str(row["Email"]).lower(), str(row["Id"]))
    return found


def _field(row: Mapping[str, Any]) -> FieldSchema:
    options = tuple(
        str(value["value"]) for value in row.get("picklistValues") or [] if value.get("active", True)
    )
    creatable = bool(row.get("createable"))
    return FieldSchema(
        name=str(row["name"]),
        label=str(row.get("label") or row["name"]),
        type=str(row.get("type") or ""),
        length=int(row.get("length") or 0),
        writable=creatable or bool(row.get("updateable")),
        required=creatable and not row.get("nillable", True) and not row.get("defaultedOnCreate", False),
        unique=bool(row.get("unique")) or bool(row.get("externalId")),
        restricted=bool(row.get("restrictedPicklist")),
        options=options,
    )
