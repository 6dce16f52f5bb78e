"""The town stands for the whole session: what a test spoils is mended before the next."""

from collections.abc import Iterator

import pytest

from connector.adapters.postgres.database import open_pool
from connector.adapters.postgres.embedded import EmbeddedServer
from tests import databases
from tests.limits.standing import Standing
from tests.world import World


@pytest.fixture(scope="session")
def _standing(database_server: EmbeddedServer) -> Iterator[Standing]:
    with open_pool(databases.make(database_server), min_size=1, max_size=8) as pool:
        yield Standing(World(pool))


@pytest.fixture
def town(_standing: Standing) -> Iterator[Standing]:
    yield _standing
    _standing.restore()
