"""Makes and takes away the properties of Accord in a portal, by HubSpot's properties API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from connector.adapters.calling import no_guard
from connector.adapters.hubspot.api import HubSpotApi
from connector.adapters.hubspot.failures import Rejection
from connector.core import wanted as w
from connector.core.wanted import Wanted

GROUP = "accord"
GROUP_LABEL = "Accord"
SHAPES: dict[str, tuple[str, str]] = {
    w.TEXT: ("string", "text"),
    w.LONG: ("string", "textarea"),
    w.CHOICE: ("enumeration", "select"),
    w.CHOICES: ("enumeration", "checkbox"),
    w.NUMBER: ("number", "number"),
    w.MONEY: ("number", "number"),
    w.MOMENT: ("datetime", "date"),
    w.DAY: ("date", "date"),
    w.FLAG: ("bool", "booleancheckbox"),
}
YES_NO: w.Options = (("true", "Yes"), ("false", "No"))
OURS = "contactinformation"
"""The group of mapped properties that are not Accord's own."""


class Shaper:
    """Calls that change the portal's properties, one at a time."""

    def __init__(self, api: HubSpotApi, object_: str = "contact") -> None:
        self._api = api
        self._base = api.paths.properties(object_)

    def make_group(self) -> bool:
        """Whether it was made; one that is there is as good."""
        body = {"name": GROUP, "label": GROUP_LABEL, "displayOrder": -1}
        return self._unless_there("POST", f"{self._base}/groups", body)

    def make(self, one: Wanted) -> bool:
        """Whether it was made. (The name of an archived one brings that one back.)"""
        return self._unless_there("POST", self._base, property_of(one))

    def add_options(self, name: str, add: w.Options) -> None:
        """HubSpot replaces the whole list: so what is there is read just before, and stays as it is."""
        path = f"{self._base}/{quote(name, safe='')}"
        there = list(self._api.read("GET", path, None, no_guard).body.get("options") or [])
        held = {str(option.get("value")) for option in there}
        more = [option for option in _options(add, len(there)) if option["value"] not in held]
        if more:
            self._api.write("PATCH", path, {"options": [*there, *more]}, no_guard)

    def group_of(self, name: str) -> str:
        """The property's group; '' where there is no such property."""
        try:
            body = self._api.read("GET", f"{self._base}/{quote(name, safe='')}", None, no_guard).body
        except Rejection as refused:
            if refused.status == 404:
                return ""
            raise
        return str(body.get("groupName") or "")

    def archive(self, name: str) -> None:
        """The property with all its values (HubSpot keeps an archived one for 90 days)."""
        self._api.write("DELETE", f"{self._base}/{quote(name, safe='')}", None, no_guard)

    def archive_group(self) -> None:
        self._unless_gone(f"{self._base}/groups/{GROUP}")

    def _unless_there(self, method: str, path: str, body: Any) -> bool:
        try:
            self._api.write(method, path, body, no_guard)
        except Rejection as refused:
            if refused.status == 409:
                return False
            raise
        return True

    def _unless_gone(self, path: str) -> None:
        try:
            self._api.write("DELETE", path, None, no_guard)
        except Rejection as refused:
            if refused.status not in (400, 404):  # 400: somebody put a property of their own into it
                raise


def property_of(one: Wanted) -> dict[str, Any]:
    """The body that creates it."""
    kind, field_type = SHAPES[one.kind]
    body: dict[str, Any] = {
        "name": one.name,
        "label": one.label,
        "type": kind,
        "fieldType": field_type,
        "groupName": GROUP if one.own else OURS,
        "description": one.about,
        "formField": not one.own,
    }
    if one.unique:
        body["hasUniqueValue"] = True
    options = YES_NO if one.kind == w.FLAG else one.options
    return body | ({"options": _options(options, 0)} if options else {})


def _options(pairs: Sequence[tuple[str, str]], first: int) -> list[dict[str, Any]]:
    return [
        {"value": value, "label": label, "displayOrder": place, "hidden": False}
        for place, (value, label) in enumerate(pairs, first)
    ]
