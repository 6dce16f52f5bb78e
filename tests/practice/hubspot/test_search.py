"""Search: filters, caps, the window, and an index that lags."""

from typing import Any

import pytest

from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from tests.practice.hubspot.conftest import Call


def _filter(name: str, operator: str, **more: Any) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, **more}


def _found(call: Call, *groups: list[dict[str, Any]], **more: Any) -> list[str]:
    body = {
        "filterGroups": [{"filters": list(group)} for group in groups],
        "properties": ["firstname"],
        **more,
    }
    answer = call("POST", "/search", body)
    assert answer.status == 200, answer.body
    return [one["properties"]["firstname"] for one in answer.json()["results"]]


@pytest.fixture
def three(call: Call, clock: ManualClock) -> None:
    """Ada in Boston with budget 100, Basil in austin with 9, Cem without city or budget; a second apart."""
    for name, more in (
        ("Ada", {"city": "Boston", "budget": "100", "accord_tier": "hot", "webinar_date": "2026-01-05"}),
        ("Basil", {"city": "austin", "budget": "9", "accord_tier": "warm"}),
        ("Cem", {}),
    ):
        sent = {"firstname": name, "email": f"{name}@firm.example.com", **more}
        call("POST", "", {"properties": sent})
        clock.advance(1)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("given", "names"),
    [
        (_filter("city", "EQ", value="BOSTON"), ["Ada"]),
        (_filter("city", "NEQ", value="boston"), ["Basil"]),
        (_filter("accord_tier", "EQ", value="Hot"), []),
        (_filter("budget", "GT", value="9"), ["Ada"]),
        (_filter("budget", "LTE", value="9"), ["Basil"]),
        (_filter("budget", "BETWEEN", value="9", highValue="100"), ["Ada", "Basil"]),
        (_filter("email", "IN", values=["ada@firm.example.com", "cem@firm.example.com"]), ["Ada", "Cem"]),
        (_filter("city", "NOT_IN", values=["austin"]), ["Ada"]),
        (_filter("city", "HAS_PROPERTY"), ["Ada", "Basil"]),
        (_filter("city", "NOT_HAS_PROPERTY"), ["Cem"]),
        (_filter("email", "CONTAINS_TOKEN", value="*@firm.example.com"), ["Ada", "Basil", "Cem"]),
        (_filter("email", "CONTAINS_TOKEN", value="basil"), ["Basil"]),
        (_filter("email", "NOT_CONTAINS_TOKEN", value="basil"), ["Ada", "Cem"]),
        (_filter("lastmodifieddate", "GTE", value="1791806402000"), ["Cem"]),
        (_filter("lastmodifieddate", "LT", value="2026-10-12T12:00:01Z"), ["Ada"]),
        (_filter("webinar_date", "EQ", value="1767571200000"), ["Ada"]),
    ],
)
def test_each_operator(call: Call, given: dict[str, Any], names: list[str]) -> None:
    assert _found(call, [given]) == names


@pytest.mark.usefixtures("three")
def test_groups_are_joined_by_or_and_filters_by_and(call: Call) -> None:
    boston, poor = _filter("city", "EQ", value="boston"), _filter("budget", "LT", value="50")
    assert _found(call, [boston], [poor]) == ["Ada", "Basil"]
    assert _found(call, [boston, poor]) == []


@pytest.mark.usefixtures("three")
def test_one_sort_and_paging_by_integer_offset(call: Call) -> None:
    by_date = [{"propertyName": "lastmodifieddate", "direction": "DESCENDING"}]
    first = call("POST", "/search", {"sorts": by_date, "limit": 2, "properties": ["firstname"]}).json()
    assert [one["properties"]["firstname"] for one in first["results"]] == ["Cem", "Basil"]
    assert (first["total"], first["paging"]) == (3, {"next": {"after": "2"}})
    second = call("POST", "/search", {"sorts": by_date, "limit": 2, "after": "2"}).json()
    assert len(second["results"]) == 1 and "paging" not in second
    assert call("POST", "/search", {"sorts": by_date * 2}).status == 400


def test_the_caps(call: Call) -> None:
    one = _filter("city", "HAS_PROPERTY")
    assert call("POST", "/search", {"limit": 201}).status == 400
    assert call("POST", "/search", {"limit": 200, "after": "9801"}).status == 400
    assert call("POST", "/search", {"limit": 200, "after": "9800"}).status == 200
    assert call("POST", "/search", {"filterGroups": [{"filters": [one]}] * 6}).status == 400
    assert call("POST", "/search", {"filterGroups": [{"filters": [one] * 7}]}).status == 400
    assert call("POST", "/search", {"filterGroups": [{"filters": [one] * 6}] * 4}).status == 400
    assert call("POST", "/search", {"query": "x" * 3001}).status == 400
    unknown = [{"filters": [_filter("no_such", "EQ", value="x")]}]
    assert call("POST", "/search", {"filterGroups": unknown}).status == 400


def test_search_sees_a_write_only_after_the_lag(call: Call, core: HubSpotCore, clock: ManualClock) -> None:
    core.settings.index_lag = 2
    made = call("POST", "", {"properties": {"firstname": "Dario", "email": "d@firm.example.com"}}).json()
    by_email = [_filter("email", "EQ", value="d@firm.example.com")]
    assert _found(call, by_email) == []
    clock.advance(2)
    assert _found(call, by_email) == ["Dario"]
    call("PATCH", f"/{made['id']}", {"properties": {"firstname": "Dora"}})
    assert _found(call, by_email) == ["Dario"]
    clock.advance(2)
    assert _found(call, by_email) == ["Dora"]
    call("DELETE", f"/{made['id']}")
    assert _found(call, by_email) == []


@pytest.mark.usefixtures("three")
def test_a_free_text_query_looks_at_names_and_emails(call: Call) -> None:
    assert _found(call, query="basil@") == ["Basil"]
