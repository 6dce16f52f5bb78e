"""/composite/tree/{T}: records with their children, all of them or none."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector.practice.salesforce import saving
from connector.practice.salesforce.call import Call, Reply
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.fields import SObject
from connector.practice.salesforce.state import Org

MAX_ROWS, MAX_KINDS, MAX_LEVELS = 200, 5, 5


@dataclass(frozen=True, slots=True)
class Node:
    """One record of a tree: its object, its own fields, its reference, and which field names the parent."""

    shape: SObject
    values: dict[str, Any]
    reference: str
    link: str | None
    children: tuple["Node", ...]
    level: int

    def all(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.all()


def plant(org: Org, shape: SObject, call: Call) -> Reply:
    """POST: 201 `{"hasErrors": false, "results": [{"referenceId", "id"}]}`, or 400 with the errors and nothing made."""
    records = call.body().get("records")
    if not isinstance(records, list) or not records:
        raise Refusal("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    roots = [_node(org, shape, record, None, 1) for record in records]
    nodes = [node for root in roots for node in root.all()]
    _check_limits(nodes)
    actor, start = call.actor(), org.mark()
    results: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    waiting: list[tuple[Node, str | None]] = [(root, None) for root in roots]
    while waiting:
        node, parent = waiting.pop(0)
        values = {**node.values, **({node.link: parent} if node.link else {})}
        try:
            made = saving.create(org, node.shape, values, actor)
        except Refusal as refusal:
            failures.append({"referenceId": node.reference, "errors": refusal.as_row()["errors"]})
            continue
        results.append({"referenceId": node.reference, "id": made})
        waiting.extend((child, made) for child in node.children)
    if not failures:
        return Reply(201, {"hasErrors": False, "results": results})
    org.undo_to(start)
    return Reply(org.settings.tree_status_failed, {"hasErrors": True, "results": failures})


def _node(org: Org, shape: SObject, record: Any, link: str | None, level: int) -> Node:
    noted = record.get("attributes") if isinstance(record, dict) else None
    if not isinstance(noted, dict) or not noted.get("referenceId"):
        raise Refusal("INVALID_INPUT", "Include a reference ID for each record in the request.")
    if str(noted.get("type", "")).lower() != shape.name.lower():
        raise Refusal("INVALID_INPUT", f"The record of type {noted.get('type')} does not belong here.")
    values: dict[str, Any] = {}
    below: list[Node] = []
    relations = {child.name.lower(): child for child in shape.children}
    for name, value in record.items():
        child = relations.get(name.lower()) if isinstance(value, dict) and "records" in value else None
        if child is None:
            values[name] = value
            continue
        inner = org.seen().get(child.object)
        if inner is None or not isinstance(value["records"], list):
            raise Refusal("INVALID_INPUT", f"{name} holds no records of a known kind")
        below += [_node(org, inner, each, child.field, level + 1) for each in value["records"]]
    del values["attributes"]
    return Node(shape, values, str(noted["referenceId"]), link, tuple(below), level)


def _check_limits(nodes: list[Node]) -> None:
    for number, most, what in (
        (len(nodes), MAX_ROWS, "records"),
        (len({node.shape.name for node in nodes}), MAX_KINDS, "types"),
        (max(node.level for node in nodes), MAX_LEVELS, "levels"),
    ):
        if number > most:
            raise Refusal("LIMIT_EXCEEDED", f"A tree holds at most {most} {what}; this one has {number}")
    references = [node.reference for node in nodes]
    if len(set(references)) < len(references):
        raise Refusal("INVALID_INPUT", "Duplicate ReferenceId provided in the request.")
