"""Polls that fail: what an admin has to mend is an issue at once, what passes is one when it lasts, and it closes itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from connector.adapters.postgres.bookmarks import PostgresBookmarks
from connector.services.polling import Watch, as_notices
from connector.services.watching import Round, poll_due
from tests.adapters.in_process import free
from tests.limits.standing import Standing

MINUTE = timedelta(minutes=1)
REFUSED_FOR = 6
"""Minutes in which a poll that was refused is tried again for certain."""


class Polls:
    """Both sides' polls of a town, each minute."""

    def __init__(self, town: Standing) -> None:
        world = self.world = town.world
        self.bookmarks = PostgresBookmarks(world.database, world.clock.now)
        lead = Watch(world.bench.salesforce, "Lead", ("City",), MINUTE, as_notices(world.store, ("City",)))
        contact = Watch(world.bench.hubspot, "contact", ("city",), MINUTE, as_notices(world.store, ("city",)))
        self.rounds = [Round(contact, MINUTE, MINUTE), Round(lead, MINUTE, MINUTE)]

    def strike(self, minutes: int = 1) -> None:
        for _ in range(minutes):
            self.world.later(minutes=1)
            poll_due(self.rounds, self.bookmarks, self.world.clock.now, free, self.world.rounds)


@pytest.fixture
def polls(town: Standing) -> Iterator[Polls]:
    made = Polls(town)
    made.strike()
    yield made
    with town.world.database.connection() as conn:
        conn.execute("DELETE FROM polled")
        conn.execute("DELETE FROM cursor")


SALESFORCE: dict[str, tuple[Callable[[Any], object], Callable[[Any], object], str]] = {
    "INVALID_TYPE of an object that was hidden": (lambda admin: admin.hide_object("Lead"), lambda admin: admin.show_object("Lead"), "INVALID_TYPE"),
    "INVALID_FIELD of a field that was hidden": (
        lambda admin: admin.hide_field("Lead", "City"), lambda admin: admin.show_field("Lead", "City"), "No such column 'City'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("situation", SALESFORCE)
def test_a_query_that_salesforce_refuses_for_good_is_an_issue_until_it_is_mended(town: Standing, polls: Polls, situation: str) -> None:
    spoil, mend, words = SALESFORCE[situation]
    spoil(town.world.salesforce.admin)
    polls.strike(2)
    town.world.forget_calls()
    polls.strike(3)
    assert not any("query" in name for name in town.world.salesforce.calls.by_endpoint), "it costs no call a minute"
    told = town.issue("side_failed", "poll of Lead")
    assert words in told["message"] and "accord mappings check --live" in told["fix"]
    assert told["subject"] == "side:salesforce"
    mend(town.world.salesforce.admin)
    polls.strike(REFUSED_FOR)
    assert town.issues() == []


def test_a_missing_scope_is_an_issue_of_the_poll_and_no_round_closes_it(town: Standing, polls: Polls) -> None:
    town.hubspot_fails("search", error="MISSING_SCOPES")
    polls.strike()
    contact, lead = town.pair()
    town.world.edit_contact(contact, city="Lyon")
    town.world.settle()
    assert town.world.sf(lead)["City"] == "Lyon"
    assert "Grant the app these scopes" in town.issue("side_failed", "poll of contact")["message"]
    town.world.hubspot.faults.clear()
    polls.strike(REFUSED_FOR)
    assert town.issues() == []


@pytest.mark.parametrize("error", ["QUERY_TIMEOUT", "SERVER_UNAVAILABLE", "CONCURRENT_LIMIT"])
def test_what_passes_is_an_issue_only_when_it_lasts(town: Standing, polls: Polls, error: str) -> None:
    town.salesforce_fails("/query", 999, error=error)
    polls.strike(9)
    assert town.issues() == []
    polls.strike(3)
    assert town.issue("side_failed", "poll of Lead")
    town.world.salesforce.faults.clear()
    polls.strike()
    assert town.issues() == []
