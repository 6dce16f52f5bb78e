"""/crm/v3/owners and /account-info. Source: API-FACTS 1.8."""

from __future__ import annotations

from typing import Any

from connector.practice.http import Request, Response, json_response
from connector.practice.hubspot import values
from connector.practice.hubspot.bodies import wants, whole
from connector.practice.hubspot.doing import Doing
from connector.practice.hubspot.errors import Refused
from connector.practice.hubspot.state import Owner


def read_page(core: Doing, request: Request) -> Response:
    most = core.settings.owner_page_limit
    limit = whole(request.first("limit"), "limit", min(100, most), 1, most)
    after = whole(request.first("after"), "after", 0)
    email = (request.first("email") or "").lower()
    archived = wants(request, "archived")
    found = [owner for owner in core.portal.owners.values() if owner.archived == archived]
    found = [owner for owner in found if not email or owner.email.lower() == email]
    rest = [owner for owner in found if int(owner.id) > after]
    body: dict[str, Any] = {"results": [_shown(owner) for owner in rest[:limit]]}
    if len(rest) > limit:
        cursor = rest[limit - 1].id
        body["paging"] = {"next": {"after": cursor, "link": f"{core.base_url}/crm/v3/owners?after={cursor}"}}
    return json_response(200, body)


def read_one(core: Doing, request: Request, key: str) -> Response:
    if request.first("idProperty") == "userId":
        found = next((owner for owner in core.portal.owners.values() if str(owner.user_id) == key), None)
    else:
        found = core.portal.owners.get(key)
    if found is None:
        raise Refused(404, "resource not found")
    return json_response(200, _shown(found))


def account_details(core: Doing, request: Request) -> Response:
    offset = core.settings.utc_offset_ms
    sign, minutes = "-" if offset < 0 else "+", abs(offset) // 60_000
    return json_response(
        200,
        {
            "portalId": core.portal.account.portal_id,
            "accountType": "STANDARD",
            "timeZone": "US/Eastern" if offset == -14_400_000 else "UTC",
            "companyCurrency": "USD",
            "additionalCurrencies": [],
            "utcOffset": f"{sign}{minutes // 60:02d}:{minutes % 60:02d}",
            "utcOffsetMilliseconds": offset,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        },
    )


def daily_usage(core: Doing, request: Request) -> Response:
    now = core.now_ms()
    row = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": core.settings.daily_limit,
        "currentUsage": core.limits.used_today(now),
        "collectedAt": values.iso(now),
        "fetchStatus": "SUCCESS",
        "resetsAt": values.iso(core.limits.resets_at(now)),
    }
    return json_response(200, {"results": [row]})


def _shown(owner: Owner) -> dict[str, Any]:
    """An archived owner has no userId any more, only userIdIncludingInactive."""
    return {
        "id": owner.id,
        "email": owner.email,
        "type": owner.type,
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userId": None if owner.archived else owner.user_id,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": "2024-01-01T00:00:00.000Z",
        "updatedAt": "2024-01-01T00:00:00.000Z",
        "archived": owner.archived,
    }
