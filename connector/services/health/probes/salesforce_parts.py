"""Paths and shapes that Salesforce's probes share."""

from __future__ import annotations

from connector.services.health.probes.table import Outcome

DATA = "/services/data/v{version}"
LEAD = f"{DATA}/sobjects/Lead"
ERROR = [{"message": "text", "errorCode": "text"}]
ROW = {"attributes": {"type": "text", "url": "url"}, "Id": "id18"}
PAGE = {"totalSize": "int", "done": "bool", "records": [ROW]}
SAVED = {"id": "id18", "success": "bool", "errors": "any"}
ABSENT = "00Q000000000000EAA"


def refused(code: str, *status: int, says: str = "") -> Outcome:
    return Outcome(status or (400,), ERROR, says, {"0.errorCode": code})


def queries(count: int) -> list[dict[str, str]]:
    url = f"{DATA}/query?q=SELECT+Id+FROM+Lead+LIMIT+1"
    return [{"method": "GET", "url": url, "referenceId": f"q{n}"} for n in range(count)]
