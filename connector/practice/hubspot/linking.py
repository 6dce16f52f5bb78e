"""Associations over the API: one pair, batches, and those of a new record. Sources: API-FACTS 1.9, its recordings."""

from __future__ import annotations

from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.associations import End, Label
from connector.practice.hubspot.bodies import Body, json_body, object_at, objects_of, text_at, whole
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, invalid, not_json
from connector.practice.hubspot.store import Record, Store

Links = list[tuple[Store, Record, set[int]]]


def planned_links(core: Doing, store: Store, body: Body) -> Links:
    """`associations` of a create, checked: each `{"to": {"id"}, "types": [{"associationCategory", …TypeId}]}`."""
    links: Links = []
    for item in objects_of(body, "associations"):
        key = text_at(object_at(item, "to"), "id")
        wanted = [_type_id(one) for one in objects_of(item, "types")]
        other = _other_end(core, store, wanted)
        record = other.find(key, None)
        if record is None:
            raise invalid_identifier(key)
        links.append((other, record, set(wanted)))
    return links


def _other_end(core: Doing, store: Store, wanted: list[int]) -> Store:
    """Which kind is meant stands in the type ids alone."""
    for (start, end), known in core.portal.associations.labels.items():
        if start == store.kind.type_id and wanted and set(wanted) <= set(known):
            return core.portal.stores[end]
    raise invalid(f"Invalid association types for {store.kind.caps}: {wanted}")


def link_new(core: Doing, store: Store, record: Record, links: Links) -> None:
    for other, target, type_ids in links:
        core.link((store.kind.type_id, record.id), (other.kind.type_id, target.id), type_ids)


def put_default(core: Doing, request: Request, name: str, key: str, to: str, other: str) -> Response:
    """PUT …/associations/default/{to}/{toId}: unlabelled. Told in both directions."""
    start, end = _stores(core, name, to)
    pair = _pair(core, start, end, key, other)
    core.link(*pair, set())
    return json_response(200, core.batch_frame(defaults(core, *pair)))


def defaults(core: Doing, start: End, end: End) -> list[dict[str, Any]]:
    known = core.portal.associations
    return [
        {
            "from": {"id": first[1]},
            "to": {"id": second[1]},
            "associationSpec": {
                "associationCategory": "HUBSPOT_DEFINED",
                "associationTypeId": known.plain(first[0], second[0]).type_id,
            },
        }
        for first, second in ((start, end), (end, start))
    ]


def put(core: Doing, request: Request, name: str, key: str, to: str, other: str) -> Response:
    """PUT with labels: a list of types. 201, and the labels in words."""
    start, end = _stores(core, name, to)
    body = json_body(request)
    if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
        raise not_json("a list of association types was expected")
    pair = _pair(core, start, end, key, other)
    type_ids = _known_types(core, start, end, body)
    core.link(*pair, type_ids)
    return json_response(201, labels_row(core, *pair, type_ids))


def labels_row(core: Doing, start: End, end: End, type_ids: set[int]) -> dict[str, Any]:
    """Ids are numbers on the wire; `labels` names those of the portal's own."""
    known = core.portal.associations.between(start[0], end[0])
    return {
        "fromObjectTypeId": start[0],
        "fromObjectId": int(start[1]),
        "toObjectTypeId": end[0],
        "toObjectId": int(end[1]),
        "labels": [
            str(known[key].label) for key in sorted(type_ids) if known[key].category == "USER_DEFINED"
        ],
    }


def read_page(core: Doing, request: Request, name: str, key: str, to: str) -> Response:
    start, end = _stores(core, name, to)
    record = start.get(key, None)
    limit = whole(request.first("limit"), "limit", 500, 1, 500)
    rows, after = rows_of(core, start, end, record.id, limit, request.first("after"))
    body: dict[str, Any] = {"results": rows}
    if after is not None:
        path = f"{core.base_url}/crm/v4/objects/{start.kind.plural}/{key}/associations/{end.kind.plural}"
        body["paging"] = {"next": {"after": after, "link": f"{path}?after={after}"}}
    return json_response(200, body)


def rows_of(
    core: Doing, start: Store, end: Store, key: str, limit: int, after: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Associated records with their labels, and the cursor of the next page."""
    cursor = whole(after, "after", 0)
    known = core.portal.associations.between(
        start.kind.type_id, end.kind.type_id, (start.kind.caps, end.kind.caps)
    )
    held = core.portal.associations.of((start.kind.type_id, key), end.kind.type_id)
    ids = [one for one in sorted(held, key=int) if int(one) > cursor and one in end.live]
    rows = [
        {"toObjectId": int(one), "associationTypes": [_type_row(known[key]) for key in sorted(held[one])]}
        for one in ids[:limit]
    ]
    return rows, ids[limit - 1] if len(ids) > limit else None


def _type_row(label: Label) -> dict[str, Any]:
    return {"category": label.category, "typeId": label.type_id, "label": label.label}


def delete(core: Doing, request: Request, name: str, key: str, to: str, other: str) -> Response:
    """All labels at once; 204 also where nothing was associated."""
    start, end = _stores(core, name, to)
    first, second = start.survivor(key), end.survivor(other)
    core.unlink((start.kind.type_id, first), (end.kind.type_id, second), None)
    return Response(204)


def _stores(core: Doing, name: str, to: str) -> tuple[Store, Store]:
    start, end = core.portal.store(name), core.portal.store(to)
    core.portal.associations.between(start.kind.type_id, end.kind.type_id, (start.kind.caps, end.kind.caps))
    return start, end


def _pair(core: Doing, start: Store, end: Store, key: str, other: str) -> tuple[End, End]:
    first, second = start.get(key, None), end.get(other, None)
    if first is second:
        raise to_itself(first.id)
    return (start.kind.type_id, first.id), (end.kind.type_id, second.id)


def _known_types(core: Doing, start: Store, end: Store, specs: list[Body]) -> set[int]:
    known = core.portal.associations.between(start.kind.type_id, end.kind.type_id)
    wanted = {_type_id(item) for item in specs}
    strange = sorted(wanted - set(known))
    if strange:
        raise unknown_type(strange[0], start, end)
    return wanted


def _type_id(spec: Body) -> int:
    number = spec.get("associationTypeId")
    if isinstance(number, bool) or not isinstance(number, int):
        raise not_json('"associationTypeId" must be a number')
    if spec.get("associationCategory") not in ("HUBSPOT_DEFINED", "USER_DEFINED", "INTEGRATOR_DEFINED"):
        raise not_json('"associationCategory" must be HUBSPOT_DEFINED, USER_DEFINED or INTEGRATOR_DEFINED')
    return number


def known_types(core: Doing, start: Store, end: Store, specs: list[Body]) -> set[int]:
    """Type ids of `types`, each one of the pair's; raises 400."""
    return _known_types(core, start, end, specs)


def to_itself(key: str) -> Refused:
    return invalid(f"Object {key} cannot be associated to itself ({key})")


def unknown_type(type_id: int, start: Store, end: Store) -> Refused:
    return invalid(f"Association type {type_id} is not valid between {start.kind.caps} and {end.kind.caps}")


def invalid_identifier(key: str) -> Refused:
    return Refused(
        400,
        f"{key} is not a valid ID",
        context={"id": [key]},
        category="VALIDATION_ERROR",
        subCategory="crm.associations.INVALID_IDENTIFIER",
    )
