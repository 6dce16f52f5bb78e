"""What people and automations do, and practice HubSpot's own paths under `/_practice/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import app
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused, not_found
from connector.practice.hubspot.merging import forget, merge_records
from connector.practice.hubspot.oauth import new_code
from connector.practice.hubspot.state import Source
from connector.practice.hubspot.store import Record, Store
from connector.practice.hubspot.writing import Change

SOURCES: Mapping[str, Source] = {
    "user": Source("CRM_UI", "userId:9000011", 9_000_011),
    "automation": Source("AUTOMATION_PLATFORM", "enrollmentId:1;actionExecutionIndex:0", label="Workflow"),
    "form": Source("FORM", "9f0c0e2a-form", label="Contact us"),
    "import": Source("IMPORT", "contacts.csv", label="Import"),
    "other_app": Source("INTEGRATION", "1234567", label="Another app"),
}


@dataclass(frozen=True)
class Automation:
    """A workflow: when `when_field` is set (to `equals`, if given) by anyone but a workflow, it sets `set`. `mails`: it
    says that it sends a marketing e-mail, too (none is sent)."""

    when_field: str
    set: dict[str, Any]
    equals: str | None = None
    object: str = "contacts"
    name: str = ""
    mails: bool = False

    def uses(self, plural: str, name: str) -> bool:
        """Whether a property can't be deleted because of this."""
        return plural == self.object and (name == self.when_field or name in self.set)

    def consider(self, core: Doing, change: Change) -> None:
        if change.archived or change.source.type == "AUTOMATION_PLATFORM":
            return
        if change.kind.plural != self.object:
            return
        new = change.new.get(self.when_field)
        if new is None or (self.equals is not None and new != self.equals):
            return
        edit(core, dict(self.set), Deed(self.object, change.contact_id, None, "automation"))


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does what to which record; see HubSpotCore.edit."""

    object: str
    id: str | None
    email: str | None
    by: str
    create: bool = False
    delete: bool = False
    restore: bool = False
    merge: str | None = None
    forget: bool = False


def edit(core: Doing, values: dict[str, Any], deed: Deed) -> str:
    """See HubSpotCore.edit; the lock is held."""
    if deed.by not in SOURCES:
        raise ValueError(f"by is one of {', '.join(SOURCES)}")
    source = SOURCES[deed.by]
    try:
        store = core.portal.store(deed.object)
    except Refused:
        raise ValueError(f"this portal holds no {deed.object}") from None
    if deed.restore or deed.forget:
        return _back_or_gone(core, store, deed, source)
    record = _named(store, values, deed)
    if record is not None and deed.delete:
        core.archive(record, source, store)
        return record.id
    if record is not None and deed.merge is not None:
        return merge_records(core, store, record, store.get(deed.merge, None), source).id
    planned = core.writer.plan(store, record, values, source)
    return core.writer.commit(planned, source, core.now_ms()).id


def _back_or_gone(core: Doing, store: Store, deed: Deed, source: Source) -> str:
    archived = store.archived.get(deed.id or "")
    if deed.forget:
        record = archived or store.get(deed.id or str(deed.email), None if deed.id else "email")
        forget(core, store, record, source)
        return record.id
    if archived is None:
        raise not_found(str(deed.id))
    core.restore(store, archived, source)
    return archived.id


def _named(store: Store, values: Mapping[str, Any], deed: Deed) -> Record | None:
    if not deed.create:
        if deed.id is None and deed.email is None:
            raise ValueError("an edit needs an id, an email, or create")
        return store.get(deed.id or str(deed.email), None if deed.id else "email")
    if deed.by == "form" and values.get("email"):
        email = str(values["email"]).strip().lower()
        if email in store.forgotten_emails:
            raise ValueError("this address was deleted for privacy: no form makes it again")
        return store.find(email, "email")
    return None


def answer(core: Doing, request: Request) -> Response | None:
    """One call under `/_practice/`; None when there is no such path. ValueError is answered 400."""
    found = _PATHS.get((request.method, request.path.rstrip("/")))
    if found is None:
        return None
    try:
        return found(core, request)
    except Refused as refused:
        return refused.response(core.portal.correlation())


def _edit(core: Doing, request: Request) -> Response:
    return json_response(200, {"id": core.edit(**dict(request.json() or {}))})


def _automate(core: Doing, request: Request) -> Response:
    """{"object"?: "contact", "when_field", "equals"?, "set": {...}, "mode": "after"}."""
    body = dict(request.json() or {})
    if body.pop("mode", "after") != "after":
        raise ValueError("a HubSpot workflow runs after the write, never before it")
    with core.lock:
        plural = core.portal.store(str(body.pop("object", "contact"))).kind.plural
        core.automations.append(Automation(**body, object=plural))
    return _automations(core, request)


def _automations(core: Doing, request: Request) -> Response:
    held = [asdict(rule) for rule in core.automations if isinstance(rule, Automation)]
    return json_response(200, {"automations": held})


def _forget_automations(core: Doing, request: Request) -> Response:
    with core.lock:
        core.automations.clear()
    return _automations(core, request)


def _settings(core: Doing, request: Request) -> Response:
    return json_response(200, core.settings.shown())


def _set(core: Doing, request: Request) -> Response:
    with core.lock:
        core.settings.update(request.json() or {})
        core.portal.lay_rules()
    return _settings(core, request)


def _webhooks(core: Doing, request: Request) -> Response:
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


def _set_webhooks(core: Doing, request: Request) -> Response:
    """{"target_url", "subscriptions": [...] | "all", and any setting of Delivery}."""
    body = dict(request.json() or {})
    with core.lock:
        if "subscriptions" in body:
            core.outbox.subscribe(body.pop("subscriptions"))
        core.delivery.update(body)
    return _webhooks(core, request)


def _install(core: Doing, request: Request) -> Response:
    """A project's webhooks file, as uploading the project would set it."""
    with core.lock:
        app.install(core, dict(request.json() or {}))
    return _webhooks(core, request)


def _code(core: Doing, request: Request) -> Response:
    """{"redirect_uri", "scopes"?}: an authorization code, as a person's consent gives one."""
    body = dict(request.json() or {})
    scopes = tuple(body["scopes"]) if "scopes" in body else None
    with core.lock:
        return json_response(200, {"code": new_code(core, str(body["redirect_uri"]), scopes)})


def _find(core: Doing, request: Request) -> Response:
    """{"object"?: "contact", "field": "id" or a property, "value"}: every live record that holds it, in full."""
    body = request.json() or {}
    field, value = body["field"], str(body["value"])
    with core.lock:
        live = core.portal.store(str(body.get("object", "contact"))).live.values()
        found = [c for c in live if (c.id if field == "id" else c.values.get(field)) == value]
        return json_response(200, {"records": [{"id": c.id, "values": dict(c.values)} for c in found]})


_PATHS: Mapping[tuple[str, str], Callable[[Doing, Request], Response]] = {
    ("POST", "/_practice/edit"): _edit,
    ("POST", "/_practice/find"): _find,
    ("GET", "/_practice/automations"): _automations,
    ("POST", "/_practice/automations"): _automate,
    ("DELETE", "/_practice/automations"): _forget_automations,
    ("GET", "/_practice/settings"): _settings,
    ("POST", "/_practice/settings"): _set,
    ("GET", "/_practice/webhooks"): _webhooks,
    ("POST", "/_practice/webhooks"): _set_webhooks,
    ("POST", "/_practice/app"): _install,
    ("POST", "/_practice/code"): _code,
}
