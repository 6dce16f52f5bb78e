"""Field cases of the set-up: T9, T10, T11, T55, T56, T65 and T87, each on the whole engine or the doctor."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Literal

import pytest

from connector.adapters.postgres.bookmarks import PostgresBookmarks
from connector.adapters.postgres.budget import Allowance, PostgresBudget
from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.standing import PostgresStanding
from connector.adapters.salesforce import SalesforceOptions
from connector.core.desk import natives
from connector.core.records import Side
from connector.errors import MendConnection
from connector.ports import Crm
from connector.practice.faults import OneShot
from connector.services.health.doctor import examine
from connector.services.health.findings import FAIL, WARN, Surroundings
from connector.services.health.subscriptions import subscriptions, unheard
from connector.services.intake import BACKFILL, LIVE
from connector.services.polling import Watch, as_notices, poll
from connector.services.status import standing
from connector.web import signature
from tests.adapters.in_process import free, salesforce_on
from tests.cases.cast import hot, open_issue
from tests.world import World

SECRET, URL = "a-secret", "https://accord.example.com/webhooks/hubspot"


def _found(world: World, **around: object) -> list[tuple[str, str, str]]:
    store = PostgresStanding(world.database)
    around_us = Surroundings(**around)  # type: ignore[arg-type]
    made = examine(world.bench, around_us, lambda: standing(store, world.bench.agreement, world.clock.now()))
    return [(f.level, f.area, f.message) for f in made]


# --- T56: a field that is hidden or read-only ------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "word"), [("hidden", "not visible"), ("read", "not writable")])
def test_T56_a_field_hidden_or_read_only_is_an_error_at_the_start_and_never_silence(
    database: Pool, level: Literal["hidden", "read"], word: str
) -> None:
    world = World(database, live=False)
    world.salesforce.org.access.let("*", "Lead", "City", level)
    assert (FAIL, "permissions", f"salesforce Lead: {word}: City") in _found(world)


def test_T56_a_field_that_is_locked_while_we_run_is_an_issue_and_the_rest_goes_over(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.salesforce.org.access.let("*", "Lead", "City", "read")
    world.edit_contact(ann, city="Lyon", phone="+1 555 010 0001")
    world.settle()
    assert world.sf(lead)["Phone"] == "+1 555 010 0001"
    assert world.sf(lead)["City"] is None
    assert open_issue(world, "refused", "city")["message"]
    world.salesforce.org.access.let("*", "Lead", "City", "edit")
    world.edit_contact(ann, city="Nice")
    world.settle()
    assert world.sf(lead)["City"] == "Nice"
    assert world.issues() == set()


def test_T56_a_field_that_is_hidden_while_we_run_is_told_and_never_taken_for_a_blank(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.edit_contact(ann, city="Lyon")
    world.settle()
    world.salesforce.org.access.let("*", "Lead", "City", "hidden")
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.later(seconds=1)
    world.deliver()
    for _ in range(4):
        world.round()
        world.later(minutes=1)
    assert world.hs(ann)["city"] == "Lyon"
    assert world.sf(lead)["City"] == "Lyon"
    assert world.issues() != set()
    world.salesforce.org.access.let("*", "Lead", "City", "edit")
    world.later(days=1)
    world.settle()
    assert world.sf(lead)["Phone"] == "+1 555 010 0001"


# --- T55, with the doctor: another org --------------------------------------------------------------------------------


def test_T55_ids_of_another_org_are_refused_before_anything_is_written(database: Pool) -> None:
    world = World(database, live=False)
    found = _found(world, belongs={Side.SALESFORCE: ("00D000000000009EAA", False)})
    assert any(level == FAIL and "this database belongs to" in message for level, _, message in found)


# --- T65: others eat the day ------------------------------------------------------------------------------------------


def test_T65_what_others_use_is_read_from_the_answers_and_stops_backfills_first(database: Pool) -> None:
    """The engine's own budget, fed by Sforce-Limit-Info: nobody tells it anything else."""
    share = Allowance(backfill_share=0.5, live_share=0.9)
    world = World(database)
    budget = PostgresBudget(database, "salesforce", share, world.clock.now)
    ann, lead = hot(world)
    world.bench.salesforce = salesforce_on(world.salesforce, budget=budget, clock=world.clock.now)
    world.salesforce.limits.used = int(
        world.salesforce.settings.daily_api_calls * 0.6
    )  # somebody else's calls
    world.edit_contact(ann, city="Lyon")
    world.settle()
    assert world.sf(lead)["City"] == "Lyon"  # live changes go on …
    paused = {row["lane"]: row["reason"] for row in world.all("SELECT lane, reason FROM lane_pause")}
    assert set(paused) == {BACKFILL} and "of the day are used" in paused[BACKFILL]
    world.edit_contact(ann, city="Nice")
    world.later(seconds=1)
    world.deliver(BACKFILL)
    assert world.round().idle  # … and backfills wait
    world.salesforce.limits.used = 10  # the day is over
    world.edit_contact(ann, phone="+1 555 010 0001")
    world.later(seconds=1)
    world.deliver(LIVE)
    world.settle()
    assert world.sf(lead)["City"] == "Nice"
    assert world.all("SELECT * FROM lane_pause") == []


def test_T65_the_doctor_tells_who_has_eaten_the_day(database: Pool) -> None:
    world = World(database, live=False)
    world.salesforce.limits.used = int(world.salesforce.settings.daily_api_calls * 0.6)
    assert any(
        level == WARN and area == "budget" and "by all apps together" in m for level, area, m in _found(world)
    )


# --- T87: the version of the API ---------------------------------------------------------------------------------------


def test_T87_a_version_above_the_orgs_is_lowered_to_one_it_has(database: Pool) -> None:
    world = World(database)
    world.bench.salesforce = salesforce_on(
        world.salesforce, clock=world.clock.now, options=SalesforceOptions(version="99.0", parallel=1)
    )
    ann, lead = hot(world)
    assert world.sf(lead)["Email"] == world.hs(ann)["email"]


def test_T87_a_retired_version_stops_everything_with_words_and_loses_nothing(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    healthy = world.bench.salesforce
    world.bench.salesforce = salesforce_on(
        world.salesforce, clock=world.clock.now, options=SalesforceOptions(version="29.0", parallel=1)
    )
    with pytest.raises(MendConnection, match=r"29\.0 is not offered"):
        world.bench.salesforce.schema("Lead")
    world.edit_contact(ann, city="Lyon")
    world.later(seconds=1)
    world.deliver()
    for _ in range(3):
        assert "29.0 is not offered" in (world.round().stopped or "29.0 is not offered")
        world.later(minutes=1)
    assert world.sf(lead)["City"] is None
    world.bench.salesforce = healthy
    world.settle()
    assert world.sf(lead)["City"] == "Lyon"


def test_T87_a_version_that_is_retired_under_us_is_told_and_loses_nothing(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    gone = [{"message": "API version v66.0 has been retired.", "errorCode": "UNSUPPORTED_API_VERSION"}]
    world.salesforce.faults.update({"next": [OneShot("/services/data/v", "status", 410, body=gone)]})
    world.edit_contact(ann, city="Lyon")
    world.later(seconds=1)
    world.deliver()
    assert "UNSUPPORTED_API_VERSION" in world.round().stopped
    world.later(minutes=10)
    world.settle()
    assert world.sf(lead)["City"] == "Lyon"


# --- T11: subscriptions -------------------------------------------------------------------------------------------------


def test_T11_every_property_that_matters_is_asked_for_and_one_that_lacks_is_named(database: Pool) -> None:
    desk = World(database, live=False).bench.desk
    needed = [(row["type"], row.get("property", "")) for row in subscriptions(desk)]
    assert unheard(desk, needed) == []
    (lost,) = unheard(desk, [row for row in needed if row[1] != "hs_email_optout"])
    assert lost.field == "hs_email_optout" and "contact.propertyChange" in lost.fix


# --- T10: longer away than anybody retries -----------------------------------------------------------------------------


def test_T10_a_week_without_webhooks_is_made_good_by_a_look(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    marks = PostgresBookmarks(database, world.clock.now)
    watches = []
    for (side, object_), names in natives(world.bench.desk).items():
        crm: Crm = world.bench.hubspot if side is Side.HUBSPOT else world.bench.salesforce
        fields = tuple(names)
        watches.append(Watch(crm, object_, fields, timedelta(seconds=30), as_notices(world.store, fields)))
    for watch in watches:
        poll(watch, marks, world.clock.now, free)
    world.settle()
    world.edit_contact(ann, city="Lyon")
    world.edit_lead(lead, Phone="+1 555 010 0001")
    world.notices()  # lost: nobody listened, and after three days nobody tries again
    world.later(days=7)
    for watch in watches:
        poll(watch, marks, world.clock.now, free)
    world.settle()
    assert world.sf(lead)["City"] == "Lyon"
    assert world.hs(ann)["phone"] == "+1 555 010 0001"


# --- T9: signatures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", ["plain sha-256", "parsed body", "stripped header", "stale", "inner address"]
)
def test_T9_each_wrong_signature_is_refused(wrong: str) -> None:
    body, now = b'[{"eventId": 1}]', 1_752_613_922_216
    sent = str(now - (600_000 if wrong == "stale" else 0))
    url = "http://10.0.0.1:8000/webhooks/hubspot" if wrong == "inner address" else URL
    signed = b'[{"eventId":1}]' if wrong == "parsed body" else body
    text = b"POST" + url.encode() + signed + sent.encode()
    told: str | None = base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest()).decode()
    if wrong == "plain sha-256":
        told = base64.b64encode(hashlib.sha256(SECRET.encode() + text).digest()).decode()
    if wrong == "stripped header":
        told = None
    assert signature.refusal(SECRET, "POST", URL, body, told, sent, now)
    good = b"POST" + URL.encode() + body + str(now).encode()
    right = base64.b64encode(hmac.new(SECRET.encode(), good, hashlib.sha256).digest()).decode()
    assert not signature.refusal(SECRET, "POST", URL, body, right, str(now), now)
