"""Running a query: rows in order, then rendered with parents and child lists."""

from collections.abc import Callable, Iterable
from typing import Any

from connector.practice.salesforce.fields import TEXTS, Field, SObject
from connector.practice.salesforce.reading import attributes, renderer
from connector.practice.salesforce.soql.aggregate import aggregated
from connector.practice.salesforce.soql.conditions import Conditions
from connector.practice.salesforce.soql.nodes import Aggregate, Macro, Order, Path, Select
from connector.practice.salesforce.soql.paths import Found, Scope, source_shape
from connector.practice.salesforce.soql.tokens import refuse
from connector.practice.salesforce.state import Org
from connector.practice.salesforce.tables import Row

Record = dict[str, Any]
_MAX_OFFSET = 2000


class Query:
    """One query over one org. `all_rows` adds deleted rows, as queryAll does."""

    def __init__(self, org: Org, select: Select, version: str, all_rows: bool = False) -> None:
        self.org = org
        self.select = select
        self.version = version
        self.all_rows = all_rows

    def records(self) -> list[Record]:
        """The answer's records; for a bare COUNT() use `count`."""
        scope = Scope(self.org, source_shape(self.org, self.select), self.select)
        if self.select.group or any(isinstance(item, Aggregate) for item in self.select.items):
            return aggregated(scope, self._rows(scope))
        render = self._rendering(scope)
        return [render(row) for row in self._rows(scope)]

    def count(self) -> int | None:
        """The number a bare `SELECT COUNT()` asks for; None for other queries."""
        first = self.select.items[0]
        if not (isinstance(first, Aggregate) and first.path is None):
            return None
        scope = Scope(self.org, source_shape(self.org, self.select), self.select)
        return len(self._rows(scope))

    def ids(self) -> dict[str, None]:
        """The one id column of an inner select."""
        scope = Scope(self.org, source_shape(self.org, self.select), self.select)
        item = self.select.items[0]
        if len(self.select.items) != 1 or not isinstance(item, Path):
            raise refuse(
                "MALFORMED_QUERY", self.select.text, self.select.source.at, "inner select of one id field"
            )
        get = scope.resolve(item).get
        return {value: None for row in self._rows(scope) if (value := get(row)) is not None}

    # rows -----------------------------------------------------------------------------------------
    def _rows(self, scope: Scope, among: Iterable[Row] | None = None) -> list[Row]:
        select = scope.select
        conditions = Conditions(
            scope, lambda inner: Query(self.org, inner, self.version, self.all_rows).ids()
        )
        rows = self._candidates(scope, conditions) if among is None else among
        if select.where is not None:
            test = conditions.test(select.where)
            rows = [row for row in rows if test(row)]
        ordered = _ordered(
            list(rows), [(scope.usable(order.path, "sorted"), order) for order in select.order]
        )
        if select.offset > _MAX_OFFSET:
            text = f"maximum SOQL offset allowed is {_MAX_OFFSET}"
            raise refuse("NUMBER_OUTSIDE_VALID_RANGE", select.text, select.source.at, text)
        end = None if select.limit is None else select.offset + select.limit
        return ordered[select.offset : end]

    def _candidates(self, scope: Scope, conditions: Conditions) -> Iterable[Row]:
        table = self.org.tables[scope.shape.name]
        where = scope.select.where
        short = None if where is None else conditions.candidates(where)
        rows = table.rows.values() if short is None else short
        if self.org.access.sealed and self.org.viewer:
            rows = [row for row in rows if self.org.access.sealed.get(row["Id"]) != "hidden"]
        return [*rows, *table.bin.values()] if self.all_rows else rows

    # rendering ------------------------------------------------------------------------------------
    def _rendering(self, scope: Scope) -> Callable[[Row], Record]:
        direct: list[Field] = []
        parents: list[tuple[Found, Path]] = []
        children: list[Callable[[Row, Record], None]] = []
        for item in scope.select.items:
            if isinstance(item, Select):
                children.append(self._child(scope, item))
            elif isinstance(item, Macro):
                direct.extend(_macro(scope, item))
            elif isinstance(item, Path):
                found = scope.resolve(item)
                direct.append(found.field) if not found.parents else parents.append((found, item))
        plain = renderer(scope.shape, direct, self.version)
        if not parents and not children:
            return plain

        def render(row: Row) -> Record:
            record = plain(row)
            for found, path in parents:
                self._nest(scope, row, record, found, path)
            for child in children:
                child(row, record)
            return record

        return render

    def _nest(self, scope: Scope, row: Row, record: Record, found: Found, path: Path) -> None:
        """Puts a parent's field into nested objects; a missing parent is null."""
        holder, current, shape = record, row, scope.shape
        for name in found.parents:
            link = next(item for item in shape.fields.values() if item.relationship == name)
            parent = self.org.row(current.get(link.name))
            if parent is None:
                holder[name] = None
                return
            shape = self.org.by_prefix[parent["Id"][:3]]
            if not isinstance(holder.get(name), dict):
                holder[name] = {"attributes": attributes(shape.name, parent["Id"], self.version)}
            holder, current = holder[name], parent
        holder[found.field.name] = found.get(row)

    def _child(self, scope: Scope, inner: Select) -> Callable[[Row, Record], None]:
        child = next((c for c in scope.shape.children if c.name.lower() == inner.source.name.lower()), None)
        if child is None:
            text = f"Didn't understand relationship '{inner.source.name}' in FROM part of query call."
            raise refuse("INVALID_TYPE", inner.text, inner.source.at, text)
        shape = self.org.seen().get(child.object)
        if shape is None:
            raise refuse(
                "INVALID_TYPE",
                inner.text,
                inner.source.at,
                f"sObject type '{child.object}' is not supported.",
            )
        below = Scope(self.org, shape, inner)
        render = self._rendering(below)
        table = self.org.tables[child.object]

        def fill(row: Row, record: Record) -> None:
            rows = self._rows(below, table.find(child.field, row["Id"]))
            made = [render(each) for each in rows]
            record[child.name] = {"totalSize": len(made), "done": True, "records": made} if made else None

        return fill


def _macro(scope: Scope, item: Macro) -> list[Field]:
    select = scope.select
    if item.which != "STANDARD" and (select.limit is None or select.limit > 200):
        text = "The SOQL FIELDS function must have a LIMIT of at most 200"
        raise refuse("MALFORMED_QUERY", select.text, item.at, text)
    wanted = {"ALL": (True, False), "STANDARD": (False,), "CUSTOM": (True,)}[item.which]
    return [each for each in _fields(scope.shape) if each.custom in wanted]


def _fields(shape: SObject) -> list[Field]:
    return list(shape.fields.values())


def _ordered(rows: list[Row], orders: list[tuple[Found, Order]]) -> list[Row]:
    """Sorts by the last key first: the sort is stable. Nulls come first unless NULLS LAST is said."""
    for found, order in reversed(orders):
        get, text = found.get, found.field.type in TEXTS
        nulls = [row for row in rows if get(row) is None]
        filled = [row for row in rows if get(row) is not None]
        filled.sort(key=lambda row: get(row).lower() if text else get(row), reverse=order.descending)
        rows = filled + nulls if order.nulls_last else nulls + filled
    return rows
