"""Conditions over one record's values, in three truths: met, not met, unknown (Kleene's logic).

What is blank is unknown, never false: an empty form field is no evidence against anybody. Pure; `now` is an
argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from connector.core.operators import OPERATORS, TIMED, Operand, show
from connector.core.records import Value
from connector.core.values import is_blank

Lookup = Callable[[str], Value]
"""Field name -> raw value, None where the record does not hold it."""


class Truth(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"

    @property
    def inverse(self) -> Truth:
        return _INVERSE[self]


_INVERSE = {Truth.MET: Truth.NOT_MET, Truth.NOT_MET: Truth.MET, Truth.UNKNOWN: Truth.UNKNOWN}
_TRUTH = {True: Truth.MET, False: Truth.NOT_MET, None: Truth.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison. ``operator`` is a key of ``operators.OPERATORS``; ``value`` is its operand (None if it
    takes none)."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    field: str
    operator: str
    value: Operand = None


@dataclass(frozen=True, slots=True)
class All:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any_:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


Condition = Test | All | Any_ | Not


def evaluate(condition: Condition, lookup: Lookup, now: datetime | None = None) -> tuple[Truth, str]:
    """The truth and the evidence in words: the values that decided it.

    ``now`` (aware UTC) is needed by within_days and older_than_days; without it they are unknown.
    """
    if isinstance(condition, Test):
        return _test(condition, lookup, now)
    if isinstance(condition, Not):
        truth, evidence = evaluate(condition.condition, lookup, now)
        return truth.inverse, evidence
    results = [evaluate(each, lookup, now) for each in condition.conditions]
    if isinstance(condition, All):
        return _join(results, decisive=Truth.NOT_MET, neutral=Truth.MET)
    return _join(results, decisive=Truth.MET, neutral=Truth.NOT_MET)


def _join(results: list[tuple[Truth, str]], decisive: Truth, neutral: Truth) -> tuple[Truth, str]:
    for verdict in (decisive, Truth.UNKNOWN):
        said = [evidence for truth, evidence in results if truth is verdict]
        if said:
            return verdict, "; ".join(said)
    return neutral, "; ".join(evidence for _, evidence in results)


def _test(test: Test, lookup: Lookup, now: datetime | None) -> tuple[Truth, str]:
    raw = lookup(test.field)
    return _compared(test, raw, now) if test.operator in TIMED else _always(test, raw)


@lru_cache(maxsize=4_096, typed=True)  # True is not 1 here
def _always(test: Test, raw: Value) -> tuple[Truth, str]:
    """Of values, most are met again and again: next time, or at the next person."""
    return _compared(test, raw, None)


def _compared(test: Test, raw: Value, now: datetime | None) -> tuple[Truth, str]:
    blank = is_blank(raw)
    if test.operator in ("filled", "blank"):
        truth = Truth.MET if blank == (test.operator == "blank") else Truth.NOT_MET
        return truth, f"{test.field} is blank" if blank else f"{test.field} is {show(raw)}"
    if blank:
        return Truth.UNKNOWN, f"{test.field} is blank"
    found = OPERATORS[test.operator].check(raw, test.value, now)
    evidence = f"{test.field} is {show(raw)}"
    if found is None:
        evidence += f", which does not settle {test.operator} {_operand(test.value)}".rstrip()
    return _TRUTH[found], evidence


def _operand(operand: Operand) -> str:
    return ", ".join(show(each) for each in operand) if isinstance(operand, tuple) else show(operand)


def tests(condition: Condition) -> Iterator[Test]:
    """Every comparison inside, from left to right."""
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, Not):
        yield from tests(condition.condition)
    else:
        for each in condition.conditions:
            yield from tests(each)


def fields_of(condition: Condition | None) -> tuple[str, ...]:
    """The field names a condition reads, each once, in order."""
    return () if condition is None else tuple(dict.fromkeys(test.field for test in tests(condition)))
