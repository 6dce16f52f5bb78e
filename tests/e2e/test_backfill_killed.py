"""The first link of two filled systems, as processes: workers are killed, the database crashes, tokens expire, rows are
locked, calls refused. `python -m tests.bench.killed_backfill` is the same with 20,000 persons, a deploy and a pause."""

from __future__ import annotations

import pytest

from tests.bench.killed_stage import open_stage
from tests.bench.killed_story import Plot, Story
from tests.bench.killed_verdict import judge

pytestmark = pytest.mark.e2e
PEOPLE = 50
SHORT = {"ACCORD_LEASE_SECONDS": "8", "ACCORD_CLAIM_SIZE": "8", "ACCORD_DRAINS": "2"}
"""What a killed worker held is free again when its lease ends: nearly all the time of this test."""


def test_a_backfill_that_everything_befalls_ends_complete_with_nothing_twice_and_nothing_lost() -> None:
    plot = Plot(kills=3, restarts=1, deploys=0, pauses=0, expiries=1)
    with open_stage(PEOPLE, plot.seed, **SHORT) as stage:
        before, story = stage.held(), Story(stage, plot, say=print)
        story.play(before)
        verdict = judge(stage, story.run, before)
    assert not verdict.wrong, (verdict.told(), story.happened)
    befell = [h.what for h in story.happened]
    # a machine that is much faster may be done before the last
    assert sum(what.startswith("kill") for what in befell) >= 1, befell
    assert "database restarted" in befell
