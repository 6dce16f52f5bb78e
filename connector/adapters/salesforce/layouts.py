"""The page layouts of an org: read as they are, and deployed back with what is ours added or taken away.

By listMetadata and readMetadata of the SOAP Metadata API (its guide: ten components a call), then a deployment of the
layouts that change, whole and all or none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.deploying import Deployed, deploy
from connector.adapters.salesforce.metadata import zipped
from connector.adapters.salesforce.metadata.layouts import layout_package, object_of
from connector.adapters.salesforce.soap import SPACE, ask
from connector.errors import CallFailed

TOLD_AT_ONCE = 10
Layouts = dict[str, Element]
"""Full name -> what is drawn on it."""


def layouts(api: SalesforceApi, objects: Collection[str]) -> Layouts | None:
    """The org's own layouts of these objects; those of installed packages belong to somebody else. None: they can't be
    read."""
    try:
        asked = f"<queries><type>Layout</type></queries><asOfVersion>{api.sf_version}</asOfVersion>"
        found: Layouts = {}
        names = _names(ask(api, "listMetadata", asked), objects)
        for at in range(0, len(names), TOLD_AT_ONCE):
            found |= _read(api, names[at : at + TOLD_AT_ONCE])
        return found
    except (CallFailed, ValueError, SyntaxError):
        return None


def redraw(
    api: SalesforceApi, changed: Mapping[str, Element], version: str, told: Callable[[str], None]
) -> Deployed:
    return deploy(api, zipped(layout_package(changed, version)), told=told)


def _names(root: Element, objects: Collection[str]) -> list[str]:
    rows = root.iter(f"{SPACE}result")
    own = (row for row in rows if not row.findtext(f"{SPACE}namespacePrefix"))
    names = (row.findtext(f"{SPACE}fullName") or "" for row in own)
    return sorted(name for name in names if object_of(name) in objects)


def _read(api: SalesforceApi, names: Sequence[str]) -> Layouts:
    inside = "".join(f"<fullNames>{escape(name)}</fullNames>" for name in names)
    root = ask(api, "readMetadata", f"<type>Layout</type>{inside}")
    found = {row.findtext(f"{SPACE}fullName") or "": row for row in root.iter(f"{SPACE}records") if len(row)}
    found.pop("", None)
    return found
