"""Subscription preferences: whether an address opted out of all e-mail. Source: HubSpot's OpenAPI description (v4).

The status belongs to the address, not to a contact. What sets `hs_email_optout` is this API alone, and nothing here
takes an opt-out back. That the property follows at once is (memory): `optout_shows` turns it off.
"""

from __future__ import annotations

from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused

_PATH = "/communication-preferences/{version}/statuses/{{email}}/unsubscribe-all"
_VERSIONS = ("v4", "2026-03", "2026-09")
_OPT_OUT = "hs_email_optout"


def status(core: Doing, request: Request, email: str) -> Response:
    """GET: one row where the address opted out, none where it did not."""
    _channel(request)
    held = _held(core, email)
    rows = [_row(core, email, {"wideStatusType": "PORTAL_WIDE"})] if held == "true" else []
    return json_response(200, _completed(core, rows))


def unsubscribe(core: Doing, request: Request, email: str) -> Response:
    """POST: opts the address out; 200 also where it was out already, or where no contact has it."""
    _channel(request)
    held = _held(core, email)
    if held not in (None, "true") and getattr(core.settings, "optout_shows", True):
        core.edit({_OPT_OUT: "true"}, email=email, by="user")
    if request.first("verbose") != "true":
        return json_response(200, _completed(core, []))
    reason = "NO_STATUS_CHANGE" if held == "true" else "UNSUBSCRIBE_FROM_ALL_OCCURRED"
    more = {"source": "Accord", "subscriptionId": 1, "setStatusSuccessReason": reason}
    return json_response(200, _completed(core, [_row(core, email, more)]))


def _channel(request: Request) -> None:
    if request.first("channel") != "EMAIL":
        raise Refused(400, "The query parameter channel is required", category="VALIDATION_ERROR")


def _held(core: Doing, email: str) -> str | None:
    """What the contact with this address holds ("" for a blank); None where there is no such contact."""
    try:
        return core.contact(email).get(_OPT_OUT, "")
    except KeyError:
        return None


def _row(core: Doing, email: str, more: dict[str, Any]) -> dict[str, Any]:
    told = {"channel": "EMAIL", "status": "UNSUBSCRIBED", "subscriberIdString": email}
    return {**told, "timestamp": core.clock.now().isoformat().replace("+00:00", "Z"), **more}


def _completed(core: Doing, rows: list[dict[str, Any]]) -> dict[str, Any]:
    now = core.clock.now().isoformat().replace("+00:00", "Z")
    return {"status": "COMPLETE", "startedAt": now, "completedAt": now, "results": rows}


ROUTES = tuple(
    (method, _PATH.format(version=version), answer)
    for version in _VERSIONS
    for method, answer in (("GET", status), ("POST", unsubscribe))
)
"""(method, path template, function), as routes.py wants them."""
