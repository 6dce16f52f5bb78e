"""Every error and limit that a sync can meet, provoked: status, category, sub-category, a part of the message."""

from collections.abc import Callable
from typing import Any

import pytest

from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from tests.practice.hubspot.conftest import Call, caller

Provoke = Callable[[Call, HubSpotCore, str], Any]
_DEALS, _PROPERTIES, _PIPELINES = (
    "/crm/v3/objects/deals",
    "/crm/v3/properties/contacts",
    "/crm/v3/pipelines/deals",
)
_SHOE = {"name": "shoe", "label": "Shoe", "type": "string", "fieldType": "text", "groupName": "accord"}


def _sent(method: str, path: str, body: Any = None) -> Provoke:
    return lambda call, core, bob: call(method, path.replace("BOB", bob), body)


def _deal(stage: str = "contractsent", **more: str) -> dict[str, Any]:
    return {"properties": {"dealname": "D", "dealstage": stage, **more}}


def _scopes(*scopes: str, method: str, path: str, body: Any = None) -> Provoke:
    def provoke(call: Call, core: HubSpotCore, bob: str) -> Any:
        core.settings.scopes = list(scopes)
        return call(method, path, body)

    return provoke


def _over(setting: str, path: str, **settings: Any) -> Provoke:
    def provoke(call: Call, core: HubSpotCore, bob: str) -> Any:
        core.faults.rate_limits = True
        core.settings.update({setting: 2, **settings})
        return [call("GET", path) for _ in range(3)][-1]

    return provoke


def _merged_often(call: Call, core: HubSpotCore, bob: str) -> Any:
    core.portal.contacts[bob].values["hs_merged_object_ids"] = ";".join(str(n) for n in range(1, 250))
    eve = core.edit({"lastname": "Eve"}, create=True)
    return call("POST", "/merge", {"primaryObjectId": bob, "objectIdToMerge": eve})


def _unique(number: int) -> Provoke:
    def provoke(call: Call, core: HubSpotCore, bob: str) -> Any:
        for place in range(number):
            answer = call("POST", _PROPERTIES, {**_SHOE, "name": f"shoe{place}", "hasUniqueValue": True})
        return answer

    return provoke


def _used_property(call: Call, core: HubSpotCore, bob: str) -> Any:
    call("POST", _PROPERTIES, _SHOE)
    call("POST", "/_practice/automations", {"when_field": "shoe", "set": {"city": "Austin"}})
    return call("DELETE", f"{_PROPERTIES}/shoe")


def _used_stage(call: Call, core: HubSpotCore, bob: str) -> Any:
    call("POST", _DEALS, _deal())
    path = f"{_PIPELINES}/default/stages/contractsent?validateReferencesBeforeDelete=true"
    return call("DELETE", path)


def _dynamic(call: Call, core: HubSpotCore, bob: str) -> Any:
    wish = {"name": "All", "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": {}}
    made = call("POST", "/crm/v3/lists", wish).json()["list"]
    return call("PUT", f"/crm/v3/lists/{made['listId']}/memberships/add", [bob])


def _twice(path: str, body: dict[str, Any]) -> Provoke:
    return lambda call, core, bob: [call("POST", path, body) for _ in range(2)][-1]


def _ruled(values: dict[str, str]) -> Provoke:
    def provoke(call: Call, core: HubSpotCore, bob: str) -> Any:
        core.settings.required = {"contacts": ["firstname"]}
        core.settings.conditional = {"contacts": [{"when": "country", "then": "state"}]}
        return call("POST", "/crm/objects/2026-09/contacts", {"properties": values})

    return provoke


def _trashed(call: Call, core: HubSpotCore, bob: str) -> Any:
    call("DELETE", f"/{bob}")
    return call("PATCH", f"/{bob}", {"properties": {"city": "Austin"}})


_FILTER = {"propertyName": "city", "operator": "HAS_PROPERTY"}
_GROUP = {"name": "accord", "label": "Accord"}
_STAGES = [{"label": "A", "displayOrder": 0, "metadata": {"probability": "0.5"}}]
_LIST = {"name": "L", "objectTypeId": "0-1", "processingType": "MANUAL"}

TABLE: dict[str, tuple[Provoke, int, str | None, str | None, str]] = {
    # situation: provoke, status, category, subCategory, part of the message
    "no such path": (_sent("GET", "/crm/v3/nothing"), 404, None, None, "resource not found"),
    "a number that is nobody's": (_sent("GET", "/12345"), 404, None, None, "resource not found"),
    "a word that is nobody's": (
        _sent("GET", "/x@y.example"),
        404,
        "OBJECT_NOT_FOUND",
        None,
        "usually numeric",
    ),
    "a record in the bin": (_trashed, 404, None, None, "resource not found"),
    "an idProperty that is not unique": (
        _sent("GET", "/Boston?idProperty=city"),
        400,
        "VALIDATION_ERROR",
        None,
        "unique",
    ),
    "no body": (_sent("POST", ""), 400, None, None, "Invalid input JSON"),
    "properties that are no object": (
        _sent("POST", "", {"properties": []}),
        400,
        None,
        None,
        "Invalid input",
    ),
    "a limit too high": (_sent("GET", "?limit=101"), 400, "VALIDATION_ERROR", None, "limit"),
    "a limit too high for histories": (
        _sent("GET", "?limit=51&propertiesWithHistory=city"),
        400,
        "VALIDATION_ERROR",
        None,
        "limit",
    ),
    "a contact with no name": (
        _sent("POST", "", {"properties": {"city": "B"}}),
        400,
        "VALIDATION_ERROR",
        None,
        "CONTACT",
    ),
    "a company with no name": (
        _sent("POST", "/crm/v3/objects/companies", {"properties": {"city": "B"}}),
        400,
        "VALIDATION_ERROR",
        None,
        "COMPANY",
    ),
    "a deal with no stage": (
        _sent("POST", _DEALS, {"properties": {"dealname": "D"}}),
        400,
        "VALIDATION_ERROR",
        None,
        "DEAL",
    ),
    "a deal's stage by its label": (
        _sent("POST", _DEALS, _deal("Contract Sent")),
        400,
        "VALIDATION_ERROR",
        None,
        "INVALID_OPTION",
    ),
    "a pipeline that is not there": (
        _sent("POST", _DEALS, _deal(pipeline="other")),
        400,
        "VALIDATION_ERROR",
        None,
        "INVALID_OPTION",
    ),
    "a merge with itself": (
        lambda call, core, bob: call("POST", "/merge", {"primaryObjectId": bob, "objectIdToMerge": bob}),
        400,
        "VALIDATION_ERROR",
        None,
        "itself",
    ),
    "a merge with a stranger": (
        lambda call, core, bob: call("POST", "/merge", {"primaryObjectId": bob, "objectIdToMerge": "9"}),
        404,
        None,
        None,
        "resource not found",
    ),
    "a record of 250 identities merged again": (_merged_often, 414, None, None, "250"),
    "a query string too long": (_sent("GET", "?properties=" + "x" * 17_000), 414, None, None, "Too Long"),
    "too many filters": (
        _sent("POST", "/search", {"filterGroups": [{"filters": [_FILTER] * 7}]}),
        400,
        "VALIDATION_ERROR",
        None,
        "Too many filters",
    ),
    "an operator that is none": (
        _sent("POST", "/search", {"filterGroups": [{"filters": [{**_FILTER, "operator": "LIKE"}]}]}),
        400,
        "VALIDATION_ERROR",
        None,
        "operator",
    ),
    "a scope for objects": (
        _scopes("crm.objects.contacts.read", method="POST", path="", body={}),
        403,
        "MISSING_SCOPES",
        None,
        "required scopes",
    ),
    "a scope for lists": (
        _scopes("oauth", method="GET", path="/crm/v3/lists"),
        403,
        "MISSING_SCOPES",
        None,
        "",
    ),
    "a scope for owners": (
        _scopes("oauth", method="GET", path="/crm/v3/owners"),
        403,
        "MISSING_SCOPES",
        None,
        "",
    ),
    "over the ten-second limit": (_over("ten_second_limit", ""), 429, None, None, "ten_secondly_rolling"),
    "over the associations' limit": (
        _over("association_limit", "/crm/v4/associations/contacts/companies/labels"),
        429,
        None,
        None,
        "ten_secondly_rolling",
    ),
    "over the daily limit": (_over("daily_limit", ""), 429, None, None, "daily limit"),
    "a property twice": (
        _twice(_PROPERTIES, _SHOE),
        409,
        "OBJECT_ALREADY_EXISTS",
        "Properties.PROPERTY_WITH_NAME_EXISTS",
        "already exists",
    ),
    "a property in use": (
        _used_property,
        400,
        "VALIDATION_ERROR",
        "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE",
        "in use",
    ),
    "one of HubSpot's properties archived": (
        _sent("DELETE", f"{_PROPERTIES}/email"),
        400,
        "VALIDATION_ERROR",
        None,
        "defined by HubSpot",
    ),
    "an eleventh unique property": (_unique(10), 400, "VALIDATION_ERROR", None, "limit of 10"),
    "a property without a label": (
        _sent("POST", _PROPERTIES, {**_SHOE, "label": ""}),
        400,
        "VALIDATION_ERROR",
        None,
        "[label]",
    ),
    "a group twice": (
        _sent("POST", f"{_PROPERTIES}/groups", _GROUP),
        409,
        "OBJECT_ALREADY_EXISTS",
        None,
        "",
    ),
    "a group with properties deleted": (
        _sent("DELETE", f"{_PROPERTIES}/groups/accord"),
        400,
        "VALIDATION_ERROR",
        "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES",
        "",
    ),
    "a pipeline twice": (
        _twice(_PIPELINES, {"label": "P", "displayOrder": 1, "stages": _STAGES}),
        409,
        "OBJECT_ALREADY_EXISTS",
        None,
        "",
    ),
    "a stage in use": (_used_stage, 400, "VALIDATION_ERROR", "PipelineError.STAGE_ID_IN_USE", "in use"),
    "a deal stage without probability": (
        _sent("POST", f"{_PIPELINES}/default/stages", {"label": "X", "displayOrder": 1, "metadata": {}}),
        400,
        "VALIDATION_ERROR",
        None,
        "probability",
    ),
    "a list twice": (
        _twice("/crm/v3/lists", _LIST),
        400,
        "VALIDATION_ERROR",
        "ILS.DUPLICATE_LIST_NAMES",
        "in use",
    ),
    "a dynamic list's members": (
        _dynamic,
        400,
        "VALIDATION_ERROR",
        None,
        "DYNAMIC",
    ),
    "a list that is not there": (
        _sent("GET", "/crm/v3/lists/77"),
        404,
        "OBJECT_NOT_FOUND",
        "ILS.LIST_NOT_FOUND",
        "77",
    ),
    "a required property": (
        _ruled({"lastname": "B"}),
        400,
        "VALIDATION_ERROR",
        None,
        "MISSING_REQUIRED_PROPERTY",
    ),
    "a conditionally required one": (
        _ruled({"firstname": "A", "country": "USA"}),
        400,
        "VALIDATION_ERROR",
        None,
        "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
    ),
    "an association type of another pair": (
        _sent(
            "POST",
            _DEALS,
            {
                **_deal(),
                "associations": [
                    {
                        "to": {"id": "BOB"},
                        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}],
                    }
                ],
            },
        ),
        400,
        "VALIDATION_ERROR",
        None,
        "association types",
    ),
}


@pytest.mark.parametrize("situation", TABLE)
def test_an_error_has_its_real_form(call: Call, core: HubSpotCore, bob: str, situation: str) -> None:
    provoke, status, category, sub_category, part = TABLE[situation]
    answer = provoke(call, core, bob)
    body = answer.json()
    assert answer.status == status, body
    assert (body["status"], body.get("category"), body.get("subCategory")) == (
        "error",
        category,
        sub_category,
    )
    assert part in body["message"]
    assert body["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/crm/v3/objects/contacts", "crm.objects.contacts.read"),
        ("POST", "/crm/v3/objects/companies/batch/create", "crm.objects.companies.write"),
        ("POST", "/crm/objects/2026-03/deals/search", "crm.objects.deals.read"),
        ("GET", "/crm/v3/objects/tickets", "tickets"),
        ("GET", "/crm/v3/properties/contacts", "crm.schemas.contacts.read"),
        ("POST", "/crm/v3/properties/companies", "crm.schemas.companies.write"),
        ("GET", "/crm/v3/pipelines/deals", "crm.schemas.deals.read"),
        ("POST", "/crm/v4/associations/contacts/companies/batch/create", "crm.objects.contacts.write"),
        ("POST", "/crm/v3/lists", "crm.lists.read"),
        ("GET", "/crm/v3/owners/1", "crm.objects.owners.read"),
    ],
)
def test_a_missing_scope_is_named(call: Call, core: HubSpotCore, method: str, path: str, scope: str) -> None:
    core.settings.scopes = ["oauth"]
    refused = call(method, path, {})
    assert refused.status == 403
    (error,) = refused.json()["errors"]
    assert error["context"] == {"requiredGranularScopes": [scope]}
    core.settings.scopes = None
    assert call(method, path, {}).status != 403


def test_values_are_told_as_normalised_on_the_newest_paths(call: Call, bob: str) -> None:
    sent = {"properties": {"email": "Bob.Two@Firm.example.com", "city": "Boston"}}
    made = call("POST", "/crm/objects/2026-09/contacts", sent).json()
    (warning,) = made["warnings"]
    assert warning["category"] == "PROPERTY_VALUE_NORMALIZED"
    assert warning["context"] == {
        "propertyName": ["email"],
        "rawValue": ["Bob.Two@Firm.example.com"],
        "normalizedValue": ["bob.two@firm.example.com"],
    }
    older = call(
        "PATCH", f"/crm/objects/2026-03/contacts/{bob}", {"properties": {"email": "B@firm.example.com"}}
    )
    assert "warnings" not in older.json()


def test_what_the_dated_versions_do_otherwise(call: Call, bob: str) -> None:
    acme = call("POST", "/crm/objects/2026-09/0-2", {"properties": {"name": "Acme"}}).json()["id"]
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
    row = {"from": {"id": bob}, "to": {"id": acme}, "types": [spec]}
    told = {}
    for version in ("v4", "2026-03", "2026-09"):
        root = "/crm/v4/associations" if version == "v4" else f"/crm/associations/{version}"
        objects = "/crm/v4/objects" if version == "v4" else f"/crm/objects/{version}"
        pairs = f"{root}/contacts/companies"
        told[version] = (
            call("POST", f"{pairs}/batch/create", {"inputs": [row]}).status,
            call("GET", f"{objects}/contacts/{bob}/associations/companies").status,
            call("POST", f"{pairs}/batch/read", {"inputs": [{"id": bob}, {"id": "9"}]}).status,
            call("POST", f"{pairs}/batch/archive", {"inputs": [{**row, "to": [{"id": acme}]}]}).status,
        )
    assert told == {
        "v4": (201, 200, 207, 204),
        "2026-03": (201, 200, 207, 200),
        "2026-09": (200, 404, 200, 200),
    }
    wish = {"inputs": [{**_SHOE, "name": "a"}]}
    assert call("POST", "/crm/properties/2026-03/contacts/batch/create", wish).status == 201
    wish = {"inputs": [{**_SHOE, "name": "b"}]}
    assert call("POST", "/crm/properties/2026-09/contacts/batch/create", wish).status == 200


def test_consent_a_code_once_and_the_scopes_that_were_asked_for(clock: ManualClock) -> None:
    from urllib.parse import parse_qs, urlencode, urlsplit

    from connector.practice.http import request_of

    core = HubSpotCore(clock=clock)
    account, back = core.portal.account, "https://accord.example.com/oauth/callback"
    asked = {
        "client_id": account.client_id,
        "redirect_uri": back,
        "scope": "oauth crm.objects.contacts.read",
        "state": "s1",
    }

    def consent(**more: str) -> dict[str, list[str]]:
        answer = core.respond(request_of("GET", "/oauth/authorize?" + urlencode({**asked, **more})))
        assert answer.status == 302 and answer.headers["Location"].startswith(back + "?")
        return parse_qs(urlsplit(answer.headers["Location"]).query)

    def exchange(code: str, redirect_uri: str = back) -> Any:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        form |= {"client_id": account.client_id, "client_secret": account.client_secret}
        return core.respond(request_of("POST", "/oauth/2026-09/token", {}, urlencode(form).encode()))

    assert consent(scope="oauth no.such.scope")["error"] == ["invalid_scope"]
    told = consent(optional_scope="crm.lists.read no.such")
    assert told["state"] == ["s1"]
    assert exchange(told["code"][0], "https://other.example.com").json()["status"] == "BAD_REDIRECT_URI"
    assert exchange(told["code"][0]).json()["status"] == "BAD_AUTH_CODE"
    token = exchange(consent(optional_scope="crm.lists.read")["code"][0]).json()
    assert token["scopes"] == ["oauth", "crm.objects.contacts.read", "crm.lists.read"]
    call = caller(core)
    assert call("GET", "", token=token["access_token"]).status == 200
    assert call("POST", "", {}, token=token["access_token"]).status == 403
    late = consent()["code"][0]
    clock.advance(601)
    assert exchange(late).json()["status"] == "BAD_AUTH_CODE"


def test_an_uninstalled_app_gets_no_more_tokens(call: Call, core: HubSpotCore) -> None:
    key = core.portal.account.refresh_token
    assert call("GET", f"/oauth/v1/refresh-tokens/{key}").json()["token_type"] == "refresh"
    assert call("DELETE", f"/oauth/v1/refresh-tokens/{key}").status == 204
    assert call("GET", f"/oauth/v1/refresh-tokens/{key}").status == 404
