"""The functions of the formula language, by name."""

import re
from collections.abc import Callable
from typing import Any

from connector.practice.salesforce.situation import Situation, Worth


def text_of(value: Any) -> str:
    """Blank is ""; whole numbers have no point."""
    if value is None:
        return ""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


def number_of(value: Any) -> float:
    """Blank and text that is no number count as 0."""
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 0.0


def _blank(value: Any) -> bool:
    return value is None or value == ""


def _regex(at: "Situation", value: Any, pattern: Any) -> bool:
    return re.fullmatch(text_of(pattern), text_of(value)) is not None


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "AND": lambda at, *parts: all(parts),
    "OR": lambda at, *parts: any(parts),
    "NOT": lambda at, part: not part,
    "ISBLANK": lambda at, value: _blank(value),
    "ISNULL": lambda at, value: _blank(value),
    "ISNEW": lambda at: at.old is None,
    "ISPICKVAL": lambda at, value, wanted: text_of(value) == text_of(wanted),
    "INCLUDES": lambda at, value, wanted: text_of(wanted) in text_of(value).split(";"),
    "TEXT": lambda at, value: text_of(value),
    "VALUE": lambda at, value: number_of(value),
    "LEN": lambda at, value: float(len(text_of(value))),
    "UPPER": lambda at, value: text_of(value).upper(),
    "LOWER": lambda at, value: text_of(value).lower(),
    "TRIM": lambda at, value: text_of(value).strip(),
    "LEFT": lambda at, value, number: text_of(value)[: int(number)],
    "RIGHT": lambda at, value, number: text_of(value)[-int(number) :],
    "CONTAINS": lambda at, value, part: text_of(part) in text_of(value),
    "BEGINS": lambda at, value, part: text_of(value).startswith(text_of(part)),
    "REGEX": _regex,
    "BLANKVALUE": lambda at, value, other: other if _blank(value) else value,
    "IF": lambda at, test, yes, no: yes if test else no,
    "MOD": lambda at, value, by: number_of(value) % number_of(by) if by else None,
    "TODAY": lambda at: at.now.date().isoformat(),
    "NOW": lambda at: at.now.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
}


def _prior(name: str) -> Callable[["Situation"], Any]:
    return lambda at: (at.old or at.new).get(name)


def _changed(arguments: "list[Worth]", names: list[str]) -> "Worth":
    name = names[0]
    return lambda at: at.old is not None and at.old.get(name) != at.new.get(name)


def _case(arguments: "list[Worth]", names: list[str]) -> "Worth":
    def work(at: "Situation") -> Any:
        wanted = text_of(arguments[0](at))
        for key, value in zip(arguments[1:-1:2], arguments[2:-1:2], strict=False):
            if text_of(key(at)) == wanted:
                return value(at)
        return arguments[-1](at)

    return work


# These look at the field itself, or leave arguments aside.
LAZY: "dict[str, Callable[[list[Worth], list[str]], Worth]]" = {
    "ISCHANGED": _changed,
    "PRIORVALUE": lambda arguments, names: _prior(names[0]),
    "CASE": _case,
}
