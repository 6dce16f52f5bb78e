"""Whatever rests on memory may be the other way: each switch of the practice servers, flipped, in some histories.

SWITCHED=20 plays more of each. Seeds that failed once are kept in SEEDS, with their switch.
"""

from __future__ import annotations

import os

import pytest

from tests.property.playing import play, tell
from tests.property.plot import Plot
from tests.property.switches import Switch, switches
from tests.property.tally import TALLY

EACH = int(os.environ.get("SWITCHED", "2"))
ALL = switches()
SEEDS: dict[str, tuple[int, ...]] = {}

pytestmark = pytest.mark.property


@pytest.mark.parametrize("switch", ALL, ids=lambda s: f"{s.side}.{s.name}={s.other}")
def test_histories_end_in_agreement_whichever_way_it_is(database_url: str, switch: Switch) -> None:
    first = 1 + EACH * ALL.index(switch)
    for seed in (*range(first, first + EACH), *SEEDS.get(switch.name, ())):
        faults, history = play(database_url, switch.on(Plot.of(seed)))
        TALLY.update(history.told.counts, histories=1)
        assert not faults, f"{switch}\n{tell(faults, history)}"
