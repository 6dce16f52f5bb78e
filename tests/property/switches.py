"""What the practice servers do on the word of memory or of others, each as it comes and as it may be instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from connector.practice import ways
from tests.property.plot import Plot


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
    """All that the servers list; histories are played without the Pub/Sub API."""
    listed = ((side, row) for side, row in ways.rows() if side != "pubsub")
    return [Switch(side, row.name, other) for side, row in listed for other in ways.others(side, row)]


def all_flipped(plot: Plot) -> Plot:
    """The same history with every switch flipped that can be flipped together with the others."""
    other = ways.flipped()
    return replace(plot, hubspot_ways=tuple(other.hubspot.items()), salesforce_ways=tuple(other.salesforce.items()))
