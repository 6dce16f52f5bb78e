"""Broken set-ups, continued: webhooks, versions, an org without API, outbound messages, room, and the shape of an org."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from connector.adapters.postgres.database import Pool
from connector.cli import build
from connector.core.records import Side
from connector.ports.survey import OrgSurvey, PortalSurvey
from connector.practice.faults import OneShot
from connector.practice.hubspot.scopes import SCOPES
from connector.practice.salesforce import endpoints, tooling
from connector.services.health.checks import pushing, room, shape, versions
from connector.services.health.findings import FAIL, OK, SKIP, WARN, Finding
from connector.services.health.subscriptions import outbound_fields, subscriptions
from tests.cli.examining import SECRET, Looked, examined, of
from tests.cli.test_first_day import operating
from tests.world import World

# --- 8: webhooks ------------------------------------------------------------------------------------------------------


def test_T11_a_mapped_property_without_its_subscription_is_named(database: Pool) -> None:
    world = World(database, live=False)
    desk = world.bench.desk
    told = [(row["type"], row.get("property", "")) for row in subscriptions(desk)]
    (fine,) = pushing.subscribed(desk, told, True)
    assert fine.level == OK
    found = examined(world, subscribed=lambda: [row for row in told if row[1] not in ("city", "phone")])
    assert of(found, "subscriptions", WARN) == "hubspot does not tell of: phone, city"
    assert list(pushing.subscribed(desk, None, False)) == []


def test_T11_subscriptions_are_read_from_an_app_that_shows_them_and_are_unread_elsewhere(
    database: Pool,
) -> None:
    world = World(database, live=False)
    unread = of(examined(world), "subscriptions", SKIP)
    assert "can't be read by its token" in unread
    world.hubspot.settings.scopes = [*SCOPES, "developers-read"]
    needed = subscriptions(world.bench.desk)
    world.hubspot.outbox.subscribe([row for row in needed if row.get("property") != "city"])
    assert of(examined(world), "subscriptions", WARN) == "hubspot does not tell of: city"


# --- 9, 10: versions, and an org without API --------------------------------------------------------------------------


def test_T87_a_version_that_was_retired_or_is_not_offered_is_named(database: Pool) -> None:
    world = World(database, live=False)
    looked = Looked(timedelta())
    looked.body = endpoints.versions()
    found = examined(
        world, probe=lambda side: looked, versions={Side.SALESFORCE: "29.0", Side.HUBSPOT: "2024-03"}
    )
    assert "API version 29.0 is not offered" in of(found, "salesforce")
    assert "served until September 2025 only" in of(found, "hubspot", WARN)
    assert any("ACCORD_SALESFORCE_API_VERSION" in f.fix for f in found)


def test_T87_how_long_a_version_is_served() -> None:
    assert str(versions.served_until("2026-03")) == "2027-09-28"
    assert str(versions.served_until("2026-09")) == "2028-03-28"
    assert versions.served_until("v3") == versions.V3_ENDS
    assert versions.served_until("") is None


def test_an_edition_without_api_is_named(database: Pool) -> None:
    world = World(database, live=False)
    world.salesforce.admin.edition("Group")
    found = examined(world)
    assert "API_DISABLED_FOR_ORG" in of(found, "salesforce")
    assert any("Enterprise and up" in f.fix for f in found if f.area == "salesforce")


def test_a_user_without_api_is_named(database: Pool) -> None:
    world = World(database, live=False)
    body = [{"message": "The REST API is not enabled for this user", "errorCode": "API_CURRENTLY_DISABLED"}]
    world.salesforce.faults.update({"next": [OneShot("/query", "status", 403, times=99, body=body)]})
    found = examined(world)
    assert any("API Enabled" in f.fix for f in found if f.area == "salesforce")


def test_professional_with_the_api_works_by_polls(database: Pool) -> None:
    world = World(database, live=False)
    world.salesforce.admin.edition("Professional", api=True)
    found = examined(world)
    assert [f for f in found if f.level == FAIL] == []
    assert "Professional Edition neither streams changes nor sends outbound messages" in of(found, "push", OK)


# --- 11: outbound messages --------------------------------------------------------------------------------------------


def _messages(world: World, url: str) -> list[Finding]:
    world.salesforce.outbound.target_url = url
    return examined(world, target=SECRET, push=lambda: ("outbound", ()))


def test_outbound_messages_that_point_elsewhere_lack_fields_or_are_not_there(database: Pool) -> None:
    world = World(database, live=False)
    assert "Lead has none" in of(_messages(world, ""), "outbound messages")
    elsewhere = of(_messages(world, "https://old.example.com/hook"), "outbound messages")
    assert "that of Lead points elsewhere (old.example.com)" in elsewhere
    world.salesforce.outbound.objects = outbound_fields(world.bench.desk)
    assert of(_messages(world, SECRET), "outbound messages") == ""
    fields = world.salesforce.outbound.objects["Lead"]
    world.salesforce.outbound.objects["Lead"] = [name for name in fields if name != "City"]
    assert of(_messages(world, SECRET), "outbound messages", WARN).startswith(
        "salesforce: that of Lead lacks City"
    )


def test_a_flow_of_ours_that_is_inactive_is_named(database: Pool) -> None:
    world = World(database, live=False)
    row = {"TriggerObjectOrEventLabel": "Lead", "ApiName": "Accord_Lead_Changed", "IsActive": False}
    tooling.setup_of(world.salesforce.org).rows["FlowDefinitionView"] = [row]
    assert "the flow Accord_Lead_Changed of Lead is inactive" in of(
        _messages(world, SECRET), "outbound messages"
    )


def test_messages_that_may_not_be_read_are_said_to_be_unread(database: Pool) -> None:
    world = World(database, live=False)
    tooling.setup_of(world.salesforce.org).hidden.add("WorkflowOutboundMessage")
    found = _messages(world, SECRET)
    assert of(found, "outbound messages") == "" and "can't be read" in of(found, "outbound messages", SKIP)


# --- 12: room ---------------------------------------------------------------------------------------------------------


def test_T65_a_day_that_others_have_nearly_eaten_is_told(database: Pool) -> None:
    world = World(database, live=False)
    world.salesforce.limits.used = int(world.salesforce.settings.daily_api_calls * 0.6)
    assert "backfills wait" in of(examined(world), "budget", WARN)
    world.salesforce.limits.used = int(world.salesforce.settings.daily_api_calls * 0.9)
    assert "all but hand-offs wait" in of(examined(world), "budget")


def test_a_plan_that_has_no_room_for_another_property(database: Pool) -> None:
    world = World(database, live=False)
    schemas = {"contact": world.bench.hubspot.schema("contact")}
    full = PortalSurvey("1", own_properties=1_000, unique_properties=10)
    assert [f.level for f in room.properties(full, world.bench.desk, schemas)] == [WARN]
    del schemas["contact"]["accord_salesforce_id"]
    told = [f.message for f in room.properties(full, world.bench.desk, schemas) if f.level == FAIL]
    assert len(told) == 2 and "accord_salesforce_id can't be created" in told[1]


def test_an_org_whose_storage_is_full(database: Pool) -> None:
    (found,) = room.storage(OrgSurvey("00D", storage=(10, 10_240)))
    assert found.level == WARN


# --- and what changes what a sync may do ------------------------------------------------------------------------------


def test_person_accounts_currencies_and_queues_are_told_with_their_effect(database: Pool) -> None:
    world = World(database, live=False)
    world.lead(LastName="Q", OwnerId=world.salesforce.org.people["queue"])
    found = examined(world)
    assert "1 open Leads belong to a queue" in of(found, "owners", WARN)
    assert of(found, "org", WARN) == ""
    world.salesforce.admin.person_accounts()
    world.salesforce.admin.currencies(["USD", "EUR"])
    told = of(examined(world), "org", WARN)
    assert "person accounts" in told and "several currencies: annual_revenue, budget" in told
    (queues,) = shape.org_shape(OrgSurvey("00D"), PortalSurvey("1", queues=2), world.bench.desk)
    assert "2 owners are queues" in queues.message


@pytest.mark.parametrize(
    ("edition", "on", "level", "word"),
    [
        ("Professional Edition", "poll", OK, "polls find them"),
        ("Professional Edition", "outbound", WARN, "sends no outbound messages"),
        ("Professional Edition", "pubsub", FAIL, "has no Pub/Sub API"),
        ("Enterprise Edition", "pubsub", OK, "by the Pub/Sub API"),
        ("Enterprise Edition", "outbound", OK, "by outbound messages"),
    ],
)
def test_what_an_edition_allows_and_what_degrades(edition: str, on: str, level: str, word: str) -> None:
    (found,) = pushing.mode(OrgSurvey("00D", edition=edition), on, (), {})
    assert (found.level, word in found.message) == (level, True)


@pytest.mark.parametrize(
    ("told", "level", "word"),
    [
        (frozenset({"Lead", "Account"}), WARN, "not selected for change events: Contact"),
        (frozenset({"Lead", "Contact"}), OK, "every object"),
        (None, SKIP, "can't be read"),
    ],
)
def test_an_object_that_the_stream_would_never_tell_of_is_named(
    told: frozenset[str] | None, level: str, word: str
) -> None:
    (found,) = pushing.captured(("Lead", "Contact"), told, "pubsub", ())
    assert found.level == level and word in found.message
    assert not list(pushing.captured(("Lead", "Contact"), told, "outbound", ()))
    assert list(pushing.captured(("Lead", "Contact"), told, "poll", ("Lead: refused",)))


def test_what_is_selected_is_read_from_the_org(database: Pool) -> None:
    world = World(database, live=False)
    surveyor = world.bench.salesforce.surveyor
    assert surveyor.captured() == frozenset({"Lead", "Contact", "Account", "Opportunity"})
    world.salesforce.settings.channel_told = "id"
    assert surveyor.captured() == frozenset({"Lead", "Contact", "Account", "Opportunity"})
    del world.salesforce.org.channel_members["ChangeEvents_LeadChangeEvent"]
    assert surveyor.captured() == frozenset({"Contact", "Account", "Opportunity"})
    tooling.setup_of(world.salesforce.org).hidden.add("PlatformEventChannelMember")
    assert surveyor.captured() is None


def test_required_fields_and_unlisted_words_are_found_by_a_dry_check(database: Pool) -> None:
    world = World(database, live=False)
    world.salesforce.change_field("Lead", "Region__c", {"type": "string", "length": 20, "required": True})
    world.salesforce.change_field("Lead", "LeadSource", {"restricted": True, "values": ["Web"]})
    done = CliRunner().invoke(build(), ["doctor", "--json"], obj=operating(world), catch_exceptions=False)
    told = [f["message"] for f in json.loads(done.output) if f["area"] == "mapping"]
    assert done.exit_code == 1
    assert any("can't be created without “Region__c”" in line for line in told)
    assert any("LeadSource" in line and "no option “Webinar”" in line for line in told)
