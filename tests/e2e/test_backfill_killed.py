"""The first link of two filled systems, as processes: workers are killed, the database is restarted, tokens expire, rows
are locked, calls refused, a pause comes in the middle. `python -m tests.bench.killed_backfill` is the same with 20,000
persons, and a deploy."""

from __future__ import annotations

import pytest

from tests.bench.killed_stage import open_stage
from tests.bench.killed_story import Plot, Story
from tests.bench.killed_verdict import judge

pytestmark = pytest.mark.e2e
PEOPLE = 120


def test_a_backfill_that_everything_befalls_ends_complete_with_nothing_twice_and_nothing_lost() -> None:
    plot = Plot(kills=3, restarts=1, deploys=0, pauses=1, expiries=1)
    with open_stage(PEOPLE, ACCORD_CLAIM_SIZE="10", ACCORD_DRAINS="1") as stage:
        before, story = stage.held(), Story(stage, plot)
        story.play(before)
        verdict = judge(stage, story.run, before)
    assert not verdict.wrong, (verdict.told(), story.happened)
    befell = [h.what for h in story.happened]
    # a machine that is much faster may be done before the last
    assert sum(what.startswith("kill") for what in befell) >= 1, befell
    assert "database restarted" in befell
