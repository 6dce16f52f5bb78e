"""Practice HubSpot's own paths under `/_practice/`: edits, automations, settings, webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.errors import Refused
from connector.practice.hubspot.state import Contact, Source
from connector.practice.hubspot.writing import Change

if TYPE_CHECKING:
    from connector.practice.hubspot.core import HubSpotCore

SOURCES: Mapping[str, Source] = {
    "user": Source("CRM_UI", "userId:9000011", 9_000_011),
    "automation": Source("AUTOMATION_PLATFORM", "enrollmentId:1;actionExecutionIndex:0", label="Workflow"),
    "form": Source("FORM", "9f0c0e2a-form", label="Contact us"),
    "import": Source("IMPORT", "contacts.csv", label="Import"),
    "other_app": Source("INTEGRATION", "1234567", label="Another app"),
}


@dataclass(frozen=True)
class Automation:
    """A workflow: when `when_field` is set (to `equals`, if given) by anyone but a workflow, it sets `set`."""

    when_field: str
    set: dict[str, Any]
    equals: str | None = None

    def consider(self, core: HubSpotCore, change: Change) -> None:
        if change.archived or change.source.type == "AUTOMATION_PLATFORM":
            return
        new = change.new.get(self.when_field)
        if new is None or (self.equals is not None and new != self.equals):
            return
        edit(core, dict(self.set), change.contact_id, None, "automation", create=False, delete=False)


def edit(
    core: HubSpotCore,
    values: dict[str, Any],
    contact_id: str | None,
    email: str | None,
    by: str,
    create: bool,
    delete: bool,
) -> str:
    """See HubSpotCore.edit; the lock is held."""
    if by not in SOURCES:
        raise ValueError(f"by is one of {', '.join(SOURCES)}")
    source = SOURCES[by]
    contact = _named(core, values, contact_id, email, known_only=not create, by=by)
    if delete and contact is not None:
        core.archive(contact, source)
        return contact.id
    planned = core.writer.plan(contact, values, source)
    return core.writer.commit(planned, source, core.now_ms()).id


def _named(
    core: HubSpotCore,
    values: Mapping[str, Any],
    contact_id: str | None,
    email: str | None,
    known_only: bool,
    by: str,
) -> Contact | None:
    if known_only:
        if contact_id is None and email is None:
            raise ValueError("an edit needs an id, an email, or create")
        return core.portal.get(contact_id or str(email), None if contact_id else "email")
    if by == "form" and values.get("email"):
        return core.portal.find(str(values["email"]), "email")
    return None


def answer(core: HubSpotCore, request: Request) -> Response | None:
    """One call under `/_practice/`; None when there is no such path. ValueError is answered 400."""
    found = _PATHS.get((request.method, request.path.rstrip("/")))
    if found is None:
        return None
    try:
        return found(core, request)
    except Refused as refused:
        return refused.response(core.portal.correlation())


def _edit(core: HubSpotCore, request: Request) -> Response:
    body = dict(request.json() or {})
    if body.pop("object", "contact") not in ("contact", "contacts"):
        raise ValueError("this portal holds contacts")
    return json_response(200, {"id": core.edit(**body)})


def _automate(core: HubSpotCore, request: Request) -> Response:
    """{"object": "contact", "when_field", "equals"?, "set": {...}, "mode": "after"}."""
    body = dict(request.json() or {})
    if body.pop("object", "contact") not in ("contact", "contacts"):
        raise ValueError("this portal holds contacts")
    if body.pop("mode", "after") != "after":
        raise ValueError("a HubSpot workflow runs after the write, never before it")
    with core.lock:
        core.automations.append(Automation(**body))
    return _automations(core, request)


def _automations(core: HubSpotCore, request: Request) -> Response:
    return json_response(200, {"automations": [asdict(rule) for rule in core.automations]})


def _forget_automations(core: HubSpotCore, request: Request) -> Response:
    with core.lock:
        core.automations.clear()
    return _automations(core, request)


def _settings(core: HubSpotCore, request: Request) -> Response:
    return json_response(200, core.settings.shown())


def _set(core: HubSpotCore, request: Request) -> Response:
    with core.lock:
        core.settings.update(request.json() or {})
        core.portal.lay_rules()
    return _settings(core, request)


def _webhooks(core: HubSpotCore, request: Request) -> Response:
    """Where events go, what became of them, and what is undelivered; `idle` when nothing is."""
    with core.lock:
        waiting = core.outbox.waiting()
        counts = core.sender_shown() if core.sender_shown else asdict(core.delivered)
    undelivered = [*waiting, *counts.pop("undelivered", ())]
    busy = counts.pop("gathering", False)
    return json_response(
        200,
        {
            **asdict(core.delivery),
            "subscriptions": core.outbox.subscriptions,
            "delivered": counts,
            "undelivered": undelivered,
            "idle": not undelivered and not busy,
        },
    )


def _set_webhooks(core: HubSpotCore, request: Request) -> Response:
    """{"target_url", "subscriptions": [...] | "all", and any setting of Delivery}."""
    body = dict(request.json() or {})
    with core.lock:
        if "subscriptions" in body:
            core.outbox.subscribe(body.pop("subscriptions"))
        core.delivery.update(body)
    return _webhooks(core, request)


def _find(core: HubSpotCore, request: Request) -> Response:
    """{"object": "contact", "field": "id" or a property, "value"}: every live contact that holds it, in full."""
    body = request.json() or {}
    field, value = body["field"], str(body["value"])
    with core.lock:
        live = core.portal.contacts.values()
        found = [c for c in live if (c.id if field == "id" else c.values.get(field)) == value]
        return json_response(200, {"records": [{"id": c.id, "values": dict(c.values)} for c in found]})


_PATHS: Mapping[tuple[str, str], Callable[[HubSpotCore, Request], Response]] = {
    ("POST", "/_practice/edit"): _edit,
    ("POST", "/_practice/find"): _find,
    ("GET", "/_practice/automations"): _automations,
    ("POST", "/_practice/automations"): _automate,
    ("DELETE", "/_practice/automations"): _forget_automations,
    ("GET", "/_practice/settings"): _settings,
    ("POST", "/_practice/settings"): _set,
    ("GET", "/_practice/webhooks"): _webhooks,
    ("POST", "/_practice/webhooks"): _set_webhooks,
}
