"""Would the histories notice? Each engine of mutations.py lacks one rule, and some history must end badly for it.

The kept seeds are the first that did. A change of the engine or of the histories moves every later step, so when none of
them fails any more others are looked for, and the message of the failure says which to keep.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.property.mutations import MUTATIONS, Mutation
from tests.property.playing import play, tell
from tests.property.plot import Plot

BOUND = 400
"""So many further histories are tried."""

pytestmark = pytest.mark.property
each_mutation = pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)


def _caught(database_url: str, mutation: Mutation, seed: int) -> bool:
    faults, _ = play(database_url, replace(Plot.of(seed), **mutation.plot))
    return bool(mutation.kinds & {fault.kind for fault in faults})


@each_mutation
def test_an_engine_without_one_rule_is_caught(
    database_url: str, mutation: Mutation, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation.apply(monkeypatch)
    if any(_caught(database_url, mutation, seed) for seed in mutation.seeds):
        return
    other = next((seed for seed in range(1, BOUND) if _caught(database_url, mutation, seed)), None)
    assert other is not None, f"nobody notices that {mutation.without} is missing"
    pytest.fail(f"{mutation.seeds} do not show any more that {mutation.without} is missing: keep {other}")


@each_mutation
def test_the_sound_engine_stands_the_same_histories(database_url: str, mutation: Mutation) -> None:
    for seed in mutation.seeds:
        faults, history = play(database_url, replace(Plot.of(seed), **mutation.plot))
        assert not faults, tell(faults, history)
