"""The comparisons a condition can make. Each answers True, False or None (can't tell); blanks never get here.

Text is compared without case and surrounding blanks. Numbers may be bands: ``25-50`` is at least 20, and at
least 30 is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from connector.core.records import Value
from connector.core.values import (
    FREE_MAIL,
    email_domain,
    is_blank,
    to_bool,
    to_instant,
    to_number,
    to_range,
    to_text,
)

Operand = Value | tuple[Value, ...]
Check = Callable[[Value, Operand, datetime | None], bool | None]
Takes = Literal["none", "one", "many", "number", "pair", "days", "regex", "flag"]


@dataclass(frozen=True, slots=True)
class Operator:
    """``takes`` is the shape of its operand, which the loader checks."""

    check: Check
    takes: Takes


def show(raw: Value) -> str:
    """A value in evidence: numbers and booleans bare, words quoted, long words cut."""
    text = to_text(raw)
    if isinstance(raw, bool) or to_number(raw) is not None:
        return text
    return f"“{text[:79]}…”" if len(text) > 80 else f"“{text}”"


def _many(operand: Operand) -> tuple[Value, ...]:
    return operand if isinstance(operand, tuple) else (operand,)


def _one(operand: Operand) -> Value:
    return operand[0] if isinstance(operand, tuple) else operand


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def same_value(raw: Value, other: Value) -> bool:
    """Equal as numbers where both are numbers, as booleans where one is, else as words without case."""
    if isinstance(raw, bool) or isinstance(other, bool):
        return to_bool(raw) is not None and to_bool(raw) == to_bool(other)
    left, right = to_number(raw), to_number(other)
    if left is not None and right is not None:
        return left == right
    return to_text(raw).casefold() == to_text(other).casefold()


def _one_of(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
    return any(same_value(raw, each) for each in _many(operand))


def _contains(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
    text = to_text(raw).casefold()
    return any(to_text(each).casefold() in text for each in _many(operand))


def _starts_with(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
    return to_text(raw).casefold().startswith(tuple(to_text(each).casefold() for each in _many(operand)))


def _matches(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
    return _pattern(to_text(_one(operand))).search(to_text(raw)) is not None


def _measure(yes: Callable[[object, object], bool], low_decides_yes: bool) -> Check:
    """Compare a number, a band or an instant. One end of a band proves it, the other disproves it."""

    def check(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
        limit, band = to_number(_one(operand)), to_range(raw)
        if limit is not None and band is not None:
            prove, disprove = band if low_decides_yes else band[::-1]
            return True if yes(prove, limit) else None if yes(disprove, limit) else False
        left, right = to_instant(raw), to_instant(_one(operand))
        return yes(left, right) if limit is None and left and right else None

    return check


_at_least = _measure(lambda a, b: a >= b, low_decides_yes=True)  # type: ignore[operator]
_greater = _measure(lambda a, b: a > b, low_decides_yes=True)  # type: ignore[operator]
_at_most = _measure(lambda a, b: a <= b, low_decides_yes=False)  # type: ignore[operator]
_less = _measure(lambda a, b: a < b, low_decides_yes=False)  # type: ignore[operator]


def _between(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
    low, high = _many(operand)[:2]
    above, below = _at_least(raw, low, now), _at_most(raw, high, now)
    if above is False or below is False:
        return False
    return True if above and below else None


def _flag(wanted: bool) -> Check:
    def check(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
        found = to_bool(raw)
        return None if found is None else found is wanted

    return check


def _within_days(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
    """At most so many days ago, and not in the future (a day's slack for dates without a time zone)."""
    instant, days = to_instant(raw), to_number(_one(operand))
    if instant is None or days is None or now is None:
        return None
    return now - timedelta(days=float(days)) <= instant <= now + timedelta(days=1)


def _older_than_days(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
    instant, days = to_instant(raw), to_number(_one(operand))
    return (
        None
        if instant is None or days is None or now is None
        else instant < now - timedelta(days=float(days))
    )


def _domain_one_of(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
    domain = email_domain(raw)
    if domain is None:
        return None
    wanted = [to_text(each).casefold().lstrip("@") for each in _many(operand)]
    return any(domain == each or domain.endswith("." + each) for each in wanted)


def _free_mail(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
    domain = email_domain(raw)
    if domain is None:
        return None
    return (domain in FREE_MAIL) is (to_bool(_one(operand)) is not False)


def _inverse(check: Check) -> Check:
    def inverted(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
        found = check(raw, operand, now)
        return None if found is None else not found

    return inverted


def _filled(raw: Value, operand: Operand, now: datetime | None) -> bool | None:
    return not is_blank(raw)


OPERATORS: dict[str, Operator] = {
    "equals": Operator(_one_of, "one"),
    "not_equals": Operator(_inverse(_one_of), "one"),
    "one_of": Operator(_one_of, "many"),
    "not_one_of": Operator(_inverse(_one_of), "many"),
    "contains": Operator(_contains, "many"),
    "starts_with": Operator(_starts_with, "many"),
    "matches": Operator(_matches, "regex"),
    "at_least": Operator(_at_least, "number"),
    "at_most": Operator(_at_most, "number"),
    "greater_than": Operator(_greater, "number"),
    "less_than": Operator(_less, "number"),
    "between": Operator(_between, "pair"),
    "filled": Operator(_filled, "none"),
    "blank": Operator(_inverse(_filled), "none"),
    "is_true": Operator(_flag(True), "none"),
    "is_false": Operator(_flag(False), "none"),
    "within_days": Operator(_within_days, "days"),
    "older_than_days": Operator(_older_than_days, "days"),
    "domain_one_of": Operator(_domain_one_of, "many"),
    "free_mail": Operator(_free_mail, "flag"),
}
TIMED = frozenset({"within_days", "older_than_days"})
"""Those whose answer depends on the present moment."""
