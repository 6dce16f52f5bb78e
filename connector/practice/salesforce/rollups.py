"""Roll-up summaries: a parent's number over its children. They move SystemModstamp and leave LastModifiedDate alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from connector.practice.salesforce.state import Org

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

    def worth(self, org: "Org", parent_id: str) -> float | None:
        rows = org.tables[self.child].find(self.link, parent_id)
        if self.function == "count":
            return float(len(rows))
        values = [row[self.summed] for row in rows if self.summed and row.get(self.summed) is not None]
        if self.function == "sum":
            return float(sum(values))
        return (max if self.function == "max" else min)(values, default=None)


def rolled_up(org: "Org", object_name: str, old: Row | None, row: Row | None) -> None:
    """Recomputes the parents that a child's save or deletion touches."""
    for rollup in org.rules.rollups:
        if rollup.child != object_name:
            continue
        for parent_id in {each.get(rollup.link) for each in (old, row) if each} - {None}:
            _recompute(org, rollup, str(parent_id))


def _recompute(org: "Org", rollup: RollUp, parent_id: str) -> None:
    table = org.tables[rollup.parent]
    parent = table.rows.get(parent_id)
    if parent is None:
        return
    value = rollup.worth(org, parent_id)
    if parent.get(rollup.field) != value:
        org.store(table, {**parent, rollup.field: value, "SystemModstamp": org.stamp()})
