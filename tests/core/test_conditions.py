"""Conditions: three truths, every operator, and evidence that names the values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.core.conditions import All, Any_, Condition, Not, Test, Truth, evaluate, fields_of
from connector.core.operators import OPERATORS, Operand
from connector.core.records import Value

MET, NOT_MET, UNKNOWN = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


def judged(condition: Condition, **values: Value) -> tuple[Truth, str]:
    return evaluate(condition, lambda name: values.get(name), NOW)


def truth(condition: Condition, **values: Value) -> Truth:
    return judged(condition, **values)[0]


OPERATED: list[tuple[str, Operand, Value, Truth]] = [
    ("equals", "Germany", " germany ", MET),
    ("equals", 10, "10.0", MET),
    ("equals", True, "true", MET),
    ("equals", "a", "b", NOT_MET),
    ("not_equals", "a", "b", MET),
    ("one_of", ("this_month", "this_quarter"), "this_quarter", MET),
    ("not_one_of", ("a", "b"), "b", NOT_MET),
    ("contains", ("market", "sales"), "Head of Sales", MET),
    ("starts_with", ("vp",), "VP Finance", MET),
    ("starts_with", ("vp",), "Deputy VP", NOT_MET),
    ("matches", r"\b(chief|head)\b", "Head of IT", MET),
    ("matches", r"\bhead\b", "Headhunter", NOT_MET),
    ("at_least", 1000, "1,200", MET),
    ("at_least", 1000, "999.99", NOT_MET),
    ("at_least", 1000, "many", UNKNOWN),
    ("at_least", 26, "25-50", UNKNOWN),
    ("at_least", 25, "25-50", MET),
    ("at_least", 51, "25-50", NOT_MET),
    ("at_least", 5000, "1000+", UNKNOWN),
    ("at_least", "2026-01-01", "2026-03-01", MET),
    ("at_most", 50, "25-50", MET),
    ("at_most", 24, "25-50", NOT_MET),
    ("at_most", 5000, "1000+", UNKNOWN),
    ("greater_than", 10, 10, NOT_MET),
    ("less_than", 10, 9.5, MET),
    ("between", (10, 20), 15, MET),
    ("between", (10, 20), "21", NOT_MET),
    ("between", (10, 40), "25-50", UNKNOWN),
    ("filled", None, "x", MET),
    ("blank", None, "x", NOT_MET),
    ("is_true", None, "yes", MET),
    ("is_true", None, False, NOT_MET),
    ("is_false", None, "perhaps", UNKNOWN),
    ("within_days", 30, "2026-09-15", MET),
    ("within_days", 30, "2026-08-15", NOT_MET),
    ("within_days", 30, "2026-12-24", NOT_MET),
    ("within_days", 30, "2026-09-15T10:00:00.000+0000", MET),
    ("older_than_days", 30, str(int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)), MET),
    ("older_than_days", 30, "soon", UNKNOWN),
    ("domain_one_of", ("acme.com",), "ada@mail.ACME.com", MET),
    ("domain_one_of", ("acme.com",), "ada@notacme.com", NOT_MET),
    ("domain_one_of", ("acme.com",), "ada at acme", UNKNOWN),
    ("free_mail", True, "ada@gmail.com", MET),
    ("free_mail", False, "ada@acme.com", MET),
]


@pytest.mark.parametrize(("operator", "operand", "raw", "expected"), OPERATED)
def test_what_an_operator_says(operator: str, operand: Operand, raw: Value, expected: Truth) -> None:
    assert truth(Test("f", operator, operand), f=raw) is expected


def test_every_operator_is_tried_above() -> None:
    assert {operator for operator, *_ in OPERATED} == set(OPERATORS)


@pytest.mark.parametrize("operator", sorted(set(OPERATORS) - {"filled", "blank"}))
@pytest.mark.parametrize("raw", [None, "", "  "])
def test_a_blank_is_unknown_never_a_no(operator: str, raw: Value) -> None:
    condition = Test("f", operator, "1")
    assert truth(condition, f=raw) is UNKNOWN
    assert truth(Not(condition), f=raw) is UNKNOWN


def test_blank_itself_can_be_asked_for() -> None:
    assert truth(Test("f", "blank")) is MET
    assert truth(Test("f", "filled"), f=" ") is NOT_MET


def test_days_without_a_now_are_unknown() -> None:
    assert evaluate(Test("f", "within_days", 3), {"f": "2026-09-30"}.get)[0] is UNKNOWN


def test_the_evidence_names_what_decided() -> None:
    title, size = Test("jobtitle", "contains", ("head",)), Test("size", "at_least", 30)
    both = All((title, size))
    assert judged(both, jobtitle="Head of IT", size=50) == (MET, "jobtitle is “Head of IT”; size is 50")
    assert judged(both, jobtitle="Head of IT", size=20) == (NOT_MET, "size is 20")
    assert judged(Any_((title, size)), jobtitle="Clerk") == (UNKNOWN, "size is blank")
    assert judged(size, size="25-50")[1] == "size is “25-50”, which does not settle at_least 30"


def test_long_values_are_cut_in_evidence() -> None:
    assert len(judged(Test("f", "contains", ("x",)), f="x" * 500)[1]) < 100


def test_the_fields_a_condition_reads() -> None:
    condition = All((Test("a", "filled"), Not(Any_((Test("b", "filled"), Test("a", "blank"))))))
    assert fields_of(condition) == ("a", "b")
    assert fields_of(None) == ()


LEAVES = st.sampled_from([Test("yes", "filled"), Test("no", "filled"), Test("maybe", "equals", "x")])
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any_(tuple(parts)))
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(condition=CONDITIONS, other=CONDITIONS)
def test_the_laws_of_three_truths(condition: Condition, other: Condition) -> None:
    def said(each: Condition) -> Truth:
        return truth(each, yes="1")

    assert said(Not(Not(condition))) is said(condition)
    assert said(Not(All((condition, other)))) is said(Any_((Not(condition), Not(other))))
    assert said(All((condition, other))) is said(All((other, condition)))
    filled = truth(condition, yes="1", maybe="x")
    if said(condition) is not UNKNOWN:
        assert filled is said(condition)
