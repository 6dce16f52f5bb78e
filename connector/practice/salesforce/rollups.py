"""Roll-up summaries: a parent's number over its children. They move SystemModstamp and leave LastModifiedDate alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connector.practice.salesforce.tables import Table

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RollUp:
    """`parent`.`field` = `function` of `summed` over the `child` rows whose `link` names the parent."""

    parent: str
    field: str
    child: str
    link: str
    function: Literal["count", "sum", "max", "min"] = "count"
    summed: str | None = None

    def worth(self, tables: Mapping[str, Table], parent_id: str) -> float | None:
        rows = tables[self.child].find(self.link, parent_id)
        if self.function == "count":
            return float(len(rows))
        values = [row[self.summed] for row in rows if self.summed and row.get(self.summed) is not None]
        if self.function == "sum":
            return float(sum(values))
        return (max if self.function == "max" else min)(values, default=None)
