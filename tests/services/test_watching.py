"""Polls run when they are due: seldom where a side pushes, soon again where a push seems lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.adapters.postgres.bookmarks import PostgresBookmarks
from connector.adapters.postgres.database import Pool
from connector.practice.faults import OneShot
from connector.services.polling import Watch, as_notices
from connector.services.watching import Round, poll_due
from tests.adapters.in_process import free
from tests.world import World

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
FIELDS = ("Email", "City")


class Schedule:
    """Both sides' polls in a world that pushes."""

    def __init__(self, pool: Pool) -> None:
        self.world = World(pool, live=False)
        self.bookmarks = PostgresBookmarks(pool, self.world.clock.now)
        take = as_notices(self.world.store, FIELDS)
        lead = Watch(self.world.bench.salesforce, "Lead", FIELDS, MINUTE, take)
        contact = Watch(self.world.bench.hubspot, "contact", ("email",), MINUTE, take)
        self.rounds = [Round(contact, MINUTE, QUARTER), Round(lead, MINUTE, QUARTER)]

    def strikes(self, minutes: int) -> list[str]:
        """What each of so many strikes polled."""
        told = []
        for _ in range(minutes):
            self.world.salesforce.calls.reset()
            self.world.hubspot.calls.reset()
            poll_due(self.rounds, self.bookmarks, self.world.clock.now, free)
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
