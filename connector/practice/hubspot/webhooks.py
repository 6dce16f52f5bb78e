"""Which changes become webhook events, and the events that wait to be sent. Source: API-FACTS 2.1.

Nothing is sent from here: over HTTP a Sender drains the outbox, in process a test does.
"""

import random
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from connector.practice.hubspot.state import Account
from connector.practice.hubspot.writing import Change

Subscription = dict[str, str]
Event = dict[str, Any]

_NEVER = frozenset({"lastmodifieddate", "hs_lastmodifieddate", "num_unique_conversion_events"})
_TYPES = frozenset(
    f"contact.{kind}" for kind in ("creation", "deletion", "propertyChange", "merge", "restore", "privacyDeletion")
)
"""What can be subscribed to; merges, restores and privacy deletions do not happen in this portal yet."""
_WAITING_AT_MOST = 200_000


class Outbox:
    """Subscriptions, and the events of subscribed changes in the order they happened.

    `subscribe("all")` stands for creation, deletion and every property: the real service has no such
    wildcard, it spares a test from listing them.
    """

    def __init__(self, account: Account, seed: int) -> None:
        self.account = account
        self.wake = threading.Event()
        self._dice = random.Random(f"events:{seed}")
        self._waiting: deque[Change] = deque(maxlen=_WAITING_AT_MOST)
        self.subscriptions: list[Subscription] | str = []
        self._types: dict[str, int] = {}
        self._properties: dict[str, int] = {}

    def subscribe(self, wanted: Sequence[Subscription] | str) -> None:
        """Replaces all subscriptions: "all", or a list of {"type", "property"?}. Raises ValueError."""
        if isinstance(wanted, str) and wanted != "all":
            raise ValueError('subscriptions are "all" or a list')
        for one in wanted if not isinstance(wanted, str) else ():
            _check(one)
        self.subscriptions = wanted if isinstance(wanted, str) else [dict(one) for one in wanted]
        self._types, self._properties = {}, {}
        if isinstance(wanted, str):
            self._types = {"creation": 3_900_001, "deletion": 3_900_002, "propertyChange": 3_900_003}
            return
        for place, one in enumerate(wanted):
            kind, number = one["type"].partition(".")[2], 3_900_001 + place
            if kind == "propertyChange":
                self._properties[one["property"]] = number
            else:
                self._types[kind] = number

    def note(self, change: Change) -> None:
        """A change happened; it becomes events when they are taken."""
        if self._types or self._properties:
            self._waiting.append(change)
            self.wake.set()

    def take(self) -> list[Event]:
        """All waiting events, oldest first; they are gone from here."""
        events = self.waiting()
        self._waiting.clear()
        return events

    def waiting(self) -> list[Event]:
        """The waiting events, which stay."""
        return [event for change in list(self._waiting) for event in self._events(change)]

    def clear(self) -> None:
        self._waiting.clear()

    def nudge(self) -> None:
        """Wakes the sender although no event came: it has a retry to time."""
        self.wake.set()

    def _events(self, change: Change) -> Iterator[Event]:
        """One for a creation or deletion, one for each subscribed property."""
        if change.archived or change.created:
            kind, flag = ("deletion", "DELETED") if change.archived else ("creation", "CREATED")
            if kind in self._types:
                yield self._event(change, kind, self._types[kind], {"changeFlag": flag})
        every = self._types.get("propertyChange")
        for name, new in change.new.items():
            subscription = self._properties.get(name, every)
            if subscription is not None and name not in _NEVER:
                more = {"propertyName": name, "propertyValue": new, "isSensitive": False}
                yield self._event(change, "propertyChange", subscription, more)

    def _event(self, change: Change, kind: str, subscription: int, more: dict[str, Any]) -> Event:
        return {
            "eventId": self._dice.randrange(1, 2**32),
            "subscriptionId": subscription,
            "portalId": self.account.portal_id,
            "appId": self.account.app_id,
            "occurredAt": change.at_ms,
            "subscriptionType": f"contact.{kind}",
            "attemptNumber": 0,
            "objectId": int(change.contact_id),
            **more,
            "changeSource": change.source.type,
            "sourceId": change.source.id,
        }


def _check(one: Subscription) -> None:
    if one.get("type") not in _TYPES:
        raise ValueError(f"unknown subscription type: {one.get('type')}")
    if one["type"] == "contact.propertyChange" and (not one.get("property") or one["property"] in _NEVER):
        raise ValueError(f"not a property to subscribe to: {one.get('property')}")
