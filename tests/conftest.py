"""What all tests share: one PostgreSQL for the session, and an empty, migrated database for each test that asks."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from connector.adapters.postgres.database import Pool, open_pool
from connector.adapters.postgres.embedded import EmbeddedServer, start
from tests import databases

APART_FOLDERS = "practice property e2e cases limits services cli web worker wiring demo bench".split()
APART = {Path(__file__).parent / name for name in APART_FOLDERS}
"""Of the practice servers' tests, of the edges, and of those that take all of Accord or start processes."""

hypothesis.settings.register_profile(
    "accord", deadline=None, max_examples=40, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("accord")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """To import what is apart takes longer than the unit part itself."""
    return True if collection_path in APART and config.option.markexpr == "unit" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The unit part is Accord itself, as far as it needs no database."""
    for item in items:
        if "database_server" in getattr(item, "fixturenames", ()):
            item.add_marker("database")
        elif APART.isdisjoint(item.path.parents) and not item.get_closest_marker("slow"):
            item.add_marker("unit")


@pytest.fixture(scope="session")
def database_server() -> Iterator[EmbeddedServer]:
    """A running PostgreSQL that gives up durability for speed, with a migrated template."""
    folder = databases.folder_in_memory()
    try:
        with start(folder, durable=False) as server:
            databases.make_template(server)
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _shared_database_url(database_server: EmbeddedServer) -> str:
    return databases.make(database_server)


@pytest.fixture
def database_url(_shared_database_url: str) -> str:
    """The URL of a database that is migrated, empty and this test's alone. (Change its schema? Use `new_database`.)"""
    databases.empty(_shared_database_url)
    return _shared_database_url


@pytest.fixture
def database(database_url: str) -> Iterator[Pool]:
    """A pool on this test's database."""
    with open_pool(database_url, min_size=1, max_size=8) as pool:
        yield pool


@pytest.fixture
def new_database(database_server: EmbeddedServer) -> Callable[[], str]:
    """Makes further databases: each call gives the URL of a new, migrated, empty one."""
    return lambda: databases.make(database_server)
