"""What the tests of drift share: a comparison of a world, and its answer in short."""

from __future__ import annotations

from typing import Any

from connector.adapters.postgres.drift import PostgresDrift
from connector.adapters.postgres.review import PostgresReview
from connector.adapters.postgres.runs import PostgresRuns
from connector.core.causes import Cause
from connector.services.drift.choosing import Chosen
from connector.services.drift.comparing import Compared
from connector.services.drift.verifying import Means, Verified, verify
from tests.world import World

Short = list[tuple[Cause, str]]


def means_of(world: World, **more: Any) -> Means:
    store = PostgresDrift(world.database)
    return Means(world.bench, PostgresRuns(world.database), store, PostgresReview(world.database), **more)


def compared(world: World, *refs: str, patience: float = 0.0, sample: int = 0, seed: int = 1, **scope: Any) -> Verified:
    """Nothing is written by it."""
    world.forget_calls()
    done = verify(means_of(world, sleep=world.clock.advance), Chosen(scope, refs, sample, seed), "alice", patience=patience)
    assert world.writes() == 0
    return done


def causes(world: World, *refs: str, **scope: Any) -> Short:
    """(cause, field) of every difference, each once."""
    return sorted(compared(world, *refs, **scope).tally.fields)


def why(world: World, cause: Cause, field: str = "") -> str:
    (example, *_) = compared(world).tally.examples[cause, field]
    return example.difference.why


def listed(world: World, *refs: str, **scope: Any) -> list[Compared]:
    found: list[Compared] = []
    verify(means_of(world), Chosen(scope, refs), "alice", sink=found.extend)
    return found


def approve(world: World) -> None:
    """The match report is approved."""
    with world.database.connection() as conn:
        conn.execute(
            "INSERT INTO match_report (summary, agreement, approved_at, approved_by) VALUES ('{}', %s, %s, 'bob')",
            (world.bench.agreement.fingerprint, world.clock.now()),
        )
