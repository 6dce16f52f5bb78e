"""One REST call inside the service, single or part of a composite, and its reply."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.state import Actor


@dataclass(slots=True)
class Call:
    """`parts`: the path below /services/data/vXX.X/. Header names are lower-case; `payload` is parsed JSON."""

    method: str
    version: str
    parts: list[str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    payload: Any
    user_id: str
    inner: bool = False

    def first(self, name: str, default: str = "") -> str:
        values = self.query.get(name)
        return values[0] if values else default

    def actor(self) -> Actor:
        """Who writes; Sforce-Auto-Assign is in force unless it says FALSE."""
        rule = self.headers.get("sforce-duplicate-rule-header", "").lower().replace(" ", "")
        return Actor(
            self.user_id,
            self.headers.get("sforce-auto-assign", "TRUE").upper() != "FALSE",
            allow_save="allowsave=true" in rule,
            duplicate_details="includerecorddetails=true" in rule,
        )

    def body(self) -> dict[str, Any]:
        """The payload, which must be a JSON object."""
        if not isinstance(self.payload, dict):
            raise Refusal(
                "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body."
            )
        return self.payload

    def moment(self, header: str) -> datetime | None:
        """A conditional header's time; raises 400 for one that is no HTTP date."""
        text = self.headers.get(header)
        if text is None:
            return None
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            raise Refusal("INVALID_HTTP_HEADER", f"Invalid value of header {header}: {text}") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(slots=True)
class Reply:
    """`payload` None is an empty body."""

    status: int
    payload: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def refused(refusal: Refusal) -> Reply:
    return Reply(refusal.status, refusal.as_call())
