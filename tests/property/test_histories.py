"""Generated histories: whatever happens, in the end both sides agree, and no edit is silently lost.

HISTORIES=10000 (``make soak``) runs more; FIRST=n starts elsewhere. Failing seeds are kept in SEEDS.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from connector.adapters.postgres.database import open_pool
from tests import databases
from tests.property.history import History, Plot

HISTORIES = int(os.environ.get("HISTORIES", "300"))
FIRST = int(os.environ.get("FIRST", "1"))
SEEDS: tuple[int, ...] = ()
PART = 25


def wrong_of(database_url: str, seed: int) -> tuple[list[str], History]:
    databases.empty(database_url)
    with open_pool(database_url, min_size=1, max_size=4) as pool:
        history = History(pool, Plot.of(seed))
        return history.run(), history


def tell(seed: int, wrong: list[str], history: History) -> str:
    lines = "\n  ".join(history.trace)
    return f"seed {seed} {history.plot}\n  {lines}\n" + "\n".join(wrong)


@pytest.mark.property
@pytest.mark.parametrize("first", range(FIRST, FIRST + HISTORIES, PART))
def test_histories_end_in_agreement_and_lose_no_edit_silently(database_url: str, first: int) -> None:
    counts: Counter[str] = Counter()
    for seed in range(first, min(first + PART, FIRST + HISTORIES)):
        wrong, history = wrong_of(database_url, seed)
        assert not wrong, tell(seed, wrong, history)
        counts += history.told.counts
    print(dict(counts))


@pytest.mark.property
@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_that_failed_once(database_url: str, seed: int) -> None:
    wrong, history = wrong_of(database_url, seed)
    assert not wrong, tell(seed, wrong, history)
