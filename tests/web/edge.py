"""The edge of a test: the real application on the real database, called as HubSpot and Salesforce call it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from flask.testing import FlaskClient
from psycopg.rows import dict_row
from werkzeug.test import TestResponse

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.health import PostgresHealth
from connector.adapters.postgres.notices import Natives, PostgresNotices
from connector.core.records import Side
from connector.practice.clock import Clock, ManualClock, milliseconds
from connector.practice.hubspot import signing
from connector.web import create_app

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
SECRET = "cfc68c0b-4b4e-4ef8-b764-95350e4ea479"
PATH_SECRET = "a-long-secret-that-nobody-guesses"
PORTAL, APP, ORG = "48807704", "16111050", "00D8b0000002ABCEA2"
PUBLIC = "https://accord.example.com"
NATIVES: dict[tuple[Side, str], Natives] = {
    (Side.HUBSPOT, "contact"): {"email": "email", "jobtitle": "title", "numemployees": "employees"},
    (Side.SALESFORCE, "Lead"): {"Email": "email", "Title": "title", "NumberOfEmployees": "employees"},
}
Event = dict[str, Any]


@dataclass
class Wiring:
    """What wiring gives the edge, field by field."""

    database: Pool
    hands: Clock = field(default_factory=lambda: ManualClock(NOON))
    natives: Mapping[tuple[Side, str], Natives] = field(default_factory=lambda: NATIVES)
    public_url: str = PUBLIC
    metrics_token: str = ""
    hubspot_client_secret: str = SECRET
    hubspot_portal_id: str = PORTAL
    hubspot_app_id: str = APP
    hubspot_objects: Collection[str] = ("contact",)
    salesforce_path_secret: str = PATH_SECRET
    salesforce_org_id: str = ORG
    salesforce_objects: Collection[str] = ("Lead", "Contact")

    def __post_init__(self) -> None:
        self.clock = self.hands.now
        self.notices = PostgresNotices(self.database, self.natives, self.clock)
        self.health = PostgresHealth(self.database, self.clock)


class Edge:
    """``world.hubspot([...])`` and ``world.salesforce(xml)`` post what the real ones would."""

    def __init__(self, database: Pool, **settings: Any) -> None:
        self.clock = ManualClock(NOON)
        self.wiring = Wiring(database, self.clock, **settings)
        self.app = create_app(self.wiring)
        self.client: FlaskClient = self.app.test_client()
        self.database = database

    def hubspot(
        self,
        events: Any,
        *,
        path: str = "/webhooks/hubspot",
        signed: str = PUBLIC + "/webhooks/hubspot",
        secret: str = SECRET,
        age: float = 0,
        drop: Iterable[str] = (),
        add: Mapping[str, str] | None = None,
        send: bytes | None = None,
    ) -> TestResponse:
        """``signed``: the address that HubSpot signs. ``send``: other bytes than those that were signed."""
        body = events if isinstance(events, bytes) else orjson.dumps(events)
        headers = signing.headers(secret, signed, body, milliseconds(self.clock.now()) - int(age * 1000))
        headers = {name: value for name, value in headers.items() if name not in drop} | dict(add or {})
        return self.client.post(path, data=body if send is None else send, headers=headers)

    def salesforce(
        self, body: bytes, secret: str = PATH_SECRET, kind: str = "text/xml; charset=utf-8"
    ) -> TestResponse:
        return self.client.post(f"/webhooks/salesforce/{secret}", data=body, content_type=kind)

    def run(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with self.database.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            cursor.execute(statement.encode(), values)
            return list(cursor.fetchall()) if cursor.description else []

    def pending(self) -> list[dict[str, Any]]:
        return self.run("SELECT * FROM pending ORDER BY id")

    def untouched(self) -> bool:
        return not self.pending() and not self.run("SELECT * FROM delivery")


def changed(contact: int = 512, name: str = "jobtitle", value: Any = "CEO", **more: Any) -> Event:
    """A contact.propertyChange as it comes."""
    return event("contact.propertyChange", contact) | {"propertyName": name, "propertyValue": value} | more


def event(kind: str, contact: int = 512, **more: Any) -> Event:
    return {
        "eventId": 1_000_000 + contact,
        "subscriptionId": 3_923_621,
        "portalId": int(PORTAL),
        "appId": int(APP),
        "occurredAt": milliseconds(NOON),
        "subscriptionType": kind,
        "attemptNumber": 0,
        "objectId": contact,
        "changeSource": "CRM_UI",
    } | more


def message(*records: str, org: str = ORG) -> bytes:
    """An outbound message around sObject elements (``lead(...)``)."""
    told = "".join(f"<Notification><Id>04l000000000001AAA</Id>{record}</Notification>" for record in records)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{org}</OrganizationId><ActionId>04k000000000001AAA</ActionId>"
        f'<SessionId xsi:nil="true"/>{told}</notifications></soapenv:Body></soapenv:Envelope>'
    ).encode()


def lead(id_: str = "00Q8b000001ABCDEA4", **fields: str) -> str:
    """One record of a message; fields as XML text."""
    told = "".join(f"<sf:{name}>{value}</sf:{name}>" for name, value in ({"Id": id_} | fields).items())
    return f'<sObject xsi:type="sf:Lead" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{told}</sObject>'
