"""The filters of a search, compiled to one function. Source: API-FACTS 1.5."""

import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from connector.practice.hubspot import values
from connector.practice.hubspot.bodies import objects_of
from connector.practice.hubspot.errors import Problem, Refused, invalid, not_json
from connector.practice.hubspot.schema import Property
from connector.practice.hubspot.state import Portal
from connector.practice.hubspot.store import Store

Held = Mapping[str, str]
Test = Callable[[Held], bool]
_WORD = re.compile(r"\w+")


def matcher(portal: Portal, store: Store, groups: list[dict[str, Any]]) -> Test:
    """Groups are joined by OR, filters in a group by AND; at most 5 groups, 6 filters each, 18 together."""
    if not groups:
        return lambda held: True
    filters = [objects_of(group, "filters") for group in groups]
    if len(groups) > 5 or max(map(len, filters)) > 6 or sum(map(len, filters)) > 18:
        raise invalid("There was a problem with the request. Too many filters: 5 groups, 6 each, 18 in all")
    tests = [[_test(portal, store, item) for item in group] for group in filters]
    if len(tests) == 1 and len(tests[0]) == 1:
        return tests[0][0]
    return lambda held: any(all(test(held) for test in group) for group in tests)


def _test(portal: Portal, store: Store, item: Mapping[str, Any]) -> Test:
    name, operator = str(item.get("propertyName")), str(item.get("operator"))
    if name.startswith("associations."):
        return _associated(portal, store, name.partition(".")[2], operator, item)
    wanted = store.properties.get(name)
    if wanted is None:
        detail = Problem(name, "PROPERTY_DOESNT_EXIST", f"Property '{name}' does not exist")
        raise Refused(
            400,
            "There was a problem with the request.",
            errors=[{"message": detail.message, "code": detail.code, "context": {"propertyName": [name]}}],
            category="VALIDATION_ERROR",
        )
    build = _OPERATORS.get(operator)
    if build is None:
        raise invalid(f"Invalid operator: {operator}")
    return build(portal, name, _comparable(wanted), item)


def _associated(portal: Portal, store: Store, name: str, operator: str, item: Mapping[str, Any]) -> Test:
    """The pseudo-property `associations.{type}`: EQ and IN by id, HAS_PROPERTY and its opposite."""
    other = portal.store(name)

    def ids(held: Held) -> set[str]:
        found = portal.associations.of((store.kind.type_id, held["hs_object_id"]), other.kind.type_id)
        return {key for key in found if key in other.live}

    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        return lambda held: bool(ids(held)) == (operator == "HAS_PROPERTY")
    if operator not in ("EQ", "IN"):
        raise invalid(f"Invalid operator: {operator}")
    asked = _several(item) if operator == "IN" else [_given(item, "value")]
    wanted = {_text(one) for one in asked}
    return lambda held: bool(ids(held) & wanted)


def _comparable(item: Property) -> Callable[[Any], Any]:
    """How stored and asked values of this property are compared; enumerations mind the case."""
    if item.type == "number":
        return _float
    if item.type in ("date", "datetime"):
        return _ms
    if item.type == "enumeration":
        return _text
    return lambda value: _text(value).lower()


def _text(value: Any) -> str:
    try:
        return values.as_text(value)
    except values.Invalid as wrong:
        raise invalid(wrong.message) from None


def _float(value: Any) -> float:
    try:
        return float(_text(value))
    except ValueError:
        raise invalid(f"{value} was not a valid number.") from None


def _ms(value: Any) -> int:
    ms = values.ms_of(_text(value))
    if ms is None:
        raise invalid(f"{value} was not a valid long.")
    return ms


Build = Callable[[Portal, str, Callable[[Any], Any], Mapping[str, Any]], Test]


def _compare(test: Callable[[Any, Any], bool]) -> Build:
    def build(portal: Portal, name: str, read: Callable[[Any], Any], item: Mapping[str, Any]) -> Test:
        wanted = read(_given(item, "value"))
        return lambda held: (text := held.get(name)) is not None and test(read(text), wanted)

    return build


def _given(item: Mapping[str, Any], key: str) -> Any:
    if item.get(key) is None:
        raise invalid(f"There was a problem with the request. A filter needs '{key}'")
    return item[key]


def _several(item: Mapping[str, Any]) -> list[Any]:
    held = _given(item, "values")
    if not isinstance(held, list):
        raise not_json('"values" must be a list')
    return held


def _equal(portal: Portal, name: str, read: Callable[[Any], Any], item: Mapping[str, Any]) -> Test:
    wanted = read(_given(item, "value"))
    return lambda held: (text := held.get(name)) is not None and read(text) == wanted


def _unequal(portal: Portal, name: str, read: Callable[[Any], Any], item: Mapping[str, Any]) -> Test:
    wanted, blank = read(_given(item, "value")), portal.settings.neq_matches_blank
    return lambda held: blank if (text := held.get(name)) is None else read(text) != wanted


def _between(portal: Portal, name: str, read: Callable[[Any], Any], item: Mapping[str, Any]) -> Test:
    low, high = read(_given(item, "value")), read(_given(item, "highValue"))
    return lambda held: (text := held.get(name)) is not None and low <= read(text) <= high


def _among(portal: Portal, name: str, read: Callable[[Any], Any], item: Mapping[str, Any]) -> Test:
    wanted = {read(value) for value in _several(item)}
    return lambda held: (text := held.get(name)) is not None and read(text) in wanted


def _not_among(portal: Portal, name: str, read: Callable[[Any], Any], item: Mapping[str, Any]) -> Test:
    wanted, blank = {read(value) for value in _several(item)}, portal.settings.neq_matches_blank
    return lambda held: blank if (text := held.get(name)) is None else read(text) not in wanted


def _contains(portal: Portal, name: str, read: Callable[[Any], Any], item: Mapping[str, Any]) -> Test:
    pattern = _text(_given(item, "value")).lower()
    return lambda held: _has_token(held.get(name, "").lower(), pattern)


def _lacks(portal: Portal, name: str, read: Callable[[Any], Any], item: Mapping[str, Any]) -> Test:
    pattern = _text(_given(item, "value")).lower()
    return lambda held: not _has_token(held.get(name, "").lower(), pattern)


def _has_token(text: str, pattern: str) -> bool:
    """Whole words; `*` stands for any text, in a word or in the whole value."""
    words = _WORD.findall(text)
    if "*" in pattern:
        return fnmatchcase(text, pattern) or any(fnmatchcase(word, pattern) for word in words)
    return text == pattern or set(_WORD.findall(pattern)) <= set(words)


_OPERATORS: Mapping[str, Build] = {
    "EQ": _equal,
    "NEQ": _unequal,
    "LT": _compare(lambda held, wanted: held < wanted),
    "LTE": _compare(lambda held, wanted: held <= wanted),
    "GT": _compare(lambda held, wanted: held > wanted),
    "GTE": _compare(lambda held, wanted: held >= wanted),
    "BETWEEN": _between,
    "IN": _among,
    "NOT_IN": _not_among,
    "HAS_PROPERTY": lambda portal, name, read, item: lambda held: name in held,
    "NOT_HAS_PROPERTY": lambda portal, name, read, item: lambda held: name not in held,
    "CONTAINS_TOKEN": _contains,
    "NOT_CONTAINS_TOKEN": _lacks,
}
