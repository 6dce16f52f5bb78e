"""A condition given on its own, as in the mapping's files: ``{field: country, equals: Norway}``."""

from __future__ import annotations

from connector.adapters.mappings.condition_shapes import Known, read_condition
from connector.adapters.mappings.person import ALWAYS_KNOWN
from connector.adapters.mappings.problems import Problem, Spot
from connector.adapters.mappings.source import parse_source
from connector.core.conditions import Condition
from connector.core.mapping import KindMapping
from connector.core.records import Side
from connector.errors import Refused


def read_filter(text: str, side: Side, mapping: KindMapping) -> Condition:
    """The condition over one side's records. Raises Refused, naming every problem."""
    found: list[Problem] = []
    source = parse_source(text, "the filter", found)
    objects = mapping.salesforce_objects
    told = (
        mapping.hubspot_fields()
        if side is Side.HUBSPOT
        else [n for o in objects for n in mapping.salesforce_fields(o)]
    )
    known = Known([*told, *ALWAYS_KNOWN], "A filter reads fields that the mapping reads (also_read counts).")
    condition = read_condition(Spot(source, found), known) if source is not None else None
    if condition is None or found:
        raise Refused("\n".join(str(problem) for problem in found) or "The filter is empty.")
    return condition
