"""Pipelines and their stages, as a portal holds and shows them. Source: API-FACTS 1.8 and its recordings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connector.practice.hubspot import values
from connector.practice.hubspot.schema import LIFECYCLE


@dataclass(slots=True)
class Stage:
    """`metadata` values are text, also where they are numbers or truths."""

    id: str
    label: str
    order: int
    metadata: dict[str, str]
    created_ms: int = 0
    updated_ms: int = 0


@dataclass(slots=True)
class Pipeline:
    """The stages by id, in order of their `order`."""

    id: str
    label: str
    order: int = 0
    stages: dict[str, Stage] = field(default_factory=dict)
    created_ms: int = 0
    updated_ms: int = 0


_DEAL_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)
_TICKET_STAGES = ("New", "Waiting on contact", "Waiting on us", "Closed")
LIFECYCLE_PIPELINE = "contacts-lifecycle-pipeline"


def standard_pipelines() -> dict[str, dict[str, Pipeline]]:
    """A fresh portal's, by plural name of the kind."""
    deals = [
        Stage(key, label, place, {"isClosed": _said(key.startswith("closed")), "probability": chance})
        for place, (key, label, chance) in enumerate(_DEAL_STAGES)
    ]
    tickets = [
        Stage(str(place + 1), label, place, {"ticketState": "CLOSED" if label == "Closed" else "OPEN"})
        for place, label in enumerate(_TICKET_STAGES)
    ]
    lifecycle = [
        Stage(key, label, place, {"isClosed": "false", "state": "OPEN"})
        for place, (key, label) in enumerate(LIFECYCLE)
    ]
    return {
        "deals": _only("default", "Sales Pipeline", deals),
        "tickets": _only("0", "Support Pipeline", tickets),
        "contacts": _only(LIFECYCLE_PIPELINE, "Lifecycle Stage Pipeline", lifecycle),
    }


def _only(key: str, label: str, stages: list[Stage]) -> dict[str, Pipeline]:
    return {key: Pipeline(key, label, 0, {one.id: one for one in stages})}


def _said(truth: bool) -> str:
    return "true" if truth else "false"


def shown_pipeline(held: Pipeline) -> dict[str, Any]:
    stages = sorted(held.stages.values(), key=lambda one: one.order)
    return {
        "label": held.label,
        "displayOrder": held.order,
        "id": held.id,
        "stages": [shown_stage(one) for one in stages],
        "createdAt": _time(held.created_ms),
        "updatedAt": _time(held.updated_ms),
        "archived": False,
    }


def shown_stage(held: Stage) -> dict[str, Any]:
    return {
        "label": held.label,
        "displayOrder": held.order,
        "metadata": dict(held.metadata),
        "id": held.id,
        "createdAt": _time(held.created_ms),
        "updatedAt": _time(held.updated_ms),
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "archived": False,
    }


def _time(ms: int) -> str:
    """As recorded: what is HubSpot's own was made in 1970, without milliseconds."""
    return values.iso(ms) if ms else "1970-01-01T00:00:00Z"
