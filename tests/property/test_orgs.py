"""The same histories in other orgs: with validation rules and slow triggers, with Contacts only, with polls only; each as
the practice servers come, and where whatever rests on memory is the other way.

Few of each: HISTORIES, ORG and FLIPPED (test_histories.py) play more. Seeds that failed once are kept in SEEDS, by org.
"""

from __future__ import annotations

import pytest

from connector.practice.orgs import NAMES, STANDARD
from tests.property.playing import play, tell
from tests.property.plot import Plot
from tests.property.switches import all_flipped
from tests.property.tally import TALLY

EACH, PART = 12, 6
FLIPPED = 6
SEEDS: dict[str, tuple[int, ...]] = {}

pytestmark = pytest.mark.property


@pytest.mark.parametrize("first", range(1, 1 + EACH, PART))
@pytest.mark.parametrize("org", [name for name in NAMES if name != STANDARD])
def test_histories_of_another_org_end_in_agreement(database_url: str, org: str, first: int) -> None:
    for seed in (*range(first, first + PART), *(SEEDS.get(org, ()) if first == 1 else ())):
        faults, history = play(database_url, Plot.of(seed).at(org))
        TALLY.update(history.told.counts, histories=1)
        assert not faults, tell(faults, history)


@pytest.mark.parametrize("org", NAMES)
def test_histories_end_in_agreement_where_all_that_is_not_proved_is_the_other_way(database_url: str, org: str) -> None:
    first = 101 + FLIPPED * NAMES.index(org)
    for seed in range(first, first + FLIPPED):
        faults, history = play(database_url, all_flipped(Plot.of(seed)).at(org))
        TALLY.update(history.told.counts, histories=1)
        assert not faults, tell(faults, history)
