"""What the tests of runs share: a world whose runs are walked, and persons who differ on both sides."""

from __future__ import annotations

from typing import Any

from connector.adapters.postgres.review import PostgresReview
from connector.adapters.postgres.runs import PostgresRuns
from connector.core.records import Ref, Side
from connector.core.runs import ENDED, State
from connector.services.runs.starting import Asked, start
from connector.services.runs.walking import Walker
from tests.world import World


class Running:
    """A world, its runs and one walker; ``step`` is one tick and one round, as a worker does both side by side."""

    def __init__(self, world: World, out: int = 5000, page: int = 1000) -> None:
        self.world, self.out, self.page = world, out, page
        self.store = PostgresRuns(world.database)
        self.review = PostgresReview(world.database)
        self.walker = self.new_walker()

    def new_walker(self) -> Walker:
        return Walker(self.world.bench, self.store, out=self.out, page=self.page)

    def start(self, *refs: str, dry: bool = False, **scope: Any) -> int:
        return start(self.world.bench, self.store, self.review, Asked(scope, "alice", "a test", dry, refs))

    def approve(self) -> None:
        with self.world.database.connection() as conn:
            conn.execute(
                "INSERT INTO match_report (summary, agreement, approved_at, approved_by) VALUES ('{}', %s, %s, 'bob')",
                (self.world.bench.agreement.fingerprint, self.world.clock.now()),
            )

    def step(self) -> int:
        self.world.clock.advance(1)
        steps = self.walker.tick()
        self.world.deliver()
        return steps + (not self.world.round().idle)

    def end(self, run: int, most: int = 200) -> dict[str, int]:
        """Until the run has ended; its items by outcome."""
        for _ in range(most):
            self.step()
            if self.state(run) in ENDED:
                self.world.settle()
                return self.outcomes(run)
        raise AssertionError(
            f"run {run} did not end: {self.store.get(run)}, {self.store.tally(run, self.world.clock.now())}"
        )

    def state(self, run: int) -> State:
        row = self.store.get(run)
        assert row is not None
        return State(row["state"])

    def outcomes(self, run: int) -> dict[str, int]:
        row = self.store.get(run)
        assert row is not None
        found: dict[str, int] = self.store.tally(run, self.world.clock.now())["outcomes"]
        return row["counts"].get("outcomes", {}) if row["dry"] else found

    def row(self, run: int) -> dict[str, Any]:
        row = self.store.get(run)
        assert row is not None
        return row


def linked(world: World, count: int) -> list[tuple[str, str]]:
    """Persons who are linked and equal: ids of contact and Lead."""
    leads = [
        world.lead(LastName=f"Ito{n}", Email=f"p{n}@acme.example.com", Phone=f"+1 555 010 {1000 + n}")
        for n in range(count)
    ]
    world.settle()
    found = {
        r["salesforce_id"]: r["hubspot_id"] for r in world.all("SELECT hubspot_id, salesforce_id FROM link")
    }
    return [(found[lead], lead) for lead in leads]


def unheard(world: World) -> None:
    """What both sides would tell is lost."""
    world.notices()


def lead_ref(id_: str) -> str:
    return str(Ref(Side.SALESFORCE, "Lead", id_))
