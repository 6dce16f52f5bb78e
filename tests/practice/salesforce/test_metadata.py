"""A deployed package really takes effect; what the org can't take fails with the component named."""

from typing import Any

import pytest

from connector.practice.http import request_of
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.metadata.layouts import fields_on, listed

from .conftest import Caller
from .packages import FLOW, KEY, NS, RULE, SET, deploy, form, lead_object, manifest, whole, zipped


def _problems(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["fullName"], row["problem"]) for row in told["details"]["componentFailures"]]


def test_a_whole_package_takes_effect(core: SalesforceCore, call: Caller) -> None:
    told = deploy(call, whole())
    assert (told["status"], told["success"], told["numberComponentErrors"]) == ("Succeeded", True, 0), told
    # Nobody sees a deployed field before the permission set is assigned.
    assert call.query("SELECT Grade__c FROM Lead")[0]["errorCode"] == "INVALID_FIELD"
    (row,) = call.query("SELECT Id FROM PermissionSet WHERE Name = 'Accord'")["records"]
    wish = {"AssigneeId": core.org.people["integration"], "PermissionSetId": row["Id"]}
    assert call("POST", "sobjects/PermissionSetAssignment", wish).status == 201
    again = call("POST", "sobjects/PermissionSetAssignment", wish).json()[0]
    assert (again["errorCode"], again["fields"]) == ("DUPLICATE_VALUE", ["AssigneeId", "PermissionSetId"])
    lead = call.lead(Grade__c="A", Key__c="k1", City="Rome", Email="a@example.com")
    assert call("PATCH", f"sobjects/Lead/Key__c/{'k1'}", {"Title": "x"}).status == 200
    assert call("PATCH", f"sobjects/Lead/{lead}", {"Status": "Accepted"}).status == 204
    refused = call("PATCH", f"sobjects/Lead/{lead}", {"Grade__c": None})
    assert (refused.json()[0]["message"], refused.json()[0]["fields"]) == ("Grade it first.", ["Grade__c"])
    call.lead(City="Oslo")
    told_of = core.take_notifications()
    assert {each[2] for each in told_of} == {lead}
    assert told_of[0][3] == {"Email": "a@example.com", "Id": lead}


def test_a_check_only_deployment_changes_nothing(core: SalesforceCore, call: Caller) -> None:
    assert deploy(call, whole(), checkOnly=True)["success"] is True
    assert "Grade__c" not in core.org.objects["Lead"].fields
    assert not core.outbound.actions
    assert call.query("SELECT Id FROM PermissionSet")["records"] == []
    call.lead()


@pytest.mark.parametrize(("files", "member", "problem"), [
    (lead_object("<fields><fullName>X__c</fullName><label>X</label><type>Checkbox</type><required>true</required>"
                 "<defaultValue>false</defaultValue></fields>"), ("CustomField", "Lead.X__c"),
     "Can not specify 'required' for a CustomField of type Checkbox"),
    (lead_object("<fields><fullName>X__c</fullName><label>X</label><type>Text</type></fields>"),
     ("CustomField", "Lead.X__c"), "Must specify 'length' for a CustomField of type Text"),
    (lead_object(RULE), ("ValidationRule", "Lead.Needs_Grade"),
     "In field: field - no CustomField named Lead.Grade__c found"),
    ({"permissionsets/Accord.permissionset": SET}, ("PermissionSet", "Accord"),
     "In field: field - no CustomField named Lead.Grade__c found"),
    ({"flows/T.flow": FLOW.format(ns=NS, status="Active")}, ("Flow", "T"),
     "We can't find an action with the name and action type that you specified: Lead.To_Accord"),
    ({}, ("Layout", "Lead-Lead Layout"),
     "An object 'Lead-Lead Layout' of type Layout was named in package.xml, but was not found in zipped directory"),
    ({}, ("Nonsense", "X"), "Unknown type name 'Nonsense' specified in package.xml"),
])  # fmt: skip
def test_what_can_not_be_deployed_is_named(
    core: SalesforceCore, call: Caller, files: dict[str, str], member: tuple[str, str], problem: str
) -> None:
    told = deploy(call, zipped(**{"package.xml": manifest(member), **files}))
    assert told["status"] == "Failed"
    assert problem in [text for _, text in _problems(told)]
    assert "X__c" not in core.org.objects["Lead"].fields


def test_one_bad_component_rolls_the_good_ones_back_unless_told_otherwise(
    core: SalesforceCore, call: Caller
) -> None:
    bad = "<fields><fullName>X__c</fullName><label>X</label><type>Frob</type></fields>"
    package = zipped(**{
        "package.xml": manifest(("CustomField", "Lead.Key__c"), ("CustomField", "Lead.X__c")), **lead_object(KEY, bad),
    })  # fmt: skip
    assert deploy(call, package)["status"] == "Failed"
    assert "Key__c" not in core.org.objects["Lead"].fields
    assert deploy(call, package, rollbackOnError=False)["status"] == "SucceededPartial"
    assert "Key__c" in core.org.objects["Lead"].fields


def test_conversion_mapping_layout_and_list_view(core: SalesforceCore, call: Caller) -> None:
    core.admin.without_accord()
    core.admin.add_field("Lead", "K__c")
    core.admin.add_field("Contact", "K__c")
    mapping = (
        f"<LeadConvertSettings {NS}><allowOwnerChange>true</allowOwnerChange><objectMapping><inputObject>Lead</inputObject>"
        "<mappingFields><inputField>K__c</inputField><outputField>K__c</outputField></mappingFields><outputObject>Contact"
        "</outputObject></objectMapping></LeadConvertSettings>"
    )
    layout = (
        f"<Layout {NS}><layoutSections><layoutColumns><layoutItems><behavior>Edit</behavior><field>K__c</field>"
        "</layoutItems></layoutColumns></layoutSections></Layout>"
    )
    view = (
        "<listViews><fullName>Hot</fullName><columns>FULL_NAME</columns><columns>K__c</columns><filterScope>Everything"
        "</filterScope><label>Hot</label></listViews>"
    )
    package = zipped(**{
        "package.xml": manifest(
            ("LeadConvertSettings", "LeadConvertSettings"), ("Layout", "Lead-Lead Layout"), ("ListView", "Lead.Hot")
        ),
        "LeadConvertSettings/LeadConvertSettings.LeadConvertSetting": mapping,
        "layouts/Lead-Lead Layout.layout": layout, **lead_object(view),
    })  # fmt: skip
    told = deploy(call, package)
    assert told["success"], told
    lead = call.lead(K__c="kept")
    ids = core.convert(lead)
    assert call.row("Contact", str(ids["contact_id"]))["K__c"] == "kept"
    core.admin.remove_field("Contact", "K__c")
    assert not deploy(call, package)["success"]


def test_disconnecting_takes_the_package_away_again(core: SalesforceCore, call: Caller) -> None:
    assert deploy(call, whole())["success"]
    gone = manifest(
        ("Flow", "Tell_Accord"), ("WorkflowOutboundMessage", "Lead.To_Accord"), ("PermissionSet", "Accord"),
        ("ValidationRule", "Lead.Needs_Grade"), ("CustomField", "Lead.Key__c"), ("CustomField", "Lead.Grade__c"),
    )  # fmt: skip
    package = zipped(**{"package.xml": manifest(), "destructiveChanges.xml": gone})
    told = deploy(call, package)
    assert ("Tell_Accord", "insufficient access rights on cross-reference id") in _problems(told)
    off = zipped(**{
        "package.xml": manifest(("Flow", "Tell_Accord")),
        "flows/Tell_Accord.flow": FLOW.format(ns=NS, status="Draft"),
    })  # fmt: skip
    assert deploy(call, off)["success"]
    call.lead(City="Rome")
    assert core.take_notifications() == []
    told = deploy(call, package)
    assert told["success"], _problems(told)
    assert not core.outbound.actions
    assert "Key__c" not in core.org.objects["Lead"].fields


def test_a_field_in_use_can_not_be_deleted(core: SalesforceCore, call: Caller) -> None:
    core.admin.add_validation("Lead", 'City = "x"', "no", name="Odd")
    core.admin.add_field("Lead", "X__c")
    core.admin.add_validation("Lead", 'X__c = "x"', "no", name="In_Use")
    told = deploy(call, zipped(**{
        "package.xml": manifest(), "destructiveChanges.xml": manifest(("CustomField", "Lead.X__c")),
    }))  # fmt: skip
    assert _problems(told)[0][1].endswith("Validation Rule - In_Use")


def test_an_edition_without_the_metadata_api_refuses(core: SalesforceCore, call: Caller) -> None:
    core.admin.edition("Professional")
    kind, body = form(whole())
    refused = call("POST", "metadata/deployRequest", body, Content_Type=kind)
    assert (refused.status, refused.json()[0]["errorCode"]) == (403, "INSUFFICIENT_ACCESS")


def test_a_form_without_a_zip_and_a_zip_that_is_none(call: Caller) -> None:
    refused = call(
        "POST", "metadata/deployRequest", b"nothing", Content_Type="multipart/form-data; boundary=x"
    )
    assert refused.status == 400
    assert deploy(call, b"no zip")["status"] == "Failed"
    assert call("GET", "metadata/deployRequest/0Af000000000001AAA").status == 404


def test_a_deployment_can_be_canceled_while_it_waits(core: SalesforceCore, call: Caller) -> None:
    core.settings.deploy_seconds = 60
    kind, body = form(whole())
    made = call("POST", "metadata/deployRequest", body, Content_Type=kind).json()
    path = f"metadata/deployRequest/{made['id']}"
    assert call("GET", path).json()["deployResult"]["status"] == "InProgress"
    assert call("PATCH", path, {"deployResult": {"status": "Canceling"}}).status == 202
    assert call("GET", path).json()["deployResult"]["status"] == "Canceled"


def test_the_reply_to_a_new_deployment_either_way(core: SalesforceCore, call: Caller) -> None:
    core.settings.deploy_status_created = 200
    kind, body = form(whole())
    made = request_of("POST", "/services/data/v66.0/metadata/deployRequest", {
        "Authorization": f"Bearer {core.access_token}", "Content-Type": kind,
    }, body)  # fmt: skip
    assert core.respond(made).status == 200


def test_a_flow_has_versions_that_are_deleted_one_by_one(core: SalesforceCore, call: Caller) -> None:
    off = {
        "package.xml": manifest(("Flow", "Tell_Accord")),
        "flows/Tell_Accord.flow": FLOW.format(ns=NS, status="Draft"),
    }
    deploy(call, whole())
    deploy(call, zipped(**off))
    asked = "SELECT VersionNumber FROM Flow WHERE Definition.DeveloperName = 'Tell_Accord'"
    told = call("GET", f"tooling/query?q={asked.replace(' ', '+')}").json()["records"]
    assert [row["VersionNumber"] for row in told] == [1, 2]
    (view,) = call.query("SELECT VersionNumber FROM FlowDefinitionView WHERE ApiName = 'Tell_Accord'")[
        "records"
    ]
    assert view["VersionNumber"] == 2
    gone = manifest(("Flow", "Tell_Accord-1"), ("Flow", "Tell_Accord-2"))
    assert deploy(call, zipped(**{"package.xml": manifest(), "destructiveChanges.xml": gone}))["success"]
    assert call.query("SELECT Id FROM FlowDefinitionView")["records"] == []


def test_a_form_without_transfer_encodings_keeps_the_zips_bytes(call: Caller) -> None:
    kind, body = form(zipped(**{"package.xml": manifest(), "junk/\r\n.bin": "\r\n--\r\x00\n" * 40}))
    plain = body.replace(b"\r\nContent-Transfer-Encoding: binary", b"")
    made = call("POST", "metadata/deployRequest", plain, Content_Type=kind.replace("xyz", '"xyz"'))
    told = call("GET", f"metadata/deployRequest/{made.json()['id']}?includeDetails=true").json()[
        "deployResult"
    ]
    assert "not valid" not in str(told["details"])


def _soap(core: SalesforceCore, inside: str) -> str:
    envelope = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<e:Header><SessionHeader {NS}><sessionId>{core.access_token}</sessionId></SessionHeader></e:Header>"
        f"<e:Body>{inside}</e:Body></e:Envelope>"
    )
    answer = core.respond(request_of("POST", "/services/Soap/m/66.0", {}, envelope.encode()))
    return answer.body.decode()


def test_metadata_is_read_changed_and_deleted_over_soap_too(core: SalesforceCore) -> None:
    read = f"<readMetadata {NS}><type>LeadConvertSettings</type><fullNames>LeadConvertSettings</fullNames></readMetadata>"
    told = _soap(core, read)
    assert '<records xsi:type="LeadConvertSettings">' in told
    assert "<inputField>Budget__c</inputField><outputField>Budget__c</outputField>" in told
    field = (
        f'<upsertMetadata {NS}><metadata xsi:type="CustomField"><fullName>Lead.{{}}__c</fullName><label>X</label>'
        "<type>Checkbox</type><defaultValue>false</defaultValue>{}</metadata></upsertMetadata>"
    )
    assert "<created>true</created><fullName>Lead.X__c</fullName><success>true</success>" in _soap(
        core, field.format("X", "")
    )
    refused = _soap(core, field.format("Y", "<required>true</required>"))
    assert "<statusCode>FIELD_INTEGRITY_EXCEPTION</statusCode>" in refused
    gone = f"<deleteMetadata {NS}><type>CustomField</type><fullNames>Lead.X__c</fullNames></deleteMetadata>"
    assert "<success>true</success>" in _soap(core, gone)
    assert "This custom field does not exist or is not accessible" in _soap(core, gone)
    core.admin.add_permission_set("Accord", {"Lead.City": "read"})
    read = f"<readMetadata {NS}><type>PermissionSet</type><fullNames>Accord</fullNames></readMetadata>"
    assert "<editable>false</editable><field>Lead.City</field><readable>true</readable>" in _soap(core, read)


def test_a_layout_is_listed_told_and_replaced_whole(core: SalesforceCore, call: Caller) -> None:
    assert [row["fullName"] for row in listed(core.org)] == ["Contact-Contact Layout", "Lead-Lead Layout"]
    layout = (
        "<layoutSections><layoutColumns><layoutItems><field>Company</field></layoutItems></layoutColumns>"
        "</layoutSections>"
    )
    package = zipped(**{
        "package.xml": manifest(("Layout", "Lead-Lead Layout")),
        "layouts/Lead-Lead Layout.layout": f"<Layout {NS}>{layout}</Layout>",
    })  # fmt: skip
    assert deploy(call, package)["success"]
    assert fields_on(core.org, "Lead-Lead Layout") == ["Company"]
