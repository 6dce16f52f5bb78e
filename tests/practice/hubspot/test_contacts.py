"""Single contacts: codes, shapes, uniqueness, lifecycle, history."""

from typing import Any

import pytest

from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from tests.practice.hubspot.conftest import Call


def test_create_answers_201_with_what_was_sent_and_computed_properties(call: Call, core: HubSpotCore) -> None:
    made = call("POST", "", {"properties": {"email": " Bob@Firm.Example.com ", "lastname": "Bell"}})
    assert made.status == 201
    body = made.json()
    assert made.headers["Location"].endswith("/" + body["id"])
    assert body["properties"]["email"] == "bob@firm.example.com"
    assert body["properties"]["lifecyclestage"] == "lead"
    assert body["properties"]["hs_lifecyclestage_lead_date"] == str(core.now_ms())
    assert body["properties"]["hs_object_source_id"] == str(core.portal.account.app_id)
    assert int(body["id"]) > 2**31
    assert body["createdAt"] == "2026-10-12T12:00:00.000Z"


def test_a_read_shows_null_for_unset_and_omits_unknown_properties(call: Call, bob: str) -> None:
    read = call("GET", f"/{bob}?properties=city,phone&properties=no_such").json()
    assert set(read["properties"]) == {"city", "phone", "createdate", "hs_object_id", "lastmodifieddate"}
    assert read["properties"]["phone"] is None
    default = call("GET", f"/{bob}").json()["properties"]
    assert set(default) == {
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    }


def test_a_contact_is_found_by_either_email_and_by_a_unique_property(call: Call, bob: str) -> None:
    sent = {"hs_additional_emails": "Bobby@firm.example.com", "accord_salesforce_id": "00Q1"}
    assert call("PATCH", f"/{bob}", {"properties": sent}).status == 200
    for target in (
        "/BOB@firm.example.com?idProperty=email",
        "/bobby%40firm.example.com?idProperty=email",
        "/00Q1?idProperty=accord_salesforce_id",
    ):
        assert call("GET", target).json()["id"] == bob
    assert call("GET", "/Boston?idProperty=city").status == 400


def test_an_email_taken_as_primary_or_secondary_is_409_with_the_existing_id(call: Call, bob: str) -> None:
    call("PATCH", f"/{bob}", {"properties": {"hs_additional_emails": "bobby@firm.example.com"}})
    for email in ("BOB@firm.example.com", "bobby@firm.example.com"):
        refused = call("POST", "", {"properties": {"email": email}})
        assert refused.status == 409
        assert refused.json()["message"] == f"Contact already exists. Existing ID: {bob}"
        assert refused.json()["category"] == "CONFLICT"


def test_a_secondary_email_made_primary_changes_places(call: Call, core: HubSpotCore, bob: str) -> None:
    call("PATCH", f"/{bob}", {"properties": {"hs_additional_emails": "bobby@firm.example.com"}})
    call("PATCH", f"/{bob}", {"properties": {"email": "bobby@firm.example.com"}})
    held = core.contact(bob)
    assert (held["email"], held["hs_additional_emails"]) == ("bobby@firm.example.com", "bob@firm.example.com")


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"no_such": "x"}, "PROPERTY_DOESNT_EXIST"),
        ({"email": "not an email"}, "INVALID_EMAIL"),
        ({"accord_tier": "Hot"}, "INVALID_OPTION"),
        ({"product_interest": "reporting;dancing"}, "INVALID_OPTION"),
        ({"decision_maker": "yes"}, "INVALID_OPTION"),
        ({"budget": "1,000"}, "INVALID_INTEGER"),
        ({"webinar_date": "1425391200000"}, "INVALID_DATE"),
        ({"webinar_date": "12/31/2026"}, "INVALID_DATE"),
        ({"accord_answered_at": "soon"}, "INVALID_LONG"),
        ({"hubspot_owner_id": "1"}, "INVALID_OPTION"),
        ({"hs_email_optout": "true"}, "READ_ONLY_VALUE"),
    ],
)
def test_a_bad_value_is_refused_with_its_code(
    call: Call, bob: str, properties: dict[str, str], code: str
) -> None:
    refused = call("PATCH", f"/{bob}", {"properties": properties})
    assert refused.status == 400
    body = refused.json()
    name = next(iter(properties))
    assert body["category"] == "VALIDATION_ERROR"
    assert body["message"].startswith('Property values were not valid: [{"isValid":false')
    assert body["errors"][0]["code"] == code
    assert body["errors"][0]["context"] == {"propertyName": [name]}


@pytest.mark.parametrize(
    ("name", "sent", "stored"),
    [
        ("budget", 1500, "1500"),
        ("budget", 1500.5, "1500.5"),
        ("decision_maker", True, "true"),
        ("webinar_date", "1767225600000", "2026-01-01"),
        ("accord_answered_at", "1572406217883", "2019-10-30T03:30:17.883Z"),
        ("accord_answered_at", "2019-10-30T04:30:17+01:00", "2019-10-30T03:30:17.000Z"),
        ("product_interest", "support;reporting;support", "support;reporting"),
        ("firstname", " Bob ", " Bob "),
        ("city", "", None),
        ("city", None, None),
    ],
)
def test_a_value_is_stored_in_hubspots_form(call: Call, bob: str, name: str, sent: Any, stored: Any) -> None:
    assert call("PATCH", f"/{bob}", {"properties": {name: sent}}).status == 200
    assert call("GET", f"/{bob}?properties={name}").json()["properties"][name] == stored


def test_a_leading_semicolon_adds_to_a_multiple_choice(call: Call, core: HubSpotCore, bob: str) -> None:
    call("PATCH", f"/{bob}", {"properties": {"product_interest": "support"}})
    call("PATCH", f"/{bob}", {"properties": {"product_interest": ";reporting"}})
    assert core.contact(bob)["product_interest"] == "support;reporting"


def test_a_unique_value_belongs_to_one_contact(call: Call, bob: str) -> None:
    call("PATCH", f"/{bob}", {"properties": {"accord_salesforce_id": "00Q1"}})
    refused = call("POST", "", {"properties": {"lastname": "Eve", "accord_salesforce_id": "00Q1"}})
    assert refused.status == 400
    assert refused.json()["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"
    assert f"{bob} already has that value." in refused.json()["message"]


def test_the_lifecycle_goes_backward_only_through_blank(call: Call, core: HubSpotCore, bob: str) -> None:
    def write(stage: str) -> str | None:
        answer = call("PATCH", f"/{bob}", {"properties": {"lifecyclestage": stage}})
        assert answer.status == 200
        return core.contact(bob).get("lifecyclestage")

    assert write("opportunity") == "opportunity"
    assert write("lead") == "opportunity"
    assert write("") is None
    assert write("lead") == "lead"
    write("customer")
    core.settings.lifecycle_forward_only = False
    assert write("lead") == "lead"


def test_a_write_answer_can_show_what_was_sent_instead(call: Call, core: HubSpotCore, bob: str) -> None:
    call("PATCH", f"/{bob}", {"properties": {"lifecyclestage": "opportunity"}})
    backward = {"properties": {"lifecyclestage": "lead"}}
    assert call("PATCH", f"/{bob}", backward).json()["properties"]["lifecyclestage"] == "opportunity"
    core.settings.write_answer = "sent"
    assert call("PATCH", f"/{bob}", backward).json()["properties"]["lifecyclestage"] == "lead"


def test_history_names_who_wrote_newest_first(
    call: Call, core: HubSpotCore, clock: ManualClock, bob: str
) -> None:
    clock.advance(1)
    core.edit({"city": "Austin"}, id=bob, by="user")
    clock.advance(1)
    core.edit({"city": "Denver"}, id=bob, by="automation")
    read = call("GET", f"/{bob}?propertiesWithHistory=city").json()
    app = str(core.portal.account.app_id)
    assert read["properties"]["city"] == "Denver"
    assert [
        (one["value"], one["sourceType"], one["sourceId"]) for one in read["propertiesWithHistory"]["city"]
    ] == [
        ("Denver", "AUTOMATION_PLATFORM", "enrollmentId:1;actionExecutionIndex:0"),
        ("Austin", "CRM_UI", "userId:9000011"),
        ("Boston", "INTEGRATION", app),
    ]
    assert read["propertiesWithHistory"]["city"][0]["timestamp"] == "2026-10-12T12:00:02.000Z"


def test_an_equal_write_leaves_no_trace(call: Call, core: HubSpotCore, clock: ManualClock, bob: str) -> None:
    before = core.contact(bob)
    clock.advance(5)
    assert call("PATCH", f"/{bob}", {"properties": {"city": "Boston"}}).status == 200
    assert core.contact(bob) == before
    core.settings.equal_write_touches = True
    call("PATCH", f"/{bob}", {"properties": {"city": "Boston"}})
    assert core.contact(bob)["lastmodifieddate"] > before["lastmodifieddate"]


def test_an_archived_contact_frees_its_email_and_can_be_read_as_archived(call: Call, bob: str) -> None:
    assert call("DELETE", f"/{bob}").status == 204
    assert call("DELETE", f"/{bob}").status == 204
    assert call("GET", f"/{bob}").status == 404
    archived = call("GET", f"/{bob}?archived=True").json()
    assert archived["archived"] is True and "archivedAt" in archived
    assert call("POST", "", {"properties": {"email": "bob@firm.example.com"}}).status == 201


def test_not_found_has_two_shapes(call: Call) -> None:
    number = call("GET", "/12345")
    assert (number.status, number.json()["message"]) == (404, "resource not found")
    assert "category" not in number.json()
    word = call("GET", "/bob@firm.example.com").json()
    assert word["category"] == "OBJECT_NOT_FOUND"


def test_a_contact_needs_a_name_or_an_email(call: Call) -> None:
    assert call("POST", "", {"properties": {"city": "Boston"}}).status == 400


def test_the_list_pages_to_the_end_without_a_paging_key(call: Call) -> None:
    for number in range(5):
        call("POST", "", {"properties": {"email": f"p{number}@firm.example.com"}})
    first = call("GET", "?limit=3").json()
    second = call("GET", f"?limit=3&after={first['paging']['next']['after']}").json()
    assert [len(first["results"]), len(second["results"])] == [3, 2]
    assert "paging" not in second
    assert call("GET", "?limit=101").status == 400
    assert call("GET", "?limit=51&propertiesWithHistory=city").status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/crm/objects/2026-03/contacts",
        "/crm/objects/2026-09/0-1",
        "/crm/v3/objects/contact",
        "/crm/v3/objects/CONTACT/",
    ],
)
def test_every_form_of_the_path_leads_to_the_contacts(call: Call, path: str, bob: str) -> None:
    assert [one["id"] for one in call("GET", path).json()["results"]] == [bob]


def test_an_unknown_object_type_is_not_inferred(call: Call) -> None:
    refused = call("GET", "/crm/v3/objects/butterflies")
    assert refused.status == 400
    assert refused.json()["message"] == "Unable to infer object type from: butterflies"


def test_a_body_that_is_no_json_is_400(core: HubSpotCore) -> None:
    from connector.practice.http import request_of

    token = {"Authorization": f"Bearer {core.portal.account.private_token}"}
    refused = core.respond(request_of("POST", "/crm/v3/objects/contacts", token, b"{"))
    assert refused.status == 400
