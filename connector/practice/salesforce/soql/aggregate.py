"""GROUP BY and the aggregate functions: small, for counts and reports."""

from collections.abc import Callable
from typing import Any

from connector.practice.salesforce.soql.nodes import Aggregate, Path
from connector.practice.salesforce.soql.paths import Scope
from connector.practice.salesforce.soql.tokens import refuse
from connector.practice.salesforce.tables import Row

_WORK: dict[str, Callable[[list[Any]], Any]] = {
    "COUNT": len,
    "COUNT_DISTINCT": lambda values: len(set(values)),
    "MIN": lambda values: min(values, default=None),
    "MAX": lambda values: max(values, default=None),
    "SUM": lambda values: sum(values) if values else None,
    "AVG": lambda values: sum(values) / len(values) if values else None,
}


def aggregated(scope: Scope, rows: list[Row]) -> list[dict[str, Any]]:
    """One record of type AggregateResult per group; without GROUP BY the one group may be empty."""
    keys = [scope.usable(path, "grouped").get for path in scope.select.group]
    groups: dict[tuple[Any, ...], list[Row]] = {} if keys else {(): []}
    for row in rows:
        groups.setdefault(tuple(get(row) for get in keys), []).append(row)
    return [_record(scope, members) for members in groups.values()]


def _record(scope: Scope, members: list[Row]) -> dict[str, Any]:
    record: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
    unnamed = 0
    for item in scope.select.items:
        if isinstance(item, Aggregate):
            name = item.alias or f"expr{unnamed}"
            unnamed += item.alias is None
            record[name] = _worked(scope, item, members)
        elif isinstance(item, Path) and item.name.lower() in _grouped(scope):
            found = scope.resolve(item)
            record[found.field.name] = found.get(members[0])
        else:
            at = item.at if isinstance(item, Path) else scope.select.source.at
            raise refuse("MALFORMED_QUERY", scope.select.text, at, "Field must be grouped or aggregated")
    return record


def _grouped(scope: Scope) -> set[str]:
    return {path.name.lower() for path in scope.select.group}


def _worked(scope: Scope, item: Aggregate, members: list[Row]) -> Any:
    if item.path is None:
        return len(members)
    get = scope.usable(item.path, "aggregated").get
    return _WORK[item.function]([value for row in members if (value := get(row)) is not None])
