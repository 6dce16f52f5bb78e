"""After a backfill of everybody nothing differs, but for what a person has to decide: on every org."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.adapters.mappings import load
from connector.adapters.postgres.database import Pool
from connector.core.causes import Cause
from connector.demo.agreement import lay_out_for
from connector.practice.orgs import load as org
from connector.services.drift.choosing import Chosen
from connector.services.drift.comparing import Compared
from connector.services.drift.verifying import verify
from tests.services.drift.cast import compared, means_of
from tests.services.runs.cast import Running, unheard
from tests.world import World

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["standard", "enterprise", "contacts-only", "professional"])
def test_a_backfill_of_everybody_leaves_no_difference(database: Pool, tmp_path: Path, name: str) -> None:
    lay_out_for(org(name).mappings, tmp_path / "mappings")
    world = World(database, people=12, seed=3, org=org(name), agreement=load(tmp_path / "mappings"))
    unheard(world)
    world.later(minutes=10)
    assert compared(world).tally.causes[Cause.NEVER] > 5
    runs = Running(world)
    runs.approve()
    runs.end(runs.start())
    world.later(minutes=10)
    people: list[Compared] = []
    tally = verify(means_of(world), Chosen(), "alice", sink=people.extend).tally
    left = {(d.cause, d.why.split(":")[0]) for p in people for d in p.differences if d.counts}
    assert left <= {(Cause.HELD, "Several records match by e-mail")}, left
    assert (tally.people >= 12, tally.equal > 3, tally.differing == tally.causes[Cause.HELD]) == (True, True, True)
