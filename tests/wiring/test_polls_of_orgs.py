"""Every poll is one that the org can answer, with the agreement that fits it: polls fail quietly and for ever otherwise."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.database import Pool
from connector.practice.orgs import NAMES
from connector.services.polling import poll
from connector.settings import load
from connector.wiring.polls import polls_of
from connector.wiring.stores import stores_on
from tests.adapters.in_process import free
from tests.property.agreement import of_org, org
from tests.world import World

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", NAMES)
def test_an_org_answers_every_poll(database: Pool, name: str) -> None:
    agreement = of_org(name)
    world = World(database, people=30, org=org(name), agreement=agreement)
    world.salesforce.edit("Opportunity", None, {"Name": "A", "StageName": "Prospecting", "CloseDate": "2026-04-01"})
    stores = stores_on(database, agreement, world.clock.now)
    rows = {}
    for each in polls_of(load(), stores, world.bench):
        rows[each.watch.object] = poll(each.watch, stores.bookmarks, world.clock.now, free).rows
    objects = {"contact", *agreement.person.salesforce_objects, "Opportunity", "OpportunityContactRole"}
    assert set(rows) == objects and rows["Opportunity"] == 1
