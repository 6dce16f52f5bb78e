"""Duplicate rules: what a save is matched against, and what the service answers when it finds something."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from connector.practice.salesforce.errors import Refusal

if TYPE_CHECKING:
    from connector.practice.salesforce.state import Actor, Org

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """`object` is matched against `among` (itself, or Contact for a Lead) by fields that are all alike.

    `on_create`, `on_update`: block refuses whatever the caller says; alert gives way to allowSave; allow is silent.
    `matches`: field of the saved row -> field of the other object.
    """

    name: str
    object: str
    among: str
    matches: Mapping[str, str]
    on_create: Literal["block", "alert", "allow"] = "alert"
    on_update: Literal["block", "alert", "allow"] = "allow"
    message: str = "Use one of these records?"

    def found(self, org: "Org", row: Row) -> list[Row]:
        """Live rows that look the same; a blank on either side is no match."""
        wanted = {other: _folded(row.get(own)) for own, other in self.matches.items()}
        if not all(wanted.values()):
            return []
        table = org.tables[self.among]
        key = next((name for name in wanted if table.indexed(name)), None)
        rows = table.rows.values() if key is None else table.find(key, wanted[key])
        alike = [
            each for each in rows if all(_folded(each.get(name)) == value for name, value in wanted.items())
        ]
        return [each for each in alike if each["Id"] != row["Id"] and not each.get("IsConverted")]


def _folded(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


class Duplicates(Refusal):
    """DUPLICATES_DETECTED with its duplicateResult."""

    def __init__(self, rule: DuplicateRule, found: list[Row], allow_save: bool, details: bool) -> None:
        super().__init__("DUPLICATES_DETECTED", rule.message, [])
        self.result = {
            "allowSave": allow_save,
            "duplicateRule": rule.name,
            "duplicateRuleEntityType": rule.object,
            "errorMessage": rule.message,
            "matchResults": [
                {
                    "entityType": rule.among,
                    "errors": [],
                    "matchEngine": "ExactMatchEngine",
                    "matchRecords": [_match(rule, row, details) for row in found],
                    "rule": rule.name,
                    "size": len(found),
                    "success": True,
                }
            ],
        }

    def as_call(self) -> list[dict[str, Any]]:
        return [{"duplicateResult": self.result, "errorCode": self.code, "message": self.message}]


def _match(rule: DuplicateRule, row: Row, details: bool) -> dict[str, Any]:
    record: dict[str, Any] = {"attributes": {"type": rule.among}, "Id": row["Id"]}
    if details:
        record.update({name: row.get(name) for name in rule.matches.values()})
    return {"additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0, "record": record}


def check_duplicates(
    org: "Org", object_name: str, old: Row | None, row: Row, changes: Row, actor: "Actor"
) -> None:
    """Raises the first rule that finds something and is not overruled."""
    for rule in org.rules.duplicates:
        if rule.object != object_name:
            continue
        action = rule.on_create if old is None else rule.on_update
        if action == "allow" or (old is not None and not set(rule.matches) & set(changes)):
            continue
        if action == "alert" and actor.allow_save:
            continue
        found = rule.found(org, row)
        if found:
            raise Duplicates(rule, found, action == "alert", actor.duplicate_details)
