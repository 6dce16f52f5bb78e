"""Paths and shapes that HubSpot's probes share."""

from __future__ import annotations

from connector.services.health.probes.table import Outcome

V3 = "/crm/v3/objects/contacts"
ERROR = {"status?": "text", "message": "text", "correlationId?": "uuid", "category?": "text"}
ROW = {
    "id": "digits",
    "properties": "any",
    "createdAt": "time",
    "updatedAt": "time",
    "archived": "bool",
}
PAGING = {"next": {"after": "text", "link?": "url"}}
COMPLETED = {"status": "text", "startedAt": "time", "completedAt": "time", "results": [ROW]}
MADE = {**ROW, "properties": {"email": "email"}}
ABSENT = "999999999999999"


def invalid(code: str = "") -> Outcome:
    holds = {"errors.0.code": code} if code else {}
    return Outcome((400,), {**ERROR, "category": "text"}, holds={"category": "VALIDATION_ERROR", **holds})
