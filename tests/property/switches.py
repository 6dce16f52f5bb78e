"""What the practice servers do on the word of memory or of others, each as it comes and as it may be instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module, util
from typing import Any, NamedTuple

from connector.practice import hubspot, salesforce
from connector.practice.hubspot.settings import Settings as HubSpotSettings
from connector.practice.unproved import Unproved
from tests.property.plot import Plot

_SETTINGS: dict[str, Any] = {"hubspot": HubSpotSettings, "salesforce": salesforce.Settings}
_PACKAGES = {"hubspot": hubspot, "salesforce": salesforce}


class Switch(NamedTuple):
    """One doubtful behaviour of one server, and the other value of its setting."""

    side: str
    name: str
    other: Any

    def on(self, plot: Plot) -> Plot:
        """The same history with this switch flipped."""
        flipped = ((self.name, self.other),)
        return replace(plot, hubspot_ways=flipped) if self.side == "hubspot" else replace(plot, salesforce_ways=flipped)


def switches() -> list[Switch]:
    """All that the servers list, as far as a setting flips them."""
    listed = ((side, row) for side in _PACKAGES for row in _listed(side))
    return [Switch(side, row.name, other) for side, row in listed for other in _others(side, row)]


def _listed(side: str) -> Iterator[Unproved]:
    """Each once, whatever the lists are called."""
    name = f"{_PACKAGES[side].__name__}.unproved"
    if util.find_spec(name) is None:
        return
    known = vars(_SETTINGS[side]())
    lists = [found for found in vars(import_module(name)).values() if isinstance(found, tuple | list)]
    rows = {row.name: row for found in lists for row in found if isinstance(row, Unproved)}
    yield from (row for row in rows.values() if row.name in known)


def _others(side: str, row: Unproved) -> list[Any]:
    """In the type of the setting. The list is written in words: the values first, then what they mean."""
    now, said = getattr(_SETTINGS[side](), row.name), [each.strip() for each in row.other.split(":")[0].split(",")]
    if isinstance(now, bool):
        return [not now]
    if isinstance(now, int | float):
        return [type(now)(number[0]) if (number := re.match(r"[\d.]+", said[0])) else now + 1]
    return said
