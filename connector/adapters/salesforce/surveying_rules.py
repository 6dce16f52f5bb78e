"""Which fields an org's flows and workflow rules look at, and which duplicate rules would refuse a record.

Duplicate rules with what they do are told by the UI API (Duplicates Configuration, v50.0 and later); a user who may not
ask it learns at least their names by a query. Metadata is told for one row at a time only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from connector.ports.survey import Automation, DuplicateRule, Match

MOST = 50
"""Automations whose details are asked for, at most: a call each."""
_PLACES = {
    "flow": ("FlowDefinitionView", "ApiName", "ActiveVersionId"),
    "workflow rule": ("WorkflowRule", "Name", "Id"),
}
Rows = Callable[..., list[Mapping[str, Any]] | None]
Try = Callable[[str], Any]


def with_fields(rows: Rows, found: Iterable[Automation]) -> Iterator[Automation]:
    """The same, with the fields it looks at and whether it mails, where the org tells."""
    ids: dict[str, dict[str, str]] = {}
    asked = 0
    for one in found:
        if one.kind not in _PLACES or not one.active or asked >= MOST:
            yield one
            continue
        if one.kind not in ids:
            ids[one.kind] = _ids(rows, one.kind)
        asked += 1
        told = _metadata(rows, one.kind, ids[one.kind].get(one.name, ""))
        yield one if told is None else _detailed(one, told)


def _ids(rows: Rows, kind: str) -> dict[str, str]:
    """By name, in a query of its own: a column that is not shown here costs the details, not the list."""
    object_, name, id_ = _PLACES[kind]
    told = rows(f"SELECT {name}, {id_} FROM {object_}", kind != "flow") or []  # noqa: S608 names of ours
    return {str(row[name]): str(row[id_]) for row in told if row.get(id_)}


def _metadata(rows: Rows, kind: str, id_: str) -> Mapping[str, Any] | None:
    if not id_.isalnum():
        return None
    object_ = "Flow" if kind == "flow" else "WorkflowRule"
    told = rows(f"SELECT Metadata FROM {object_} WHERE Id = '{id_}'", True)  # noqa: S608 an id
    found = told[0].get("Metadata") if told else None
    return found if isinstance(found, Mapping) else None


def _detailed(one: Automation, told: Mapping[str, Any]) -> Automation:
    if one.kind == "flow":
        start = told.get("start") or {}
        named = [row.get("field") for row in start.get("filters") or []]
        whole = bool(start.get("filterFormula"))
        mails = any("email" in str(row.get("actionType", "")).lower() for row in told.get("actionCalls") or [])
    else:
        named = [str(row.get("field", "")).rpartition(".")[2] for row in told.get("criteriaItems") or []]
        whole = bool(told.get("formula"))
        mails = any(row.get("type") == "Alert" for row in told.get("actions") or [])
    fields = None if whole else tuple(dict.fromkeys(str(name) for name in named if name))
    return replace(one, fields=fields, mails=mails, active=told.get("active") is not False)


def duplicate_rules(ask: Try, rows: Rows, object_: str) -> tuple[DuplicateRule, ...] | None:
    told = ask(f"ui-api/duplicates/{object_}")
    if told is not None:
        return tuple(_rule(row, object_) for row in told.get("duplicateRules") or [] if row.get("active") is not False)
    text = f"SELECT DeveloperName, MasterLabel FROM DuplicateRule WHERE IsActive = true AND SobjectType = '{object_}'"  # noqa: S608
    named = rows(text)
    if named is None:
        return None
    names = [str(row.get("MasterLabel") or row.get("DeveloperName")) for row in named]
    return tuple(DuplicateRule(name, object_, None, refuses_change=None) for name in names)


def _rule(row: Mapping[str, Any], object_: str) -> DuplicateRule:
    """Block refuses; Allow with Alert refuses, too, unless the caller asks to be let, which Accord never does."""
    refuses, refuses_change = (
        row.get(f"actionOn{when}") == "Block" or "Alert" in (row.get(f"operationsOn{when}") or ())
        for when in ("Insert", "Update")
    )
    matches = tuple(
        Match(
            str(each.get("objectApiName") or object_), tuple(map(str, each.get("matchFields") or ())),
            each.get("matchEngine") == "ExactMatchEngine",
        )
        for each in row.get("matchRules") or []
    )  # fmt: skip
    filtered = bool(row.get("duplicateRuleFilters"))
    return DuplicateRule(str(row.get("name") or ""), object_, refuses, matches, filtered, refuses_change)
