"""`accord setup` on two accounts that nobody set up yet, and the whole first day after it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connector.errors import Refused
from tests.cli.first_connection import (
    PUBLIC,
    Accounts,
    accounts,
    doctor,
    environment,
)


def test_a_plan_changes_nothing_and_names_every_property(new: Accounts) -> None:
    new.connect_hubspot()
    before = set(new.hubspot.portal.properties)
    told = json.loads(new.accord("setup", "--plan", "--side", "hubspot", "--json"))[0]
    made = {step["name"] for step in told["steps"] if step["do"] == "create"}
    assert "accord_salesforce_id" in made and "accord_tier" in made
    assert not [name for name in made if not name.startswith("accord_")]
    assert set(new.hubspot.portal.properties) == before


def test_properties_are_made_once_and_the_check_is_content(new: Accounts) -> None:
    new.connect_hubspot()
    new.accord("setup", "--apply", "--yes", "--side", "hubspot")
    held = new.hubspot.portal.properties
    assert held["accord_salesforce_id"].unique and held["accord_tier"].options[0] == ("hot", "Hot")
    assert held["accord_tier"].group == "accord"
    before = dict(held)
    told = new.accord("setup", "--apply", "--yes", "--side", "hubspot")
    assert "made" not in told.replace("To make", "")
    assert dict(new.hubspot.portal.properties) == before


def test_options_are_added_and_none_is_taken(new: Accounts) -> None:
    from dataclasses import replace

    new.connect_hubspot()
    new.accord("setup", "--apply", "--yes", "--side", "hubspot")
    held = new.hubspot.portal.properties
    held["accord_tier"] = replace(held["accord_tier"], options=(("hot", "HOT!"), ("lukewarm", "Lukewarm")))
    new.hubspot.portal.lay_rules()
    told = new.accord("setup", "--apply", "--yes", "--side", "hubspot")
    assert "accord_tier: options are added: warm, nurture" in told
    assert [value for value, _ in new.hubspot.portal.properties["accord_tier"].options] == [
        "hot", "lukewarm", "warm", "nurture",
    ]  # fmt: skip


def test_a_property_of_another_type_stops_everything_before_the_first_change(new: Accounts) -> None:
    from connector.practice.hubspot.schema import numeric

    new.connect_hubspot()
    held = new.hubspot.portal.properties
    held["accord_tier"] = numeric("accord_tier", "Our own").custom()
    with pytest.raises(Refused, match="accord_tier: it is there as number"):
        new.accord("setup", "--apply", "--yes", "--side", "hubspot")
    assert "accord_salesforce_id" not in held


@pytest.mark.slow
def test_the_package_is_deployed_component_by_component_and_a_second_time_changes_nothing(
    new: Accounts,
) -> None:
    new.connect_salesforce()
    told = new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    lead = new.salesforce.org.objects["Lead"].fields
    assert lead["Accord_HubSpot_Id__c"].unique and lead["Accord_HubSpot_Id__c"].external_id
    assert "Accord_Answer__c" in new.salesforce.org.objects["Contact"].fields
    assert "given to the user in use" in told and "NOT" not in told
    sent = new.salesforce.outbound.actions["Lead.Accord_Lead"]
    assert sent.url.startswith(f"{PUBLIC}/webhooks/salesforce/")
    told = json.loads(new.accord("setup", "--plan", "--side", "salesforce", "--json"))[0]
    assert {step["do"] for step in told["steps"] if "Accord_" in step["name"]} == {"present"}
    again = new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    assert "Salesforce has what the agreement needs" in again


def _selected(new: Accounts) -> list[str]:
    from connector.practice.salesforce.metadata.channel_members import captured

    return captured(new.salesforce.org)


@pytest.mark.slow
def test_what_is_to_be_streamed_is_selected_once_and_taken_away_where_we_selected_it(new: Accounts) -> None:
    """The admin had selected Contact before us."""
    members = new.salesforce.org.channel_members
    members["ChangeEvents_ContactChangeEvent"] = "ContactChangeEvent"
    new.connect_salesforce()
    told = new.accord("setup", "--plan", "--side", "salesforce")
    assert "to be selected: Lead, Opportunity" in told and _selected(new) == ["Contact"]
    new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    assert _selected(new) == ["Contact", "Lead", "Opportunity"]
    again = json.loads(new.accord("setup", "--plan", "--side", "salesforce", "--json"))[0]["change_events"]
    assert again == {"selected": ["Contact", "Lead", "Opportunity"], "select": []}
    new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    told = new.accord("disconnect", "salesforce", "--plan")
    assert "leaves the selection for change events that setup made: Lead, Opportunity" in told
    new.accord("disconnect", "salesforce", "--yes", "--remove-fields", stdin="yes\n")
    assert _selected(new) == ["Contact"]


@pytest.mark.slow
@pytest.mark.parametrize("deploys", ["whole", "named"])
def test_what_the_admin_had_set_for_conversion_stays_and_our_fields_outlive_it(
    new: Accounts, deploys: str
) -> None:
    from connector.practice.salesforce.field_changes import change_field

    org, given = new.salesforce.org, new.salesforce.settings
    change_field(org, "Account", "Size__c", {"type": "string", "length": 20})
    change_field(org, "Lead", "Size__c", {"type": "string", "length": 20})
    theirs = dict(given.custom_map)
    given.conversion_deploy, given.other_maps = deploys, {"Account": {"Size__c": "Size__c"}}
    given.conversion_options = {
        "allowOwnerChange": "false", "opportunityCreationOptions": "VisibleRequired",
    }  # fmt: skip
    options = dict(given.conversion_options)
    assert theirs and not [name for name in theirs if name.startswith("Accord_")]
    new.connect_salesforce()
    told = new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    assert "lead-conversion: 2 components" in told
    assert given.other_maps == {"Account": {"Size__c": "Size__c"}} and given.conversion_options == options
    ours = {name: goal for name, goal in given.custom_map.items() if name not in theirs}
    assert theirs.items() <= given.custom_map.items() and set(ours) == set(ours.values())
    assert {"Accord_HubSpot_Id__c", "Accord_Answer__c"} <= set(ours)
    lead = new.salesforce.edit(
        "Lead", None, {"LastName": "Ito", "Company": "Acme", "Accord_HubSpot_Id__c": "7"}, create=True
    )
    new.salesforce.convert(lead)
    (contact,) = org.tables["Contact"].rows.values()
    assert contact["Accord_HubSpot_Id__c"] == "7"
    assert "lead-conversion" not in new.accord("setup", "--apply", "--yes", "--side", "salesforce")


def test_a_mapping_of_conversion_that_can_not_be_read_is_left_alone(new: Accounts) -> None:
    from connector.practice.salesforce.soap import metadata_calls

    with pytest.MonkeyPatch.context() as patched:
        patched.delitem(metadata_calls._READERS, "LeadConvertSettings")
        before = dict(new.salesforce.settings.custom_map)
        new.connect_salesforce()
        told = new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    assert new.salesforce.settings.custom_map == before and "can't be read and was left alone" in told


@pytest.mark.slow
def test_an_org_without_room_for_more_selections_gets_everything_else(new: Accounts) -> None:
    new.salesforce.settings.most_captured = 2
    new.connect_salesforce()
    told = new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    assert "none were selected" in told and "Salesforce has what the agreement needs" in told
    assert "Accord_HubSpot_Id__c" in new.salesforce.org.objects["Lead"].fields and _selected(new) == []


@pytest.mark.slow
def test_an_org_that_insists_on_its_own_names_gets_them(new: Accounts) -> None:
    new.salesforce.settings.channel_member_names = False
    new.connect_salesforce()
    told = new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    assert "leaving will not take these away" in told
    assert _selected(new) == ["Contact", "Lead", "Opportunity"]


def test_nothing_is_selected_where_it_can_not_be_read_or_is_not_wanted(
    new: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connector.practice.salesforce.tooling import setup_of

    new.connect_salesforce()
    setup_of(new.salesforce.org).hidden.add("PlatformEventChannelMember")
    told = new.accord("setup", "--plan", "--side", "salesforce")
    assert "what is selected can't be read" in told and "to be selected" not in told
    monkeypatch.setenv("ACCORD_SALESFORCE_PUSH", "outbound")
    assert "change events" not in new.accord("setup", "--plan", "--side", "salesforce")


@pytest.mark.slow
def test_disconnecting_salesforce_takes_push_away_and_fields_when_asked_to(new: Accounts) -> None:
    new.connect_salesforce()
    new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    told = new.accord("disconnect", "salesforce", "--plan")
    assert "leaves Lead Accord_Tier__c" in told
    new.accord("disconnect", "salesforce", "--yes", "--remove-fields", stdin="yes\n")
    left = [
        n for shape in new.salesforce.org.objects.values() for n in shape.fields if n.startswith("Accord_")
    ]
    assert left == [] and new.salesforce.outbound.actions == {}


@pytest.mark.slow
def test_mapped_fields_that_are_not_there_are_named_and_made_when_asked_for(new: Accounts) -> None:
    from connector.practice.salesforce.field_changes import change_field

    for object_ in ("Lead", "Contact"):
        change_field(new.salesforce.org, object_, "Budget__c", {"remove": True})
    new.connect_salesforce()
    told = new.accord("setup", "--plan", "--side", "salesforce")
    assert "missing" in told and "Budget__c" in told and "--mapped" in told
    new.accord("setup", "--apply", "--yes", "--side", "salesforce")  # nothing in the package names it
    assert "Budget__c" not in new.salesforce.org.objects["Lead"].fields
    new.accord("setup", "--apply", "--yes", "--mapped", "--side", "salesforce")
    assert new.salesforce.org.objects["Lead"].fields["Budget__c"].type == "currency"


def test_a_refused_component_is_told_by_name_and_nothing_is_taken(new: Accounts) -> None:
    from connector.practice.salesforce.field_changes import change_field

    new.connect_salesforce()
    change_field(new.salesforce.org, "Contact", "Accord_Tier__c", {"type": "picklist", "values": ["Cold"]})
    new.salesforce.settings.outbound_messages = False
    with pytest.raises(Refused, match="Failed; nothing of it was taken"):
        new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    assert "Accord_HubSpot_Id__c" not in new.salesforce.org.objects["Lead"].fields


def test_a_professional_edition_is_told_what_degrades(new: Accounts) -> None:
    table = new.salesforce.org.tables["Organization"]
    for row in list(table.rows.values()):
        table.put({**row, "OrganizationType": "Professional Edition"})
    new.connect_salesforce()
    told = new.accord("setup", "--plan", "--side", "salesforce")
    assert "found by polls" in told and "by hand" in told and "to be selected" not in told
    with pytest.raises(Refused, match="no metadata by its API"):
        new.accord("setup", "--apply", "--yes", "--side", "salesforce")


def test_the_package_is_written_for_an_admin_before_anything_is_connected(
    new: Accounts, tmp_path: Path
) -> None:
    told = new.accord("setup", "--plan", "--side", "salesforce", "--out", "sf")
    assert "sf project deploy start --metadata-dir sf/accord" in told and "an empty org is assumed" in told
    assert (tmp_path / "sf/accord/package.xml").is_file() and (
        tmp_path / "sf/lead-conversion/package.xml"
    ).is_file()
    assert len(list((tmp_path / "sf/change-events/platformEventChannelMembers").iterdir())) == 3
    assert not (tmp_path / "sf/accord/workflows").exists()  # the secret path is made when connecting
    assert (tmp_path / "sf/accord/objects/Lead.object").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_from_two_bare_accounts_to_a_person_handed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str
) -> None:
    from tests.world import HOT

    with accounts(people=0) as new:
        for name, value in environment(new, database_url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        new.connect_hubspot()
        new.connect_salesforce()
        new.accord("setup", "--plan")
        new.accord("setup", "--apply", "--yes")
        code = new.hubspot.edit(
            {"email": "cleo@core.example.com", "lastname": "Kent", **HOT}, by="form", create=True
        )
        findings = {f["area"]: f for f in json.loads(doctor(new)) if f["level"] == "fail"}
        assert not {"permissions", "mapping", "hubspot", "salesforce"} & set(findings), findings
        new.accord("match", "report")
        new.accord("match", "approve", "--yes")
        new.accord("preview", "--yes", "--wait", "0")
        new.accord("mode", "live", "--yes")
        new.accord("sync", f"hubspot:contact:{code}")
        leads = list(new.salesforce.org.tables["Lead"].rows.values())
        assert [row["Accord_HubSpot_Id__c"] for row in leads] == [code]
        assert leads[0]["Accord_Tier__c"] == "Hot" and leads[0]["Accord_Handoff__c"] == "Offered"
        assert new.hubspot.contact(code)["accord_salesforce_id"] == leads[0]["Id"]
        assert not [s for s in new.secrets() if s in "".join(new.said)]


@pytest.mark.slow
def test_webhooks_prove_themselves_by_what_was_stored(new: Accounts) -> None:
    """No secret stands in the environment: the web process takes both from the connections."""
    import orjson

    from connector.practice.clock import milliseconds
    from connector.practice.hubspot import signing
    from connector.settings import load
    from connector.web import create_app
    from connector.wiring.edge import open_edge
    from tests.web.edge import changed, lead, message

    new.connect_hubspot()
    new.connect_salesforce()
    with open_edge(load()) as edge:
        client = create_app(edge).test_client()
        body = orjson.dumps([changed(portalId=int(new.h["portal_id"]), appId=int(new.h["app_id"]))])
        at = milliseconds(edge.clock())
        headers = signing.headers(new.h["client_secret"], f"{PUBLIC}/webhooks/hubspot", body, at)
        assert client.post("/webhooks/hubspot", data=body, headers=headers).status_code == 200
        told = message(lead(), org=new.s["org_id"])
        kind = "text/xml; charset=utf-8"
        path = f"/webhooks/salesforce/{edge.salesforce_path_secret}"
        assert client.post(path, data=told, content_type=kind).status_code == 200
        assert (
            client.post("/webhooks/salesforce/guessed-secret-path", data=told, content_type=kind).status_code
            == 404
        )


def _on(new: Accounts, name: str) -> list[str]:
    from connector.practice.salesforce.metadata.layouts import fields_on

    return fields_on(new.salesforce.org, name)


@pytest.mark.slow
def test_page_layouts_are_added_to_only_when_asked_kept_as_they_were_and_cleared_when_we_leave(
    new: Accounts, tmp_path: Path
) -> None:
    new.connect_salesforce()
    before = _on(new, "Lead-Lead Layout")
    told = new.accord("setup", "--apply", "--yes", "--side", "salesforce")
    assert "Page layouts were left alone" in told and _on(new, "Lead-Lead Layout") == before
    told = new.accord("setup", "--plan", "--layouts", "--side", "salesforce")
    assert "to be added to Contact-Contact Layout, Lead-Lead Layout" in told
    assert _on(new, "Lead-Lead Layout") == before
    told = new.accord("setup", "--apply", "--layouts", "--yes", "--side", "salesforce")
    assert "“Accord” was added to Contact-Contact Layout, Lead-Lead Layout" in told
    shown = _on(new, "Lead-Lead Layout")
    assert shown[: len(before)] == before and "Accord_Answer__c" in _on(new, "Contact-Contact Layout")
    (kept,) = tmp_path.glob("accord-layouts-before-*")
    assert "Accord" not in (kept / "layouts" / "Lead-Lead Layout.layout").read_text()
    assert (kept / "package.xml").exists()
    again = new.accord("setup", "--apply", "--layouts", "--yes", "--side", "salesforce")
    assert "all 2 of Lead and Contact show Accord's fields" in again and _on(new, "Lead-Lead Layout") == shown
    left = new.accord("disconnect", "salesforce", "--yes", "--remove-fields", stdin="yes\n")
    assert "page layouts without Accord's section: 3 components" in left
    assert _on(new, "Lead-Lead Layout") == before


@pytest.mark.slow
def test_an_org_that_refuses_a_layout_keeps_all_of_them(new: Accounts) -> None:
    from xml.etree.ElementTree import SubElement

    new.connect_salesforce()
    (column, *_) = new.salesforce.org.layouts["Contact-Contact Layout"].findall(".//{*}layoutColumns")
    space = column.tag.partition("}")[0] + "}"
    SubElement(SubElement(column, f"{space}layoutItems"), f"{space}field").text = "Gone__c"  # a field deleted since
    before = _on(new, "Lead-Lead Layout")
    with pytest.raises(Refused, match="page layouts: Failed; none was changed, everything else is done"):
        new.accord("setup", "--apply", "--layouts", "--yes", "--side", "salesforce")
    assert _on(new, "Lead-Lead Layout") == before
    assert "Accord_Answer__c" in new.salesforce.org.objects["Lead"].fields
