"""What lies under /_practice/ besides the common parts: people's edits, conversion, rules, settings, outbound."""

from collections.abc import Callable
from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.salesforce.acts import Acts
from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.openapi import document

Step = Callable[[Acts, dict[str, Any]], Any]


def answer(core: Acts, request: Request) -> Response | None:
    """The practice answer, 400 with Salesforce's own error body when the org refuses; None: no such path."""
    step = _STEPS.get((request.method, request.path.rstrip("/")))
    if step is None:
        return None
    try:
        with core.lock:
            return json_response(200, step(core, request.json() or {}))
    except Refusal as refusal:
        return json_response(400, refusal.as_call())


def _edit(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    """`{"by"?, "object", "id"?, "create"?, "delete"?, "values", "late_by"?}` -> `{"id"}`."""
    given = {name: body[name] for name in ("by", "create", "delete", "late_by") if name in body}
    return {"id": core.edit(body["object"], body.get("id"), body.get("values"), **given)}


def _convert(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    return core.convert(**body)


def _merge(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    """`{"object", "winner", "losers": [..], "values"?, "by"?}` -> `{"id", "merged": [..]}`."""
    made = core.merge(body.pop("object"), **body)
    return {"id": made.winner, "merged": made.losers, "related": made.related}


def _rule(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    """`{"object", "field", "pattern", "message"}`; `{"object", "field", "normalize": kind}` formats instead."""
    if "normalize" in body:
        core.org.rules.add_normalizer(body["object"], body["field"], body["normalize"])
    else:
        core.org.rules.add_pattern(body["object"], body["field"], body["pattern"], body["message"])
    return {"rules": len(core.org.rules.validations), "normalizers": len(core.org.rules.normalizers)}


def _automation(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    unknown = [name for name in body["set"] if name not in core.org.objects[body["object"]].fields]
    if unknown:
        raise ValueError(f"no such fields: {', '.join(unknown)}")
    core.org.rules.add_automation(body)
    return {"automations": len(core.org.rules.automations)}


def _clear_rules(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    core.org.rules.clear()
    return {"rules": 0, "automations": 0, "normalizers": 0}


def _field(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    """`{"object", "name", "type"?, "label"?, "length"?, "values"?, "required"?, "remove"?}`."""
    core.change_field(body.pop("object"), body.pop("name"), body)
    return {"changed": True}


def _settings(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    core.org.settings.update(body)
    return dict(vars(core.org.settings))


def _outbound(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    return core.outbound.configure(body)


def _pubsub(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    if core.pubsub is None:
        raise ValueError("this server runs without the Pub/Sub API")
    return core.pubsub.practise(body)


def _find(core: Acts, body: dict[str, Any]) -> dict[str, Any]:
    """`{"object", "field", "value"}`: every live record that holds it, in full."""
    rows = core.org.tables[body["object"]].rows.values()
    found = [row for row in rows if row.get(body["field"]) == body["value"] and not row.get("IsDeleted")]
    return {"records": [{"id": row["Id"], "values": dict(row)} for row in found]}


_STEPS: dict[tuple[str, str], Step] = {
    ("POST", "/_practice/admin"): lambda core, body: core.wished(body),
    ("POST", "/_practice/edit"): _edit,
    ("POST", "/_practice/find"): _find,
    ("POST", "/_practice/convert"): _convert,
    ("POST", "/_practice/merge"): _merge,
    ("POST", "/_practice/undelete"): lambda core, body: {"id": core.undelete(**body)},
    ("POST", "/_practice/rules"): _rule,
    ("DELETE", "/_practice/rules"): _clear_rules,
    ("POST", "/_practice/automations"): _automation,
    ("POST", "/_practice/fields"): _field,
    ("POST", "/_practice/settings"): _settings,
    ("GET", "/_practice/settings"): _settings,
    ("POST", "/_practice/outbound"): _outbound,
    ("GET", "/_practice/outbound"): lambda core, _: core.outbound.shown(),
    ("POST", "/_practice/pubsub"): _pubsub,
    ("GET", "/_practice/notifications"): lambda core, _: core.take_notifications(),
    ("GET", "/_practice/openapi"): lambda core, _: document(),
    ("GET", "/_practice/people"): lambda core, _: core.org.people,
    ("GET", "/_practice/connection"): lambda core, _: core.connection(),
}
