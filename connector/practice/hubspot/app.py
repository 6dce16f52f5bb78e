"""/webhooks/v3/{appId} (from 2026-09 on /app-webhooks): an app's target and subscriptions. Source: API-FACTS 2.1.

For legacy public apps; called with the developer's key or the app's own token. A private app's are set by its project
file or in the UI, which is POST /_practice/app here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.bodies import Body, inputs_of, json_object, object_at, text_at
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import (
    Refused,
    invalid,
    missing_scopes,
    required_fields,
    unauthenticated,
)
from connector.practice.hubspot.oauth import authenticate
from connector.practice.hubspot.subscribing import MOST, TYPES, Subscription, of_project

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def let_in(core: Doing, request: Request) -> None:
    """The developer's key (`hapikey` or as bearer), or a token with the developer's scopes; else 401 or 403."""
    key = core.portal.account.developer_key
    if request.first("hapikey") == key or request.headers.get("authorization") == f"Bearer {key}":
        return
    if "authorization" not in request.headers:
        raise unauthenticated()
    wanted = "developers-read" if request.method == "GET" else "developers-write"
    if wanted not in authenticate(core, request).scopes:
        raise missing_scopes([wanted])


def _own(core: Doing, app_id: str) -> None:
    if app_id != str(core.portal.account.app_id):
        raise Refused(404, "resource not found")


def get_settings(core: Doing, request: Request, app_id: str) -> Response:
    _own(core, app_id)
    return json_response(200, _settings(core))


def _settings(core: Doing) -> dict[str, Any]:
    if not core.delivery.target_url:
        raise Refused(404, "No webhook settings were found for this app", category="OBJECT_NOT_FOUND")
    stamp = values.iso(core.now_ms())
    throttling = {"maxConcurrentRequests": core.delivery.concurrency}
    target = core.delivery.target_url
    return {"targetUrl": target, "throttling": throttling, "createdAt": stamp, "updatedAt": stamp}


def put_settings(core: Doing, request: Request, app_id: str) -> Response:
    """The target is https; plain http goes to this machine only."""
    _own(core, app_id)
    body = json_object(request)
    most = object_at(body, "throttling").get("maxConcurrentRequests")
    _aim(core, text_at(body, "targetUrl"), most)
    return json_response(200, _settings(core))


def _aim(core: Doing, target: str, most: Any) -> None:
    if not target or most is None:
        raise required_fields(["targetUrl", "throttling"])
    if isinstance(most, bool) or not isinstance(most, int) or most <= 5:
        raise invalid("maxConcurrentRequests must be a number above 5")
    if not _is_address(target):
        raise invalid(f"targetUrl must be a secure (https) address: {target}")
    core.delivery.update({"target_url": target, "concurrency": most})


def _is_address(target: str) -> bool:
    try:
        parts = urlsplit(target)
        return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in _LOOPBACK)
    except ValueError:
        return False


def drop_settings(core: Doing, request: Request, app_id: str) -> Response:
    _own(core, app_id)
    core.delivery.update({"target_url": ""})
    return Response(204)


# subscriptions -------------------------------------------------------------------------------------
def list_subscriptions(core: Doing, request: Request, app_id: str) -> Response:
    _own(core, app_id)
    return json_response(200, {"results": [_shown(core, one) for one in core.outbox.listed()]})


def subscribe(core: Doing, request: Request, app_id: str) -> Response:
    """Inactive unless it is said otherwise; the same one twice is refused."""
    _own(core, app_id)
    body = json_object(request)
    wanted = text_at(body, "eventType")
    if not wanted:
        raise required_fields(["eventType"])
    if wanted not in TYPES:
        raise invalid(f"Invalid eventType: {wanted}")
    row: Subscription = {"type": wanted, "active": body.get("active") is True}
    if text_at(body, "propertyName"):
        row["property"] = text_at(body, "propertyName")
    if text_at(body, "objectTypeId"):
        row["object"] = text_at(body, "objectTypeId")
    held = core.outbox.listed()
    if len(held) >= MOST:
        raise invalid(f"An app can have at most {MOST} subscriptions")
    if any(_same(one, row) for one in held):
        raise Refused(409, "This subscription already exists", category="CONFLICT")
    try:
        return json_response(201, _shown(core, core.outbox.add(row)))
    except ValueError as wrong:
        raise invalid(str(wrong)) from None


def _same(one: Subscription, other: Subscription) -> bool:
    return all(one.get(key) == other.get(key) for key in ("type", "property", "object"))


def get_subscription(core: Doing, request: Request, app_id: str, key: str) -> Response:
    _own(core, app_id)
    return json_response(200, _shown(core, _known(core, key)))


def change_subscription(core: Doing, request: Request, app_id: str, key: str) -> Response:
    """`active` alone can be changed."""
    _own(core, app_id)
    return json_response(200, _switched(core, _known(core, key), json_object(request)))


def drop_subscription(core: Doing, request: Request, app_id: str, key: str) -> Response:
    _own(core, app_id)
    core.outbox.listed().remove(_known(core, key))
    core.outbox.lay()
    return Response(204)


def change_several(core: Doing, request: Request, app_id: str) -> Response:
    """POST …/subscriptions/batch/update `{"inputs": [{"id", "active"}]}`"""
    _own(core, app_id)
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for item in inputs_of(json_object(request)):
        try:
            results.append(_switched(core, _known(core, text_at(item, "id")), item))
        except Refused as refused:
            errors.append(refused.in_batch(None))
    return core.batch_answer(200, results, errors)


def _switched(core: Doing, held: Subscription, body: Body) -> dict[str, Any]:
    if "active" in body:
        held["active"] = body["active"] is True
    core.outbox.lay()
    return _shown(core, held)


def _known(core: Doing, key: str) -> Subscription:
    found = next((one for one in core.outbox.listed() if str(one["id"]) == key), None)
    if found is None:
        raise Refused(404, "resource not found")
    return found


def _shown(core: Doing, one: Subscription) -> dict[str, Any]:
    stamp = values.iso(core.now_ms())
    shown: dict[str, Any] = {
        "id": str(one["id"]),
        "eventType": one["type"],
        "active": bool(one.get("active", True)),
        "createdAt": stamp,
        "updatedAt": stamp,
    }
    if "property" in one:
        shown["propertyName"] = one["property"]
    if "object" in one:
        shown["objectTypeId"] = core.portal.store(str(one["object"])).kind.type_id
    return shown


def install(core: Doing, file: dict[str, Any]) -> None:
    """What uploading a project does: its webhooks file sets target, concurrency and subscriptions. ValueError."""
    target, most, rows = of_project(file)
    core.outbox.subscribe(rows)
    core.delivery.update({"target_url": target, "concurrency": most})
