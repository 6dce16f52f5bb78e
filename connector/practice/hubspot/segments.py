"""A list of records (HubSpot calls them segments by now), and how the API shows it. Source: API-FACTS 1.10."""

from dataclasses import dataclass, field
from typing import Any

from connector.practice.hubspot import values


@dataclass(slots=True)
class Segment:
    """`members`: record id -> time of joining, in ms. `processing`: MANUAL, SNAPSHOT or DYNAMIC."""

    id: str
    name: str
    created_ms: int
    updated_ms: int
    type_id: str = "0-1"
    processing: str = "MANUAL"
    members: dict[str, int] = field(default_factory=dict)
    version: int = 1
    filters: dict[str, Any] | None = None
    deleted_ms: int | None = None


def shown_list(held: Segment, with_filters: bool = False) -> dict[str, Any]:
    """A list as the API shows it."""
    stamp = values.iso(held.updated_ms)
    shown: dict[str, Any] = {
        "listId": held.id,
        "listVersion": held.version,
        "name": held.name,
        "objectTypeId": held.type_id,
        "processingType": held.processing,
        "processingStatus": "COMPLETE",
        "size": len(held.members),
        "createdAt": values.iso(held.created_ms),
        "updatedAt": stamp,
        "filtersUpdatedAt": stamp,
        "createdById": "9000011",
        "updatedById": "9000011",
    }
    if held.deleted_ms is not None:
        shown["deletedAt"] = values.iso(held.deleted_ms)
    if with_filters and held.filters is not None:
        shown["filterBranch"] = held.filters
    return shown
