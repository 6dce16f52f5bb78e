"""No round begins that the API budget can't end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.adapters.postgres.budget import Allowance, PostgresBudget
from connector.adapters.postgres.database import Pool
from connector.worker.room import FIXED_CALLS, PAIRS_A_CALL, Room

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


class Hands:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Hands:
    return Hands()


def room(pool: Pool, clock: Hands, calls: int | None) -> tuple[Room, PostgresBudget]:
    budget = PostgresBudget(pool, "hubspot", Allowance(calls=calls), clock)
    return Room([budget, PostgresBudget(pool, "salesforce", Allowance(), clock)]), budget


def test_without_a_limit_a_round_may_have_any_number(database: Pool, clock: Hands) -> None:
    rooms, _ = room(database, clock, None)
    assert (rooms.enter(1000), rooms.pressure()) == (None, 0.0)


def test_what_rounds_under_way_will_use_is_promised_to_them(database: Pool, clock: Hands) -> None:
    rooms, _ = room(database, clock, 90)
    assert rooms.enter(1000) == (90 - FIXED_CALLS) * PAIRS_A_CALL
    promised = FIXED_CALLS + 1000 // PAIRS_A_CALL
    assert rooms.enter(1000) == (90 - promised - FIXED_CALLS) * PAIRS_A_CALL
    assert rooms.enter(1000) == (90 - 2 * promised - FIXED_CALLS) * PAIRS_A_CALL
    assert rooms.enter(1) == 0
    rooms.leave(1000)
    assert rooms.enter(1) == (90 - 2 * promised - FIXED_CALLS) * PAIRS_A_CALL


def test_a_used_up_window_lets_nobody_in_until_it_has_moved_on(database: Pool, clock: Hands) -> None:
    rooms, budget = room(database, clock, 40)
    for _ in range(40):
        budget.take()
    assert rooms.enter(1) == 0
    assert rooms.pressure() == 1.0
    clock.now += timedelta(seconds=11)
    assert rooms.enter(1) == (40 - FIXED_CALLS) * PAIRS_A_CALL
    assert rooms.pressure() == 0.0


def test_a_hot_lead_is_let_in_whatever_backfills_were_promised(database: Pool, clock: Hands) -> None:
    rooms, _ = room(database, clock, 60)
    assert rooms.enter(1000) == (60 - FIXED_CALLS) * PAIRS_A_CALL
    rooms.enter(1000)
    assert rooms.enter(1) == 0
    assert rooms.enter(1, urgent=True) == (60 - FIXED_CALLS) * PAIRS_A_CALL
