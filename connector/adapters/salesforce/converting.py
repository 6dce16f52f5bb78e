"""What an org has set for the conversion of Leads.

By readMetadata of the SOAP Metadata API: whether a deployment leaves alone what it does not name is documented nowhere,
so ours has to hold all that is there.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

from connector.adapters.calling import no_guard
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.metadata.conversion import NAME, OPTIONS, Conversion, Pairs
from connector.adapters.salesforce.metadata.xml import NAMESPACE
from connector.errors import CallFailed

_SPACE = f"{{{NAMESPACE}}}"


def conversion(api: SalesforceApi) -> Conversion | None:
    """The org's present settings; None where they can't be read."""
    api.prefix(no_guard)
    envelope = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>'
        f'<SessionHeader xmlns="{NAMESPACE}"><sessionId>{escape(api.token)}</sessionId></SessionHeader></e:Header>'
        f'<e:Body><readMetadata xmlns="{NAMESPACE}"><type>{NAME}</type>'
        f"<fullNames>{NAME}</fullNames></readMetadata></e:Body></e:Envelope>"
    )
    url = f"https://{api.sf_instance}/services/Soap/m/{api.sf_version}"
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', "Accept": "text/xml"}
    try:
        answer = api._call_salesforce(
            "POST", url, guard=no_guard, writing=False, data=envelope.encode(), headers=headers
        )
        return _read(fromstring(answer.content, forbid_dtd=True))
    except (CallFailed, ValueError, SyntaxError):
        return None


def _read(root: Element) -> Conversion:
    result = root.find(f".//{_SPACE}result/{_SPACE}records")
    if result is None or not len(result):  # nothing told is not the same as nothing mapped
        raise ValueError("no settings")
    maps: dict[str, Pairs] = {}
    for mapping in result.iter(f"{_SPACE}objectMapping"):
        maps[mapping.findtext(f"{_SPACE}outputObject") or ""] = [
            (row.findtext(f"{_SPACE}inputField") or "", row.findtext(f"{_SPACE}outputField") or "")
            for row in mapping.iter(f"{_SPACE}mappingFields")
        ]
    options = {name: text for name in OPTIONS if (text := result.findtext(f".//{_SPACE}{name}"))}
    return Conversion(maps, options)
