"""Salesforce's outbound messages (SOAP) as Notices, and the answer they want. Pure.

A message carries the record as it is when sent, with the fields an admin chose: a blank field may be left out.
Nothing signs it: the secret path and the organisation's id tell that it is ours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connector.adapters.salesforce.ids import id18, looks_like_id
from connector.core.records import Notice, Ref, Side, Value
from connector.errors import BadNotice

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"
SOBJECT = "{urn:sobject.enterprise.soap.sforce.com}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
ACK = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    b'<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>'
    b"</notificationsResponse></soapenv:Body></soapenv:Envelope>"
)
ABOUT_THE_RECORD = frozenset(
    "Id CreatedById CreatedDate IsDeleted LastActivityDate LastModifiedById LastModifiedDate LastReferencedDate "
    "LastViewedDate SystemModstamp".split()
)
"""Fields that no mapping carries and that move with anything."""

_ZULU = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,3})?Z")


def notices_of(body: bytes, org_id: str, objects: Collection[str]) -> list[Notice]:
    """All Notices of one message. ``objects``: what Accord keeps (``Lead`` …); others give none.

    Raises BadNotice: 400 for what can't be read, 403 for another organisation; then nothing of it counts.
    """
    message = _message(body)
    sender = (message.findtext(f"{OUTBOUND}OrganizationId") or "").strip()
    if not org_id or id18(sender) != id18(org_id):
        raise BadNotice(403, "a message of another organisation")
    notifications = message.findall(f"{OUTBOUND}Notification")
    if not notifications:
        raise BadNotice(400, "a message without notifications")
    return [notice for one in notifications for notice in _notices(one, objects)]


def _message(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise BadNotice(400, "the body is no XML") from None
    message = root.find(f"{SOAP}Body/{OUTBOUND}notifications") if root.tag == f"{SOAP}Envelope" else None
    if message is None:
        raise BadNotice(400, "the body is no outbound message")
    return message


def _notices(notification: Element, objects: Collection[str]) -> Iterator[Notice]:
    record = notification.find(f"{OUTBOUND}sObject")
    if record is None or not len(record):
        return  # the record was deleted before the message was sent
    object_ = record.get(f"{XSI}type", "").rpartition(":")[2]
    if not object_:
        raise BadNotice(400, "a record without its type")
    id_ = _known_id((record.findtext(f"{SOBJECT}Id") or "").strip())
    if object_ not in objects:
        return
    values = {
        child.tag.removeprefix(SOBJECT): _value(child) for child in record if child.tag.startswith(SOBJECT)
    }
    at = _moment(values.get("LastModifiedDate") or values.get("SystemModstamp"))
    kept = {name: value for name, value in values.items() if name not in ABOUT_THE_RECORD}
    yield Notice(Ref(Side.SALESFORCE, object_, id_), kept, at)


def _value(field: Element) -> Value:
    """Text as it stands, but instants in the form in which the REST API gives them; blank is None."""
    text = field.text
    if not text or field.get(f"{XSI}nil") == "true":
        return None
    return _ZULU.sub(r"\1.000+0000", text) if _ZULU.fullmatch(text) else text


def _moment(raw: Value) -> datetime | None:
    try:
        return datetime.strptime(str(raw), "%Y-%m-%dT%H:%M:%S.000%z").astimezone(UTC) if raw else None
    except ValueError:
        return None


def _known_id(text: str) -> str:
    """In its 18-character form. Raises BadNotice (400) where it is no id."""
    if not looks_like_id(text):
        raise BadNotice(400, "a record without a Salesforce id")
    return id18(text)
