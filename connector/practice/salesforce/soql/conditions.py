"""WHERE as a function from row to yes or no, and the short lists of rows that look-ups give for it.

SOQL knows two truth values: a comparison with null is simply false, and `!=` and NOT IN hold for null.
"""

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

from connector.practice.salesforce.errors import Refusal
from connector.practice.salesforce.fields import NUMBERS, TEXTS, Field
from connector.practice.salesforce.ids import to18
from connector.practice.salesforce.soql.nodes import (
    Among,
    Both,
    Compare,
    Condition,
    Holds,
    Not,
    Select,
    Value,
)
from connector.practice.salesforce.soql.paths import Found, Scope
from connector.practice.salesforce.soql.ranges import range_of
from connector.practice.salesforce.soql.tokens import refuse
from connector.practice.salesforce.tables import Row

Test = Callable[[Row], bool]
IdsOf = Callable[[Select], dict[str, None]]
# The values of an IN list: a dict keeps their order, so that answers do not depend on hashing.
Members = dict[Any, None]
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_KINDS = {"boolean": ("boolean", "boolean"), "date": ("date", "date"), "datetime": ("datetime", "dateTime")}


class Conditions:
    """Compiles the conditions of one query. `ids_of` runs an inner select of one id column."""

    def __init__(self, scope: Scope, ids_of: IdsOf) -> None:
        self.scope = scope
        self.ids_of = ids_of
        self._inner: dict[int, Members] = {}

    def test(self, condition: Condition) -> Test:
        """Raises Refusal where names or types do not fit."""
        if isinstance(condition, Both):
            tests = [self.test(part) for part in condition.parts]
            if condition.every:
                return lambda row: all(test(row) for test in tests)
            return lambda row: any(test(row) for test in tests)
        if isinstance(condition, Not):
            inner = self.test(condition.inner)
            return lambda row: not inner(row)
        found = self.scope.resolve(condition.path)
        if not found.field.filterable:
            text = f"field '{found.field.name}' can not be filtered in a query call"
            raise refuse("INVALID_FIELD", self.scope.select.text, condition.path.at, text)
        if isinstance(condition, Compare):
            return self._compare(condition, found)
        return (
            self._among(condition, found) if isinstance(condition, Among) else self._holds(condition, found)
        )

    def _compare(self, condition: Compare, found: Found) -> Test:
        get = found.get
        if condition.op == "like":
            return _like(get, self.operand(found.field, condition.value))
        if condition.value.kind == "range" and found.field.type in ("date", "datetime"):
            return self._within(condition, found)
        wanted = self.operand(found.field, condition.value)
        key = _key_of(found.field)
        if condition.op == "=":
            return lambda row: key(get(row)) == wanted
        if condition.op == "!=":
            return lambda row: key(get(row)) != wanted
        if wanted is None:
            raise refuse(
                "MALFORMED_QUERY", self.scope.select.text, condition.value.at, "unexpected token: 'null'"
            )
        compare = _ORDERED[condition.op]

        def ordered(row: Row) -> bool:
            held = key(get(row))
            return held is not None and compare(held, wanted)

        return ordered

    def _within(self, condition: Compare, found: Found) -> Test:
        """A date literal stands for all its days."""
        first, after = range_of(condition.value.value, self.scope.org.clock.now().date())
        tail = "T00:00:00.000+0000" if found.field.type == "datetime" else ""
        start, end, get = first.isoformat() + tail, after.isoformat() + tail, found.get
        tests: dict[str, Callable[[str], bool]] = {
            "=": lambda held: start <= held < end,
            "!=": lambda held: not start <= held < end,
            "<": lambda held: held < start,
            "<=": lambda held: held < end,
            ">": lambda held: held >= end,
            ">=": lambda held: held >= start,
        }
        test = tests[condition.op]
        return lambda row: (held := get(row)) is not None and test(held)

    def _among(self, condition: Among, found: Found) -> Test:
        wanted = self.members(condition, found.field)
        key, get = _key_of(found.field), found.get
        if condition.negated:
            return lambda row: key(get(row)) not in wanted
        return lambda row: key(get(row)) in wanted

    def members(self, condition: Among, item: Field) -> Members:
        """The values of an IN list in comparable form; an inner select runs once."""
        if not isinstance(condition.values, Select):
            return dict.fromkeys(self.operand(item, value) for value in condition.values)
        key = id(condition)
        if key not in self._inner:
            if item.type not in ("id", "reference"):
                text = f"The inner and outer selects of field '{item.name}' should have the same type"
                raise refuse("INVALID_FIELD", self.scope.select.text, condition.path.at, text)
            self._inner[key] = {**self.ids_of(condition.values)}
        return self._inner[key]

    def _holds(self, condition: Holds, found: Found) -> Test:
        if found.field.type != "multipicklist":
            text = f"includes or excludes operator only valid on multipicklist field: {found.field.name}"
            raise refuse("INVALID_QUERY_FILTER_OPERATOR", self.scope.select.text, condition.path.at, text)
        wanted = [set(str(self.operand(found.field, value)).split(";")) for value in condition.values]
        get, negated = found.get, condition.negated

        def held(row: Row) -> bool:
            parts = {part.lower() for part in (get(row) or "").split(";")}
            return any(each <= parts for each in wanted) != negated

        return held

    def operand(self, item: Field, value: Value) -> Any:
        """A literal in the form rows are compared in; raises INVALID_FIELD when its type does not fit."""
        if value.kind == "null":
            return False if item.type == "boolean" else None
        if item.type in ("id", "reference"):
            return self._id(item, value)
        if item.type in TEXTS:
            fits, wanted = value.kind == "string", "string"
        elif item.type in NUMBERS:
            fits, wanted = value.kind == "number", "int" if item.type == "int" else "double"
        else:
            kind, wanted = _KINDS.get(item.type, ("string", "string"))
            fits = value.kind == kind
        if not fits:
            raise self._wrong_type(item, value, wanted)
        if value.kind != "string":
            return value.value
        if value.value == "":
            return None
        return value.value if item.case_sensitive else value.value.lower()

    def _wrong_type(self, item: Field, value: Value, wanted: str) -> Refusal:
        quotes = "should be enclosed in quotes" if wanted == "string" else "should not be enclosed in quotes"
        text = f"value of filter criterion for field '{item.name}' must be of type {wanted} and {quotes}"
        return refuse("INVALID_FIELD", self.scope.select.text, value.at, text)

    def _id(self, item: Field, value: Value) -> str | None:
        full = to18(value.value) if value.kind == "string" else None
        if full is None and value.value != "":
            raise refuse(
                "INVALID_QUERY_FILTER_OPERATOR",
                self.scope.select.text,
                value.at,
                f"invalid ID field: {value.value}",
            )
        return full

    # look-ups -------------------------------------------------------------------------------------
    def candidates(self, condition: Condition) -> Iterable[Row] | None:
        """A short list that holds every row the condition can hold for; None when only a full scan will do."""
        if isinstance(condition, Both):
            lists = [self.candidates(part) for part in condition.parts]
            if condition.every:
                known = [list(rows) for rows in lists if rows is not None]
                return min(known, key=len) if known else None
            if any(rows is None for rows in lists):
                return None
            return _once(row for rows in lists if rows is not None for row in rows)
        if isinstance(condition, Compare) and condition.op in ("=", ">", ">="):
            return self._by_value(condition)
        if isinstance(condition, Among) and not condition.negated:
            item = self.scope.shape.find(condition.path.name)
            return None if item is None else self._lookup(item, self.members(condition, item))
        return None

    def _by_value(self, condition: Compare) -> Iterable[Row] | None:
        item = self.scope.shape.find(condition.path.name)
        if item is None or condition.value.kind == "range":
            return None
        wanted = self.operand(item, condition.value)
        # LastModifiedDate is never after SystemModstamp, so the same look-up serves both.
        if item.name in ("SystemModstamp", "LastModifiedDate") and wanted is not None:
            table = self.scope.org.tables[self.scope.shape.name]
            return [table.rows[row_id] for row_id in table.stamps.since(wanted)]
        return self._lookup(item, {wanted: None}) if condition.op == "=" else None

    def _lookup(self, item: Field, wanted: Members) -> list[Row] | None:
        table = self.scope.org.tables[self.scope.shape.name]
        if item.name == "Id":
            return [table.rows[key] for key in wanted if key in table.rows]
        if not table.indexed(item.name) or None in wanted:
            return None
        return _once(row for key in wanted for row in table.find(item.name, key))


def _once(rows: Iterable[Row]) -> list[Row]:
    return list({row["Id"]: row for row in rows}.values())


def _key_of(item: Field) -> Callable[[Any], Any]:
    """Text is compared without regard to case, unless the field minds it."""
    if item.type not in TEXTS or item.case_sensitive:
        return lambda value: value
    return lambda value: value.lower() if value is not None else None


def _like(get: Callable[[Row], Any], pattern: Any) -> Test:
    pieces = re.findall(r"\\[%_]|.", str(pattern or ""), re.DOTALL)
    signs = {"%": ".*", "_": "."}
    expression = "".join(signs.get(piece) or re.escape(piece[-1]) for piece in pieces)
    compiled = re.compile(expression, re.IGNORECASE | re.DOTALL)

    def like(row: Row) -> bool:
        held = get(row)
        return held is not None and compiled.fullmatch(str(held)) is not None

    return like
