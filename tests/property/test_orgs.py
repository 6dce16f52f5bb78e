"""The same histories in other orgs: with validation rules and slow triggers, with Contacts only, with polls only.

Few of each: HISTORIES and ORG (test_histories.py) play more. Seeds that failed once are kept in SEEDS, by org.
"""

from __future__ import annotations

import pytest

from connector.practice.orgs import NAMES, STANDARD
from tests.property.playing import play, tell
from tests.property.plot import Plot
from tests.property.tally import TALLY

EACH, PART = 12, 6
SEEDS: dict[str, tuple[int, ...]] = {}

pytestmark = pytest.mark.property


@pytest.mark.parametrize("first", range(1, 1 + EACH, PART))
@pytest.mark.parametrize("org", [name for name in NAMES if name != STANDARD])
def test_histories_of_another_org_end_in_agreement(database_url: str, org: str, first: int) -> None:
    for seed in (*range(first, first + PART), *(SEEDS.get(org, ()) if first == 1 else ())):
        faults, history = play(database_url, Plot.of(seed).at(org))
        TALLY.update(history.told.counts, histories=1)
        assert not faults, tell(faults, history)
