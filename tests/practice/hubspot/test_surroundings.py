"""Properties, owners, static lists, the account, and what is ours under /_practice/."""

from typing import Any

from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from connector.practice.hubspot.writing import Change
from connector.practice.people import REPS
from tests.practice.hubspot.conftest import Call

_PROPERTIES = "/crm/v3/properties/contacts"


def test_properties_show_what_may_be_written(call: Call) -> None:
    by_name = {one["name"]: one for one in call("GET", _PROPERTIES).json()["results"]}
    assert by_name["accord_salesforce_id"]["hasUniqueValue"] is True
    assert by_name["hs_email_optout"]["modificationMetadata"]["readOnlyValue"] is True
    assert by_name["hubspot_owner_id"]["externalOptions"] is True
    assert by_name["hubspot_owner_id"]["referencedObjectType"] == "OWNER"
    assert [one["value"] for one in by_name["accord_tier"]["options"]] == ["hot", "warm", "nurture"]
    assert by_name["annualrevenue"]["type"] == "string"
    assert call("GET", f"{_PROPERTIES}/no_such").status == 404


def test_a_property_is_made_changed_and_archived(call: Call, bob: str) -> None:
    made = {
        "name": "shoe",
        "label": "Shoe",
        "type": "enumeration",
        "fieldType": "select",
        "groupName": "accord",
    }
    made_options = {**made, "options": [{"label": "Left", "value": "left"}]}
    assert call("POST", _PROPERTIES, made_options).status == 201
    again = call("POST", _PROPERTIES, made)
    assert (again.status, again.json()["category"]) == (409, "OBJECT_ALREADY_EXISTS")
    assert call("PATCH", f"/{bob}", {"properties": {"shoe": "right"}}).status == 400
    call("PATCH", f"{_PROPERTIES}/shoe", {"options": [{"label": "Right", "value": "right"}]})
    assert call("PATCH", f"/{bob}", {"properties": {"shoe": "right"}}).status == 200
    assert call("DELETE", f"{_PROPERTIES}/shoe").status == 204
    assert call("PATCH", f"/{bob}", {"properties": {"shoe": "right"}}).status == 400


def test_owners_are_the_reps_paged_and_by_email(call: Call) -> None:
    first = call("GET", "/crm/v3/owners?limit=4").json()
    second = call("GET", f"/crm/v3/owners?limit=4&after={first['paging']['next']['after']}").json()
    emails = [one["email"] for one in (*first["results"], *second["results"])]
    assert emails == [rep.email for rep in REPS]
    assert "paging" not in second
    (alice,) = call("GET", "/crm/v3/owners?email=ALICE@accord.example.com").json()["results"]
    assert alice["id"] != str(alice["userId"])
    assert call("GET", f"/crm/v3/owners/{alice['userId']}?idProperty=userId").json()["id"] == alice["id"]


def test_an_archived_owner_has_no_user_id(call: Call, core: HubSpotCore) -> None:
    alice = next(iter(core.portal.owners.values()))
    alice.archived = True
    assert len(call("GET", "/crm/v3/owners").json()["results"]) == len(REPS) - 1
    (shown,) = call("GET", "/crm/v3/owners?archived=true").json()["results"]
    assert (shown["userId"], shown["userIdIncludingInactive"]) == (None, alice.user_id)


def test_a_static_list_takes_and_loses_members(call: Call, bob: str) -> None:
    body = {"name": "Nurture", "objectTypeId": "0-1", "processingType": "MANUAL"}
    made = call("POST", "/crm/v3/lists/", body).json()["list"]
    path = f"/crm/v3/lists/{made['listId']}"
    added = call("PUT", f"{path}/memberships/add", [bob, "99"]).json()
    assert added == {"recordsIdsAdded": [bob], "recordIdsRemoved": [], "recordIdsMissing": ["99"]}
    assert call("PUT", f"{path}/memberships/add", [bob]).json()["recordsIdsAdded"] == []
    assert [one["recordId"] for one in call("GET", f"{path}/memberships").json()["results"]] == [bob]
    assert call("GET", path).json()["list"]["size"] == 1
    moved = call("PUT", f"{path}/memberships/add-and-remove", {"recordIdsToRemove": [bob]}).json()
    assert moved["recordIdsRemoved"] == [bob]
    assert (
        call("GET", "/crm/v3/lists/object-type-id/0-1/name/Nurture").json()["list"]
        == call("GET", path).json()["list"]
    )
    assert call("POST", "/crm/v3/lists/", body).status == 400
    assert call("POST", "/crm/v3/lists/search", {"query": "nurt"}).json()["total"] == 1
    assert call("GET", "/crm/v3/lists/77").status == 404
    assert call("PUT", f"{path}/memberships/remove", [bob]).json()["recordIdsRemoved"] == []


def test_the_account(call: Call, core: HubSpotCore) -> None:
    assert call("GET", "/account-info/v3/details").json()["portalId"] == core.portal.account.portal_id
    assert call("GET", "/account-info/2026-09/details").status == 200
    usage = call("GET", "/account-info/v3/api-usage/daily/private-apps").json()
    assert usage["results"][0]["usageLimit"] == 625_000


def test_calls_are_counted_by_endpoint_and_ours_are_not(call: Call, bob: str) -> None:
    call("POST", "/_practice/calls/reset")
    call("GET", f"/{bob}")
    call("GET", "/12")
    call("POST", "/crm/objects/2026-03/contacts/batch/read", {"inputs": [{"id": bob}]})
    call("POST", "/oauth/v1/token")
    call("POST", "/_practice/edit", {"by": "user", "id": bob, "values": {"city": "Austin"}})
    shown = call("GET", "/_practice/calls").json()
    assert shown == {
        "total": 3,
        "by_endpoint": {
            "GET /crm/v3/objects/contacts/{id}": 2,
            "POST /crm/v3/objects/contacts/batch/read": 1,
        },
        "tokens": 1,
    }


def test_a_person_may_do_in_the_ui_what_the_api_may_not(call: Call, core: HubSpotCore, bob: str) -> None:
    core.edit({"lifecyclestage": "customer"}, id=bob)
    core.edit({"lifecyclestage": "subscriber", "hs_email_optout": "true"}, email="bob@firm.example.com")
    assert core.contact(bob)["lifecyclestage"] == "subscriber"
    assert core.contact(bob)["hs_email_optout"] == "true"
    assert call("POST", "/_practice/edit", {"id": bob, "values": {"createdate": "1"}}).status == 400
    assert call("POST", "/_practice/edit", {"id": "77", "values": {}}).status == 404
    assert call("POST", "/_practice/edit", {"id": bob, "by": "nobody", "values": {}}).status == 400


def test_a_form_of_a_known_email_changes_that_contact(core: HubSpotCore, bob: str) -> None:
    sent = {"email": "Bob@firm.example.com", "demo_requested": "true"}
    assert core.edit(sent, by="form", create=True) == bob
    fresh = core.edit({"email": "eve@firm.example.com"}, by="form", create=True)
    assert core.contact(fresh)["hs_object_source"] == "FORM"
    assert core.edit(id=fresh, delete=True) == fresh
    assert [one["id"] for one in core.snapshot()["contacts"]] == [bob]


def test_a_workflow_answers_our_write_once(call: Call, core: HubSpotCore, bob: str) -> None:
    rule = {"object": "contact", "when_field": "city", "equals": "Austin", "set": {"state": "Texas"}}
    assert call("POST", "/_practice/automations", {**rule, "mode": "before"}).status == 400
    assert call("POST", "/_practice/automations", {**rule, "mode": "after"}).status == 200
    call("PATCH", f"/{bob}", {"properties": {"city": "Austin"}})
    assert core.contact(bob)["state"] == "Texas"
    read = call("GET", f"/{bob}?propertiesWithHistory=state").json()
    assert read["propertiesWithHistory"]["state"][0]["sourceType"] == "AUTOMATION_PLATFORM"
    call("DELETE", "/_practice/automations")
    call("PATCH", f"/{bob}", {"properties": {"city": "Boston", "state": ""}})
    call("PATCH", f"/{bob}", {"properties": {"city": "Austin"}})
    assert "state" not in core.contact(bob)


def test_automations_that_answer_each_other_end(core: HubSpotCore, bob: str) -> None:
    seen: list[Change] = []

    def flip(portal: HubSpotCore, change: Change) -> None:
        seen.append(change)
        portal.edit({"city": change.new["city"] + "!"}, id=change.contact_id, by="automation")

    core.on_write.append(flip)
    core.edit({"city": "Austin"}, id=bob)
    assert core.contact(bob)["city"] == "Austin!!!"
    assert (seen[0].old["city"], seen[0].new["city"]) == ("Boston", "Austin")


def test_the_same_seed_gives_the_same_portal_and_reset_goes_back_to_it(clock: ManualClock) -> None:
    first, second = (HubSpotCore(60, seed=3, clock=clock) for _ in range(2))
    start = first.snapshot()
    assert start == second.snapshot() and len(start["contacts"]) == 60
    contact: dict[str, Any] = start["contacts"][0]
    first.edit({"city": "Nowhere"}, id=contact["id"])
    first.edit(id=start["contacts"][1]["id"], delete=True)
    first.reset()
    assert first.snapshot() == start
    assert HubSpotCore(60, seed=4, clock=clock).snapshot() != start


def test_settings_are_changed_over_http(call: Call, core: HubSpotCore, bob: str) -> None:
    call("POST", "/_practice/settings", {"trim_text": True, "number_form": "shortest"})
    call("PATCH", f"/{bob}", {"properties": {"city": " Austin ", "budget": "100.50"}})
    assert (core.contact(bob)["city"], core.contact(bob)["budget"]) == ("Austin", "100.5")
    assert call("POST", "/_practice/settings", {"colour": 1}).status == 400


def test_the_manual_clock_is_turned_over_http(call: Call, core: HubSpotCore) -> None:
    before = core.now_ms()
    assert call("POST", "/_practice/clock", {"advance": 90}).status == 200
    assert core.now_ms() - before == 90_000
    assert call("GET", "/_practice/none").status == 404
