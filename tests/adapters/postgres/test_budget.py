"""The API budget: several processes never take more than the service gives, whatever the moment."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.rows import tuple_row

from connector.adapters.postgres.budget import Allowance, PostgresBudget
from connector.adapters.postgres.database import Pool, open_pool
from connector.errors import WaitUntil

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Hands:
    return Hands()


def paused(pool: Pool) -> dict[int, str]:
    return dict(rows(pool, "SELECT lane, reason FROM lane_pause"))


def rows(pool: Pool, statement: str) -> list[Any]:
    with pool.connection() as conn, conn.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(statement.encode()).fetchall()


def test_a_used_up_window_tells_when_a_round_has_room_again(database: Pool, clock: Hands) -> None:
    budget = PostgresBudget(database, "hubspot", Allowance(calls=20), clock)
    for _ in range(20):
        budget.take()
    with pytest.raises(WaitUntil) as refused:
        budget.take()
    assert NOON + timedelta(seconds=10) <= refused.value.not_before <= NOON + timedelta(seconds=11.5)
    assert (budget.free(), budget.tightness()) == (0, 1.0)
    clock.now = refused.value.not_before
    budget.take()


def test_no_span_of_ten_seconds_holds_more_than_the_limit_however_calls_fall(
    database: Pool, clock: Hands
) -> None:
    made: list[datetime] = []
    processes = [PostgresBudget(database, "hubspot", Allowance(calls=30), clock) for _ in range(3)]
    for step in range(400):
        clock.on(0.03 + (step % 7) * 0.04)
        for process in processes[: 1 + step % 3]:
            try:
                process.take()
                made.append(clock.now)
            except WaitUntil:
                continue
    spans = [sum(1 for other in made if start <= other < start + timedelta(seconds=10)) for start in made]
    assert max(spans) <= 30
    # and what is allowed is used: thirty in every eleven seconds, less the chunks that nobody finished
    assert len(made) > 0.5 * 30 * (made[-1] - made[0]).total_seconds() / 11


def test_a_backfill_goes_evenly_and_always_leaves_some_calls_to_others(database: Pool, clock: Hands) -> None:
    budget = PostgresBudget(database, "hubspot", Allowance(calls=100), clock, sleep=clock.on)
    made: list[datetime] = []
    for _ in range(300):
        budget.take(keep=8)
        made.append(clock.now)
        assert (budget.free() or 0) >= 8
    spans = [sum(1 for other in made if start <= other < start + timedelta(seconds=1)) for start in made]
    assert max(spans) <= 100 / 10 * 1.6  # half a second may be made up for at once
    # all that the window allows is used, but for the calls that are kept
    assert len(made) / (made[-1] - made[0]).total_seconds() > 0.97 * 92 / 10.25


def test_a_backfill_waits_for_seconds_at_most_and_then_comes_again(database: Pool, clock: Hands) -> None:
    budget = PostgresBudget(database, "hubspot", Allowance(calls=20), clock, sleep=clock.on)
    for _ in range(15):
        budget.take()
    before = clock.now
    with pytest.raises(WaitUntil):
        budget.take(keep=8)
    assert clock.now - before < timedelta(seconds=7)
    budget.take()  # whoever is in a hurry is let in


def test_two_pools_side_by_side_never_exceed_the_limit(database_url: str) -> None:
    def clock() -> datetime:
        return datetime.now(UTC)

    granted: list[int] = []

    def process() -> None:
        with open_pool(database_url, max_size=4) as pool:
            budget = PostgresBudget(pool, "hubspot", Allowance(calls=150), clock)
            count = 0
            for _ in range(120):
                try:
                    budget.take()
                    count += 1
                except WaitUntil:
                    break
            granted.append(count)

    threads = [threading.Thread(target=process) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(granted) == 3
    assert 130 <= sum(granted) <= 150


def test_a_chunk_grows_while_calls_are_many_and_is_single_when_they_are_few(
    database: Pool, clock: Hands
) -> None:
    budget = PostgresBudget(database, "hubspot", Allowance(calls=100), clock)
    for _ in range(8):
        budget.take()
        clock.on(1)
    assert rows(database, "SELECT used, used_today FROM budget WHERE side = 'hubspot'") == [(8, 8)]


def test_calls_that_were_not_made_are_given_back(database: Pool, clock: Hands) -> None:
    budget = PostgresBudget(database, "hubspot", Allowance(calls=100), clock)
    for _ in range(16):
        budget.take()
    for _ in range(3):
        clock.on(1)
        budget.take()
    assert rows(database, "SELECT used, used_today FROM budget WHERE side = 'hubspot'") == [(19, 19)]


def test_what_we_count_of_a_day_ends_at_midnight(database: Pool, clock: Hands) -> None:
    budget = PostgresBudget(database, "hubspot", Allowance(calls=100, daily=5), clock)
    for _ in range(5):
        budget.take()
        clock.on(1)
    with pytest.raises(WaitUntil) as refused:
        budget.take()
    assert refused.value.not_before == datetime(2026, 10, 6, tzinfo=UTC)
    clock.now = refused.value.not_before
    budget.take()


def test_backfills_stop_first_and_go_on_when_the_org_has_calls_again(database: Pool, clock: Hands) -> None:
    budget = PostgresBudget(database, "salesforce", Allowance(backfill_share=0.5, live_share=0.8), clock)
    budget.take(3)
    budget.report(49_000, 100_000)
    assert paused(database) == {}
    budget.report(50_000, 100_000)
    assert list(paused(database)) == [2]
    budget.report(81_000, 100_000)
    assert sorted(paused(database)) == [1, 2]
    assert "81000 of 100000" in paused(database)[1]
    budget.report(40_000, 100_000)
    assert paused(database) == {}


def test_a_pause_that_a_person_made_is_not_lifted_by_the_budget(database: Pool, clock: Hands) -> None:
    with database.connection() as conn:
        conn.execute("INSERT INTO lane_pause (lane, reason) VALUES (2, 'Alice imports a list')")
    budget = PostgresBudget(database, "salesforce", Allowance(backfill_share=0.5), clock)
    budget.report(60_000, 100_000)
    budget.report(10_000, 100_000)
    assert paused(database) == {2: "Alice imports a list"}


def test_a_day_that_the_service_calls_used_up_is_asked_again_after_a_while(
    database: Pool, clock: Hands
) -> None:
    budget = PostgresBudget(database, "salesforce", Allowance(backfill_share=0.5, live_share=0.8), clock)
    other = PostgresBudget(database, "salesforce", Allowance(), clock)
    budget.report(100_000, 100_000)
    with pytest.raises(WaitUntil) as refused:
        other.take()
    clock.now = refused.value.not_before
    other.take()
