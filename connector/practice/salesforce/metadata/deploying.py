"""/metadata/deployRequest: a package comes in, is worked off, and its result can be asked for."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes
from typing import Any

import orjson

from connector.practice.salesforce.call import Call, Reply
from connector.practice.salesforce.errors import Refusal, not_found
from connector.practice.salesforce.metadata import channel_members, flows, others
from connector.practice.salesforce.metadata.conversion import deploy_conversion
from connector.practice.salesforce.metadata.custom_fields import deploy_field, drop_field
from connector.practice.salesforce.metadata.layouts import deploy_layout
from connector.practice.salesforce.metadata.package import Component, Package, Problem, opened
from connector.practice.salesforce.outbound import Outbound
from connector.practice.salesforce.state import Org, stamp_of

_MOST_BYTES = 39_000_000
_ENDED = ("Succeeded", "Failed", "Canceled", "SucceededPartial")


@dataclass(slots=True)
class Deployment:
    """One request. `results`: one row per component, as the service tells them."""

    id: str
    user_id: str
    created: datetime
    options: dict[str, Any]
    package: Package
    status: str = "Pending"
    results: list[dict[str, Any]] = field(default_factory=list)
    completed: datetime | None = None

    @property
    def failures(self) -> list[dict[str, Any]]:
        return [row for row in self.results if not row["success"]]

    def shown(self, details: bool) -> dict[str, Any]:
        """deployResult."""
        good = [row for row in self.results if row["success"]]
        told: dict[str, Any] = {
            "id": self.id, "status": self.status, "done": self.status in _ENDED, "success": self.status == "Succeeded",
            "checkOnly": bool(self.options.get("checkOnly")),
            "ignoreWarnings": bool(self.options.get("ignoreWarnings")),
            "rollbackOnError": self.options.get("rollbackOnError", True) is not False,
            "runTestsEnabled": False, "createdBy": self.user_id[:15], "createdDate": stamp_of(self.created),
            "startDate": stamp_of(self.created), "lastModifiedDate": stamp_of(self.completed or self.created),
            "completedDate": stamp_of(self.completed) if self.completed else None,
            "numberComponentsDeployed": len(good), "numberComponentsTotal": len(self.results) or self._size(),
            "numberComponentErrors": len(self.failures), "numberTestsCompleted": 0, "numberTestsTotal": 0,
            "numberTestErrors": 0, "errorMessage": None, "errorStatusCode": None, "stateDetail": None,
        }  # fmt: skip
        if details:
            told["details"] = {
                "componentFailures": self.failures, "componentSuccesses": good, "retrieveResult": None,
                "runTestResult": {"numTestsRun": 0, "numFailures": 0, "failures": [], "successes": [], "totalTime": 0},
            }  # fmt: skip
        return told

    def _size(self) -> int:
        return len(self.package.components) + len(self.package.deletions) + 1


class Deployments:
    """All deployments of one org."""

    def __init__(self, org: Org, outbound: Outbound) -> None:
        self.org = org
        self.outbound = outbound
        self.kept: dict[str, Deployment] = {}

    def answer(self, call: Call) -> Reply:
        """POST /metadata/deployRequest; GET and PATCH of /{id}."""
        parts = call.parts[1:]
        if parts[:1] != ["deployRequest"] or len(parts) > 2:
            raise not_found()
        if not self.org.settings.metadata_api:
            text = (
                "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions"
            )
            raise Refusal("INSUFFICIENT_ACCESS", text)
        if len(parts) == 1:
            if call.method != "POST":
                raise Refusal(
                    "METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed. Allowed are POST"
                )
            return self._taken(call)
        found = self.kept.get(parts[1]) or next(
            (d for key, d in self.kept.items() if key[:15] == parts[1]), None
        )
        if found is None:
            raise not_found()
        if call.method == "PATCH":
            return self._canceled(found, call)
        if call.method != "GET":
            raise Refusal(
                "METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed. Allowed are GET,PATCH"
            )
        self._move_on(found)
        told = found.shown(call.first("includeDetails").lower() == "true")
        url = f"/services/data/v{call.version}/metadata/deployRequest/{found.id}"
        return Reply(200, {"id": found.id, "url": url, "deployResult": told})

    def _taken(self, call: Call) -> Reply:
        told, body = _parts(call)
        options = told.get("deployOptions") or {}
        try:
            package = opened(body)
        except Problem as problem:
            package = Package([], [], [("package.xml", "package.xml", str(problem))])
        made = Deployment(self.org.ids.new("0Af"), call.user_id, self.org.clock.now(), options, package)
        self.kept[made.id] = made
        status = self.org.settings.deploy_status_created
        return Reply(status, {"id": made.id, "deployOptions": options, "deployResult": made.shown(False)})

    def _canceled(self, found: Deployment, call: Call) -> Reply:
        wish = call.body().get("deployResult")
        if not isinstance(wish, dict) or wish.get("status") != "Canceling":
            raise Refusal("INVALID_INPUT", 'only {"deployResult": {"status": "Canceling"}} can be asked for')
        if found.status not in _ENDED:
            found.status, found.completed = "Canceled", self.org.clock.now()
        return Reply(202, {"id": found.id, "deployResult": found.shown(False)})

    def _move_on(self, found: Deployment) -> None:
        """A deployment whose time has come is worked off when somebody looks."""
        if found.status in _ENDED:
            return
        found.status = "InProgress"
        if (self.org.clock.now() - found.created).total_seconds() < self.org.settings.deploy_seconds:
            return
        state, mark = _Kept(self.org, self.outbound), self.org.mark()
        viewer, self.org.viewer = self.org.viewer, None
        self._work(found)
        self.org.viewer = viewer
        whole = found.options.get("rollbackOnError", True) is not False
        if found.options.get("checkOnly") or (found.failures and whole):
            self.org.undo_to(mark)
            state.put_back()
        good = [row for row in found.results if row["success"] and row["componentType"]]
        found.status = (
            "Succeeded" if not found.failures else "Failed" if whole or not good else "SucceededPartial"
        )
        found.completed = self.org.clock.now()

    def _work(self, found: Deployment) -> None:
        for file, name, what in found.package.problems:
            found.results.append(self._row(file, "", name, None, what))
        for each in found.package.components:
            found.results.append(self._tried(each, lambda each=each: self.take(each)))  # type: ignore[misc]
        for each in sorted(
            found.package.deletions, key=lambda one: -one.order if one.type in _REVERSED else 0
        ):
            found.results.append(self._tried(each, lambda each=each: self.drop(each)))  # type: ignore[misc]
        if not found.failures:
            found.results.append(self._row("package.xml", "", "package.xml", "changed", None))

    def _tried(self, each: Component, step: Callable[[], bool]) -> dict[str, Any]:
        mark = self.org.mark()
        try:
            fresh = step()
        except Problem as problem:
            self.org.undo_to(mark)
            return self._row(each.file, each.type, each.name, None, str(problem))
        kind = "deleted" if each.element is None else "created" if fresh else "changed"
        return self._row(each.file, each.type, each.name, kind, None)

    def take(self, each: Component) -> bool:
        """One component takes effect; True: it is new. Raises Problem."""
        org, step = self.org, _SIMPLE.get(each.type)
        if step is not None:
            return step(org, each)
        if each.type == "WorkflowOutboundMessage":
            return flows.deploy_message(org, self.outbound, each)
        if each.type == "Flow":
            return flows.deploy_flow(org, self.outbound, each)
        if each.type in ("CustomObject", "Workflow") and each.name in org.objects:
            return False
        raise Problem(f"this practice org can't take {each.type} {each.name}")

    def drop(self, each: Component) -> bool:
        """One component is taken away. Raises Problem."""
        if each.type == "CustomField":
            drop_field(self.org, each.name)
        elif each.type == "ValidationRule":
            others.drop_rule(self.org, each.name)
        elif each.type == "PermissionSet":
            others.drop_permission_set(self.org, each.name)
        elif each.type == "Flow":
            flows.drop_flow(self.org, self.outbound, each.name)
        elif each.type == "WorkflowOutboundMessage":
            flows.drop_message(self.outbound, each.name)
        elif each.type == channel_members.KIND:
            channel_members.drop_member(self.org, each.name)
        elif each.type == "ListView":
            self.org.list_views.discard(each.name)
        else:
            raise Problem(f"this practice org can't delete {each.type} {each.name}")
        return False

    def _row(self, file: str, kind: str, name: str, done: str | None, problem: str | None) -> dict[str, Any]:
        return {
            "componentType": kind, "fullName": name, "fileName": file, "success": problem is None,
            "created": done == "created", "changed": done in ("created", "changed"), "deleted": done == "deleted",
            "problem": problem, "problemType": "Error" if problem else None, "warning": False, "id": None,
            "lineNumber": 1 if problem else None, "columnNumber": 1 if problem else None,
            "createdDate": self.org.stamp(), "requiresProductionTestRun": False, "knownPackagingProblem": False,
        }  # fmt: skip


_SIMPLE: dict[str, Callable[[Org, Component], bool]] = {
    "CustomField": deploy_field,
    "ValidationRule": others.deploy_rule,
    "PermissionSet": others.deploy_permission_set,
    "LeadConvertSettings": deploy_conversion,
    "Layout": deploy_layout,
    "ListView": others.deploy_list_view,
    channel_members.KIND: channel_members.deploy_member,
}
# What uses goes before what is used.
_REVERSED = frozenset({"Flow", "WorkflowOutboundMessage", "PermissionSet", "ValidationRule", "CustomField"})


class _Kept:
    """What a deployment may change beyond rows, to be put back."""

    def __init__(self, org: Org, outbound: Outbound) -> None:
        self.org, self.outbound = org, outbound
        self.fields = {
            name: {
                key: replace(item, choices=[replace(each) for each in item.choices])
                for key, item in shape.fields.items()
            }
            for name, shape in org.objects.items()
        }
        self.given, self.map = dict(org.access.given), dict(org.settings.custom_map)
        self.conversion = (dict(org.settings.other_maps), dict(org.settings.conversion_options))
        self.formulas = list(org.rules.formulas)
        self.flows = {name: dict(versions) for name, versions in org.flows.items()}
        self.sent = (dict(outbound.actions), dict(outbound.triggers))
        self.drawn = (copy.copy(org.layouts), copy.copy(org.list_views))
        self.members = dict(org.channel_members)

    def put_back(self) -> None:
        for name, fields in self.fields.items():
            shape = self.org.objects[name]
            shape.fields = fields
            shape.refresh()
        self.org.access.given, self.org.settings.custom_map = self.given, self.map
        self.org.settings.other_maps, self.org.settings.conversion_options = self.conversion
        self.org.rules.formulas[:] = self.formulas
        self.org.flows = self.flows
        self.outbound.actions, self.outbound.triggers = self.sent
        self.org.layouts, self.org.list_views = self.drawn
        self.org.channel_members = self.members
        self.org.access.dirty()


def _parts(call: Call) -> tuple[dict[str, Any], bytes]:
    """The `json` and `file` parts of a multipart form; raises 400."""
    body = call.payload if isinstance(call.payload, bytes) else b""
    if len(body) > _MOST_BYTES:
        raise Refusal("LIMIT_EXCEEDED", "Maximum size of request reached. Maximum size of request is 39 MB")
    kind = call.headers.get("content-type", "")
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    parts: dict[str, bytes] = {}
    for part in message.get_payload() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
        parts[str(name)] = part.get_payload(decode=True) or b""  # type: ignore[union-attr, assignment]
    if "file" not in parts:
        raise Refusal("INVALID_MULTIPART_REQUEST", "A multipart form with the parts json and file is needed")
    try:
        told = orjson.loads(parts.get("json") or b"{}")
    except orjson.JSONDecodeError:
        raise Refusal("JSON_PARSER_ERROR", "The json part of the form is not JSON") from None
    return (told if isinstance(told, dict) else {}), parts["file"]
