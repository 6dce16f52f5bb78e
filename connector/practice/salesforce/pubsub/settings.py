"""What differs from org to org, or what nobody here has seen: (memory) marks what no document or recording proves."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class PubSubSettings:
    """One practice event bus's knobs; all can be set in process or by POST /_practice/pubsub."""

    objects: tuple[str, ...] | None = (
        None  # selected for Change Data Capture; None: those that the org has selected
    )
    denied: tuple[str, ...] = ()  # objects whose records the user may not view all of
    licensed: bool = True
    retention_hours: float = 72
    most_events: int = 50_000  # kept at once, whatever their age: a practice server has only so much memory
    keepalive_seconds: float = 270
    idle_seconds: float = 70  # a stream that asks for nothing more is closed after this
    most_requested: int = 100
    gap_above_bytes: int = 1_000_000  # larger events become gap events
    overflow_above: int = 100_000  # changes in one transaction
    merges_records: bool = True  # the same change of several records in one transaction is one event
    merges_saves: bool = True  # several saves of a record in one transaction are one event (memory)
    parents_in_bitmap: bool = False  # a compound field's own bit is set beside those of its parts (memory)
    client_named: bool = (
        True  # changeOrigin names the client that a call told of, in collections too (memory)
    )
    diff_above: int = 0  # texts longer than this come as a diff; 0: never
    refusals_as: str = ""  # the gRPC status of all refusals but of sessions; "": as in errors.py (memory)
    overflow_ids: str = "none"  # recordIds of an overflow: "none", or "zero", an id of zeros (memory)
    missing_topic: str = "refused"  # of an object not selected; "silent": a stream without events (memory)

    def update(self, values: dict[str, Any]) -> None:
        """Sets the named knobs; ValueError names those that do not exist."""
        unknown = sorted(set(values) - {item.name for item in fields(self)})
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}")
        for name, value in values.items():
            setattr(self, name, tuple(value) if isinstance(value, list) else value)
