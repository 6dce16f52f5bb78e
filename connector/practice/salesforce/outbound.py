"""Outbound messages: what waits to be told, and the SOAP envelope it is told in.

A notification names a record; its fields are read when it is sent, so it carries the latest values, not those
of the write that caused it. Delivery is at least once and may be out of order.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from connector.practice.salesforce.reading import value_of
from connector.practice.salesforce.state import Org, Written

MAX_BATCH = 100
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    '<soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
)
_TAIL = "</notifications></soapenv:Body></soapenv:Envelope>"
Told = tuple[str, str, str, dict[str, Any]]


@dataclass(slots=True)
class Action:
    """An outbound message as an admin deployed it: which fields of which object go where. `id`: 04k…"""

    name: str
    object: str
    fields: list[str]
    url: str
    id: str


@dataclass(slots=True)
class Trigger:
    """A record-triggered flow (or workflow rule) that sends `action` ("Lead.Name") when `wanted(event)`."""

    name: str
    object: str
    action: str
    wanted: Callable[[Written], bool]


@dataclass(slots=True)
class Notification:
    """One waiting notification. `action`: the deployed message it belongs to, "" for the one set by `configure`.
    `not_before` and `since` count in the sender's own seconds."""

    id: str
    object: str
    record_id: str
    action: str = ""
    attempts: int = 0
    not_before: float = 0.0
    since: float = 0.0


class Outbound:
    """The queue of one org. `objects`: object -> fields to send to `target_url`; `actions` and `triggers`: what was
    deployed. Nothing is queued for other objects."""

    def __init__(self, org: Org, org_id: str) -> None:
        self.org = org
        self.org_id = org_id
        self.target_url = ""
        self.objects: dict[str, list[str]] = {}
        self.actions: dict[str, Action] = {}
        self.triggers: dict[str, Trigger] = {}
        self.skip_integration_user = False
        self.waiting: list[Notification] = []
        self.failed = 0
        self.sent = 0
        self._actions: dict[str, str] = {}
        self.changed = threading.Condition(threading.Lock())

    def configure(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"target_url"?, "objects"?, "skip_integration_user"?}`; ValueError for unknown objects or fields."""
        unknown = sorted(set(settings) - {"target_url", "objects", "skip_integration_user"})
        if unknown:
            raise ValueError(f"unknown outbound settings: {', '.join(unknown)}")
        objects = {name: list(fields) for name, fields in settings.get("objects", self.objects).items()}
        for name, fields in objects.items():
            shape = self.org.shape(name)
            missing = [each for each in fields if shape is None or shape.find(each) is None]
            if shape is None or missing:
                raise ValueError(f"no such object or field: {name} {missing}")
        self.objects = objects
        self.target_url = settings.get("target_url", self.target_url) or ""
        self.skip_integration_user = bool(settings.get("skip_integration_user", self.skip_integration_user))
        return self.shown()

    def shown(self) -> dict[str, Any]:
        return {
            "target_url": self.target_url,
            "objects": self.objects,
            "skip_integration_user": self.skip_integration_user,
            "waiting": len(self.waiting),
            "sent": self.sent,
            "failed_attempts": self.failed,
        }

    def queue(self, events: Iterable[Written]) -> None:
        """Queues what committed writes call for: creates and updates of the chosen objects."""
        fresh: list[Notification] = []
        for event in events:
            if event.object in self.objects and self._wanted(event):
                fresh.append(self._notification(event))
            if self.triggers and self._wanted(event):
                fresh.extend(self._triggered(event))
        if not fresh:
            return
        with self.changed:
            self.waiting.extend(fresh)
            self.changed.notify_all()

    def _wanted(self, event: Written) -> bool:
        if event.kind not in ("created", "updated"):
            return False
        # The real loop guard: the integration user's profile lacks "Send Outbound Messages".
        if self.skip_integration_user and event.by == self.org.people["integration"]:
            return False
        return bool(event.names) or self.org.settings.no_op_notifies

    def _triggered(self, event: Written) -> Iterable[Notification]:
        for trigger in self.triggers.values():
            if trigger.object == event.object and trigger.action in self.actions and trigger.wanted(event):
                yield Notification(self.org.ids.new("04l"), event.object, event.id, trigger.action)

    def target(self, notification: Notification) -> str:
        """Where it goes; "" while nobody said so."""
        action = self.actions.get(notification.action)
        return action.url if action else self.target_url

    def _notification(self, event: Written) -> Notification:
        return Notification(self.org.ids.new("04l"), event.object, event.id)

    def take(self) -> list[Told]:
        """Drains the queue: (org id, object, record id, latest fields), oldest first."""
        with self.changed:
            taken, self.waiting = self.waiting, []
        return [(self.org_id, each.object, each.record_id, self.fields(each)) for each in taken]

    def fields(self, notification: Notification) -> dict[str, Any]:
        """The record's configured fields as they are now; empty when it is gone."""
        row = self.org.tables[notification.object].rows.get(notification.record_id)
        shape = self.org.objects[notification.object]
        if row is None:
            return {}
        deployed = self.actions.get(notification.action)
        names = deployed.fields if deployed else self.objects.get(notification.object, [])
        found = [shape.find(name) for name in names]
        return {item.name: value_of(row, item) for item in found if item is not None}

    def envelope(self, batch: list[Notification], base_url: str = "") -> bytes:
        """The SOAP message for up to 100 notifications of one object and one action."""
        name = batch[0].object
        deployed = self.actions.get(batch[0].action)
        action = deployed.id if deployed else self._actions.get(name)
        if action is None:
            action = self._actions[name] = self.org.ids.new("04k")
        body = "".join(self._xml(each) for each in batch)
        host = base_url or "https://practice.my.salesforce.com"
        urls = "".join(
            f"<{tag}>{host}/services/Soap/{kind}/66.0/{self.org_id[:15]}</{tag}>"
            for tag, kind in (("EnterpriseUrl", "c"), ("PartnerUrl", "u"))
        )
        head = f"<OrganizationId>{self.org_id}</OrganizationId><ActionId>{action}</ActionId>"
        return f'{_HEAD}{head}<SessionId xsi:nil="true"/>{urls}{body}{_TAIL}'.encode()

    def _xml(self, notification: Notification) -> str:
        values = {"Id": notification.record_id, **self.fields(notification)}
        nils = "" if self.org.settings.outbound_omits_nulls else None
        parts = "".join(
            f"<sf:{name}>{_text(value)}</sf:{name}>"
            if value is not None
            else nils
            if nils is not None
            else f'<sf:{name} xsi:nil="true"/>'
            for name, value in values.items()
        )
        return (
            f'<Notification><Id>{notification.id}</Id><sObject xsi:type="sf:{notification.object}" '
            f'xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{parts}</sObject></Notification>'
        )

    def clear(self) -> None:
        with self.changed:
            self.waiting.clear()
            self.sent = self.failed = 0


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.endswith(".000+0000"):
        return value[:-5] + "Z"
    return escape(str(value))
