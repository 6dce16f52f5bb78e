"""The night's comparison as a worker runs it."""

from __future__ import annotations

import pytest
import structlog

from connector.wiring import open_world
from connector.worker.jobs import make_app
from tests.worker.town import Town

pytestmark = pytest.mark.slow


def test_a_worker_compares_a_sample_and_keeps_what_it_came_to(town: Town) -> None:
    town.hubspot.edit({"email": "ann@acme.example.com", "lastname": "Ito"}, create=True)
    with open_world(town.settings) as world, structlog.testing.capture_logs():
        world.directory.refresh()
        make_app(world).tasks["verify"](timestamp=0)
    (row,) = town.all("SELECT by_whom, problem, scope FROM verification")
    assert (row["by_whom"], row["problem"], row["scope"]["sample"]) == ("every night", "", 500)
