"""/crm/v4/associations/{from}/{to}: batches, and the labels of a pair. Sources: API-FACTS 1.9, its recordings.

A batch does what can be done and tells the rest, without trace ids: it has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import linking
from connector.practice.hubspot.associations import End, Label
from connector.practice.hubspot.bodies import Body, inputs_of, json_object, object_at, objects_of, text_at
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, invalid, required_fields
from connector.practice.hubspot.store import Store

_MOST_WRITES, _MOST_READS, _MOST_LABELS = 2000, 1000, 10
Rows = list[dict[str, Any]]


def _ends(core: Doing, name: str, to: str) -> tuple[Store, Store]:
    start, end = core.portal.store(name), core.portal.store(to)
    names = (start.kind.caps, end.kind.caps)
    core.portal.associations.between(start.kind.type_id, end.kind.type_id, names)
    return start, end


def _inputs(request: Request, most: int) -> list[Body]:
    inputs = inputs_of(json_object(request))
    if len(inputs) > most:
        raise invalid(
            f"The maximum number of inputs supported in a batch request is {most}. "
            "Please reduce the number of items and try again"
        )
    return inputs


def _each(inputs: list[Body], work: Callable[[Body], Rows]) -> tuple[Rows, Rows]:
    results: Rows = []
    errors: Rows = []
    for item in inputs:
        try:
            results += work(item)
        except Refused as refused:
            errors.append(refused.in_batch(None))
    return results, errors


def create(core: Doing, request: Request, name: str, to: str) -> Response:
    start, end = _ends(core, name, to)

    def work(item: Body) -> Rows:
        pair = _pair(item, start, end)
        specs = objects_of(item, "types")
        if not specs:
            raise required_fields(["types"])
        type_ids = linking.known_types(core, start, end, specs)
        core.link(*pair, type_ids)
        return [linking.labels_row(core, *pair, type_ids)]

    return core.batch_answer(200 if core.dated else 201, *_each(_inputs(request, _MOST_WRITES), work))


def associate_default(core: Doing, request: Request, name: str, to: str) -> Response:
    start, end = _ends(core, name, to)

    def work(item: Body) -> Rows:
        first, second = _pair(item, start, end)
        core.link(first, second, set())
        return linking.defaults(core, first, second)

    return core.batch_answer(200, *_each(_inputs(request, _MOST_WRITES), work))


def read(core: Doing, request: Request, name: str, to: str) -> Response:
    """A record without any is told as an error, though it is none."""
    start, end = _ends(core, name, to)

    def work(item: Body) -> Rows:
        key = text_at(item, "id")
        record = start.find(key, None)
        if record is None:
            raise linking.invalid_identifier(key)
        rows, after = linking.rows_of(core, start, end, record.id, 500, text_at(item, "after") or None)
        if not rows:
            raise _none(key, start, end)
        result: dict[str, Any] = {"from": {"id": key}, "to": rows}
        if after is not None:
            result["paging"] = {"next": {"after": after}}
        return [result]

    return core.batch_answer(200, *_each(_inputs(request, _MOST_READS), work))


def archive(core: Doing, request: Request, name: str, to: str) -> Response:
    start, end = _ends(core, name, to)
    for item in _inputs(request, _MOST_WRITES):
        key = start.survivor(text_at(object_at(item, "from"), "id"))
        for other in objects_of(item, "to"):
            target = end.survivor(text_at(other, "id"))
            core.unlink((start.kind.type_id, key), (end.kind.type_id, target), None)
    return _gone(core)


def archive_labels(core: Doing, request: Request, name: str, to: str) -> Response:
    start, end = _ends(core, name, to)
    for item in _inputs(request, _MOST_WRITES):
        key = start.survivor(text_at(object_at(item, "from"), "id"))
        target = end.survivor(text_at(object_at(item, "to"), "id"))
        type_ids = linking.known_types(core, start, end, objects_of(item, "types"))
        core.unlink((start.kind.type_id, key), (end.kind.type_id, target), type_ids)
    return _gone(core)


def _gone(core: Doing) -> Response:
    """204; on the dated paths 200 with the frame of a batch and nothing in it."""
    return json_response(200, core.batch_frame([])) if core.any_dated else Response(204)


def _pair(item: Body, start: Store, end: Store) -> tuple[End, End]:
    keys = text_at(object_at(item, "from"), "id"), text_at(object_at(item, "to"), "id")
    found = []
    for key, store in zip(keys, (start, end), strict=True):
        record = store.find(key, None)
        if record is None:
            raise linking.invalid_identifier(key)
        found.append((store.kind.type_id, record.id))
    if found[0] == found[1]:
        raise linking.to_itself(found[0][1])
    return found[0], found[1]


def _none(key: str, start: Store, end: Store) -> Refused:
    return Refused(
        404,
        f"No {end.kind.singular} is associated with {start.kind.singular} {key}.",
        context={
            "fromObjectId": [key],
            "fromObjectType": [start.kind.singular],
            "toObjectType": [end.kind.singular],
        },
        category="OBJECT_NOT_FOUND",
        subCategory="crm.associations.NO_ASSOCIATIONS_FOUND",
    )


# labels --------------------------------------------------------------------------------------------
def labels(core: Doing, request: Request, name: str, to: str) -> Response:
    start, end = _ends(core, name, to)
    known = core.portal.associations.between(start.kind.type_id, end.kind.type_id)
    return json_response(200, {"results": [_row(one) for one in known.values()]})


def _row(label: Label) -> dict[str, Any]:
    return {"category": label.category, "typeId": label.type_id, "label": label.label}


def add_label(core: Doing, request: Request, name: str, to: str) -> Response:
    """At most ten a pair; 200 with the new types of both directions."""
    start, end = _ends(core, name, to)
    body = json_object(request)
    wanted, label = text_at(body, "name"), text_at(body, "label")
    if not wanted or not label:
        raise required_fields([key for key in ("label", "name") if not text_at(body, key)])
    held = core.portal.associations.own(start.kind.type_id, end.kind.type_id)
    if len(held) >= _MOST_LABELS:
        raise invalid(f"The limit of {_MOST_LABELS} association labels between this pair has been reached")
    if any(one.name == wanted or one.label == label for one in held):
        raise invalid(f"An association label named '{label}' already exists")
    inverse = text_at(body, "inverseLabel") or None
    made = core.portal.associations.add_label(start.kind.type_id, end.kind.type_id, wanted, label, inverse)
    return json_response(200, {"results": [_row(one) for one in made]})


def change_label(core: Doing, request: Request, name: str, to: str) -> Response:
    start, end = _ends(core, name, to)
    body = json_object(request)
    label = _own(core, start, end, text_at(body, "associationTypeId"))
    label.label = text_at(body, "label") or label.label
    back = core.portal.associations.between(end.kind.type_id, start.kind.type_id)[label.inverse]
    back.label = text_at(body, "inverseLabel") or (label.label if back is label else back.label)
    return Response(204)


def drop_label(core: Doing, request: Request, name: str, to: str, key: str) -> Response:
    start, end = _ends(core, name, to)
    label = _own(core, start, end, key)
    core.portal.associations.drop_label(start.kind.type_id, end.kind.type_id, label.type_id)
    return Response(204)


def _own(core: Doing, start: Store, end: Store, key: str) -> Label:
    held = core.portal.associations.own(start.kind.type_id, end.kind.type_id)
    found = next((one for one in held if str(one.type_id) == key), None)
    if found is None:
        raise Refused(404, "resource not found")
    return found
