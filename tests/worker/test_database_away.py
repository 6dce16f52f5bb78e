"""The database goes away: while a worker starts, at whatever step, and in the middle of its looks for work."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from connector.cli.worker import keep_working
from connector.services.rounds.crowd import Crowd
from connector.services.rounds.sync import Sync
from connector.wiring.world import open_world
from tests.worker.crossing import Crossing
from tests.worker.town import Town, eventually

RUNNING = "SELECT 1 FROM worker WHERE detail ->> 'state' = 'running'"
REFUSED, LOST = 1, 3
"""A connection's first message, and one in the middle of what it asks."""
STEPS = {
    "does it answer": (1, REFUSED),
    "is it migrated": (2, LOST),
    "how many does it give": (3, LOST),
    "how old is it": (4, REFUSED),
    "is it shared": (5, LOST),
    "the pool opens": (6, LOST),
    "a thread connects": (7, REFUSED),
}
"""Of a start: its connections in their order, and the message at which they are lost."""


@pytest.fixture
def crossing(town: Town) -> Iterator[Crossing]:
    made = Crossing(town.url)
    yield made
    made.end()


@pytest.mark.slow
@pytest.mark.parametrize(("connection", "message"), STEPS.values(), ids=list(STEPS))
def test_a_worker_whose_database_goes_away_at_any_step_of_its_start_waits_and_goes_on(
    town: Town, crossing: Crossing, connection: int, message: int
) -> None:
    asked, failed = threading.Event(), list[BaseException]()

    def work() -> None:
        try:
            keep_working(town.settings, crossing.url, asked)
        except BaseException as error:
            failed.append(error)

    crossing.fall(connection, message, refused=1)
    worker = threading.Thread(target=work)
    worker.start()
    try:
        eventually(lambda: failed or town.all(RUNNING))
    finally:
        asked.set()
        worker.join()
    assert not failed
    assert town.all("SELECT 1 FROM worker") == []


@pytest.mark.slow
def test_a_drain_whose_database_goes_away_in_any_step_of_a_claim_takes_backfills_again(
    town: Town, crossing: Crossing
) -> None:
    """The place of its process in the crowd at backfills must not be lost with the connection."""
    with open_world(town.settings, crossing.url) as world:
        crowd = Crowd(1)
        sync = Sync(world.bench, crowd=crowd)
        message, whole = 1, False
        while not whole:
            crossing.fall(0, message, refused=0)
            whole = _goes_through(sync)
            assert not crowd.full, message
            if crossing.fallen:  # else the pool still gave out a connection that was lost before
                message, whole = message + 1, False
        assert message > 6
        crossing.hold()
        town.all(
            "INSERT INTO pending (side, object, ref_id, lane, due_at) VALUES ('hubspot', 'contact', '404', 2, now())"
        )
        assert sync.round().claimed == 1


def _goes_through(sync: Sync) -> bool:
    try:
        sync.round()
    except (psycopg.Error, PoolTimeout):
        return False
    return True
