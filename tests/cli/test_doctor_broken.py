"""Broken set-ups, each made by breaking a practice server that way: the doctor names what is wrong, where, and its fix.

Here: rights, accounts that do not belong together, clocks, two syncs at once. The others: test_doctor_service.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.review import PostgresReview
from connector.core.records import Side
from connector.core.scopes import UNSUBSCRIBE, scopes_for
from connector.errors import Refused
from connector.ports.survey import OrgSurvey, PortalSurvey
from connector.practice.hubspot.scopes import SCOPES
from connector.services.health.checks import belonging, rights
from connector.services.health.findings import FAIL, OK, SKIP, WARN
from connector.services.review import modes
from tests.adapters.in_process import salesforce_on
from tests.cli.examining import Looked, examined, of
from tests.cli.test_first_day import accord, filled
from tests.world import World


def test_all_is_well_to_begin_with(database: Pool) -> None:
    world = World(database, people=30, live=False)
    assert [f for f in examined(world) if f.level == FAIL] == []


# --- 1 to 3: rights ---------------------------------------------------------------------------------------------------


def test_a_missing_scope_is_named(database: Pool) -> None:
    world = World(database, live=False)
    withheld = ("crm.lists.write", UNSUBSCRIBE, "communication_preferences.write")
    world.hubspot.settings.scopes = [scope for scope in SCOPES if scope not in withheld]
    found = examined(world)
    assert of(found, "scopes") == "hubspot: the app lacks crm.lists.write"
    assert UNSUBSCRIBE in of(found, "scopes", WARN)


def test_scopes_that_nobody_tells_are_not_called_missing(database: Pool) -> None:
    world = World(database)
    (found,) = rights.scopes(PortalSurvey("1"), world.bench.agreement)
    assert found.level == SKIP
    assert set(scopes_for(world.bench.agreement)) >= {UNSUBSCRIBE, "crm.objects.contacts.write"}


def test_a_field_hidden_by_field_level_security_is_named_with_where_to_open_it(database: Pool) -> None:
    world = World(database, live=False)
    world.salesforce.org.access.let("*", "Lead", "Title", "hidden")
    found = examined(world)
    assert of(found, "permissions") == "salesforce Lead: not visible: Title"
    assert any("field-level security" in f.fix for f in found if f.area == "permissions")


def test_a_field_that_is_read_only_is_named(database: Pool) -> None:
    world = World(database, live=False)
    world.salesforce.org.access.let("*", "Contact", "MailingCity", "read")
    assert of(examined(world), "permissions") == "salesforce Contact: not writable: MailingCity"


def test_everything_wrong_is_told_at_once(database: Pool) -> None:
    world = World(database, live=False)
    for name, level in (("Title", "hidden"), ("City", "read"), ("Accord_HubSpot_Id__c", "hidden")):
        world.salesforce.org.access.let("*", "Lead", name, level)  # type: ignore[arg-type]
    shown = of(examined(world), "permissions")
    assert "not visible: Accord_HubSpot_Id__c, Title" in shown and "not writable: City" in shown


# --- 4, 5: accounts that do not belong together -----------------------------------------------------------------------


def test_another_portal_and_another_org_than_the_database_belongs_to(database: Pool) -> None:
    world = World(database, live=False)
    found = examined(
        world,
        belongs={Side.SALESFORCE: ("00D000000000001EAA", False)},
        named={Side.HUBSPOT: "123"},
    )
    assert "this database belongs to 00D000000000001EAA" in of(found, "salesforce")
    assert "the settings name 123" in of(found, "hubspot")


def test_a_sandbox_is_not_joined_with_production(database: Pool) -> None:
    world = World(database, live=False)
    world.salesforce.admin.sandbox("uat")
    world.bench.salesforce = salesforce_on(world.salesforce, clock=world.clock.now)
    told = of(examined(world), "belonging")
    assert told.startswith("salesforce is a test account (") and ".invalid" in told
    assert "and hubspot is production" in told


def test_a_sandbox_is_known_by_what_it_says_and_by_its_login(database: Pool) -> None:
    world = World(database, live=False)
    world.salesforce.admin.org_values(IsSandbox=True)
    assert "(it says so itself)" in of(examined(world), "belonging")
    portal, org = PortalSurvey("1", "STANDARD"), OrgSurvey("00D", sandbox=False)
    (finding,) = belonging.crossing(portal, org, test_login=True)
    assert finding.level == FAIL and "login of sandboxes" in finding.message
    (fine,) = belonging.crossing(PortalSurvey("1", "DEVELOPER_TEST"), replace(org, sandbox=True))
    assert fine.level == OK


def test_ids_that_another_org_left_in_hubspot_are_found(database: Pool) -> None:
    world = World(database, live=False)
    for n in range(3):
        world.contact(
            email=f"p{n}@acme.example.com", lastname="Ito", salesforceleadid=f"00Q9x00000ABCD{n}EAA"
        )
    world.later(minutes=5)
    assert "3 of 3 Salesforce ids" in of(examined(world), "belonging")
    assert "00Q9x00000ABCD" in of(examined(world), "belonging")


def test_live_mode_refuses_a_sandbox_with_production_and_keeps_the_reason_if_it_is_meant(
    database: Pool,
) -> None:
    world = filled(database)
    (org,) = world.salesforce.org.tables["Organization"].rows.values()
    org["IsSandbox"] = True
    for words in (["match", "report"], ["match", "approve", "--yes"], ["preview", "--yes"]):
        accord(world, *words)
    with pytest.raises(Refused, match="test account"):
        accord(world, "mode", "live", "--yes")
    assert [r["mode"] for r in PostgresReview(database).modes()] == ["observe", "observe"]
    accord(world, "mode", "live", "--yes", "--by", "alice", "--although", "a rehearsal on purpose")
    assert {r["changed_by"] for r in PostgresReview(database).modes()} == {
        "alice, although: a rehearsal on purpose"
    }


# --- 6: clocks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "level"), [(1, OK), (30, WARN), (-600, FAIL)])
def test_a_clock_that_is_off(database: Pool, seconds: int, level: str) -> None:
    world = World(database, live=False)
    found = examined(world, probe=lambda side: Looked(timedelta(seconds=seconds)))
    told = of(found, "hubspot", level)
    assert "its clock is" in told
    assert level == OK or any("NTP" in f.fix for f in found if f.area == "hubspot")


# --- 7: two syncs -----------------------------------------------------------------------------------------------------


def _integrated(world: World) -> World:
    ann = world.contact(email="eve@acme.example.com", lastname="Ito")
    lead = world.lead(LastName="Ito", Email="eve@acme.example.com")
    world.edit_contact(ann, by="automation", salesforceleadid=lead)
    world.later(minutes=1)
    return world


def test_hubspots_own_integration_fails_where_accord_writes_too(database: Pool) -> None:
    world = _integrated(World(database, live=False))
    assert "`accord mode live` refuses while it is" in of(examined(world), "own integration", WARN)
    world.set_mode("live")
    assert "and Accord writes, too" in of(examined(world), "own integration")


def test_live_mode_refuses_while_hubspots_own_integration_is_at_work(database: Pool) -> None:
    world = _integrated(filled(database))
    for words in (["match", "report"], ["match", "approve", "--yes"], ["preview", "--yes"]):
        accord(world, *words)
    for although in ([], ["--although", "yes"]):
        with pytest.raises(Refused, match="Two syncs"):
            accord(world, "mode", "live", "--yes", *although)
    accord(world, "mode", "limited", "--yes", "--email", "ann@acme.example.com")  # some persons, to try
    accord(world, "mode", "live", "--yes", "--although", "its sync is off since noon")
    assert [r["mode"] for r in PostgresReview(database).modes()] == ["live", "live"]
    assert modes.MODES == ("observe", "limited", "live")
