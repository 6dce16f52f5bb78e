"""A town for each test that asks."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.worker.town import Town


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    with ExitStack() as parts:
        made = Town(database_url, parts)
        made.live()
        yield made
