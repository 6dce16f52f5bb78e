"""Duplicate rules: what a save is matched against."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connector.practice.salesforce.tables import Table

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
    rough: bool = False  # about alike: at least two fields are, and none that both fill differs

    def found(self, tables: Mapping[str, Table], row: Row) -> list[Row]:
        """Live rows that look the same; a blank on either side is no match."""
        wanted = {other: _folded(row.get(own)) for own, other in self.matches.items()}
        if self.rough:
            return [each for each in tables[self.among].rows.values() if self._about(wanted, each, row)]
        if not all(wanted.values()):
            return []
        table = tables[self.among]
        key = next((name for name in wanted if table.indexed(name)), None)
        rows = table.rows.values() if key is None else table.find(key, wanted[key])
        alike = [
            each for each in rows if all(_folded(each.get(name)) == value for name, value in wanted.items())
        ]
        return [each for each in alike if each["Id"] != row["Id"] and not each.get("IsConverted")]

    def _about(self, wanted: Mapping[str, Any], each: Row, row: Row) -> bool:
        both = [(value, _folded(each.get(name))) for name, value in wanted.items() if value and each.get(name)]
        alike = len(both) >= 2 and all(mine == theirs for mine, theirs in both)
        return alike and each["Id"] != row["Id"] and not each.get("IsConverted")


def _folded(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value
