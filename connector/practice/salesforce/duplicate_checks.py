"""Duplicate rules at work: what a save is told that looks like a record there is, and which rules there are."""

from collections.abc import Mapping
from typing import Any

from connector.practice.salesforce.call import Call, Reply
from connector.practice.salesforce.duplicates import DuplicateRule
from connector.practice.salesforce.errors import Refusal, not_found
from connector.practice.salesforce.state import Actor, Org

Row = Mapping[str, Any]


def configuration(org: Org, call: Call) -> Reply:
    """GET ui-api/duplicates/OBJECT, v50.0 and later: the active rules, what they do and what they compare. Source:
    Salesforce's UI API guide, Duplicates Configuration."""
    named = call.parts[2] if len(call.parts) == 3 and call.parts[1].lower() == "duplicates" else ""
    if call.method != "GET" or named not in org.objects:
        raise not_found()
    rules = [rule for rule in org.rules.duplicates if rule.object == named]
    fields = dict.fromkeys(name for rule in rules for name in rule.matches)
    shown = [_shown(rule) for rule in rules]
    told = {"apiName": named, "dedupeEnabled": bool(rules), "predupeEnabled": bool(rules)}
    return Reply(200, told | {"dedupeFields": list(fields), "duplicateRules": shown})


def _shown(rule: DuplicateRule) -> dict[str, Any]:
    does = {"block": ("Block", []), "alert": ("Allow", ["Alert"]), "allow": ("Allow", [])}
    (insert, on_insert), (update, on_update) = does[rule.on_create], does[rule.on_update]
    match = {
        "matchEngine": _engine(rule), "matchFields": list(rule.matches.values()), "name": rule.name,
        "objectApiName": rule.among,
    }  # fmt: skip
    return {
        "active": True, "name": rule.name, "duplicateRuleFilters": [], "matchRules": [match], "actionOnInsert": insert,
        "actionOnUpdate": update, "operationsOnInsert": on_insert, "operationsOnUpdate": on_update,
    }  # fmt: skip


def _engine(rule: DuplicateRule) -> str:
    return "FuzzyMatchEngine" if rule.rough else "ExactMatchEngine"


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
                    "matchEngine": _engine(rule),
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
    org: Org, object_name: str, old: Row | None, row: Row, changes: Row, actor: Actor
) -> None:
    """Raises the first rule that finds something and is not overruled."""
    for rule in org.rules.duplicates:
        if rule.object != object_name:
            continue
        action = rule.on_create if old is None else rule.on_update
        touched = old is None or org.settings.duplicates_on_any_update or bool(set(rule.matches) & set(changes))
        if action == "allow" or not touched:
            continue
        if action == "alert" and actor.allow_save:
            continue
        found = rule.found(org.tables, row)
        if found:
            raise Duplicates(rule, found, action == "alert", actor.duplicate_details)
