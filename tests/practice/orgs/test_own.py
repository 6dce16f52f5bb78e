"""An org of somebody's own making, with every key there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from connector.practice.orgs import read_file
from connector.practice.orgs.hubspot import properties_of, settings_of
from connector.practice.orgs.salesforce import furnish
from connector.practice.orgs.shapes import HubSpotShape, SalesforceShape
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.errors import Refusal
from tests.adapters.in_process import salesforce_on
from tests.world import START

STANDARD = Path(__file__).parents[3] / "connector" / "practice" / "orgs" / "standard" / "org.yaml"
EVERYTHING = """
version: 1
about: Uses every key.
salesforce:
  edition: Unlimited
  leads: true
  outbound_messages: true
  pub_sub: false
  multi_currency: false
  person_accounts: true
  daily_api_calls: 500
  slow_triggers: {Lead: 3}
  fields:
    Lead:
      Region__c: {type: picklist, label: Where, values: [Americas, EMEA], required: true, fill: EMEA, restricted: true}
      Code__c: {type: string, length: 8, unique: true, external_id: true}
      Title: {required: true, fill: unknown}
  rename: {Lead.Status: {Accepted: Taken}}
  hidden: {Lead: [Fax]}
  rules:
    - {object: Lead, formula: 'AND(ISPICKVAL(Rating, "Hot"), ISBLANK(Phone))', message: Hot and no phone?}
    - {object: Lead, field: Phone, when: {Status: Taken}, message: Taken without a phone.}
  duplicate_rules:
    - {object: Lead, fields: [Email], action: block}
  settings: {page_size: 300}
hubspot:
  tier: starter
  properties:
    region: {type: enumeration, label: Where, options: {a: Americas}, several: true}
    code: {type: string, unique: true}
  settings: {default_lifecycle: ""}
"""
LEAD = {"LastName": "Ito", "Company": "Acme", "Title": "VP", "Region__c": "EMEA"}


def core_of(tmp_path: Path) -> SalesforceCore:
    (tmp_path / "mine.yaml").write_text(EVERYTHING)
    return furnish(SalesforceCore(ManualClock(START), people=20), read_file(tmp_path / "mine.yaml"))


def test_every_key_of_an_org_is_kept(tmp_path: Path) -> None:
    core = core_of(tmp_path)
    settings, leads = core.settings, core.org.tables["Lead"].rows.values()
    assert (settings.edition, settings.pub_sub, settings.daily_api_calls) == ("Unlimited Edition", False, 500)
    assert settings.page_size == 300 and core.org.rules.slow == {"Lead": 3}
    assert {row["Region__c"] for row in leads} == {"EMEA"} and all(row["Title"] for row in leads)
    schema = salesforce_on(core).schema("Lead")
    assert schema["Region__c"].required and schema["Code__c"].unique and "Fax" not in schema
    assert "Taken" in schema["Status"].options and "Accepted" not in schema["Status"].options
    assert "PersonEmail" in salesforce_on(core).schema("Account")


@pytest.mark.parametrize(
    ("values", "message"),
    [({"Rating": "Hot"}, "Hot and no phone"), ({"Status": "Taken"}, "Taken without"), ({"Region__c": None}, "Region__c")],
)
def test_its_rules_hold(tmp_path: Path, values: dict[str, str | None], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        core_of(tmp_path).edit("Lead", None, LEAD | values, create=True)


def test_its_portal_has_the_properties(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(EVERYTHING)
    org = read_file(tmp_path / "mine.yaml")
    core = HubSpotCore(settings=settings_of(org), properties=properties_of(org))
    assert core.settings.ten_second_limit == 100 and core.settings.default_lifecycle == ""
    id_ = core.edit({"email": "a@b.example.com", "region": "a", "code": "7"}, create=True)
    assert core.contact(id_)["region"] == "a"


def test_the_standard_file_names_every_key() -> None:
    text = STANDARD.read_text()
    for shape in (SalesforceShape, HubSpotShape):
        for key in shape.model_fields:
            assert f"\n  {key}:" in text or f"\n  #{key}:" in text, key
