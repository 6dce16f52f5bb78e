"""What an org tells of itself: edition, room, and the rules that will answer our writes.

Rules are asked for by the Tooling API, kind by kind: a kind that this user may not read is named, not guessed at. Which
columns are shown to whom differs from org to org, so no query asks for more than it needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from connector.adapters.calling import chunks, no_guard
from connector.adapters.salesforce.api import SalesforceApi
from connector.adapters.salesforce.capturing import selected
from connector.adapters.salesforce.ids import id18
from connector.adapters.salesforce.surveying_rules import duplicate_rules, with_fields
from connector.errors import CallFailed, TryAgain, WaitUntil
from connector.ports.survey import Automation, Automations, DuplicateRule, Message, OrgSurvey

Row = Mapping[str, Any]
# kind -> (Tooling API or plain, query, column of the object, column of the name)
RULES: Mapping[str, tuple[bool, str, str, str]] = {
    "assignment rule": (
        False, "SELECT SobjectType, Name FROM AssignmentRule WHERE Active = true", "SobjectType", "Name",
    ),
    "auto-response rule": (
        True, "SELECT EntityDefinitionId, Name FROM AutoResponseRule WHERE Active = true", "EntityDefinitionId", "Name",
    ),
    "trigger": (True, "SELECT TableEnumOrId, Name FROM ApexTrigger WHERE Status = 'Active'", "TableEnumOrId", "Name"),
    "flow": (
        False,
        "SELECT TriggerObjectOrEventLabel, ApiName, IsActive FROM FlowDefinitionView",
        "TriggerObjectOrEventLabel", "ApiName",
    ),
    "workflow rule": (True, "SELECT TableEnumOrId, Name FROM WorkflowRule", "TableEnumOrId", "Name"),
    "validation rule": (
        True, "SELECT EntityDefinitionId, ValidationName FROM ValidationRule WHERE Active = true",
        "EntityDefinitionId", "ValidationName",
    ),
}  # fmt: skip


class Surveyor:
    def __init__(self, api: SalesforceApi) -> None:
        self._api = api

    def survey(self) -> OrgSurvey:
        """Raises CallFailed only where not even the org's id can be read."""
        org = self._org()
        limits = self._try("limits") or {}
        users = self._rows("SELECT Email FROM User WHERE IsActive = true") or []
        return OrgSurvey(
            id=id18(str(org.get("Id") or "")) if org.get("Id") else "",
            edition=str(org.get("OrganizationType") or ""),
            sandbox=org.get("IsSandbox"),
            calls=_used(limits.get("DailyApiRequests")),
            storage=_left(limits.get("DataStorageMB")),
            person_accounts=self._has("Account", "IsPersonAccount"),
            multi_currency=self._has("Lead", "CurrencyIsoCode"),
            queue_leads=self._count(
                "SELECT COUNT() FROM Lead WHERE IsConverted = false AND Owner.Type = 'Queue'"
            ),
            users=len(users),
            odd_emails=sum(str(row.get("Email") or "").lower().endswith(".invalid") for row in users),
        )

    def automations(self, objects: Sequence[str]) -> Automations:
        found: list[Automation] = []
        unreadable: list[str] = []
        for kind, (tooling, text, column, name) in RULES.items():
            rows = self._rows(text, tooling)
            if rows is None:
                unreadable.append(kind)
                continue
            mine = [row for row in rows if row.get(column) in objects]
            found += [
                Automation(kind, str(row[column]), str(row.get(name) or ""), row.get("IsActive") is not False)
                for row in mine
            ]
        return Automations(tuple(found), tuple(unreadable))

    def looked_at(self, found: Automations) -> Automations:
        return Automations(tuple(with_fields(self._rows, found.found)), found.unreadable)

    def duplicate_rules(self, object_: str) -> tuple[DuplicateRule, ...] | None:
        return duplicate_rules(self._try, self._rows, object_)

    def messages(self) -> list[Message] | None:
        """One call for all, and one for each: the fields are told for one row at a time only."""
        rows = self._rows("SELECT Id, Name, EntityDefinitionId FROM WorkflowOutboundMessage", tooling=True)
        return None if rows is None else [self._message(row) for row in rows]

    def captured(self) -> frozenset[str] | None:
        """Objects selected for Change Data Capture."""
        found = selected(self._api)
        return None if found is None else frozenset(found)

    def missing_ids(self, object_: str, ids: Sequence[str]) -> list[str]:
        """Those that no record of this org has, deleted or not."""
        there: set[str] = set()
        for part in chunks(ids, 200):
            listed = ", ".join(f"'{id_}'" for id_ in part if id_.isalnum())
            text = f"SELECT Id FROM {object_} WHERE Id IN ({listed})"  # noqa: S608 ids are letters and digits
            there.update(str(row["Id"]) for row in (self._rows(text, every=True) or []) if listed)
        return [id_ for id_ in ids if id_ not in there]

    def _org(self) -> Row:
        rows = self._rows("SELECT Id, OrganizationType, IsSandbox FROM Organization")
        if rows:
            return rows[0]
        told = self._api.read("GET", "/services/oauth2/userinfo", None, no_guard).body or {}
        return {"Id": told.get("organization_id")}

    def _message(self, row: Row) -> Message:
        text = f"SELECT Metadata FROM WorkflowOutboundMessage WHERE Id = '{row['Id']}'"  # noqa: S608 an id
        told = self._rows(text, tooling=True) or [{}]
        more = told[0].get("Metadata") or {}
        fields = more.get("fields")
        return Message(
            str(row.get("EntityDefinitionId") or ""), str(row.get("Name") or ""),
            str(more.get("endpointUrl") or ""), tuple(map(str, fields)) if fields else None,
        )  # fmt: skip

    def _has(self, object_: str, field: str) -> bool | None:
        told = self._try(f"sobjects/{object_}/describe")
        return None if told is None else any(row["name"] == field for row in told["fields"])

    def _count(self, text: str) -> int | None:
        told = self._try(f"query?q={quote(text)}")
        return None if told is None else int(told.get("totalSize") or 0)

    def _rows(self, text: str, tooling: bool = False, every: bool = False) -> list[Row] | None:
        path = "tooling/query" if tooling else "queryAll" if every else "query"
        told = self._try(f"{path}?q={quote(text)}")
        if told is None:
            return None
        rows = list(told.get("records") or [])
        while told and told.get("nextRecordsUrl"):
            told = self._try(str(told["nextRecordsUrl"])) or {}
            rows += told.get("records") or []
        return rows

    def _try(self, path: str) -> Any:
        try:
            return self._api.read("GET", path, None, no_guard).body
        except (TryAgain, WaitUntil):
            raise
        except CallFailed:
            return None


def _used(row: Any) -> tuple[int, int] | None:
    return (int(row["Max"]) - int(row["Remaining"]), int(row["Max"])) if row and row.get("Max") else None


def _left(row: Any) -> tuple[int, int] | None:
    return (int(row["Remaining"]), int(row["Max"])) if row and row.get("Max") else None
