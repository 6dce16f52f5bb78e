"""Calls that a service refuses as a whole, by reads and by writes: what a round says, how long it waits, what is told.

Used for both sides by test_hubspot_calls and test_salesforce_calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.core.records import Side
from connector.errors import CallFailed, MendRequest, WaitUntil
from connector.services.rounds.sync import Sync
from tests.limits.standing import Standing


@dataclass(frozen=True)
class Failure:
    """``how``: the fault as the practice server takes it. ``kind``: the error a read raises; ``writing``: a write's,
    where it is another. ``seconds``: until the lane is tried again. ``words`` stand in what Accord says. ``told``: it is
    an issue at once. ``also``: a further call that fails, by which the write would get round it."""

    how: dict[str, Any]
    kind: type[CallFailed]
    words: tuple[str, ...]
    seconds: float = 0.0
    told: bool = False
    writing: type[CallFailed] | None = None
    also: str = ""


READ = {Side.HUBSPOT: "batch/read", Side.SALESFORCE: "composite/sobjects/Lead"}
WRITE = {Side.HUBSPOT: "batch/update", Side.SALESFORCE: "POST /services/data/v66.0/composite$"}


def fail(town: Standing, side: Side, match: str, how: dict[str, Any]) -> None:
    spoil = town.hubspot_fails if side is Side.HUBSPOT else town.salesforce_fails
    spoil(match, **how)


def edit(town: Standing, side: Side, contact: str, lead: str, value: str) -> None:
    """An edit that has to be written to ``side``."""
    if side is Side.HUBSPOT:
        town.world.edit_lead(lead, City=value)
    else:
        town.world.edit_contact(contact, city=value)


def city(town: Standing, side: Side, contact: str, lead: str) -> Any:
    return town.world.hs(contact).get("city") if side is Side.HUBSPOT else town.world.sf(lead)["City"]


def raises(failure: Failure, kind: type[CallFailed], call: Callable[[], object], now: datetime) -> None:
    """The adapter's own answer: which error, in which words, and when to go on."""
    with pytest.raises(CallFailed) as raised:
        call()
    assert type(raised.value) is kind or (kind is MendRequest and isinstance(raised.value, MendRequest))
    for word in failure.words:
        assert word in str(raised.value)
    if isinstance(raised.value, WaitUntil):
        assert (raised.value.not_before - now).total_seconds() == failure.seconds


def a_read_fails(town: Standing, side: Side, failure: Failure) -> None:
    """The round stops with words that name what to do, the pair waits, and once all is well the edit goes over."""
    contact, lead = town.pair()
    edit(town, side, contact, lead, "Lyon")
    fail(town, side, READ[side], failure.how)
    report = town.look()
    for word in failure.words:
        assert word in report.stopped
    assert report.written == 0
    assert town.due(contact) == failure.seconds
    _told(town, side, failure, "")
    _ends_well(town, side, contact, lead)


def a_write_fails(town: Standing, side: Side, failure: Failure) -> None:
    """The write counts as not done (or unknown), is told where an admin is needed, and goes over later: once."""
    contact, lead = town.pair()
    edit(town, side, contact, lead, "Lyon")
    before = _written(town, side, contact)
    for match in filter(None, (WRITE[side], failure.also)):
        fail(town, side, match, failure.how)
    town.look()
    assert city(town, side, contact, lead) is None
    assert town.due(contact) >= (failure.seconds if failure.writing is None else 0.0)
    _told(town, side, failure, "writing")
    _ends_well(town, side, contact, lead)
    assert _written(town, side, contact) - before == 1


def an_outage_lasts(town: Standing, side: Side, match: str, part: str) -> None:
    """Nobody is told of what passes within minutes; what lasts is told, tried ever more seldom, and closes by itself."""
    world = town.world
    contact, lead = town.pair()
    sync, rounds = Sync(world.bench), 0
    edit(town, side, contact, lead, "Lyon")
    fail(town, side, match, {"status": 503, "times": 999})
    world.later(seconds=1)
    world.deliver()
    began = world.clock.now()
    while world.clock.now() - began < timedelta(minutes=9):
        rounds += not sync.round().idle
        assert town.issues() == []
        world.later(minutes=1)
    assert rounds <= 10
    while world.clock.now() - began < timedelta(minutes=13):
        sync.round()
        world.later(minutes=1)
    told = town.issue("side_failed", part)
    assert "503" in told["message"] and "tried again by itself" in told["fix"]
    _ends_well(town, side, contact, lead, sync)


def _told(town: Standing, side: Side, failure: Failure, part: str) -> None:
    if not failure.told:
        assert town.issues() == []
        return
    told = town.issue("side_failed", part)
    assert told["subject"] == f"side:{side}"
    for word in failure.words:
        assert word in told["message"]


def _ends_well(town: Standing, side: Side, contact: str, lead: str, sync: Sync | None = None) -> None:
    town.mended()
    if sync is not None:
        edit(town, side, contact, lead, "Bern")
        town.world.later(seconds=1)
        town.world.deliver()
        while not sync.round().idle:
            town.world.later(seconds=1)
    assert city(town, side, contact, lead) == ("Bern" if sync else "Lyon")
    assert town.issues() == []
    assert town.world.all("SELECT 1 FROM ledger WHERE link_id = (SELECT id FROM link WHERE hubspot_id = %s)", contact) == []


def _written(town: Standing, side: Side, contact: str) -> int:
    """How often the pair's record on this side was changed by us, by our own book."""
    found = town.world.one(
        "SELECT count(*) n FROM journal j JOIN link l ON l.id = j.link_id"
        " WHERE l.hubspot_id = %s AND j.side = %s AND j.state = 'done'",
        contact, side,
    )  # fmt: skip
    return int(found["n"])
