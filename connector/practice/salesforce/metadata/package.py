"""A deployment package: the manifest, and its files taken apart into components."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

# Folder -> what a file in it is. Files of objects and workflows hold several components.
_FOLDERS = {
    "objects": "CustomObject", "permissionsets": "PermissionSet", "layouts": "Layout", "flows": "Flow",
    "workflows": "Workflow", "LeadConvertSettings": "LeadConvertSettings", "leadConvertSettings": "LeadConvertSettings",
    "platformEventChannelMembers": "PlatformEventChannelMember",
}  # fmt: skip
_INSIDE = {
    "CustomObject": {"fields": "CustomField", "validationRules": "ValidationRule", "listViews": "ListView",
                     "recordTypes": "RecordType"},
    "Workflow": {"outboundMessages": "WorkflowOutboundMessage"},
}  # fmt: skip
_ORDER = (
    "CustomObject", "CustomField", "RecordType", "ValidationRule", "LeadConvertSettings", "ListView", "Layout",
    "Workflow", "WorkflowOutboundMessage", "Flow", "PlatformEventChannelMember", "PermissionSet",
)  # fmt: skip
KNOWN = frozenset(_ORDER)


class Problem(Exception):
    """Why one component can't be deployed, in the service's words."""


@dataclass(frozen=True, slots=True)
class Component:
    """`name`: "Lead.X__c" for what lies inside an object. `element` None: to be deleted."""

    type: str
    name: str
    file: str
    element: Element | None

    def text(self, path: str) -> str | None:
        """The text at a path of plain tag names; None where there is none or it is empty."""
        return text_at(self.element, path)

    def all(self, path: str) -> list[Element]:
        return [] if self.element is None else self.element.findall(_spaced(path))

    @property
    def order(self) -> int:
        return _ORDER.index(self.type)


def _spaced(path: str) -> str:
    return "/".join("{*}" + part for part in path.split("/"))


def text_at(element: Element | None, path: str) -> str | None:
    """The text at a path below an element."""
    found = None if element is None else element.find(_spaced(path))
    return (found.text or "").strip() or None if found is not None else None


@dataclass(frozen=True, slots=True)
class Package:
    """What a zip asks for. `problems`: (file, name, what) that no component stands for."""

    components: list[Component]
    deletions: list[Component]
    problems: list[tuple[str, str, str]]


def opened(body: bytes) -> Package:
    """Raises Problem for a zip that isn't one, or has no manifest."""
    try:
        files = _files(body)
    except (zipfile.BadZipFile, ValueError):
        raise Problem("The zip file is not valid") from None
    manifest = files.pop("package.xml", None)
    if manifest is None:
        raise Problem("No package.xml found")
    wanted = set(_members(_parsed(manifest[1], "package.xml")))
    deletions = [
        Component(kind, name, file, None)
        for path in list(files)
        if path.startswith("destructiveChanges")
        for file, text in [files.pop(path)]
        for kind, name in _members(_parsed(text, path))
    ]
    components: list[Component] = []
    problems: list[tuple[str, str, str]] = []
    for path, (file, text) in files.items():
        try:
            components += _components(path, file, text)
        except Problem as problem:
            problems.append((file, path.rsplit("/", 1)[-1], str(problem)))
    return Package(*_matched(components, deletions, wanted, problems))


def _matched(
    components: list[Component], deletions: list[Component], wanted: set[tuple[str, str]],
    problems: list[tuple[str, str, str]],
) -> tuple[list[Component], list[Component], list[tuple[str, str, str]]]:  # fmt: skip
    """What is in the zip and in the manifest; the rest are problems."""
    there = {(each.type, each.name) for each in components}
    for kind, name in sorted(wanted - there):
        if name == "*":
            continue
        what = f"Unknown type name '{kind}' specified in package.xml"
        if kind in KNOWN:
            what = f"An object '{name}' of type {kind} was named in package.xml, but was not found in zipped directory"
        problems.append(("package.xml", name, what))
    named = [each for each in components if _is_named(each, wanted)]
    for each in components:
        if not _is_named(each, wanted) and each.type not in ("CustomObject", "Workflow"):
            problems.append((each.file, each.name, "This file is not specified in package.xml"))
    return sorted(named, key=lambda each: each.order), deletions, problems


def _is_named(each: Component, wanted: set[tuple[str, str]]) -> bool:
    parent = {"WorkflowOutboundMessage": "Workflow"}.get(each.type, "CustomObject")
    holder = each.name.split(".")[0]
    return bool({(each.type, each.name), (each.type, "*"), (parent, holder), (parent, "*")} & wanted)


def _files(body: bytes) -> dict[str, tuple[str, bytes]]:
    """Path below the package's root -> (path in the zip, content)."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
        root = next((name.removesuffix("package.xml") for name in names if name.endswith("package.xml")), "")
        return {name.removeprefix(root): (name, archive.read(name)) for name in names}


def _parsed(text: bytes, path: str) -> Element:
    try:
        root: Element = fromstring(text)
    except (ParseError, DefusedXmlException) as wrong:
        raise Problem(f"Error parsing file: {path}: {wrong}") from None
    return root


def _members(manifest: Element) -> Iterator[tuple[str, str]]:
    for kind in manifest.findall("{*}types"):
        name = text_at(kind, "name") or ""
        for member in kind.findall("{*}members"):
            yield name, (member.text or "").strip()


def _components(path: str, file: str, text: bytes) -> Iterator[Component]:
    folder, _, leaf = path.rpartition("/")
    kind = _FOLDERS.get(folder)
    if kind is None:
        raise Problem(f"Entity of type '{folder or leaf}' named '{leaf}' cannot be found")
    root = _parsed(text, path)
    name = leaf.rpartition(".")[0]
    yield Component(kind, name, file, root)
    for child in root:
        inner = _INSIDE.get(kind, {}).get(child.tag.rpartition("}")[2])
        if inner is not None:
            yield Component(inner, f"{name}.{text_at(child, 'fullName')}", file, child)
