"""Roll-up summaries at work: what a save or deletion of a child does to its parents."""

from collections.abc import Mapping
from typing import Any

from connector.practice.salesforce.rollups import RollUp
from connector.practice.salesforce.state import Org

Row = Mapping[str, Any]


def rolled_up(org: Org, object_name: str, old: Row | None, row: Row | None) -> None:
    """Recomputes the parents that a child's save or deletion touches."""
    for rollup in org.rules.rollups:
        if rollup.child != object_name:
            continue
        for parent_id in {each.get(rollup.link) for each in (old, row) if each} - {None}:
            _recompute(org, rollup, str(parent_id))


def _recompute(org: Org, rollup: RollUp, parent_id: str) -> None:
    table = org.tables[rollup.parent]
    parent = table.rows.get(parent_id)
    if parent is None:
        return
    value = rollup.worth(org.tables, parent_id)
    if parent.get(rollup.field) != value:
        org.store(table, {**parent, rollup.field: value, "SystemModstamp": org.stamp()})
