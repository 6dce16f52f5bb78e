"""/crm/v3/owners and /account-info. Source: API-FACTS 1.8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot.errors import Refused, invalid
from connector.practice.hubspot.state import Owner

if TYPE_CHECKING:
    from connector.practice.hubspot.core import HubSpotCore


def read_page(core: HubSpotCore, request: Request) -> Response:
    limit, after = _number(request, "limit", "100"), _number(request, "after", "0")
    if not 1 <= limit <= 500:
        raise invalid(f"limit must be between 1 and 500, and was {limit}")
    email = (request.first("email") or "").lower()
    archived = (request.first("archived") or "").lower() == "true"
    found = [owner for owner in core.portal.owners.values() if owner.archived == archived]
    found = [owner for owner in found if not email or owner.email.lower() == email]
    rest = [owner for owner in found if int(owner.id) > after]
    body: dict[str, Any] = {"results": [_shown(owner) for owner in rest[:limit]]}
    if len(rest) > limit:
        cursor = rest[limit - 1].id
        body["paging"] = {"next": {"after": cursor, "link": f"{core.base_url}/crm/v3/owners?after={cursor}"}}
    return json_response(200, body)


def read_one(core: HubSpotCore, request: Request, key: str) -> Response:
    if request.first("idProperty") == "userId":
        found = next((owner for owner in core.portal.owners.values() if str(owner.user_id) == key), None)
    else:
        found = core.portal.owners.get(key)
    if found is None:
        raise Refused(404, "resource not found")
    return json_response(200, _shown(found))


def account_details(core: HubSpotCore, request: Request) -> Response:
    return json_response(
        200,
        {
            "portalId": core.portal.account.portal_id,
            "accountType": "STANDARD",
            "timeZone": "US/Eastern",
            "companyCurrency": "USD",
            "additionalCurrencies": [],
            "utcOffset": "-04:00",
            "utcOffsetMilliseconds": -14_400_000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        },
    )


def daily_usage(core: HubSpotCore, request: Request) -> Response:
    row = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": core.settings.daily_limit,
        "currentUsage": core.limits.used_today(core.now_ms()),
        "fetchStatus": "SUCCESS",
    }
    return json_response(200, {"results": [row]})


def _shown(owner: Owner) -> dict[str, Any]:
    """An archived owner has no userId any more, only userIdIncludingInactive."""
    return {
        "id": owner.id,
        "email": owner.email,
        "type": "PERSON",
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userId": None if owner.archived else owner.user_id,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": "2024-01-01T00:00:00.000Z",
        "updatedAt": "2024-01-01T00:00:00.000Z",
        "archived": owner.archived,
    }


def _number(request: Request, name: str, default: str) -> int:
    text = request.first(name) or default
    if not text.isdigit():
        raise invalid(f"{name} is not a number: {text}")
    return int(text)
