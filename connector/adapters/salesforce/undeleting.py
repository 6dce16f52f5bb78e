"""Records taken out of the recycle bin, two hundred a call, each with its own verdict.

Undelete is in the SOAP API only (API-FACTS 4.4); the session of the REST calls serves there, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

from connector.adapters.calling import chunks
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.failures import Rejection
from connector.core.records import Ref
from connector.errors import MendConnection, OutcomeUnknown
from connector.ports import Guard, Written

ROWS = 200
_CALL = "urn:partner.soap.sforce.com"
_SPACE = f"{{{_CALL}}}"
_OUT_ALREADY = "UNDELETE_FAILED"


def undelete(api: SalesforceApi, refs: Sequence[Ref], guard: Guard) -> dict[Ref, Written]:
    """A verdict for each: done, refused (also where it is not in the bin: then it is out already, or purged for good),
    unknown."""
    found: dict[Ref, Written] = {}
    for part in chunks(list(refs), ROWS):
        try:
            results = _sent(api, part, guard)
        except OutcomeUnknown as lost:
            found |= {ref: Written(ref, "unknown", message=str(lost)) for ref in part}
        except (Rejection, MendConnection) as refused:
            found |= {ref: Written(ref, "refused", message=str(refused)) for ref in part}
        else:
            found |= {ref: _verdict(ref, result) for ref, result in zip(part, results, strict=True)}
    return found


def _sent(api: SalesforceApi, refs: Sequence[Ref], guard: Guard) -> list[Element]:
    api.prefix(guard)
    ids = "".join(f"<ids>{escape(ref.id)}</ids>" for ref in refs)
    envelope = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>'
        f'<SessionHeader xmlns="{_CALL}"><sessionId>{escape(api.token)}</sessionId></SessionHeader>'
        f'<CallOptions xmlns="{_CALL}"><client>{escape(api.options.client)}</client></CallOptions></e:Header>'
        f'<e:Body><undelete xmlns="{_CALL}">{ids}</undelete></e:Body></e:Envelope>'
    )
    url = f"https://{api.sf_instance}/services/Soap/u/{api.sf_version}"
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', "Accept": "text/xml"}
    answer = api._call_salesforce(
        "POST", url, guard=guard, writing=True, data=envelope.encode(), headers=headers
    )
    try:
        results = fromstring(answer.content, forbid_dtd=True).findall(f".//{_SPACE}result")
    except SyntaxError:
        results = []
    if len(results) != len(refs):
        raise OutcomeUnknown(refs[0].side, "the answer of undelete can't be read")
    return results


def _verdict(ref: Ref, result: Element) -> Written:
    if result.findtext(f"{_SPACE}success") == "true":
        return Written(ref, "done")
    code = result.findtext(f"{_SPACE}errors/{_SPACE}statusCode") or ""
    message = result.findtext(f"{_SPACE}errors/{_SPACE}message") or ""
    if code == _OUT_ALREADY:
        message = f"{message}: it was taken out, or the recycle bin was emptied (15 days)"
    return Written(ref, "refused", code, message)
