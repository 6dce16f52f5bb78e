"""The catalogue is whole: each row has tests that are there, and whatever the practice servers can say stands in a row."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.practice.faults import KINDS, Faults
from connector.practice.hubspot.injected import NAMED as HUBSPOT_ERRORS
from connector.practice.salesforce.injected import NAMED as SALESFORCE_ERRORS
from connector.practice.salesforce.pubsub.errors import REFUSALS
from tests.limits.catalogue_hubspot import HUBSPOT
from tests.limits.catalogue_outside import OUTSIDE
from tests.limits.catalogue_push import PUSH
from tests.limits.catalogue_salesforce import SALESFORCE
from tests.limits.fact import TESTS, place_of

FACTS = (*HUBSPOT, *SALESFORCE, *PUSH)
PRACTICE = TESTS.parent / "connector" / "practice"
SAYING = {"Refusal", "TokenRefused", "Refused", "Problem", "Invalid", "invalid", "already_exists", "_refused"}
CODE = re.compile(r"[A-Z]{2,}(_[A-Z]+)+|INVALIDENTITY|INVALIDJOB|INVALIDJOBSTATE|INVALIDOPERATION|\w+(\.\w+)*\.[A-Z_]+")


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@functools.cache
def _texts(path: Path) -> frozenset[str]:
    return frozenset(n.value for n in ast.walk(_tree(path)) if isinstance(n, ast.Constant) and isinstance(n.value, str))


@functools.cache
def _functions(path: Path) -> frozenset[str]:
    return frozenset(n.name for n in ast.walk(_tree(path)) if isinstance(n, ast.FunctionDef))


def _said(folder: Path) -> Iterator[str]:
    """Codes that a practice server gives to whatever makes its refusals."""
    for path in folder.rglob("*.py"):
        for call in ast.walk(_tree(path)):
            if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in SAYING:
                given = [*call.args, *(k.value for k in call.keywords)]
                texts = [n.value for n in given if isinstance(n, ast.Constant) and isinstance(n.value, str)]
                yield from (text for text in texts if CODE.fullmatch(text))


@pytest.mark.parametrize("fact", FACTS, ids=[fact.name for fact in FACTS])
def test_each_row_says_how_and_has_tests_that_are_there(fact: object) -> None:
    row = next(each for each in FACTS if each is fact)
    assert row.fact and row.provoked and row.answer and row.tests
    for test in row.tests:
        path, function, parameters = place_of(test)
        assert path.exists(), path
        assert function in _functions(path), f"{path.name}: {function}"
        known = _texts(path)
        parts = [parameters, parameters.rpartition("-")[0], parameters.partition("-")[0]]
        assert not parameters or any(part in known for part in parts), f"{path.name} has no case {parameters}"


def test_no_two_rows_have_one_name() -> None:
    names = [fact.name for fact in FACTS]
    assert len(names) == len(set(names))


def test_whatever_the_practice_servers_say_stands_in_the_catalogue_or_is_left_out_with_a_reason() -> None:
    held = {code for fact in FACTS for code in fact.codes.split()}
    left = {code for each in OUTSIDE for code in each.codes.split()}
    said = {*_said(PRACTICE), *HUBSPOT_ERRORS, *SALESFORCE_ERRORS, *REFUSALS}
    assert said - held - left == set()
    assert all(len(each.why) > 20 for each in OUTSIDE)


def test_each_kind_of_fault_is_used_by_a_row() -> None:
    provoked = " ".join(fact.provoked for fact in FACTS)
    kinds = {"status": "status", "error": "error", "lost_reply": "lost_reply", "drop": "kind drop"}
    assert set(kinds) == set(KINDS)
    knobs = set(Faults.__dataclass_fields__) - {"next", "seed"}
    assert [word for word in (*kinds.values(), *sorted(knobs)) if word not in provoked] == []


@pytest.mark.parametrize("line", range(1, 19))
def test_each_line_of_the_checklist_has_a_test_of_its_own(line: int) -> None:
    names = {name for side in ("hubspot", "salesforce") for name in _functions(TESTS / "practice" / side / "test_checklist.py")}
    assert [name for name in names if name.startswith(f"test_c{line:02}_")]
