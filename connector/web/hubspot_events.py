"""HubSpot's webhook events as Notices. Pure. Both the legacy (`contact.*`) and the generic (`object.*`) events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from connector.core.records import Notice, Ref, Side, Value
from connector.errors import BadNotice

OBJECT_TYPES = {"0-1": "contact", "0-2": "company", "0-3": "deal"}
REDACTED = "REDACTED"
_LATEST_MS = 4_102_444_800_000
"""The year 2100: beyond it a time is nonsense."""

Event = dict[str, Any]


def notices_of(body: bytes, portal_id: str, app_id: str, objects: Collection[str]) -> list[Notice]:
    """All Notices of one request, in its order.

    ``objects``: what Accord keeps (``contact`` …); events of others, and kinds of events that say nothing about a
    record's values (``associationChange``, ``event.completed``), give none. Raises BadNotice: 400 for what can't be
    read, 403 for a portal or app that is not ours; then nothing of the request counts.
    """
    notices: list[Notice] = []
    for event in _events(body):
        if str(event.get("portalId")) != portal_id or str(event.get("appId")) != app_id:
            raise BadNotice(403, "events of another portal or app")
        notices.extend(_notices(event, objects))
    return notices


def _events(body: bytes) -> list[Event]:
    try:
        events = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadNotice(400, "the body is no JSON") from None
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise BadNotice(400, "the body is no array of events")
    return events


def _notices(event: Event, objects: Collection[str]) -> Iterator[Notice]:
    # Tables of the documentation call it eventType, real payloads subscriptionType.
    kind = event.get("subscriptionType") or event.get("eventType")
    if not isinstance(kind, str) or "." not in kind:
        raise BadNotice(400, "an event without its type")
    noun, _, verb = kind.partition(".")
    object_ = OBJECT_TYPES.get(str(event.get("objectTypeId")), "") if noun == "object" else noun
    if object_ not in objects:
        return
    if verb == "merge":
        yield from _merged(event, object_)
        return
    build = _VERBS.get(verb)
    if build is not None:
        yield build(event, Ref(Side.HUBSPOT, object_, _id(event.get("objectId"))), _occurred(event))


def _changed(event: Event, ref: Ref, at: datetime | None) -> Notice:
    name, value = event.get("propertyName"), event.get("propertyValue")
    if not isinstance(name, str) or not name.isprintable() or not name or isinstance(value, (dict, list)):
        raise BadNotice(400, "a propertyChange without its property")
    if event.get("isSensitive") or value == REDACTED:
        return Notice(ref, {name: None}, at, redacted=True)
    if "propertyValue" not in event:
        return Notice(ref, {}, at)
    return Notice(ref, {name: _value(value)}, at)


def _created(event: Event, ref: Ref, at: datetime | None) -> Notice:
    return Notice(ref, {}, at, "created")


def _restored(event: Event, ref: Ref, at: datetime | None) -> Notice:
    return Notice(ref, {}, at)


def _gone(event: Event, ref: Ref, at: datetime | None) -> Notice:
    return Notice(ref, {}, at, "gone")


def _erased(event: Event, ref: Ref, at: datetime | None) -> Notice:
    return Notice(ref, {}, at, "erased")


_VERBS: dict[str, Callable[[Event, Ref, datetime | None], Notice]] = {
    "propertyChange": _changed,
    "creation": _created,
    "restore": _restored,
    "deletion": _gone,
    "privacyDeletion": _erased,
}


def _merged(event: Event, object_: str) -> Iterator[Notice]:
    """The ids merged away are told where they went, as the value that a read of them shows now; the survivor, which
    may be a new id, has moved."""
    losers = event.get("mergedObjectIds") or []
    if not isinstance(losers, list):
        raise BadNotice(400, "a merge without its records")
    primary = _id(event.get("primaryObjectId", event.get("objectId")))
    survivor = _id(event.get("newObjectId") or primary)
    at = _occurred(event)
    for id_ in dict.fromkeys([primary, *map(_id, losers)]):
        if id_ != survivor:
            yield Notice(Ref(Side.HUBSPOT, object_, id_), {"hs_object_id": survivor}, at, "merged")
    yield Notice(Ref(Side.HUBSPOT, object_, survivor), {}, at)


def _id(raw: Any) -> str:
    text = str(raw) if isinstance(raw, (int, str)) and not isinstance(raw, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise BadNotice(400, "an event without a record id")
    return text


def _occurred(event: Event) -> datetime | None:
    at = event.get("occurredAt")
    if at is None:
        return None
    if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at < _LATEST_MS:
        raise BadNotice(400, "an event whose time can't be read")
    return datetime.fromtimestamp(at / 1000, UTC)


def _value(raw: Any) -> Value:
    """HubSpot's values are strings; the blank is None. A NUL, which no database text takes, can't be a person's."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool):
        return "true" if raw else "false"
    text = raw if type(raw) is str else str(raw)
    return text.replace("\x00", "") if "\x00" in text else text
