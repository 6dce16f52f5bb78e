"""What Accord costs while nothing happens: the calls of one poll of each kind, found by polling, times polls a day."""

from __future__ import annotations

import os
from collections.abc import Iterator
from unittest.mock import patch

from connector.services.polling import poll
from connector.services.watching import Round
from connector.settings import load
from connector.wiring.world import World, open_world
from tests.bench.numbers import Number
from tests.bench.stage import Stage

DAY = 86_400


def calls_a_day(stage: Stage) -> Iterator[Number]:
    """The schedule is that of the settings as shipped; nothing else calls while nothing happens. A poll looks back a
    second only, for here something happened a minute ago."""
    shipped = {name: value for name, value in stage.env.items() if "POLL_SECONDS" not in name}
    short = {"ACCORD_HUBSPOT_OVERLAP_SECONDS": "0.1", "ACCORD_SALESFORCE_OVERLAP_SECONDS": "0.1"}
    with patch.dict(os.environ, shipped | short, clear=True), open_world(load(sides=True), stage.url) as world:
        prices = [_price(stage, world, each) for each in world.polls]
        pushed = sum(calls * DAY / each.later.total_seconds() for each, calls in zip(world.polls, prices, strict=True))
        polled = sum(calls * DAY / each.soon.total_seconds() for each, calls in zip(world.polls, prices, strict=True))
        every = world.settings.engine.poll_seconds
    yield Number("API calls a day while idle", "with push on", pushed, "calls", 400.0)
    yield Number("API calls a day while idle", f"poll only, every {every:.0f} s", polled, "calls")


def _price(stage: Stage, world: World, each: Round) -> int:
    """The second poll meets nothing that the first one had not passed on."""
    stores = world.stores
    for _ in range(2):
        stage.forget_calls()
        poll(each.watch, stores.bookmarks, stores.clock, lambda timeout: None)
    return stage.calls().total()
