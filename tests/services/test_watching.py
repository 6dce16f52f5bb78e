"""Polls run when they are due: seldom where a side pushes, soon again where a push seems lost."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from psycopg.rows import dict_row

from connector.adapters.postgres.bookmarks import PostgresBookmarks
from connector.adapters.postgres.database import Pool
from connector.errors import MendRequest
from connector.practice.faults import OneShot
from connector.services.polling import Watch, as_notices
from connector.services.telling import Told
from connector.services.watching import Round, look_due, poll_due
from tests.adapters.in_process import free
from tests.world import World

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
FIELDS = ("Email", "City")


class Schedule:
    """Both sides' polls in a world that pushes."""

    def __init__(self, pool: Pool) -> None:
        self.world, self.database = World(pool, live=False), pool
        self.bookmarks = PostgresBookmarks(pool, self.world.clock.now)
        take = as_notices(self.world.store, FIELDS)
        lead = Watch(self.world.bench.salesforce, "Lead", FIELDS, MINUTE, take)
        contact = Watch(self.world.bench.hubspot, "contact", ("email",), MINUTE, take)
        self.rounds = [Round(contact, MINUTE, QUARTER), Round(lead, MINUTE, QUARTER)]

    def strikes(self, minutes: int, told_to: Told | None = None) -> list[str]:
        """What each of so many strikes polled."""
        told = []
        for _ in range(minutes):
            self.world.salesforce.calls.reset()
            self.world.hubspot.calls.reset()
            poll_due(self.rounds, self.bookmarks, self.world.clock.now, free, told_to)
            told.append(
                "h" * (self.world.hubspot.calls.total > 0) + "s" * (self.world.salesforce.calls.total > 0)
            )
            self.world.later(minutes=1)
        return told


@pytest.fixture
def schedule(database: Pool) -> Schedule:
    return Schedule(database)


def test_where_both_sides_push_a_quiet_hour_is_polled_four_times(schedule: Schedule) -> None:
    schedule.strikes(1)
    assert sum(told != "" for told in schedule.strikes(60)) == 4


def test_a_poll_that_finds_what_was_not_pushed_is_followed_by_another(schedule: Schedule) -> None:
    schedule.strikes(1)
    schedule.world.lead(Email="ann@acme.example.com")
    told = schedule.strikes(17)
    assert [at for at, polls in enumerate(told) if "s" in polls] == [14, 15]
    assert [at for at, polls in enumerate(told) if "h" in polls] == [14]


def test_without_push_every_strike_polls_however_long_polls_take(schedule: Schedule) -> None:
    schedule.rounds = [replace(each, later=MINUTE) for each in schedule.rounds]
    assert schedule.strikes(5) == ["hs"] * 5


def test_a_side_that_fails_keeps_no_other_from_polling_and_is_tried_at_the_next_strike(
    schedule: Schedule,
) -> None:
    schedule.strikes(1)
    schedule.world.later(minutes=15)
    schedule.world.hubspot.faults.next.append(OneShot("search", "status", 503, times=3))
    told = schedule.strikes(3)
    assert told == ["hs", "h", ""]


def refused(object_: str, times: int) -> OneShot:
    body = [{"message": f"No such column 'City' on entity '{object_}'.", "errorCode": "INVALID_FIELD"}]
    return OneShot("/query", "status", 400, body=body, times=times)


def side_issues(schedule: Schedule) -> list[tuple[str, bool]]:
    with schedule.database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("SELECT field, fix, closed_at IS NULL AS is_open FROM issue ORDER BY id").fetchall()
    assert all("accord mappings check --live" in row["fix"] for row in rows)
    return [(row["field"], row["is_open"]) for row in rows]


def test_a_poll_whose_query_is_refused_is_an_issue_with_what_to_do_and_rests(schedule: Schedule) -> None:
    world = schedule.world
    world.salesforce.faults.update({"next": [refused("Lead", 1)]})
    told = schedule.strikes(5, world.rounds)
    assert told[0] == "hs" and "s" not in "".join(told[1:5])
    assert side_issues(schedule) == [("poll of Lead", True)]
    assert schedule.strikes(1, world.rounds) == ["s"]
    assert side_issues(schedule) == [("poll of Lead", False)]


def test_a_look_at_outcomes_that_is_refused_is_an_issue_and_rests_until_it_is_mended(schedule: Schedule) -> None:
    world, looked = schedule.world, list[str]()

    def look(wrong: str) -> None:
        looked.append(wrong)
        if wrong:
            raise MendRequest("salesforce", wrong)

    def struck(wrong: str) -> None:
        with suppress(MendRequest):
            look_due(lambda: look(wrong), schedule.bookmarks, world.clock.now, world.rounds)
        world.later(minutes=1)

    for _ in range(5):
        struck("INVALID_FIELD")
    assert looked == ["INVALID_FIELD"] and side_issues(schedule) == [("look at outcomes", True)]
    struck("")
    assert looked[1:] == [""] and side_issues(schedule) == [("look at outcomes", False)]
