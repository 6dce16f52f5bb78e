"""What can be subscribed to, and a project's file that says so. Source: API-FACTS 2.1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connector.practice.hubspot.errors import Refused
from connector.practice.hubspot.state import Portal

Subscription = dict[str, Any]
"""{"type", "property"?, "object"? (of an object.* event), "active"?, "id"?}"""

FIRST_NUMBER = 3_900_001
MOST = 1000
NEVER = frozenset({"lastmodifieddate", "hs_lastmodifieddate", "num_unique_conversion_events"})
_KINDS = ("creation", "deletion", "propertyChange", "merge", "restore", "associationChange")
_WORDS = ("contact", "company", "deal", "ticket", "product", "line_item", "object")
TYPES = frozenset(
    {
        *(f"{word}.{kind}" for word in _WORDS for kind in _KINDS),
        "contact.privacyDeletion",
        "object.privacyDeletion",
        *(f"conversation.{kind}" for kind in ("creation", "deletion", "newMessage", "privacyDeletion")),
        "conversation.propertyChange",
        "event.completed",
    }
) - {"product.associationChange"}
"""Conversations and events.completed are taken, though nothing here ever tells of them."""


def everything() -> list[Subscription]:
    """What "all" stands for; `property` "*" is every one."""
    return [
        {"type": "contact.creation"},
        {"type": "contact.deletion"},
        {"type": "contact.propertyChange", "property": "*"},
        {"type": "contact.merge"},
        {"type": "contact.restore"},
        {"type": "contact.privacyDeletion"},
        {"type": "contact.associationChange"},
    ]


def checked(one: Subscription, portal: Portal, lastmodified: bool) -> Subscription:
    """The same subscription when it is one; ValueError says what is wrong."""
    kind = one.get("type")
    if kind not in TYPES:
        raise ValueError(f"unknown subscription type: {kind}")
    name = one.get("property")
    if str(kind).endswith(".propertyChange"):
        never = NEVER - {"lastmodifieddate"} if lastmodified else NEVER
        if not isinstance(name, str) or not name or name in never:
            raise ValueError(f"not a property to subscribe to: {name}")
    if str(kind).startswith("object."):
        _known(str(one.get("object") or ""), portal)
    return one


def _known(name: str, portal: Portal) -> None:
    try:
        portal.store(name)
    except Refused:
        raise ValueError(f"an object.* event needs a known object: {name!r}") from None


def of_project(file: Mapping[str, Any]) -> tuple[str, int, list[Subscription]]:
    """Target URL, concurrency and subscriptions of a project's webhooks file. ValueError.

    Takes `*-hsmeta.json` (with "config") and the older `webhooks.json`, which calls objectType objectName.
    """
    config = file.get("config", file)
    settings, held = config["settings"], config["subscriptions"]
    unknown = sorted(set(held) - {"crmObjects", "legacyCrmObjects", "hubEvents"})
    if unknown:
        raise ValueError(f"unknown lists of subscriptions: {', '.join(unknown)}")
    rows = list(_rows(held))
    if len(rows) > MOST:
        raise ValueError(f"an app has at most {MOST} subscriptions")
    return str(settings["targetUrl"]), int(settings["maxConcurrentRequests"]), rows


def _rows(held: Mapping[str, Iterable[Mapping[str, Any]]]) -> Iterator[Subscription]:
    for part, subscriptions in held.items():
        for one in subscriptions:
            generic = str(one["subscriptionType"]).startswith("object.")
            if generic != (part == "crmObjects"):
                raise ValueError(f"{one['subscriptionType']} does not belong in {part}")
            row: Subscription = {"type": one["subscriptionType"], "active": bool(one.get("active", True))}
            if "propertyName" in one:
                row["property"] = one["propertyName"]
            if generic:
                row["object"] = one.get("objectType") or one.get("objectTypeId") or one.get("objectName")
            yield row
