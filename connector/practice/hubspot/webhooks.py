"""Which changes become webhook events, and the events that wait to be sent. Source: API-FACTS 2.1.

Nothing is sent from here: over HTTP a Sender drains the outbox, in process a test does.
"""

import random
import threading
from collections import deque
from collections.abc import Iterator, Sequence

from connector.practice.hubspot.events import Event, Heard, events_of
from connector.practice.hubspot.state import Portal
from connector.practice.hubspot.subscribing import FIRST_NUMBER, Subscription, checked, everything
from connector.practice.hubspot.writing import Change

__all__ = ["Event", "Outbox", "Subscription"]

_WAITING_AT_MOST = 200_000


class Outbox:
    """Subscriptions, and the events of subscribed changes in the order they happened.

    `subscribe("all")` stands for every event of contacts, every property included: the real service has no such
    wildcard, it spares a test from listing them.
    """

    def __init__(self, portal: Portal, seed: int) -> None:
        self.portal = portal
        self.wake = threading.Event()
        self._dice = random.Random(f"events:{seed}")
        self._waiting: deque[Change] = deque(maxlen=_WAITING_AT_MOST)
        self.subscriptions: list[Subscription] | str = []
        self._heard = Heard()
        self._next = FIRST_NUMBER

    def subscribe(self, wanted: Sequence[Subscription] | str) -> None:
        """Replaces all subscriptions: "all", or a list of {"type", "property"?, "object"?, "active"?}. ValueError.

        `object`: which kind an object.* event is about, by any of its names.
        """
        if isinstance(wanted, str):
            if wanted != "all":
                raise ValueError('subscriptions are "all" or a list')
            self.subscriptions = "all"
            self._next = FIRST_NUMBER
            self._heard = Heard()
            for place, one in enumerate(everything()):
                self._heard.add(one, FIRST_NUMBER + place, self.portal)
            return
        settings = self.portal.settings
        rows = [checked(dict(one), self.portal, settings.lastmodified_subscribable) for one in wanted]
        self._next = FIRST_NUMBER
        for row in rows:
            self._numbered(row)
        self.subscriptions = rows
        self.lay()

    def _numbered(self, row: Subscription) -> None:
        """Keeps the id it has, or gives it the next one."""
        number = int(row.setdefault("id", self._next))
        self._next = max(self._next, number + 1)

    def listed(self) -> list[Subscription]:
        """The subscriptions one by one; those of "all" too, each with its id."""
        if isinstance(self.subscriptions, str):
            rows = [{**one, "id": FIRST_NUMBER + place} for place, one in enumerate(everything())]
            self.subscriptions = rows
            self._next = FIRST_NUMBER + len(rows)
        return self.subscriptions

    def add(self, one: Subscription) -> Subscription:
        """One more subscription; gives it its id. ValueError."""
        row = checked(dict(one), self.portal, self.portal.settings.lastmodified_subscribable)
        held = self.listed()
        self._numbered(row)
        held.append(row)
        self.lay()
        return row

    def lay(self) -> None:
        """To be called when a subscription was added, changed or removed."""
        self._heard = Heard()
        for one in self.listed():
            if one.get("active", True):
                self._heard.add(one, int(one["id"]), self.portal)

    def note(self, change: Change) -> None:
        """A change happened; it becomes events when they are taken."""
        if change.kind.type_id in self._heard.kinds:
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

    def _events(self, change: Change) -> Iterator[Event]:
        return events_of(change, self._heard, self.portal, self._dice)

    def clear(self) -> None:
        self._waiting.clear()

    def nudge(self) -> None:
        """Wakes the sender although no event came: it has a retry to time."""
        self.wake.set()
