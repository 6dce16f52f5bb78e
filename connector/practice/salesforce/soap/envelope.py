"""SOAP messages in and out, whatever prefixes a client chose."""

import re
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
METADATA = "http://soap.sforce.com/2006/04/metadata"
_NAMESPACES = {"u": "urn:partner.soap.sforce.com", "c": "urn:enterprise.soap.sforce.com", "m": METADATA}
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


class SoapFault(Exception):
    """A fault: HTTP 500 with the code under the `sf:` prefix."""

    def __init__(self, code: str, message: str, kind: str = "UnexpectedErrorFault") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.kind = kind


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def opened(body: bytes) -> tuple[Element, dict[str, Any]]:
    """The one element of the Body, and the headers as nested dicts; raises SoapFault for anything else."""
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError):
        raise SoapFault("UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION: could not parse the message") from None
    parts = {local(part.tag): part for part in root}
    inside = list(parts["Body"]) if "Body" in parts else []
    if not inside:
        raise SoapFault("UNKNOWN_EXCEPTION", "No operation available for request")
    headers = plain(parts["Header"]) if "Header" in parts else {}
    return inside[0], headers if isinstance(headers, dict) else {}


def plain(element: Element) -> Any:
    """An element as text, None, or dict; what comes several times is a list."""
    if element.get(_NIL) in ("true", "1"):
        return None
    if not len(element):
        return element.text or ""
    made: dict[str, Any] = {}
    for child in element:
        name, value = local(child.tag), plain(child)
        made[name] = [*_listed(made[name]), value] if name in made else value
    kind = element.get(_TYPE)
    if kind:
        made.setdefault("type", kind.rpartition(":")[2])
    return made


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def listed(value: Any) -> list[Any]:
    """One thing, several or none, as a list."""
    return [] if value in (None, "") else _listed(value)


def answered(flavour: str, name: str, results: list[dict[str, Any]] | dict[str, Any]) -> bytes:
    """`<nameResponse><result>…`; a list gives one result each."""
    inside = "".join(f"<result>{xml(each)}</result>" for each in _listed(results))
    return _wrapped(_NAMESPACES[flavour], f"<{name}Response>{inside}</{name}Response>")


def faulted(fault: SoapFault) -> bytes:
    said = escape(f"{fault.code}: {fault.message}")
    detail = (
        f'<sf:{fault.kind} xsi:type="sf:{fault.kind}"><sf:exceptionCode>{fault.code}</sf:exceptionCode>'
        f"<sf:exceptionMessage>{escape(fault.message)}</sf:exceptionMessage></sf:{fault.kind}>"
    )
    return _wrapped(
        "",
        f"<soapenv:Fault><faultcode>sf:{fault.code}</faultcode><faultstring>{said}</faultstring>"
        f"<detail>{detail}</detail></soapenv:Fault>",
        ' xmlns:sf="urn:fault.partner.soap.sforce.com"',
    )


def _wrapped(namespace: str, inside: str, more: str = "") -> bytes:
    own = f' xmlns="{namespace}"' if namespace else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{_ENVELOPE}"{own}{more} '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{inside}</soapenv:Body></soapenv:Envelope>'
    ).encode()


def xml(value: Any) -> str:
    """Nested dicts and lists as elements; None is nil, the key "_type" an xsi:type."""
    if isinstance(value, dict):
        return "".join(_element(name, each) for name, each in value.items() if name != "_type")
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", str(value)))


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, each) for each in value)
    if value is None:
        return f'<{name} xsi:nil="true"/>'
    kind = f' xsi:type="{value["_type"]}"' if isinstance(value, dict) and "_type" in value else ""
    return f"<{name}{kind}>{xml(value)}</{name}>"
