"""Calls that REST does not have, by SOAP, with the session that REST uses, too."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

from connector.adapters.calling import no_guard
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.metadata.xml import NAMESPACE
from connector.ports import Guard


@dataclass(frozen=True, slots=True)
class Service:
    """One of the org's SOAP services. ``path``: what stands for it in the address; ``names_client``: its calls tell
    which client they come from, so that change events name us."""

    path: str
    namespace: str
    names_client: bool = False

    @property
    def space(self) -> str:
        """What ElementTree puts before its names."""
        return f"{{{self.namespace}}}"


METADATA = Service("m", NAMESPACE)
PARTNER = Service("u", "urn:partner.soap.sforce.com", names_client=True)
SPACE = METADATA.space


def ask(
    api: SalesforceApi, name: str, inside: str, service: Service = METADATA, guard: Guard = no_guard,
    writing: bool = False,
) -> Element:  # fmt: skip
    """The answer's envelope. ``inside``: XML of the call's parameters. Raises CallFailed, and SyntaxError or ValueError
    for an answer that is no XML."""
    api.prefix(guard)
    space = f'xmlns="{service.namespace}"'
    client = f"<CallOptions {space}><client>{escape(api.options.client)}</client></CallOptions>"
    envelope = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>'
        f"<SessionHeader {space}><sessionId>{escape(api.token)}</sessionId></SessionHeader>"
        f"{client if service.names_client else ''}</e:Header>"
        f"<e:Body><{name} {space}>{inside}</{name}></e:Body></e:Envelope>"
    )
    url = f"https://{api.sf_instance}/services/Soap/{service.path}/{api.sf_version}"
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', "Accept": "text/xml"}
    answer = api._call_salesforce(
        "POST", url, guard=guard, writing=writing, data=envelope.encode(), headers=headers
    )
    root: Element = fromstring(answer.content, forbid_dtd=True)
    return root
