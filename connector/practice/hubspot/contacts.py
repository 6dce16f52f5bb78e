"""/crm/v3/objects/contacts: one contact at a time, and the list. Source: API-FACTS 1.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.errors import Refused, invalid
from connector.practice.hubspot.reading import names_to_show, shown, written
from connector.practice.hubspot.state import Contact

if TYPE_CHECKING:
    from connector.practice.hubspot.core import HubSpotCore

_LIST_PATH = "/crm/v3/objects/contacts"


def read_one(core: HubSpotCore, request: Request, key: str) -> Response:
    contact = _asked(core, request, key)
    return json_response(200, shown(core.portal, contact, *_shape(core, request)))


def read_page(core: HubSpotCore, request: Request) -> Response:
    names, with_history = _shape(core, request)
    limit = _limit(request, 50 if with_history else 100)
    pool = core.portal.archived if _wants_archived(request) else core.portal.contacts
    cursor = _cursor(request)
    page: list[Contact] = []
    more = False
    for contact_id in core.portal.after(cursor):
        contact = pool.get(contact_id)
        if contact is None:
            continue
        if len(page) == limit:
            more = True
            break
        page.append(contact)
    body: dict[str, Any] = {"results": [shown(core.portal, item, names, with_history) for item in page]}
    if more:
        after = page[-1].id
        body["paging"] = {"next": {"after": after, "link": f"{core.base_url}{_LIST_PATH}?after={after}"}}
    return json_response(200, body)


def create(core: HubSpotCore, request: Request) -> Response:
    body = json_object(request)
    source = core.api_source
    planned = core.writer.plan(None, body.get("properties") or {}, source)
    planned.trace = body.get("objectWriteTraceId")
    contact = core.writer.commit(planned, source, core.now_ms())
    location = f"{core.base_url}{_LIST_PATH}/{contact.id}"
    return json_response(201, written(core.portal, contact, planned), {"Location": location})


def update(core: HubSpotCore, request: Request, key: str) -> Response:
    contact = core.portal.get(key, id_property(core, request.first("idProperty")))
    body = json_object(request)
    source = core.api_source
    planned = core.writer.plan(contact, body.get("properties") or {}, source)
    planned.trace = body.get("objectWriteTraceId")
    core.writer.commit(planned, source, core.now_ms())
    return json_response(200, written(core.portal, contact, planned))


def archive(core: HubSpotCore, request: Request, key: str) -> Response:
    """204 also for an id that nobody has, or that is archived already."""
    contact = core.portal.contacts.get(key)
    if contact is not None:
        core.archive(contact, core.api_source)
    return Response(204)


def id_property(core: HubSpotCore, name: Any) -> str | None:
    """The idProperty asked for, if it is one: e-mail, or a property with unique values."""
    if name is None:
        return None
    if name in ("email", "hs_object_id") or name in core.portal.by_unique:
        return str(name)
    raise invalid(f"Property '{name}' is not a unique property of CONTACT and can't be used as idProperty")


def json_object(request: Request) -> dict[str, Any]:
    """The body, which must be a JSON object."""
    try:
        body = request.json()
    except ValueError:
        raise Refused(400, "Invalid input JSON on line 1, column 1: the body could not be read") from None
    if not isinstance(body, dict):
        raise Refused(400, "Invalid input JSON on line 1, column 1: an object was expected")
    return body


def _asked(core: HubSpotCore, request: Request, key: str) -> Contact:
    if _wants_archived(request) and key in core.portal.archived:
        return core.portal.archived[key]
    return core.portal.get(key, id_property(core, request.first("idProperty")))


def _wants_archived(request: Request) -> bool:
    """Clients send `False` with a capital too."""
    return (request.first("archived") or "").lower() == "true"


def _shape(core: HubSpotCore, request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = names_to_show(core.portal, request.query.get("properties"))
    histories = [name for part in request.query.get("propertiesWithHistory", ()) for name in part.split(",")]
    known = tuple(name for name in histories if name in core.portal.properties)
    return tuple(dict.fromkeys((*names, *known))), known


def _limit(request: Request, most: int) -> int:
    text = request.first("limit", "10") or "10"
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise invalid(f"limit must be between 1 and {most}, and was {text}")
    return int(text)


def _cursor(request: Request) -> int:
    text = request.first("after", "0") or "0"
    if not text.isdigit():
        raise invalid(f"after is not a valid cursor: {text}")
    return int(text)
