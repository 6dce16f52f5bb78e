"""The night's comparison as a worker runs it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import structlog
from pydantic import SecretStr

from connector.wiring.comparing import missing_nightly
from connector.wiring.world import open_world
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


def test_where_no_webhook_comes_a_worker_looks_for_contacts_that_are_missing(town: Town) -> None:
    contact = town.hubspot.edit({"email": "ann@acme.example.com", "lastname": "Ito"}, create=True)
    without = town.settings.hubspot.model_copy(update={"client_secret": SecretStr("")})
    town.hubspot.edit(id=contact, forget=True)
    for hubspot, waits in ((town.settings.hubspot, 0), (without, 1)):
        with open_world(replace(town.settings, hubspot=hubspot)) as world, structlog.testing.capture_logs():
            today = world.bench.clock().toordinal()  # this night's part
            with world.stores.pool.connection() as conn:
                conn.execute("DELETE FROM link")
                conn.execute(
                    "INSERT INTO link (id, hubspot_id, salesforce_object, salesforce_id) OVERRIDING SYSTEM VALUE"
                    " VALUES (%s, %s, 'Lead', '00Q000000000001AAA')", [7 + today % 7, contact],
                )  # fmt: skip
            assert missing_nightly(world) == waits
            assert len(town.all("SELECT 1 FROM pending")) == waits
