"""A worker's threads take a run to its end by themselves; hand-offs pass it."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.runs import PostgresRuns
from connector.wiring.world import World
from tests.worker.town import Town, eventually, working
from tests.world import HOT

pytestmark = pytest.mark.slow


def started(world: World, scope: dict[str, object]) -> tuple[PostgresRuns, int]:
    runs = PostgresRuns(world.stores.pool)
    told = {
        "purpose": "backfill",
        "scope": scope,
        "dry": False,
        "by": "alice",
        "why": "",
        "parent": None,
        "relation": None,
    }
    run = runs.create(told | {"agreement": world.bench.agreement.fingerprint}, world.stores.clock())
    return runs, run


def ended(town: Town, run: int) -> bool:
    return bool(town.all("SELECT 1 FROM run WHERE id = %s AND state = 'succeeded'", run))


def test_a_run_queued_by_a_command_is_walked_and_ends(town: Town) -> None:
    people = [{"email": f"p{n}@acme.example.com", "lastname": f"Ito{n}"} for n in range(30)]
    for person in people:
        town.salesforce.edit(
            "Lead",
            values={"LastName": person["lastname"], "Company": "A", "Email": person["email"]},
            create=True,
        )
    town.salesforce.take_notifications()  # nobody has heard of them, and no poll is to
    town.all("INSERT INTO cursor (name, at) VALUES ('next:salesforce:Lead', now() + interval '1 hour')")
    with working(town) as (world, _):
        runs, run = started(world, {"never_synced": True})
        hot = town.hubspot.edit(
            dict(email="hot@acme.example.com", lastname="Ash", **HOT), by="form", create=True
        )
        town.deliver(world)
        eventually(lambda: town.hubspot.contact(hot).get("accord_salesforce_id"))
        eventually(lambda: ended(town, run))
        assert runs.tally(run, world.stores.clock())["outcomes"]["created"] >= 30
    assert len(town.all("SELECT 1 FROM link")) == 31
