"""What the tests of the doctor share: everything it finds in a World, and what it found of one kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connector.adapters.postgres.standing import PostgresStanding
from connector.services.health.doctor import examine
from connector.services.health.findings import FAIL, OK, SKIP, WARN, Finding, Surroundings
from connector.services.status import standing
from tests.world import World

SECRET = "https://accord.example.com/webhooks/salesforce/a-long-secret-of-ours"


def examined(world: World, **around: Any) -> list[Finding]:
    """Everything at once; no finding without a level, an area, words, and (where it is bad) a fix."""
    store = PostgresStanding(world.database)
    found = list(
        examine(
            world.bench,
            Surroundings(**around),
            lambda: standing(store, world.bench.agreement, world.clock.now()),
        )
    )
    for finding in found:
        assert finding.level in (OK, WARN, FAIL, SKIP) and finding.area and finding.message
        assert finding.fix or finding.level not in (WARN, FAIL), finding
    assert "a-long-secret" not in str(found)
    return found


def of(found: list[Finding], area: str, level: str = FAIL) -> str:
    """The messages of that area and level, in one line."""
    return "; ".join(f.message for f in found if f.area == area and f.level == level)


class Looked:
    """A look from outside."""

    status, error = 200, ""
    body: Any = None

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead
