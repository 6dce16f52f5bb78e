"""The doubtful behaviours the other way round: what `--unproved flipped` sets, and what it leaves as it is.

Each row of the three tables of unproved.py has a setting. Here is the value that each takes "the other way", and which
of them can't be so together with the rest: those are played one at a time by the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from connector.practice.hubspot.settings import Settings as HubSpotSettings
from connector.practice.hubspot.unproved import UNPROVED as HUBSPOT
from connector.practice.salesforce.pubsub.settings import PubSubSettings
from connector.practice.salesforce.pubsub.unproved import UNPROVED as PUBSUB
from connector.practice.salesforce.settings import Settings as SalesforceSettings
from connector.practice.salesforce.unproved import UNPROVED as SALESFORCE
from connector.practice.unproved import Unproved

DEFAULT, FLIPPED = "default", "flipped"
SIDES = ("hubspot", "salesforce", "pubsub")
_ROWS = {"hubspot": HUBSPOT, "salesforce": SALESFORCE, "pubsub": PUBSUB}
_USUAL: Mapping[str, Any] = {
    "hubspot": HubSpotSettings(),
    "salesforce": SalesforceSettings(),
    "pubsub": PubSubSettings(),
}
_OTHERS: Mapping[str, tuple[Any, ...]] = {"refusals_as": ("UNKNOWN",)}
"""Where the table's words name no value."""
SINGLY: Mapping[str, str] = {}
"""Setting -> why it keeps its usual way among the flipped ones."""


@dataclass(frozen=True)
class Ways:
    """Settings that are otherwise than they come: of the practice HubSpot, Salesforce, and its Pub/Sub API."""

    hubspot: Mapping[str, Any] = field(default_factory=dict)
    salesforce: Mapping[str, Any] = field(default_factory=dict)
    pubsub: Mapping[str, Any] = field(default_factory=dict)


def flipped() -> Ways:
    """Every behaviour in doubt the other way, as far as they can be so together."""
    made: dict[str, dict[str, Any]] = {side: {} for side in SIDES}
    for side, row in rows():
        if row.name not in SINGLY:
            made[side][row.name] = others(side, row)[0]
    return Ways(**made)


def ways(words: Iterable[str]) -> Ways:
    """What `--unproved` asks for: "default", "flipped", or NAME=VALUE; later words win. ValueError says what is wrong
    and what there is."""
    made: dict[str, dict[str, Any]] = {side: {} for side in SIDES}
    for word in words:
        name, given, value = (part.strip() for part in word.partition("="))
        if word in (DEFAULT, FLIPPED):
            whole = flipped() if word == FLIPPED else Ways()
            made = {side: dict(getattr(whole, side)) for side in SIDES}
        elif given:
            side = _side_of(name)
            made[side][name] = _read(side, name, value)
        else:
            raise ValueError(f"“{word}” is none of: flipped, default, or NAME=VALUE (names: docs/unproved.md).")
    return Ways(**made)


def rows() -> Iterator[tuple[str, Unproved]]:
    """Every row with its side: hubspot, salesforce or pubsub."""
    yield from ((side, row) for side in SIDES for row in _ROWS[side])


def others(side: str, row: Unproved) -> tuple[Any, ...]:
    """The other values, in the type of the setting. The table is in words: the values first, then what they mean."""
    if row.name in _OTHERS:
        return _OTHERS[row.name]
    now, said = getattr(_USUAL[side], row.name), [each.strip() for each in row.other.split(":")[0].split(",")]
    if isinstance(now, bool):
        return (not now,)
    if isinstance(now, int | float):
        number = re.match(r"[\d.]+", said[0].replace("_", ""))
        return (type(now)(number[0]) if number else now + 1,)
    return tuple(each.split(" ")[0] for each in said)


def _side_of(name: str) -> str:
    known = {row.name: side for side, row in rows()}
    if name not in known:
        close = get_close_matches(name, known, n=1)
        meant = f" Did you mean “{close[0]}”?" if close else " docs/unproved.md lists them."
        raise ValueError(f"No behaviour in doubt is called “{name}”.{meant}")
    return known[name]


def _read(side: str, name: str, value: str) -> Any:
    now = getattr(_USUAL[side], name)
    if isinstance(now, bool):
        if value.lower() not in ("true", "false"):
            raise ValueError(f"{name} is true or false, not “{value}”.")
        return value.lower() == "true"
    if isinstance(now, int) and not value.isdigit():
        raise ValueError(f"{name} is a number, not “{value}”.")
    return type(now)(value)
