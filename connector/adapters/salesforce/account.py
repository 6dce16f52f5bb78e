"""Whose org a login opens, of which edition, and whether it is a sandbox. Nothing here writes to the org."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from connector.adapters.calling import no_guard
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.ids import id18
from connector.core.records import Side
from connector.ports.accounts import Account

_ORGANISATION = "SELECT Id, Name, IsSandbox, OrganizationType FROM Organization"
NO_DEPLOY = ("Professional", "Group", "Essentials", "Starter")
"""Editions without the Metadata API of their own, and without outbound messages (Salesforce's edition tables)."""


def account_of(api: SalesforceApi) -> Account:
    """The org behind the login in use: token, versions, userinfo and one query, so four calls at first."""
    told = api.read("GET", "/services/oauth2/userinfo", None, no_guard).body
    row = _first(api, _ORGANISATION)
    facts = {
        "name": str(row.get("Name") or ""),
        "edition": str(row.get("OrganizationType") or ""),
        "user": str(told.get("preferred_username") or ""),
        "user_id": id18(str(told["user_id"])) if told.get("user_id") else "",
        "api_version": api.prefix(no_guard).strip("/").rpartition("/v")[2],
    }
    org = id18(str(row.get("Id") or told["organization_id"]))
    return Account(Side.SALESFORCE, org, bool(row.get("IsSandbox")), {k: v for k, v in facts.items() if v})


def deploys(edition: str) -> bool:
    """Can this edition take metadata by its API, and send outbound messages?"""
    return not edition.startswith(NO_DEPLOY)


def revoke(api: SalesforceApi) -> bool:
    """End the session in use. (One got by JWT or client credentials has no refresh token that would outlive it.)"""
    token = api.token
    if not token:
        return False
    answer = api.session.post(
        f"https://{api.sf_instance}/services/oauth2/revoke", data={"token": token}, allow_redirects=False
    )
    return bool(answer.status_code == 200)


def _first(api: SalesforceApi, soql: str) -> dict[str, Any]:
    rows = api.read("GET", f"query?q={quote(soql, safe='')}", None, no_guard).body["records"]
    return dict(rows[0]) if rows else {}
