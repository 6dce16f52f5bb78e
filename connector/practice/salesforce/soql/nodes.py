"""The tree of a SOQL query. `at` is the offset in the query text, for error messages."""

from dataclasses import dataclass
from typing import Any, Literal

LiteralKind = Literal["string", "number", "date", "datetime", "boolean", "null", "range"]


@dataclass(frozen=True, slots=True)
class Value:
    """A literal; `value` is already unescaped or parsed (datetimes in stored form)."""

    kind: LiteralKind
    value: Any
    at: int


@dataclass(frozen=True, slots=True)
class Path:
    """A field, with parents before it: `Account.Owner.Email`."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Aggregate:
    """COUNT(Id), MAX(Amount) … ; `path` None is the bare COUNT()."""

    function: str
    path: Path | None
    alias: str | None


@dataclass(frozen=True, slots=True)
class Macro:
    """FIELDS(ALL), FIELDS(STANDARD), FIELDS(CUSTOM)."""

    which: str
    at: int


@dataclass(frozen=True, slots=True)
class Compare:
    """path op value, op one of = != < <= > >= like."""

    path: Path
    op: str
    value: Value


@dataclass(frozen=True, slots=True)
class Among:
    """path [NOT] IN (values or subquery)."""

    path: Path
    negated: bool
    values: "tuple[Value, ...] | Select"


@dataclass(frozen=True, slots=True)
class Holds:
    """Multi-select path INCLUDES or EXCLUDES: any of the values, each `a;b` meaning all of its parts."""

    path: Path
    negated: bool
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Condition"


@dataclass(frozen=True, slots=True)
class Both:
    """All of (`every`), or any of, the parts."""

    every: bool
    parts: "tuple[Condition, ...]"


Condition = Compare | Among | Holds | Not | Both


@dataclass(frozen=True, slots=True)
class Order:
    path: Path
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Select:
    """One query or subquery. `source` is an object, or in a child subquery a relationship."""

    text: str
    items: "tuple[Path | Aggregate | Macro | Select, ...]"
    source: Path
    alias: str | None
    where: Condition | None
    group: tuple[Path, ...]
    order: tuple[Order, ...]
    limit: int | None
    offset: int
