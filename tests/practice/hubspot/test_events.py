"""Which webhook events happen when: every kind of event, legacy and generic, and who decides what is subscribed."""

from typing import Any

import pytest

from connector.practice.hubspot import HubSpotCore
from tests.practice.hubspot.conftest import Call

ACME = {"properties": {"name": "Acme"}}
_PRIMARY = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]


@pytest.fixture
def acme(call: Call) -> str:
    return str(call("POST", "/crm/v3/objects/companies", ACME).json()["id"])


def _told(core: HubSpotCore) -> list[tuple[str, Any]]:
    return [(one["subscriptionType"], one.get("objectId")) for one in core.take_events()]


def test_companies_and_deals_have_their_own_legacy_events(call: Call, core: HubSpotCore) -> None:
    core.outbox.subscribe(
        [{"type": "company.creation"}, {"type": "deal.propertyChange", "property": "dealstage"}]
    )
    acme = call("POST", "/crm/v3/objects/companies", ACME).json()["id"]
    sent = {"properties": {"dealname": "D", "dealstage": "contractsent"}}
    deal = call("POST", "/crm/v3/objects/deals", sent).json()["id"]
    call("PATCH", f"/crm/v3/objects/deals/{deal}", {"properties": {"dealstage": "closedwon"}})
    assert _told(core) == [
        ("company.creation", int(acme)),
        ("deal.propertyChange", int(deal)),
        ("deal.propertyChange", int(deal)),
    ]


def test_generic_events_carry_the_object_type(call: Call, core: HubSpotCore) -> None:
    core.outbox.subscribe(
        [
            {"type": "object.creation", "object": "0-2"},
            {"type": "object.propertyChange", "object": "company", "property": "name"},
            {"type": "object.deletion", "object": "COMPANY"},
        ]
    )
    acme = call("POST", "/crm/v3/objects/companies", ACME).json()["id"]
    call("DELETE", f"/crm/v3/objects/companies/{acme}")
    events = core.take_events()
    assert [one["subscriptionType"] for one in events] == [
        "object.creation",
        "object.propertyChange",
        "object.deletion",
    ]
    assert {one["objectTypeId"] for one in events} == {"0-2"}
    assert "objectTypeId" not in core.outbox.subscriptions[0]


def test_legacy_and_generic_subscriptions_each_get_their_own_event(
    call: Call, core: HubSpotCore, bob: str
) -> None:
    core.outbox.subscribe(
        [
            {"type": "contact.propertyChange", "property": "city"},
            {"type": "object.propertyChange", "object": "contact", "property": "city"},
        ]
    )
    call("PATCH", f"/{bob}", {"properties": {"city": "Austin"}})
    first, second = core.take_events()
    assert {first["subscriptionType"], second["subscriptionType"]} == {
        "contact.propertyChange",
        "object.propertyChange",
    }
    assert first["subscriptionId"] != second["subscriptionId"]


def test_a_merge_is_told_with_all_ids_and_the_properties_it_moved(
    call: Call, core: HubSpotCore, bob: str
) -> None:
    eve = call("POST", "", {"properties": {"lastname": "Eve", "jobtitle": "CEO"}}).json()["id"]
    core.outbox.subscribe(
        [
            {"type": "contact.merge"},
            {"type": "contact.propertyChange", "property": "jobtitle"},
            {"type": "contact.deletion"},
            {"type": "contact.creation"},
        ]
    )
    merged = call("POST", "/merge", {"primaryObjectId": bob, "objectIdToMerge": eve}).json()["id"]
    merge, change = core.take_events()
    assert merge["subscriptionType"] == "contact.merge"
    assert (merge["primaryObjectId"], merge["mergedObjectIds"], merge["newObjectId"]) == (
        int(bob),
        [int(eve)],
        int(merged),
    )
    assert merge["numberOfPropertiesMoved"] >= 1
    assert (change["propertyName"], change["objectId"]) == ("jobtitle", int(merged))


def test_a_restore_and_a_privacy_deletion(call: Call, core: HubSpotCore, bob: str) -> None:
    core.outbox.subscribe("all")
    call("DELETE", f"/{bob}")
    core.edit(id=bob, restore=True)
    core.edit(id=bob, forget=True)
    assert [kind for kind, _ in _told(core)] == [
        "contact.deletion",
        "contact.restore",
        "contact.privacyDeletion",
        "contact.deletion",
    ]


def test_a_restore_fails_when_somebody_else_has_the_address(call: Call, core: HubSpotCore, bob: str) -> None:
    call("DELETE", f"/{bob}")
    call("POST", "", {"properties": {"email": "bob@firm.example.com"}})
    with pytest.raises(ValueError, match=r"bob@firm\.example\.com"):
        core.edit(id=bob, restore=True)


def test_a_primary_company_is_two_association_events_a_direction(
    call: Call, core: HubSpotCore, bob: str, acme: str
) -> None:
    core.outbox.subscribe([{"type": "contact.associationChange"}, {"type": "company.associationChange"}])
    path = f"/crm/v4/objects/contacts/{bob}/associations/companies/{acme}"
    call("PUT", path, _PRIMARY)
    events = core.take_events()
    shown = [
        (one["associationType"], one["fromObjectId"], one["toObjectId"], one["isPrimaryAssociation"])
        for one in events
    ]
    assert shown == [
        ("CONTACT_TO_COMPANY", int(bob), int(acme), False),
        ("COMPANY_TO_CONTACT", int(acme), int(bob), False),
        ("CONTACT_TO_COMPANY", int(bob), int(acme), True),
        ("COMPANY_TO_CONTACT", int(acme), int(bob), True),
    ]
    assert all("objectId" not in one and one["associationRemoved"] is False for one in events)
    call("DELETE", path)
    assert {one["associationRemoved"] for one in core.take_events()} == {True}


def test_the_primary_company_and_its_property_follow_each_other(
    call: Call, core: HubSpotCore, bob: str, acme: str
) -> None:
    core.outbox.subscribe([{"type": "contact.propertyChange", "property": "associatedcompanyid"}])
    call("PUT", f"/crm/v4/objects/contacts/{bob}/associations/companies/{acme}", _PRIMARY)
    assert core.contact(bob)["associatedcompanyid"] == acme
    assert core.take_events()[0]["propertyValue"] == acme
    other = call("POST", "/crm/v3/objects/companies", ACME).json()["id"]
    call("PATCH", f"/{bob}", {"properties": {"associatedcompanyid": other}})
    rows = call("GET", f"/crm/v4/objects/contacts/{bob}/associations/companies").json()["results"]
    primary = [one["toObjectId"] for one in rows if any(t["typeId"] == 1 for t in one["associationTypes"])]
    assert (primary, len(rows)) == ([int(other)], 2)


def test_sensitive_values_are_redacted(call: Call, core: HubSpotCore, bob: str) -> None:
    made = {
        "name": "health",
        "label": "Health",
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
        "dataSensitivity": "sensitive",
    }
    assert call("POST", "/crm/v3/properties/contacts", made).status == 201
    core.outbox.subscribe([{"type": "contact.propertyChange", "property": "health"}])
    call("PATCH", f"/{bob}", {"properties": {"health": "good"}})
    (event,) = core.take_events()
    assert (event["propertyValue"], event["isSensitive"]) == ("REDACTED", True)


_FILE = {
    "uid": "webhooks",
    "type": "webhooks",
    "config": {
        "settings": {"targetUrl": "https://accord.example.com/webhooks/hubspot", "maxConcurrentRequests": 10},
        "subscriptions": {
            "crmObjects": [
                {"subscriptionType": "object.creation", "objectType": "contact", "active": True},
                {
                    "subscriptionType": "object.propertyChange",
                    "objectType": "contact",
                    "propertyName": "city",
                    "active": True,
                },
            ],
            "legacyCrmObjects": [
                {"subscriptionType": "contact.propertyChange", "propertyName": "phone", "active": False}
            ],
            "hubEvents": [{"subscriptionType": "contact.privacyDeletion", "active": True}],
        },
    },
}


def test_a_projects_file_says_what_is_subscribed(call: Call, core: HubSpotCore, bob: str) -> None:
    assert call("POST", "/_practice/app", _FILE).status == 200
    assert (core.delivery.target_url, core.delivery.concurrency) == (
        "https://accord.example.com/webhooks/hubspot",
        10,
    )
    call("PATCH", f"/{bob}", {"properties": {"city": "Austin", "phone": "1", "jobtitle": "CEO"}})
    assert [event["propertyName"] for event in core.take_events()] == ["city"]


@pytest.mark.parametrize(
    "subscriptions",
    [
        {"crmObjects": [{"subscriptionType": "contact.creation"}]},
        {"legacyCrmObjects": [{"subscriptionType": "object.creation", "objectType": "contact"}]},
        {"crmObjects": [{"subscriptionType": "object.creation", "objectType": "butterfly"}]},
        {"crmobjects": []},
        {"legacyCrmObjects": [{"subscriptionType": "contact.propertyChange"}]},
        {"legacyCrmObjects": [{"subscriptionType": "contact.creation"}] * 1001},
    ],
)
def test_a_wrong_projects_file_is_refused(call: Call, subscriptions: dict[str, Any]) -> None:
    config = {"settings": {"targetUrl": "https://a.example.com", "maxConcurrentRequests": 10}}
    file = {"config": {**config, "subscriptions": subscriptions}}
    assert call("POST", "/_practice/app", file).status == 400


def _app(core: HubSpotCore, call: Call, method: str, rest: str, body: Any = None, **how: Any) -> Any:
    account = core.portal.account
    token = how.get("token", account.developer_key)
    return call(method, f"{how.get('root', '/webhooks/v3')}/{account.app_id}{rest}", body, token=token)


def test_the_apps_settings_decide_where_and_how_many_at_once(call: Call, core: HubSpotCore) -> None:
    def put(target: str, most: int) -> int:
        body = {"targetUrl": target, "throttling": {"maxConcurrentRequests": most}}
        return int(_app(core, call, "PUT", "/settings", body).status)

    assert _app(core, call, "GET", "/settings").status == 404
    assert put("https://a.example.com/hook", 12) == 200
    assert put("http://a.example.com/hook", 12) == 400
    assert put("https://a.example.com/hook", 5) == 400
    assert core.delivery.concurrency == 12
    shown = _app(core, call, "GET", "/settings", root="/app-webhooks/2026-09").json()
    assert shown["throttling"] == {"maxConcurrentRequests": 12}
    assert _app(core, call, "DELETE", "/settings").status == 204
    assert core.delivery.target_url == ""


def test_the_apps_subscriptions_are_what_is_told(call: Call, core: HubSpotCore, bob: str) -> None:
    wish = {"eventType": "contact.propertyChange", "propertyName": "city"}
    made = _app(core, call, "POST", "/subscriptions", wish)
    assert (made.status, made.json()["active"]) == (201, False)
    call("PATCH", f"/{bob}", {"properties": {"city": "Austin"}})
    assert core.take_events() == []
    key = made.json()["id"]
    assert _app(core, call, "PATCH", f"/subscriptions/{key}", {"active": True}).json()["active"] is True
    call("PATCH", f"/{bob}", {"properties": {"city": "Boston"}})
    assert [event["subscriptionId"] for event in core.take_events()] == [int(key)]
    assert _app(core, call, "POST", "/subscriptions", wish).status == 409
    rows = {"inputs": [{"id": int(key), "active": False}, {"id": 7, "active": True}]}
    assert _app(core, call, "POST", "/subscriptions/batch/update", rows).status == 207
    assert _app(core, call, "DELETE", f"/subscriptions/{key}").status == 204
    assert _app(core, call, "GET", f"/subscriptions/{key}").status == 404


def test_a_private_apps_token_can_not_set_webhooks(call: Call, core: HubSpotCore) -> None:
    refused = _app(core, call, "GET", "/subscriptions", token=core.portal.account.private_token)
    assert (refused.status, refused.json()["category"]) == (403, "MISSING_SCOPES")
    bad = {"eventType": "contact.propertyChange", "propertyName": "lastmodifieddate"}
    assert _app(core, call, "POST", "/subscriptions", bad).status == 400
    assert _app(core, call, "POST", "/subscriptions", {"eventType": "butterfly.birth"}).status == 400
