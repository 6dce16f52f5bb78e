"""Generated histories: whatever happens, in the end both sides agree, and no edit is silently lost.

HISTORIES=10000 (``make soak``) runs more; FIRST=n starts elsewhere; ORG=professional plays them in another org, FLIPPED=1
where all that is not proved is the other way. Seeds that failed once are kept in SEEDS.
"""

from __future__ import annotations

import os

import pytest

from connector.practice.orgs import STANDARD
from tests.property.playing import play, tell
from tests.property.plot import Plot
from tests.property.switches import all_flipped
from tests.property.tally import TALLY

HISTORIES = int(os.environ.get("HISTORIES", "300"))
FIRST = int(os.environ.get("FIRST", "1"))
ORG = os.environ.get("ORG", STANDARD)
FLIPPED = bool(os.environ.get("FLIPPED"))
SEEDS = (36, 125, 198, 333, 435, 482, 2747)
PART = 25

pytestmark = pytest.mark.property


@pytest.mark.parametrize("first", range(FIRST, FIRST + HISTORIES, PART))
def test_histories_end_in_agreement_and_lose_no_edit_silently(database_url: str, first: int) -> None:
    for seed in range(first, min(first + PART, FIRST + HISTORIES)):
        plot = Plot.of(seed).at(ORG)
        faults, history = play(database_url, all_flipped(plot) if FLIPPED else plot)
        TALLY.update(history.told.counts, histories=1)
        assert not faults, tell(faults, history)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_that_failed_once(database_url: str, seed: int) -> None:
    faults, history = play(database_url, Plot.of(seed))
    assert not faults, tell(faults, history)
