"""The metadata package: exactly what the agreement needs, named one by one in the manifest."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from connector.adapters.mappings import load
from connector.adapters.salesforce.metadata import Org, capture, package, removal, zipped
from connector.core.agreement import Agreement
from connector.core.desk import desk_for
from connector.core.records import Side
from connector.core.wanted import wanted
from connector.ports import FieldSchema
from connector.services.accounts.fitting import ALTER, CONFLICT, CREATE, MISSING, PRESENT, fit
from connector.services.accounts.setting_up import conversion_pairs, own_fields, to_deploy
from connector.services.health.subscriptions import outbound_fields

NS = "{http://soap.sforce.com/2006/04/metadata}"
URL = "https://accord.example.com/webhooks/salesforce/some-secret-path"


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return load(Path("mappings"))


def org(agreement: Agreement, **more: Any) -> Org:
    told = outbound_fields(desk_for(agreement))
    read = {o: agreement.person.salesforce_fields(o) for o in agreement.person.salesforce_objects}
    given: dict[str, Any] = {"told": told, "read": read, "url": URL, "user": "accord@acme.example.com"} | more
    return Org("66.0", agreement.handoff.salesforce, **given)


def whole(agreement: Agreement, **more: Any) -> dict[str, bytes]:
    steps = fit(wanted(agreement, Side.SALESFORCE), {})
    return package(org(agreement, **more), to_deploy(steps, {}), own_fields(steps))


def members(files: dict[str, bytes], name: str = "package.xml") -> dict[str, list[str]]:
    root = fromstring(files[name])
    return {
        str(types.findtext(f"{NS}name")): [str(m.text) for m in types.findall(f"{NS}members")]
        for types in root.findall(f"{NS}types")
    }


def one(root: Element, tag: str, full_name: str) -> dict[str, str]:
    found = next(e for e in root.findall(f"{NS}{tag}") if e.findtext(f"{NS}fullName") == full_name)
    return {e.tag.removeprefix(NS): e.text or "" for e in found}


def test_the_manifest_names_every_component_and_no_whole_object(agreement: Agreement) -> None:
    files = whole(agreement)
    named = members(files)
    assert "CustomObject" not in named and "Workflow" not in named and "*" not in str(named)
    assert {
        "Lead.Accord_HubSpot_Id__c",
        "Contact.Accord_Answer__c",
        "Opportunity.Accord_Lost_Reason__c",
    } <= set(named["CustomField"])
    assert named["WorkflowOutboundMessage"] == [
        "Contact.Accord_Contact",
        "Lead.Accord_Lead",
        "Opportunity.Accord_Opportunity",
    ]
    assert not [name for name in named["CustomField"] if "Accord_" not in name]
    for path, content in files.items():
        fromstring(content)
        assert path == "package.xml" or path.split("/")[0] in (
            "objects", "permissionsets", "workflows", "flows",
        )  # fmt: skip


def test_the_id_is_external_and_unique_by_case(agreement: Agreement) -> None:
    lead = fromstring(whole(agreement)["objects/Lead.object"])
    key = one(lead, "fields", "Accord_HubSpot_Id__c")
    assert (key["type"], key["externalId"], key["unique"], key["caseSensitive"]) == (
        "Text",
        "true",
        "true",
        "true",
    )
    assert int(key["length"]) >= 20


def test_choices_are_those_of_the_vocabulary(agreement: Agreement) -> None:
    lead = fromstring(whole(agreement)["objects/Lead.object"])
    reason = next(
        e for e in lead.findall(f"{NS}fields") if e.findtext(f"{NS}fullName") == "Accord_Reject_Reason__c"
    )
    values = [e.findtext(f"{NS}fullName") for e in reason.iter(f"{NS}value")]
    assert values[:2] == ["No budget", "No authority"] and len(values) == len(
        agreement.handoff.reject_reasons
    )


def test_a_rejection_needs_its_reason(agreement: Agreement) -> None:
    for object_ in ("Lead", "Contact"):
        rule = one(
            fromstring(whole(agreement)[f"objects/{object_}.object"]),
            "validationRules",
            "Accord_Rejection_needs_reason",
        )
        assert rule["errorConditionFormula"] == (
            'AND(ISPICKVAL(Accord_Answer__c, "Rejected"), ISBLANK(TEXT(Accord_Reject_Reason__c)))'
        )
        assert rule["errorDisplayField"] == "Accord_Reject_Reason__c"


def test_the_message_carries_the_mapped_fields_to_the_secret_path_and_the_flow_sends_it(
    agreement: Agreement,
) -> None:
    files = whole(agreement)
    message = fromstring(files["workflows/Lead.workflow"]).find(f"{NS}outboundMessages")
    assert message is not None
    assert [e.text for e in message.findall(f"{NS}fields")] == list(
        dict.fromkeys(outbound_fields(desk_for(agreement))["Lead"])
    )
    assert message.findtext(f"{NS}endpointUrl") == URL
    assert message.findtext(f"{NS}includeSessionId") == "false"
    flow = fromstring(files["flows/Accord_tell_Lead.flow"])
    assert flow.findtext(f"{NS}actionCalls/{NS}actionName") == "Lead.Accord_Lead"
    assert flow.findtext(f"{NS}start/{NS}triggerType") == "RecordAfterSave"
    assert flow.findtext(f"{NS}status") == "Active"


def test_without_a_public_address_nothing_is_pushed(agreement: Agreement) -> None:
    assert not [path for path in whole(agreement, url="") if path.startswith(("flows", "workflows"))]


def test_neither_permission_set_may_delete_and_reps_write_their_answer_only(agreement: Agreement) -> None:
    files = whole(agreement)
    for name in ("Accord_Integration", "Accord_Reps"):
        root = fromstring(files[f"permissionsets/{name}.permissionset"])
        assert not [
            e for e in root.iter() if e.tag.endswith(("allowDelete", "modifyAllRecords")) and e.text == "true"
        ]
    reps = fromstring(files["permissionsets/Accord_Reps.permissionset"])
    editable = {
        e.findtext(f"{NS}field")
        for e in reps.findall(f"{NS}fieldPermissions")
        if e.findtext(f"{NS}editable") == "true"
    }
    assert "Lead.Accord_Answer__c" in editable and "Lead.Accord_HubSpot_Id__c" not in editable
    integration = fromstring(files["permissionsets/Accord_Integration.permissionset"])
    seen = {e.findtext(f"{NS}field") for e in integration.findall(f"{NS}fieldPermissions")}
    assert {"Lead.Address", "Contact.MailingAddress", "Lead.Accord_HubSpot_Id__c"} <= seen
    assert not seen & {"Lead.City", "Lead.LastName", "Lead.Company", "Lead.Status", "Lead.OwnerId"}


def test_conversion_keeps_what_the_org_maps_and_adds_our_id(agreement: Agreement) -> None:
    steps = fit(wanted(agreement, Side.SALESFORCE), {})
    theirs = [("Region__c", "Region__c"), ("Accord_Tier__c", "Tier__c")]
    pairs = conversion_pairs(steps, theirs, ("Lead", "Contact"))
    assert pairs is not None and pairs[:2] == theirs
    assert ("Accord_HubSpot_Id__c", "Accord_HubSpot_Id__c") in pairs and (
        "Accord_Tier__c",
        "Accord_Tier__c",
    ) not in pairs
    assert conversion_pairs(steps, pairs, ("Lead", "Contact")) is None
    assert conversion_pairs(steps, (), ("Contact",)) is None


def test_what_is_there_is_left_alone_and_options_are_added_to_those_that_are(agreement: Agreement) -> None:
    def there(name: str, kind: str, **more: Any) -> FieldSchema:
        return FieldSchema(name, name, kind, **more)

    lead = {
        "Accord_HubSpot_Id__c": there("Accord_HubSpot_Id__c", "string", unique=True),
        "Accord_Tier__c": there("Accord_Tier__c", "picklist", options=("Hot", "Frosty")),
        "Accord_Answer__c": there("Accord_Answer__c", "string"),
        "Accord_Reasons__c": there("Accord_Reasons__c", "textarea", writable=False),
    }
    steps = {
        s.wanted.name: s
        for s in fit(wanted(agreement, Side.SALESFORCE), {"Lead": lead})
        if s.wanted.object == "Lead"
    }
    done = {name: step.do for name, step in steps.items()}
    assert done["Accord_HubSpot_Id__c"] == PRESENT and done["Accord_Tier__c"] == ALTER
    assert done["Accord_Answer__c"] == CONFLICT and done["Accord_Reasons__c"] == CONFLICT
    assert done["Accord_Handoff__c"] == CREATE and done["Budget__c"] == MISSING
    held = to_deploy([steps["Accord_Tier__c"]], {"Lead": lead})
    assert [[value for value, _ in options] for options in held.values()] == [
        ["Hot", "Frosty", "Warm", "Nurture"]
    ]


def test_an_id_that_is_not_unique_is_a_conflict(agreement: Agreement) -> None:
    lead = {"Accord_HubSpot_Id__c": FieldSchema("Accord_HubSpot_Id__c", "x", "string")}
    step = next(s for s in fit(wanted(agreement, Side.SALESFORCE), {"Lead": lead}) if s.wanted.unique)
    assert step.do == CONFLICT and "not unique" in step.why


def test_mapped_fields_are_made_only_when_asked_for(agreement: Agreement) -> None:
    steps = fit(wanted(agreement, Side.SALESFORCE), {}, mapped=True)
    files = package(org(agreement), to_deploy(steps, {}), own_fields(steps))
    lead = fromstring(files["objects/Lead.object"])
    assert one(lead, "fields", "Budget__c")["type"] == "Currency"
    assert one(lead, "fields", "Fit_Score__c") | {"label": ""} == {
        "fullName": "Fit_Score__c", "label": "", "required": "false", "precision": "3", "scale": "0", "type": "Number",
    }  # fmt: skip
    assert one(lead, "fields", "Product_Interest__c")["type"] == "MultiselectPicklist"


def test_removal_names_versions_of_flows_and_only_our_fields(agreement: Agreement) -> None:
    fields = own_fields(fit(wanted(agreement, Side.SALESFORCE), {}))
    files = removal(org(agreement), {"Lead": [1, 2]}, fields)
    gone = members(files, "destructiveChanges.xml")
    assert gone["Flow"] == ["Accord_tell_Lead-1", "Accord_tell_Lead-2"]
    assert not [name for name in gone["CustomField"] if "Accord_" not in name]
    assert members(files) == {}


def test_the_same_package_is_the_same_bytes(agreement: Agreement) -> None:
    assert zipped(whole(agreement)) == zipped(whole(agreement))
    with zipfile.ZipFile(io.BytesIO(zipped(whole(agreement)))) as archive:
        assert archive.testzip() is None and "package.xml" in archive.namelist()


def test_a_member_is_a_file_of_its_own_with_a_name_that_says_whose_it_is() -> None:
    files = capture.selection(["Lead", "Deal__c"], "66.0")
    assert members(files) == {
        "PlatformEventChannelMember": ["Accord_Deal_ChangeEvent", "Accord_LeadChangeEvent"]
    }
    deal = fromstring(files["platformEventChannelMembers/Accord_Deal_ChangeEvent.platformEventChannelMember"])
    assert [(e.tag.removeprefix(NS), e.text) for e in deal] == [
        ("eventChannel", "ChangeEvents"), ("selectedEntity", "Deal__ChangeEvent"),
    ]  # fmt: skip
    assert [capture.object_of(capture.event_of(o)) for o in ("Lead", "Deal__c")] == ["Lead", "Deal__c"]


def test_what_is_taken_away_is_named_and_nothing_else() -> None:
    files = capture.deselection(["Accord_LeadChangeEvent"], "66.0")
    assert members(files) == {}
    gone = members(files, "destructiveChanges.xml")
    assert gone == {"PlatformEventChannelMember": ["Accord_LeadChangeEvent"]}


def test_the_integration_user_may_view_all_records_of_what_is_streamed(agreement: Agreement) -> None:
    """What Change Data Capture asks of a subscriber, object by object."""
    root = fromstring(whole(agreement)["permissionsets/Accord_Integration.permissionset"])
    given = {
        str(e.findtext(f"{NS}object")): e.findtext(f"{NS}viewAllRecords")
        for e in root.findall(f"{NS}objectPermissions")
    }
    assert [given[o] for o in (*agreement.person.salesforce_objects, "Opportunity")] == ["true"] * 3
