"""Rounds over a table that was empty a moment ago: no statement may walk through all of it for each row."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from connector.adapters.calling import utc_now
from connector.adapters.postgres.database import open_pool
from connector.adapters.postgres.rounds import PostgresRounds
from connector.ports import Intent

FILL = """
    INSERT INTO pending (link_id, side, object, ref_id, due_at, group_key)
    SELECT id, 'hubspot', 'contact', hubspot_id, now(), CASE WHEN id % 5 = 0 THEN 'account ' || id % 50 END FROM link
"""


def test_a_backlog_that_came_at_once_is_claimed_fast_whatever_the_planner_believes(
    new_database: Callable[[], str],
) -> None:
    with open_pool(new_database()) as pool:
        with pool.connection() as connection:
            connection.execute(
                "INSERT INTO link (hubspot_id, salesforce_object, salesforce_id)"
                " SELECT n::text, 'Lead', '00Q' || n FROM generate_series(1, 4000) n"
            )
            connection.execute(FILL)
        with pool.connection() as connection:
            connection.execute("DELETE FROM pending")
            connection.execute("ANALYZE pending")  # the planner now takes it for empty
        began = time.perf_counter()
        with pool.connection() as connection:
            connection.execute(FILL)
        unit = time.perf_counter() - began
        rounds, now = PostgresRounds(pool), utc_now()
        began, taken = time.perf_counter(), list[int]()
        for _ in range(3):
            claim = rounds.claim(1000, now, now + timedelta(minutes=2))
            rows = [{"id": row["id"], "seq": row["seq"], "now": now, "due_at": now} for row in claim.rows]
            taken.append(len(rows))
            assert len(rounds.intend(claim.token, rows, Intent(), now).notes) == len(rows)
            rounds.release(claim.token, rows[:10])
            assert len(rounds.drop(claim.token, rows[10:])) == len(rows) - 10
    # with their groups; a join by the planner's belief took ten seconds
    assert taken[0] == 1600
    assert time.perf_counter() - began < 20 * unit
