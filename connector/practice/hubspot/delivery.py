"""How webhook events are delivered, and what became of them. Source: API-FACTS 2.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass
class Delivery:
    """How events are delivered. `signed_url`: the public address that is signed, if it is not `target_url`.

    window_ms: events are gathered this long; batch: the most in one call (the real one sends under 100);
    timeout: seconds to answer; retry_seconds: the delay before the second attempt, doubled after each one
    and at most `retry_cap`; the three rates are probabilities per event (duplicates, loss) or per call (disorder).
    """

    target_url: str = ""
    signed_url: str = ""
    window_ms: float = 50.0
    batch: int = 99
    timeout: float = 5.0
    concurrency: int = 10
    retry_seconds: float = 0.5
    retry_cap: float = 30.0
    duplicates: float = 0.0
    disorder: float = 0.0
    loss: float = 0.0

    def update(self, changes: Mapping[str, Any]) -> None:
        """Takes some of these by name; unknown names raise ValueError."""
        unknown = sorted(set(changes) - set(Delivery.__dataclass_fields__))
        if unknown:
            raise ValueError(f"unknown webhook settings: {', '.join(unknown)}")
        for name, value in changes.items():
            setattr(self, name, value)


@dataclass
class Delivered:
    """What became of the events so far. `events` counts those in calls that were answered 2xx."""

    requests: int = 0
    events: int = 0
    failed_attempts: int = 0
    given_up: int = 0
    lost: int = 0
    duplicated: int = 0
    most_at_once: int = 0
