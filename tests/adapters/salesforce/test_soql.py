"""Salesforce: values in queries that fit a URL."""

from __future__ import annotations

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.salesforce import soql

ROOM = 400


@given(st.text(max_size=60))
def test_an_encoded_text_is_as_long_as_was_reckoned_and_comes_back(text: str) -> None:
    assert soql.encoded_length(text) == len(soql.encoded(text))
    assert unquote(soql.encoded(text)) == text


def test_each_query_is_full_before_the_next_begins() -> None:
    keys, addresses = [str(n) for n in range(100, 130)], [f"p{n}@acme.example.com" for n in range(20)]
    found = soql.packed({"Key__c": keys, "IsConverted = false AND Email": addresses}, ROOM, 1000)
    whole = " ".join(found)
    assert all(soql.literal(value) in whole for value in [*keys, *addresses])
    assert all(soql.encoded_length(where) <= ROOM for where in found)
    assert "Key__c" in found[0] and "Email" in found[0]
    assert len(found) == -(-sum(soql.encoded_length(where) for where in found) // ROOM)


def test_a_list_is_not_longer_than_allowed() -> None:
    assert soql.packed({"Id": ["a", "b", "c"]}, ROOM, 2) == ["(Id IN ('a','b'))", "(Id IN ('c'))"]


def test_nothing_is_asked_for_no_values() -> None:
    assert soql.packed({"Id": [], "Email": ["x" * 5000]}, ROOM, 2) == []
