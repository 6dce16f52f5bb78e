"""Stored credentials: sealed, renewed by one process at a time, with refresh tokens that may rotate."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from connector.adapters.keyring import Keyring, new_key
from connector.adapters.postgres.accounts import AUTHORISING, PostgresConnections, PostgresTokenShelf
from connector.adapters.postgres.database import Pool
from connector.core.records import Side
from connector.errors import FixConfiguration, TryAgain
from connector.ports.accounts import Connection, Grant
from connector.practice.clock import ManualClock

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Service:
    """A token service whose refresh tokens are good for once."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock, self.good, self.asked = clock, "refresh-0", 0

    def __call__(self, refresh_token: str) -> Grant:
        assert refresh_token == self.good, "a refresh token was used twice"
        self.asked += 1
        self.good = f"refresh-{self.asked}"
        return Grant(f"access-{self.asked}", self.good, self.clock.now() + timedelta(minutes=30))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def store(database: Pool, clock: ManualClock) -> PostgresConnections:
    store = PostgresConnections(database, new_key(), clock.now)
    secrets = {"access_token": "access-0", "refresh_token": "refresh-0", "ends": (NOW).isoformat()}
    store.keep(Connection(Side.HUBSPOT, "oauth", {"portal_id": "111"}, secrets, "alice", NOW))
    return store


def test_processes_that_need_a_token_at_once_refresh_it_once(
    store: PostgresConnections, database: Pool, clock: ManualClock
) -> None:
    service, got, start = Service(clock), [], threading.Barrier(4)

    def process() -> None:
        shelf = PostgresTokenShelf(store, database, clock.now)
        start.wait()
        got.append(shelf.renewed("access-0", service).access_token)

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert got == ["access-1"] * 4 and service.asked == 1


def test_a_rotated_refresh_token_is_the_one_used_next(
    store: PostgresConnections, database: Pool, clock: ManualClock
) -> None:
    service, shelf = Service(clock), PostgresTokenShelf(store, database, clock.now)
    for turn in range(1, 4):
        assert shelf.renewed(f"access-{turn - 1}", service).access_token == f"access-{turn}"
        clock.advance(1800)
    now = shelf.now()
    assert now is not None and now.refresh_token == "refresh-3"


def test_a_service_that_does_not_answer_leaves_the_row_as_it_was(
    store: PostgresConnections, database: Pool, clock: ManualClock
) -> None:
    def dead(refresh_token: str) -> Grant:
        raise TryAgain("hubspot", "no answer")

    shelf = PostgresTokenShelf(store, database, clock.now)
    with pytest.raises(TryAgain):
        shelf.renewed("access-0", dead)
    assert shelf.renewed("access-0", Service(clock)).access_token == "access-1"


def test_a_connection_that_was_forgotten_meanwhile_says_so(
    store: PostgresConnections, database: Pool, clock: ManualClock
) -> None:
    store.forget(Side.HUBSPOT)
    with pytest.raises(FixConfiguration, match="accord connect hubspot"):
        PostgresTokenShelf(store, database, clock.now).renewed("access-0", Service(clock))


def test_an_authorisation_under_way_ends_after_a_quarter_of_an_hour(
    store: PostgresConnections, clock: ManualClock
) -> None:
    store.begin(Side.HUBSPOT, "state", {"client_id": "c"}, {"client_secret": "s"})
    assert store.begun(Side.HUBSPOT, "state", take=False) == ({"client_id": "c"}, {"client_secret": "s"})
    clock.advance(AUTHORISING.total_seconds())
    assert store.begun(Side.HUBSPOT, "state", take=True) is None


def test_nothing_secret_shows_in_a_repr_and_nothing_is_stored_in_the_clear(
    store: PostgresConnections, database: Pool
) -> None:
    shown = f"{store.get(Side.HUBSPOT)!r} {Grant('access-9', 'refresh-9', NOW)!r}"
    assert "access" not in shown and "refresh" not in shown
    with database.connection() as conn:
        (sealed,) = conn.execute("SELECT sealed FROM connection").fetchone() or (b"",)
    assert b"refresh-0" not in sealed
    assert "portal_id" in (store.facts(Side.HUBSPOT) or {})


@pytest.mark.parametrize("text", ["short", "x" * 44, f"{new_key()},nonsense"], ids=["short", "long", "one of two"])
def test_what_is_no_key_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(FixConfiguration) as told:
        Keyring(text)
    assert text not in str(told.value)
