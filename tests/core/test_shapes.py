"""Shapes: what kind of value stands where, and nothing of the value itself."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.shapes import differences, kind_of, shape_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2025-11-04T20:29:54.897Z", "time"),
        ("2021-12-02T18:23:39.000+0000", "stamp"),
        ("2021-12-02", "date"),
        ("171596044870", "digits"),
        ("1234.5", "decimal"),
        ("true", "flag"),
        ("ann@acme.example.com", "email"),
        ("https://app.hubspot.com/x", "url"),
        ("/services/data/v66.0/query/01g", "url"),
        ("00Q5g00000AAAAAAAA", "id18"),
        ("0018M000003uKqq", "id15"),
        ("", "empty"),
        ("Ann", "text"),
    ],
)
def test_kinds_of_texts(text: str, kind: str) -> None:
    assert kind_of(text) == kind
    assert differences("text", text) == []


def test_rows_of_a_list_become_one_shape() -> None:
    told = shape_of([{"id": "1", "archived": False}, {"id": "2", "archived": False, "url": "https://a.b/c"}])
    assert told == [{"id": "digits", "archived": "bool", "url?": "url"}]


def test_what_differs_is_named_with_its_place_and_without_its_value() -> None:
    expected = {"results": [{"id": "digits", "properties": {"email": "email|null"}}], "paging?": "any"}
    assert differences(expected, {"results": [{"id": "7", "properties": {"email": None, "more": 1}}]}) == []
    wrong = {"results": [{"id": 7, "properties": {"email": "Ann"}}]}
    told = differences(expected, wrong)
    assert told == [
        "results[].id: digits was expected, int came",
        "results[].properties.email: email|null was expected, text came",
    ]
    assert differences(expected, []) == ["answer: an object was expected, a list came"]
    assert differences(expected, {}) == ["results: missing"]


@given(JSON.filter(lambda value: '?"' not in json.dumps(value)))
def test_a_value_fits_its_own_shape_and_the_shape_is_json(value: object) -> None:
    shape = shape_of(value)
    assert differences(json.loads(json.dumps(shape)), value) == []
