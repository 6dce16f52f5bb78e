"""What a portal tells of itself: who it is, what the token may do, how much room is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from connector.adapters.calling import chunks, no_guard
from connector.adapters.hubspot.account import allowed_to
from connector.adapters.hubspot.api import HubSpotApi
from connector.errors import CallFailed, TryAgain, WaitUntil
from connector.ports.survey import Automation, Automations, PortalSurvey

MARKETING = "hs_marketable_status"
SAMPLE = 50
CONTACTS, FLOWS = "0-1", 100
MAIL, CONTENT = "0-4", "content_id"
"""The action that sends an e-mail, by its type [3p], or by naming the e-mail: either will do, as neither is proved."""


class Surveyor:
    """Every part is read by itself: what one scope hides does not hide the rest."""

    def __init__(self, api: HubSpotApi) -> None:
        self._api = api

    def survey(self) -> PortalSurvey:
        """Raises CallFailed only where not even the portal's id can be read."""
        details = self._read("GET", "/account-info/v3/details")
        rows = self._try("GET", self._api.paths.properties("contact"))
        properties = [row for row in (rows or {}).get("results") or [] if not row.get("archived")]
        own = [row for row in properties if row.get("hubspotDefined") is False]
        names = {str(row["name"]) for row in properties}
        return PortalSurvey(
            id=str(details.get("portalId") or ""),
            kind=str(details.get("accountType") or ""),
            currency=str(details.get("companyCurrency") or ""),
            scopes=self._scopes(),
            calls=self._calls(),
            own_properties=len(own) if properties else None,
            unique_properties=sum(bool(row.get("hasUniqueValue")) for row in properties)
            if properties
            else None,
            marketing=self._total(MARKETING) if MARKETING in names else None,
            queues=self._queues(),
        )

    def subscriptions(self) -> list[tuple[str, str]] | None:
        """Only of an app whose subscriptions the API shows; those of a project stand in its files."""
        if not self._api.connection.app_id:
            return None
        told = self._try("GET", f"/webhooks/v3/{self._api.connection.app_id}/subscriptions")
        if told is None:
            return None
        return [_subscription(row) for row in told.get("results") or [] if row.get("active")]

    def automations(self) -> Automations | None:
        rows = self._flows()
        if rows is None:
            return None
        wanted = [row["id"] for row in rows if row.get("isEnabled") and row.get("objectTypeId") == CONTACTS]
        found: list[Automation] = []
        for part in chunks(wanted, FLOWS):
            body = {"inputs": [{"flowId": id_, "type": "FLOW_ID"} for id_ in part]}
            told = self._try("POST", "/automation/v4/flows/batch/read", body) or {}
            found += [workflow(row) for row in told.get("results") or []]
        return Automations(tuple(found))

    def _flows(self) -> list[dict[str, Any]] | None:
        rows: list[dict[str, Any]] = []
        after = ""
        while True:
            told = self._try("GET", f"/automation/v4/flows?limit={FLOWS}{after}")
            if told is None:
                return rows or None
            rows += told.get("results") or []
            place = ((told.get("paging") or {}).get("next") or {}).get("after")
            if not place:
                return rows
            after = f"&after={quote(str(place))}"

    def _scopes(self) -> frozenset[str] | None:
        try:
            return (
                allowed_to(self._api, self._api.token(no_guard), self._api.connection.refreshes).scopes
                or None
            )
        except (TryAgain, WaitUntil):
            raise
        except CallFailed:
            return None

    def _calls(self) -> tuple[int, int] | None:
        told = self._try("GET", "/account-info/v3/api-usage/daily/private-apps")
        rows = [row for row in (told or {}).get("results") or [] if row.get("usageLimit")]
        return (int(rows[0].get("currentUsage") or 0), int(rows[0]["usageLimit"])) if rows else None

    def _queues(self) -> int | None:
        told = self._try("GET", f"{self._api.paths.owners()}?limit=100&archived=false")
        return None if told is None else sum(row.get("type") == "QUEUE" for row in told.get("results") or [])

    def _total(self, name: str) -> int | None:
        """How many contacts say yes to that property."""
        wanted = {"propertyName": name, "operator": "EQ", "value": "true"}
        body = {"filterGroups": [{"filters": [wanted]}], "limit": 1, "properties": [name]}
        told = self._try("POST", self._api.paths.objects("contact", "search"), body)
        return int(told["total"]) if told and "total" in told else None

    def copied_ids(self, names: Sequence[str]) -> list[str]:
        """Some of the Salesforce ids that contacts carry in these properties."""
        found: list[str] = []
        for name in names:
            body: dict[str, Any] = {
                "filterGroups": [{"filters": [{"propertyName": name, "operator": "HAS_PROPERTY"}]}],
                "limit": SAMPLE, "properties": [name],
            }  # fmt: skip
            told = self._try("POST", self._api.paths.objects("contact", "search"), body) or {}
            found += [
                str(row["properties"][name])
                for row in told.get("results") or []
                if row["properties"].get(name)
            ]
        return found[:SAMPLE]

    def _read(self, method: str, path: str, payload: Any = None) -> dict[str, Any]:
        body = self._api.read(method, path, payload, no_guard).body
        return body if isinstance(body, dict) else {}

    def _try(self, method: str, path: str, payload: Any = None) -> dict[str, Any] | None:
        try:
            return self._read(method, path, payload)
        except (TryAgain, WaitUntil):
            raise
        except CallFailed:
            return None


def workflow(row: dict[str, Any]) -> Automation:
    """What enrols contacts, as far as it is said of properties, and whether an e-mail goes out."""
    fields = tuple(dict.fromkeys(_properties(row.get("enrollmentCriteria"))))
    actions = row.get("actions") or []
    mails = any(one.get("actionTypeId") == MAIL or CONTENT in (one.get("fields") or {}) for one in actions)
    return Automation("workflow", "contact", str(row.get("name") or row.get("id")), True, fields, mails)


def _properties(told: Any) -> Iterator[str]:
    """Every property named anywhere in enrolment criteria."""
    if isinstance(told, dict):
        if isinstance(told.get("property"), str):
            yield told["property"]
        for each in told.values():
            yield from _properties(each)
    elif isinstance(told, list):
        for each in told:
            yield from _properties(each)


def _subscription(row: dict[str, Any]) -> tuple[str, str]:
    return str(row.get("eventType") or row.get("subscriptionType") or ""), str(row.get("propertyName") or "")
