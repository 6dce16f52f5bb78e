"""What an org's admin changes takes effect for the API at once."""

from typing import Any

import orjson
import pytest

from connector.practice.clock import ManualClock
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.admin import Admin
from connector.practice.salesforce.formula import FormulaError
from tests.practice.salesforce.conftest import START, Caller


def _field(call: Caller, object_name: str, name: str) -> dict[str, Any] | None:
    described = call("GET", f"sobjects/{object_name}/describe").json()
    return next((item for item in described["fields"] if item["name"] == name), None)


def test_a_field_added_by_the_admin_is_described_written_and_found(
    core: SalesforceCore, call: Caller
) -> None:
    core.admin.add_field(
        "Lead", "Region__c", "picklist", values={"n": "North", "s": "South"}, restricted=True
    )
    described = _field(call, "Lead", "Region__c")
    assert described is not None
    assert [(each["value"], each["label"]) for each in described["picklistValues"]] == [
        ("n", "North"),
        ("s", "South"),
    ]
    lead = call.lead(Region__c="n")
    assert call.ids("SELECT Id FROM Lead WHERE Region__c = 'n'") == [lead]
    refused = call("PATCH", f"sobjects/Lead/{lead}", {"Region__c": "w"})
    assert refused.json()[0]["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_a_required_field_and_a_renamed_status(core: SalesforceCore, call: Caller) -> None:
    lead = call.lead()
    core.admin.require("Lead", "Email")
    core.admin.rename_value("Lead", "Status", "Open - Not Contacted", value="New", label="Brand new")
    refused = call("POST", "sobjects/Lead", {"LastName": "Doe", "Company": "Acme"})
    assert refused.json()[0]["message"] == "Required fields are missing: [Email]"
    assert call.row("Lead", lead)["Status"] == "New"
    assert (
        call.query("SELECT MasterLabel FROM LeadStatus WHERE ApiName = 'New'")["records"][0]["MasterLabel"]
        == "Brand new"
    )


def test_a_validation_rule_in_the_formula_language(core: SalesforceCore, call: Caller) -> None:
    core.admin.add_validation(
        "Lead",
        'AND(ISPICKVAL(Accord_Answer__c, "Rejected"), ISBLANK(TEXT(Accord_Reject_Reason__c)))',
        "A rejection needs its reason.",
        "Accord_Reject_Reason__c",
    )
    lead = call.lead()
    refused = call("PATCH", f"sobjects/Lead/{lead}", {"Accord_Answer__c": "Rejected"})
    assert refused.status == 400
    assert refused.json() == [
        {
            "message": "A rejection needs its reason.",
            "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "fields": ["Accord_Reject_Reason__c"],
        }
    ]
    whole = {"Accord_Answer__c": "Rejected", "Accord_Reject_Reason__c": "No budget"}
    assert call("PATCH", f"sobjects/Lead/{lead}", whole).status == 204


@pytest.mark.parametrize(
    ("formula", "broken"),
    [
        ("ISNEW() && LEN(LastName) < 2", False),
        ("NumberOfEmployees * 2 > 19 || City = 'Rome'", True),
        ('NOT(REGEX(PostalCode, "[0-9]{5}"))', True),
        ('$User.Username = "nobody" ', False),
        ("IF(ISBLANK(City), TRUE, FALSE)", True),
        ('CASE(Rating, "Hot", 1, 0) = 0', True),
        ('BEGINS(Company, "Ac") & "" = "x"', False),
    ],
)
def test_formulas(core: SalesforceCore, call: Caller, formula: str, broken: bool) -> None:
    core.admin.add_validation("Lead", formula, "no")
    made = call("POST", "sobjects/Lead", {"LastName": "Doe", "Company": "Acme", "NumberOfEmployees": 10})
    assert (made.status == 400) is broken


@pytest.mark.parametrize("formula", ["Nonsense__c = 1", "FROB(City)", "AND(TRUE", 'Status = "x"', "City = #"])
def test_a_formula_the_org_would_not_save_is_refused(core: SalesforceCore, formula: str) -> None:
    with pytest.raises(FormulaError):
        core.admin.add_validation("Lead", formula, "no")


def test_a_hidden_field_is_neither_described_nor_queried_nor_written(
    core: SalesforceCore, call: Caller
) -> None:
    lead = call.lead(City="Rome")
    core.admin.hide_field("Lead", "City", "integration")
    assert _field(call, "Lead", "City") is None
    assert "City" not in call("GET", f"sobjects/Lead/{lead}").json()
    assert call.query("SELECT City FROM Lead")[0]["errorCode"] == "INVALID_FIELD"
    assert call.query("SELECT Id FROM Lead WHERE City = 'Rome'")[0]["errorCode"] == "INVALID_FIELD"
    refused = call("PATCH", f"sobjects/Lead/{lead}", {"City": "Bonn"})
    assert refused.json()[0]["errorCode"] == "INVALID_FIELD"
    core.settings.hidden_field_write = "INVALID_FIELD_FOR_INSERT_UPDATE"
    refused = call("PATCH", f"sobjects/Lead/{lead}", {"City": "Bonn"})
    assert refused.json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    core.edit("Lead", lead, {"City": "Oslo"})
    assert call.row("Lead", lead)["City"] == "Oslo"


def test_a_read_only_field_is_described_so_and_refused_by_name(core: SalesforceCore, call: Caller) -> None:
    core.admin.read_only_field("Lead", "City", "Minimum Access - API Only Integrations")
    described = _field(call, "Lead", "City")
    assert described is not None
    assert (described["createable"], described["updateable"]) == (False, False)
    refused = call("POST", "sobjects/Lead", {"LastName": "Doe", "Company": "Acme", "City": "Rome"})
    assert refused.json()[0]["fields"] == ["City"]
    core.admin.show_field("Lead", "City", "Minimum Access - API Only Integrations")
    assert call.lead(City="Rome")


def test_a_hidden_object_and_one_that_never_was(core: SalesforceCore, call: Caller) -> None:
    core.admin.hide_object("Opportunity", "integration")
    core.admin.remove_object("Lead")
    for name in ("Opportunity", "Lead"):
        assert call("GET", f"sobjects/{name}/describe").status == 404
        assert call.query(f"SELECT Id FROM {name}")[0]["errorCode"] == "INVALID_TYPE"
    listed = {each["name"] for each in call("GET", "sobjects").json()["sobjects"]}
    assert not {"Lead", "Opportunity"} & listed
    assert (
        call.query("SELECT Id, (SELECT Id FROM Opportunities) FROM Account")[0]["errorCode"] == "INVALID_TYPE"
    )


def test_a_permission_set_opens_what_a_profile_closed(core: SalesforceCore, call: Caller) -> None:
    core.admin.hide_field("Lead", "City")
    core.admin.add_permission_set("Accord", {"Lead.City": "edit"})
    assert _field(call, "Lead", "City") is None
    core.admin.assign("Accord", "integration")
    assert _field(call, "Lead", "City") is not None
    core.admin.unassign("Accord", "integration")
    assert _field(call, "Lead", "City") is None


def test_duplicates_are_refused_unless_the_header_or_a_person_says_otherwise(
    core: SalesforceCore, call: Caller
) -> None:
    core.admin.add_duplicate_rule("Lead", ["Email"])
    first = call.lead(Email="kim@example.com")
    body = {"LastName": "Kim", "Company": "Acme", "Email": "KIM@example.com"}
    refused = call("POST", "sobjects/Lead", body)
    (error,) = refused.json()
    assert (refused.status, error["errorCode"], error["message"]) == (
        400, "DUPLICATES_DETECTED", "Use one of these records?",
    )  # fmt: skip
    (result,) = error["duplicateResult"]["matchResults"]
    assert result["matchRecords"][0]["record"]["Id"] == first
    allowed = call("POST", "sobjects/Lead", body, Sforce_Duplicate_Rule_Header="allowSave=true")
    assert allowed.status == 201
    assert core.edit("Lead", None, body)


def test_a_blocking_rule_gives_way_to_nobody(core: SalesforceCore, call: Caller) -> None:
    core.admin.add_duplicate_rule("Lead", matches={"Email": "Email"}, among="Contact", action="block")
    call("POST", "sobjects/Contact", {"LastName": "Kim", "Email": "kim@example.com"})
    body = {"LastName": "Kim", "Company": "Acme", "Email": "kim@example.com"}
    refused = call("POST", "sobjects/Lead", body, Sforce_Duplicate_Rule_Header="allowSave=true")
    assert refused.json()[0]["duplicateResult"]["allowSave"] is False


def test_a_roll_up_moves_system_modstamp_alone(
    core: SalesforceCore, call: Caller, clock: ManualClock
) -> None:
    account = call("POST", "sobjects/Account", {"Name": "Acme"}).json()["id"]
    core.admin.add_roll_up("Account", "People__c", "Contact", "AccountId")
    clock.advance(60)
    contact = call("POST", "sobjects/Contact", {"LastName": "Kim", "AccountId": account}).json()["id"]
    row = call.row("Account", account)
    assert row["People__c"] == 1.0
    assert row["SystemModstamp"] > row["LastModifiedDate"]
    call("DELETE", f"sobjects/Contact/{contact}")
    assert call.row("Account", account)["People__c"] == 0.0


def test_record_types_stand_in_describe(core: SalesforceCore, call: Caller) -> None:
    made = core.admin.add_record_type("Lead", "Partner_Lead", "Partner Lead", default=True)
    infos = call("GET", "sobjects/Lead/describe").json()["recordTypeInfos"]
    assert [(each["developerName"], each["master"]) for each in infos] == [
        ("Partner_Lead", False),
        ("Master", True),
    ]
    assert call.row("Lead", call.lead())["RecordTypeId"] == made
    assert (
        call.query("SELECT Name FROM RecordType WHERE SobjectType = 'Lead'")["records"][0]["Name"]
        == "Partner Lead"
    )


def test_an_edition_without_api_answers_403(core: SalesforceCore, call: Caller) -> None:
    core.admin.edition("Professional", api=False)
    refused = call("GET", "limits")
    assert (refused.status, refused.json()[0]["errorCode"]) == (403, "API_DISABLED_FOR_ORG")
    core.admin.edition("Professional")
    (row,) = call.query("SELECT OrganizationType, IsSandbox FROM Organization")["records"]
    assert (row["OrganizationType"], row["IsSandbox"]) == ("Professional Edition", False)
    core.outbound.configure({"objects": {"Lead": ["Email"]}})
    call.lead()
    assert core.take_notifications() == []


def test_a_sandbox_keeps_record_ids_and_spoils_its_users_addresses(
    core: SalesforceCore, call: Caller
) -> None:
    lead, before = call.lead(), core.org_id
    core.admin.sandbox("uat")
    assert core.org_id != before
    assert lead in core.org.tables["Lead"].rows
    told = call("GET", "/services/oauth2/userinfo").json()
    assert told["organization_id"] == core.org_id
    assert told["email"].endswith(".invalid")
    assert told["preferred_username"].endswith(".uat")
    assert call.query("SELECT IsSandbox FROM Organization")["records"][0]["IsSandbox"] is True


def test_currencies_come_and_go(core: SalesforceCore, call: Caller) -> None:
    core.admin.currencies(["EUR", "USD"])
    assert call.row("Lead", call.lead())["CurrencyIsoCode"] == "EUR"
    assert len(call.query("SELECT IsoCode FROM CurrencyType")["records"]) == 2
    core.admin.currencies()
    assert call.query("SELECT CurrencyIsoCode FROM Opportunity")[0]["errorCode"] == "INVALID_FIELD"


def test_statuses_and_stages_of_the_orgs_own(core: SalesforceCore, call: Caller) -> None:
    core.admin.set_statuses([{"value": "Neu"}, {"value": "Gewonnen", "converted": True}])
    core.admin.set_stages([{"value": "Angebot", "chance": 40}, {"value": "Gewonnen", "won": True}])
    lead = call.lead()
    assert call.row("Lead", lead)["Status"] == "Neu"
    deal = {"Name": "D", "CloseDate": "2026-12-01", "StageName": "Gewonnen"}
    made = call("POST", "sobjects/Opportunity", deal).json()["id"]
    assert call.row("Opportunity", made)["IsWon"] is True
    core.convert(lead, status="Gewonnen")


def test_an_org_of_ones_own_making_outlives_a_reset() -> None:
    def setup(admin: Admin) -> None:
        admin.add_field("Contact", "Segment__c", "picklist", values=["A", "B"], default="A")
        admin.add_queue("Partners", members=["admin"])

    core = SalesforceCore(ManualClock(START), people=20, setup=setup)
    assert all(row["Segment__c"] == "A" for row in core.snapshot()["Contact"])
    core.reset()
    assert "Segment__c" in core.org.objects["Contact"].fields
    assert core.org.people["Partners"].startswith("00G")


def test_an_admin_over_http(core: SalesforceCore, call: Caller) -> None:
    done = call(
        "POST", "/_practice/admin", {"do": "add_field", "object": "Lead", "name": "X__c", "type": "boolean"}
    )
    assert (done.status, done.json()) == (200, {"done": "add_field"})
    assert call.row("Lead", call.lead())["X__c"] is False
    wrong = call("POST", "/_practice/admin", orjson.dumps({"do": "perform"}))
    assert wrong.status == 400


def test_person_accounts_are_accounts_with_a_contact_behind(core: SalesforceCore, call: Caller) -> None:
    core.admin.person_accounts()
    made = call(
        "POST", "sobjects/Account", {"LastName": "Kim", "FirstName": "Jo", "PersonEmail": "jo@example.com"}
    )
    row = call.row("Account", made.json()["id"])
    assert (row["Name"], row["IsPersonAccount"]) == ("Jo Kim", True)
    contact = call.row("Contact", row["PersonContactId"])
    assert (contact["Email"], contact["IsPersonAccount"], contact["AccountId"]) == (
        "jo@example.com",
        True,
        row["Id"],
    )
    call("PATCH", f"sobjects/Account/{row['Id']}", {"PersonEmail": "kim@example.com"})
    assert call.row("Contact", contact["Id"])["Email"] == "kim@example.com"
    lead = call("POST", "sobjects/Lead", {"LastName": "Lee"}).json()["id"]
    ids = core.convert(lead)
    assert call.row("Account", str(ids["account_id"]))["IsPersonAccount"] is True
    assert call("POST", "sobjects/Account", {"Phone": "1"}).status == 400


def test_parts_of_an_address_have_the_permission_of_the_address(core: SalesforceCore, call: Caller) -> None:
    core.admin.hide_field("Lead", "Address")
    assert _field(call, "Lead", "City") is None
    core.admin.add_permission_set("Accord", {"Lead.Address": "read"})
    core.admin.assign("Accord", "integration")
    described = _field(call, "Lead", "City")
    assert described is not None
    assert described["updateable"] is False
