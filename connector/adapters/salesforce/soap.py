"""Calls of the Metadata API that REST does not have: by SOAP, with the session that REST uses, too."""

from __future__ import annotations

from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

from connector.adapters.calling import no_guard
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.metadata.xml import NAMESPACE

SPACE = f"{{{NAMESPACE}}}"


def ask(api: SalesforceApi, name: str, inside: str) -> Element:
    """The answer's envelope. ``inside``: XML of the call's parameters. Raises CallFailed, and SyntaxError or ValueError
    for an answer that is no XML."""
    api.prefix(no_guard)
    envelope = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>'
        f'<SessionHeader xmlns="{NAMESPACE}"><sessionId>{escape(api.token)}</sessionId></SessionHeader></e:Header>'
        f'<e:Body><{name} xmlns="{NAMESPACE}">{inside}</{name}></e:Body></e:Envelope>'
    )
    url = f"https://{api.sf_instance}/services/Soap/m/{api.sf_version}"
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', "Accept": "text/xml"}
    answer = api._call_salesforce(
        "POST", url, guard=no_guard, writing=False, data=envelope.encode(), headers=headers
    )
    root: Element = fromstring(answer.content, forbid_dtd=True)
    return root
