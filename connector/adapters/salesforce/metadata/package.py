"""The package as a whole: which files, and the manifest that names exactly what of them is ours.

Files of standard objects and workflows hold our components only, and the manifest names those one by one: nothing else
of the org is touched by it. Layouts are not in it: a layout is deployed whole, and only the org knows its own
(layouts.py, on its own).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.adapters.salesforce.metadata import fields as f
from connector.adapters.salesforce.metadata import permissions, push
from connector.adapters.salesforce.metadata.xml import document, manifest
from connector.core import wanted as w
from connector.core.rules import SalesforceAnswers
from connector.core.wanted import Wanted

_FIXED = (2020, 1, 1, 0, 0, 0)
"""The same package is the same bytes."""
Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Org:
    """What the package is made for. ``url``: where outbound messages go, '' for none; ``user``: who sends them;
    ``told``: their fields, per object; ``read``: every native field that Accord reads or writes, per object."""

    version: str
    names: SalesforceAnswers
    told: Mapping[str, Sequence[str]] = field(default_factory=dict)
    read: Mapping[str, Sequence[str]] = field(default_factory=dict)
    url: str = field(default="", repr=False)
    user: str = ""


def package(org: Org, making: Mapping[Wanted, w.Options], own: Sequence[Wanted]) -> Files:
    """Path -> content. ``making``: the fields to deploy, each with all options it is to hold; ``own``: Accord's fields,
    deployed or there already."""
    files: Files = {}
    members: dict[str, list[str]] = {}
    _objects(org, making, own, files, members)
    files[f"permissionsets/{permissions.INTEGRATION}.permissionset"] = document(
        "PermissionSet", permissions.integration(org.read)
    )
    answers = (org.names.answer, org.names.reject_reason)
    files[f"permissionsets/{permissions.REPS}.permissionset"] = document(
        "PermissionSet", permissions.reps(own, answers)
    )
    members["PermissionSet"] = [permissions.INTEGRATION, permissions.REPS]
    if org.url:
        _push(org, files, members)
    files["package.xml"] = manifest(members, org.version)
    return files


def removal(
    org: Org, flows: Mapping[str, Sequence[int]], fields: Sequence[Wanted], *, push_there: bool = True
) -> Files:
    """An empty package with destructiveChanges.xml. ``flows``: object -> versions of its flow, which must be out of use
    by then; a flow is named version by version, for that is how Salesforce takes several away. ``fields``: to be
    deleted with all their values; with them goes what hangs on them."""
    members: dict[str, list[str]] = {
        "Flow": [f"{push.flow_name(object_)}-{n}" for object_, versions in flows.items() for n in versions]
    }
    if push_there:
        members["WorkflowOutboundMessage"] = [
            f"{object_}.{push.message_name(object_)}" for object_ in org.told
        ]
    if fields:
        people = sorted({one.object for one in fields if one.object != "Opportunity"})
        members["CustomField"] = [f"{one.object}.{one.name}" for one in fields]
        members["ValidationRule"] = [f"{object_}.{f.RULE}" for object_ in people]
        members["ListView"] = [f"{object_}.{f.LIST_VIEW}" for object_ in people]
        members["PermissionSet"] = [permissions.INTEGRATION, permissions.REPS]
    return {
        "package.xml": manifest({}, org.version),
        "destructiveChanges.xml": manifest(members, org.version),
    }


def idle_flows(org: Org, objects: Sequence[str]) -> Files:
    """The same flows, out of use: an active one can't be deleted."""
    files = {
        f"flows/{push.flow_name(o)}.flow": document("Flow", push.flow(o, org.version, "Draft"))
        for o in objects
    }
    return files | {"package.xml": manifest({"Flow": [push.flow_name(o) for o in objects]}, org.version)}


def zipped(files: Files) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path, _FIXED), files[path], zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _objects(
    org: Org,
    making: Mapping[Wanted, w.Options],
    own: Sequence[Wanted],
    files: Files,
    members: dict[str, list[str]],
) -> None:
    for object_ in dict.fromkeys([*(one.object for one in own), *(one.object for one in making)]):
        parts: list[tuple[str, Any]] = []
        for one, options in making.items():
            if one.object == object_:
                parts.append(("fields", f.custom_field(one, options)))
                members.setdefault("CustomField", []).append(f"{object_}.{one.name}")
        if _answered(object_, org.names, own):
            parts.append(("listViews", f.offered_list(object_, org.names)))
            parts.append(("validationRules", f.rejection_rule(org.names)))
            members.setdefault("ListView", []).append(f"{object_}.{f.LIST_VIEW}")
            members.setdefault("ValidationRule", []).append(f"{object_}.{f.RULE}")
        if parts:
            files[f"objects/{object_}.object"] = document("CustomObject", parts)


def _answered(object_: str, names: SalesforceAnswers, own: Sequence[Wanted]) -> bool:
    """Does sales answer on this object, by Accord's own fields?"""
    there = {one.name for one in own if one.object == object_}
    return {names.handoff, names.answer, names.reject_reason} <= there


def _push(org: Org, files: Files, members: dict[str, list[str]]) -> None:
    for object_, names in org.told.items():
        workflow = push.workflow(object_, names, org.url, org.user, org.version)
        files[f"workflows/{object_}.workflow"] = document("Workflow", workflow)
        files[f"flows/{push.flow_name(object_)}.flow"] = document("Flow", push.flow(object_, org.version))
    members["WorkflowOutboundMessage"] = [f"{object_}.{push.message_name(object_)}" for object_ in org.told]
    members["Flow"] = [push.flow_name(object_) for object_ in org.told]
