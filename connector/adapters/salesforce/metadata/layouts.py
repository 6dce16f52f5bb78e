"""A section of ours on a page layout: what the org has is kept as it is, and ours is added to it or taken from it.

A layout is deployed whole. So what is deployed here is made of what the org told a moment ago.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from connector.adapters.salesforce.metadata.xml import NAMESPACE, document, manifest

LABEL = "Accord"
FOLDER = "layouts"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
Shown = Sequence[tuple[str, bool]]
"""(field, may it be edited there), top to bottom."""


def object_of(name: str) -> str:
    """A layout is named by its object: ``Lead-Lead Layout``."""
    return name.partition("-")[0]


def with_section(layout: Element, fields: Shown) -> Element | None:
    """A copy that shows these fields: those that are missing come into our section, which is made at the end of the
    sections where there is none. None: nothing is missing."""
    there = set(_fields(layout))
    missing = [(name, edit) for name, edit in fields if name not in there]
    if not missing:
        return None
    made = _copied(layout)
    section = _ours(made)
    if section is None:
        section = _new_section()
        made.insert(_place(made), section)
    column = section.find(_tag("layoutColumns"))
    if column is None:
        column = SubElement(section, _tag("layoutColumns"))
    for name, edit in missing:
        item = SubElement(column, _tag("layoutItems"))
        SubElement(item, _tag("behavior")).text = "Edit" if edit else "Readonly"
        SubElement(item, _tag("field")).text = name
    return made


def without_section(layout: Element, names: Collection[str]) -> Element | None:
    """A copy without these fields, and without our section where nothing else stands in it. None: there was nothing."""
    if not {*names} & {*_fields(layout)} and _ours(layout) is None:
        return None
    made = _copied(layout)
    for column in made.iter(_tag("layoutColumns")):
        for item in column.findall(_tag("layoutItems")):
            if item.findtext(_tag("field")) in names:
                column.remove(item)
    section = _ours(made)
    if section is not None and not list(section.iter(_tag("layoutItems"))):
        made.remove(section)
    return made


def layout_package(layouts: Mapping[str, Element], version: str) -> dict[str, bytes]:
    """Full name -> layout, as files of a package."""
    files = {f"{FOLDER}/{name}.layout": document("Layout", _parts(layout)) for name, layout in layouts.items()}
    return files | {"package.xml": manifest({"Layout": list(layouts)}, version)}


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _fields(layout: Element) -> list[str]:
    items = (item.findtext(_tag("field")) for item in layout.iter(_tag("layoutItems")))
    return [name for name in items if name]


def _ours(layout: Element) -> Element | None:
    return next((s for s in layout.findall(_tag("layoutSections")) if s.findtext(_tag("label")) == LABEL), None)


def _place(layout: Element) -> int:
    """After the last section that holds fields: custom links stay at the bottom."""
    places = [
        number
        for number, child in enumerate(layout)
        if child.tag == _tag("layoutSections") and child.findtext(_tag("style")) != "CustomLinks"
    ]
    return places[-1] + 1 if places else len(layout)


def _new_section() -> Element:
    section = Element(_tag("layoutSections"))
    for name, text in (("customLabel", "true"), ("detailHeading", "true"), ("editHeading", "true"), ("label", LABEL)):
        SubElement(section, _tag(name)).text = text
    SubElement(section, _tag("layoutColumns"))
    SubElement(section, _tag("layoutColumns"))
    SubElement(section, _tag("style")).text = "TwoColumnsTopToBottom"
    return section


def _copied(element: Element) -> Element:
    made = Element(element.tag, element.attrib)
    made.text = element.text
    made.extend([_copied(child) for child in element])
    return made


def _parts(element: Element) -> list[tuple[str, Any]]:
    """As ``document`` takes it; the name stands in the file's name, and what is nil is left out."""
    children = [c for c in element if c.tag != _tag("fullName") and c.get(_NIL) not in ("true", "1")]
    return [(c.tag.rpartition("}")[2], _parts(c) if len(c) else (c.text or "").strip()) for c in children]
