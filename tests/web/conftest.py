"""An edge for each test that asks."""

import pytest

from connector.adapters.postgres.database import Pool
from tests.web.edge import Edge


@pytest.fixture
def edge(database: Pool) -> Edge:
    return Edge(database)
