"""The shipped orgs, each in process: what is special about it holds, and holds after a reset."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.adapters.mappings import check_live, read_folder
from connector.demo.agreement import lay_out_for
from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from connector.practice.orgs import NAMES, Org, load
from connector.practice.orgs.hubspot import properties_of, settings_of
from connector.practice.orgs.salesforce import furnish
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.errors import Refusal
from tests.adapters.in_process import hubspot_on, salesforce_on
from tests.world import START


def salesforce_of(name: str, people: int = 20) -> SalesforceCore:
    return furnish(SalesforceCore(ManualClock(START), people=people), load(name))


def rows(core: SalesforceCore, object_: str) -> list[dict[str, Any]]:
    return [dict(row) for row in core.org.tables[object_].rows.values()]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_agreement_for_an_org_is_sound_and_fits_it(name: str, tmp_path: Path) -> None:
    org = load(name)
    folder = lay_out_for(org.mappings, tmp_path / "mappings")
    reading = read_folder(folder)
    assert reading.agreement is not None, reading.problems
    hubspot = hubspot_on(HubSpotCore(0, 1, settings=settings_of(org), properties=properties_of(org)))
    salesforce = salesforce_on(salesforce_of(name))
    schemas = {o: salesforce.schema(o) for o in (*reading.agreement.person.salesforce_objects, "Opportunity")}
    assert check_live(reading.agreement, hubspot.schema("contact"), schemas, folder) == []


def test_the_standard_org_is_the_practice_server_without_a_word() -> None:
    plain, furnished = SalesforceCore(ManualClock(START), people=20), salesforce_of("standard")
    assert furnished.snapshot() == plain.snapshot()
    assert {n: set(o.fields) for n, o in furnished.org.objects.items()} == {
        n: set(o.fields) for n, o in plain.org.objects.items()
    }
    assert vars(furnished.settings) == vars(plain.settings)


@pytest.mark.parametrize("name", NAMES)
def test_a_reset_brings_the_same_org_back(name: str) -> None:
    core = salesforce_of(name)
    before = {object_: len(found) for object_, found in core.snapshot().items()}
    contact = rows(core, "Contact")[0]
    core.edit("Contact", contact["Id"], {"Title": "Changed"})
    core.reset()
    assert {object_: len(found) for object_, found in core.snapshot().items()} == before
    again = rows(core, "Contact")[0]
    assert {k: v for k, v in again.items() if "__c" in k} == {k: v for k, v in contact.items() if "__c" in k}


def test_an_enterprise_wants_a_reason_for_a_rejection() -> None:
    core = salesforce_of("enterprise")
    lead = rows(core, "Lead")[0]["Id"]
    with pytest.raises(Refusal, match="Say why"):
        core.edit("Lead", lead, {"Accord_Answer__c": "Rejected"})
    core.edit("Lead", lead, {"Accord_Answer__c": "Rejected", "Accord_Reject_Reason__c": "No budget"})


def test_an_enterprise_wants_the_amount_of_a_won_deal() -> None:
    core = salesforce_of("enterprise")
    deal = {"Name": "A", "StageName": "Closed Won", "CloseDate": "2026-04-01"}
    with pytest.raises(Refusal, match="needs its amount"):
        core.edit("Opportunity", None, deal, create=True)
    core.edit("Opportunity", None, deal | {"Amount": 5}, create=True)


def test_among_contacts_only_there_is_no_lead_to_see_or_to_make() -> None:
    core = salesforce_of("contacts-only", people=100)
    standard = salesforce_of("standard", people=100)
    persons = {row["Email"] for object_ in ("Lead", "Contact") for row in rows(standard, object_)}
    assert {row["Email"] for row in rows(core, "Contact")} == persons and not rows(core, "Lead")
    assert all(row["AccountId"] for row in rows(core, "Contact"))
    with pytest.raises(Refusal, match="Leads are not in use here"):
        core.edit("Lead", None, {"LastName": "Ito", "Company": "Acme"}, create=True)
    with pytest.raises(Exception, match="INVALID_TYPE"):
        list(salesforce_on(core).find("Lead", "Email", ["a@b.example.com"], ("Email",), lambda seconds: None))


def test_a_contact_needs_the_two_fields_that_the_older_ones_were_given() -> None:
    core = salesforce_of("contacts-only")
    assert {row["Source_System__c"] for row in rows(core, "Contact")} == {"Old CRM"}
    with pytest.raises(Refusal, match="Sales_Region__c, Source_System__c"):
        core.edit("Contact", None, {"LastName": "Ito"}, create=True)


def test_a_professional_calls_its_statuses_otherwise_and_can_not_push() -> None:
    core = salesforce_of("professional")
    assert {row["Status"] for row in rows(core, "Lead")} == {"Fresh"}
    assert [row["ApiName"] for row in rows(core, "LeadStatus") if row["IsConverted"]] == ["Became a client"]
    assert [row["ApiName"] for row in rows(core, "OpportunityStage") if row["IsWon"]] == ["Signed"]
    assert rows(core, "Organization")[0]["OrganizationType"] == "Professional Edition"
    with pytest.raises(ValueError, match="no workflow rules"):
        core.outbound.configure({"objects": {"Lead": ["Email"]}})
    assert "CurrencyIsoCode" not in core.org.objects["Opportunity"].fields


def test_fields_an_org_hides_are_seen_by_people_and_not_by_the_api() -> None:
    org = load("standard")
    hiding: Org = replace(org, salesforce=org.salesforce.model_copy(update={"hidden": {"Lead": ["Fax"]}}))
    core = furnish(SalesforceCore(ManualClock(START), people=5), hiding)
    assert "Fax" not in salesforce_on(core).schema("Lead")
    lead = rows(core, "Lead")[0]["Id"]
    core.edit("Lead", lead, {"Fax": "1"})
    assert core.org.tables["Lead"].rows[lead]["Fax"] == "1"


def test_a_portal_keeps_the_limits_of_its_tier() -> None:
    assert settings_of(load("professional")).daily_limit == 625_000
    assert settings_of(load("enterprise")).daily_limit == 1_000_000
