"""Records taken out of the recycle bin, two hundred a call, each with its own verdict.

Undelete is in the SOAP API only.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from connector.adapters.calling import chunks
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.failures import Rejection
from connector.adapters.salesforce.soap import PARTNER, ask
from connector.core.records import Ref
from connector.errors import MendConnection, OutcomeUnknown
from connector.ports import Guard, Written

ROWS = 200
_SPACE = PARTNER.space
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
    ids = "".join(f"<ids>{escape(ref.id)}</ids>" for ref in refs)
    try:
        answer = ask(api, "undelete", ids, PARTNER, guard, writing=True)
        results = answer.findall(f".//{_SPACE}result")
    except (SyntaxError, ValueError):
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
