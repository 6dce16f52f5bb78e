"""XML of the Metadata API, from plain structures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
Parts = Iterable[tuple[str, Any]]
"""(tag, value) in the order of the schema: text, bool, number, or Parts of an inner element. None leaves it out."""


def document(root: str, parts: Parts) -> bytes:
    """A whole file. The order of ``parts`` is kept: Salesforce reads its files by a sequence."""
    element = Element(root, xmlns=NAMESPACE)
    _fill(element, parts)
    indent(element, "    ")
    body: bytes = tostring(element, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def manifest(members: Mapping[str, Iterable[str]], version: str) -> bytes:
    """package.xml or destructiveChanges.xml: type -> full names."""
    types = [
        ("types", [*(("members", name) for name in sorted(names)), ("name", kind)])
        for kind, names in sorted(members.items())
        if names
    ]
    return document("Package", [*types, ("version", version)])


def _fill(element: Element, parts: Parts) -> None:
    for tag, value in parts:
        if value is None:
            continue
        inner = SubElement(element, tag)
        if isinstance(value, bool):
            inner.text = str(value).lower()
        elif isinstance(value, str | int | float):
            inner.text = str(value)
        else:
            _fill(inner, value)
