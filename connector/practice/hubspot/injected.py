"""What HubSpot answers when a fault asks for a failure: by status, or by the name of an error."""

from __future__ import annotations

from collections.abc import Mapping

from connector.practice.faults import OneShot
from connector.practice.http import Response
from connector.practice.hubspot import errors
from connector.practice.hubspot.errors import Refused

_PAGES: Mapping[int, str] = {
    414: "Request-URI Too Long",
    502: "Bad Gateway",
    504: "Gateway Time-out",
    521: "Web server is down",
    522: "Connection timed out",
    523: "Origin is unreachable",
    524: "A timeout occurred",
}
_LOCKED = "The account is locked by another bulk operation. Try again in a few seconds."
_MOVING = "The account is being moved to another data center."
_MESSAGES: Mapping[int, str] = {423: _LOCKED, 477: _MOVING, 503: "service unavailable"}
_SCOPES = ["crm.objects.contacts.write"]

NAMED: Mapping[str, Refused] = {
    "DAILY": errors.over_limit("DAILY"),
    "TEN_SECONDLY_ROLLING": errors.over_limit("TEN_SECONDLY_ROLLING"),
    "SECONDLY": errors.over_limit("SECONDLY"),
    "RATE_LIMITS": errors.over_search_limit(),
    "INVALID_AUTHENTICATION": errors.unauthenticated(),
    "EXPIRED_AUTHENTICATION": errors.expired(1),
    "MISSING_SCOPES": errors.missing_scopes(_SCOPES),
    "MISSING_SCHEMA_SCOPES": errors.missing_schema_scopes(["crm.schemas.contacts.read"]),
    "LOCKED": Refused(423, _LOCKED),
    "MOVING": Refused(477, _MOVING),
}
"""The errors of whole calls that a fault of kind "error" may name."""


def answer_to(shot: OneShot, is_search: bool, correlation: str) -> Response:
    """The service's own answer for a fault."""
    if shot.kind == "error":
        return NAMED[shot.error].response(correlation)
    if shot.status in _PAGES:
        page = f"<html><head><title>{shot.status}</title></head><body>{_PAGES[shot.status]}</body></html>"
        return Response(shot.status, page.encode(), {"Content-Type": "text/html;charset=utf-8"})
    return _refusal(shot.status, is_search).response(correlation)


def _refusal(status: int, is_search: bool) -> Refused:
    if status == 401:
        return errors.expired(1)
    if status == 403:
        return errors.missing_scopes(_SCOPES)
    if status == 429:
        return errors.over_search_limit() if is_search else errors.over_limit("TEN_SECONDLY_ROLLING")
    return Refused(status, _MESSAGES.get(status, "internal error"))
