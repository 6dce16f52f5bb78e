"""Value maps of picklists: ``HubSpot value: Salesforce value``, a list of several to read, or a list where
both agree."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from connector.adapters.mappings.problems import Spot
from connector.adapters.mappings.shapes import Shape, Word
from connector.core.lenses.choices import PicklistLens
from connector.core.mapping import Direction


class Choices(Shape):
    """``values``: as a list, both sides use the same values. As a map, HubSpot value -> Salesforce value, or
    -> [written, also read, ...]."""

    values: (
        Annotated[list[Word], Field(min_length=1)]
        | Annotated[dict[str, Word | list[Word]], Field(min_length=1)]
    )
    unknown: Literal["hold", "keep"] = "hold"


def read_choices(choices: Choices, spot: Spot, field: str, direction: Direction) -> PicklistLens | None:
    """The lens of a value map, or None with a problem for every value that could not be undone."""
    pairs = _pairs(choices.values)
    forward: dict[str, str] = {}
    back: dict[str, str] = {}
    fine = True
    for hubspot, salesforce in pairs:
        forward.setdefault(hubspot, salesforce)
        first = back.setdefault(salesforce, hubspot)
        if first != hubspot and direction is not Direction.TO_SALESFORCE:
            fine = False
            (spot / "values" / hubspot).problem(
                f"“{first}” and “{hubspot}” both become Salesforce's “{salesforce}”: that can't be undone.",
                "Give each its own Salesforce value, or set `direction: to_salesforce`.",
            )
    if not fine:
        return None
    return PicklistLens(
        forward, back, choices.unknown == "keep", f"the field `{field}` in {spot.source.file}"
    )


def _pairs(values: Any) -> list[tuple[str, str]]:
    if isinstance(values, list):
        return [(value, value) for value in values]
    return [
        (hubspot, each)
        for hubspot, salesforce in values.items()
        for each in (salesforce if isinstance(salesforce, list) else [salesforce])
    ]
