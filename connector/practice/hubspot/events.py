"""Changes as webhook events. Source: API-FACTS 2.1.

A creation is told together with each subscribed property it set; nothing says in which order they arrive.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from connector.practice.hubspot.state import Portal
from connector.practice.hubspot.subscribing import NEVER, Subscription
from connector.practice.hubspot.writing import Change

Event = dict[str, Any]


class Ear(NamedTuple):
    """One subscription that hears a thing. `generic`: by an object.* event."""

    number: int
    generic: bool


class Heard:
    """Who hears what: by object type and event, or by object type and property ("*": every one)."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.events: dict[tuple[str, str], list[Ear]] = {}
        self.properties: dict[tuple[str, str], list[Ear]] = {}

    def add(self, one: Subscription, number: int, portal: Portal) -> None:
        word, _, event = str(one["type"]).partition(".")
        generic = word == "object"
        if not generic and word in ("conversation", "event"):
            return
        type_id = portal.store(str(one["object"]) if generic else word).kind.type_id
        self.kinds.add(type_id)
        if event == "propertyChange":
            self.properties.setdefault((type_id, str(one["property"])), []).append(Ear(number, generic))
        else:
            self.events.setdefault((type_id, event), []).append(Ear(number, generic))


def events_of(change: Change, heard: Heard, portal: Portal, dice: random.Random) -> Iterator[Event]:
    """One for what happened, one for each subscribed property that changed."""
    writer = _Telling(change, heard, portal, dice)
    what, more = _happened(change)
    if what:
        yield from writer.told(what, more)
    if not change.archived and (not change.created or portal.settings.creation_tells_properties):
        yield from writer.properties()


def _happened(change: Change) -> tuple[str, dict[str, Any]]:
    if change.what == "restore":
        return "restore", {"changeFlag": "RESTORED"}
    if change.what:
        return change.what, change.more
    if change.archived:
        return "deletion", {"changeFlag": "DELETED"}
    if change.created:
        return "creation", {"changeFlag": "CREATED"}
    return "", {}


class _Telling:
    def __init__(self, change: Change, heard: Heard, portal: Portal, dice: random.Random) -> None:
        self.change, self.heard, self.portal, self.dice = change, heard, portal, dice

    def told(self, what: str, more: dict[str, Any]) -> Iterator[Event]:
        for ear in self.heard.events.get((self.change.kind.type_id, what), ()):
            yield self._event(what, ear, more)

    def properties(self) -> Iterator[Event]:
        type_id, held = self.change.kind.type_id, self.heard.properties
        every = held.get((type_id, "*"), [])
        settings = self.portal.settings
        never = NEVER - {"lastmodifieddate"} if settings.lastmodified_subscribable else NEVER
        for name, new in self._changed(settings.lastmodified_subscribable):
            ears = held.get((type_id, name)) or every
            if not ears or name in never:
                continue
            more: dict[str, Any] = {"propertyName": name, "propertyValue": self._value(name, new)}
            if settings.sensitive_flag:
                more["isSensitive"] = self._sensitive(name)
            for ear in ears:
                yield self._event("propertyChange", ear, more)

    def _changed(self, touched: bool) -> Iterator[tuple[str, str]]:
        yield from self.change.new.items()
        if (
            touched
            and self.change.new
            and (self.change.kind.type_id, "lastmodifieddate") in self.heard.properties
        ):
            yield "lastmodifieddate", str(self.change.at_ms)

    def _sensitive(self, name: str) -> bool:
        item = self.portal.stores[self.change.kind.type_id].properties.get(name)
        return item is not None and item.extra.get("dataSensitivity", "non_sensitive") != "non_sensitive"

    def _value(self, name: str, new: str) -> str:
        return "REDACTED" if self._sensitive(name) else new

    def _event(self, what: str, ear: Ear, more: dict[str, Any]) -> Event:
        change, account, settings = self.change, self.portal.account, self.portal.settings
        word = "object" if ear.generic else change.kind.events or change.kind.singular
        source = change.source.type
        event: Event = {
            "eventId": self.dice.randrange(1, 2**32),
            "subscriptionId": ear.number,
            "portalId": account.portal_id,
            "appId": account.app_id,
            "occurredAt": change.at_ms,
            settings.event_name_field if ear.generic else "subscriptionType": f"{word}.{what}",
            "attemptNumber": 0,
        }
        if what != "associationChange":
            event["objectId"] = int(change.contact_id)
        if ear.generic:
            event["objectTypeId"] = change.kind.type_id
        return {
            **event,
            **more,
            "changeSource": settings.app_change_source if source == "INTEGRATION" else source,
            "sourceId": change.source.id,
        }
