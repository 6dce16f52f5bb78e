"""Objects beyond contacts: what each kind does by itself, definitions, and tokens looked into."""

from typing import Any
from urllib.parse import urlencode

from connector.practice.clock import ManualClock
from connector.practice.http import Response, request_of
from connector.practice.hubspot import HubSpotCore
from tests.practice.hubspot.conftest import Call

_DEALS, _COMPANIES = "/crm/v3/objects/deals", "/crm/v3/objects/companies"


def _deal(call: Call, stage: str, **more: str) -> str:
    sent = {"dealname": "Tools", "dealstage": stage, **more}
    return str(call("POST", _DEALS, {"properties": sent}).json()["id"])


def test_a_deal_knows_whether_it_is_closed_won_or_lost(call: Call, core: HubSpotCore) -> None:
    key = _deal(call, "contractsent")
    told = []
    for stage in ("contractsent", "closedwon", "closedlost"):
        call("PATCH", f"{_DEALS}/{key}", {"properties": {"dealstage": stage}})
        held = core.record("deals", key)
        told.append([held[f"hs_is_closed{end}"] for end in ("", "_won", "_lost")])
    assert told == [["false"] * 3, ["true", "true", "false"], ["true", "false", "true"]]
    assert core.record("deals", key)["pipeline"] == "default"


def test_companies_of_one_domain_are_made_twice(call: Call) -> None:
    sent = {"properties": {"name": "Acme", "domain": "acme.example.com"}}
    assert [call("POST", _COMPANIES, sent).status for _ in range(2)] == [201, 201]
    wanted = [{"filters": [{"propertyName": "domain", "operator": "EQ", "value": "ACME.example.com"}]}]
    assert call("POST", f"{_COMPANIES}/search", {"filterGroups": wanted}).json()["total"] == 2
    assert call("GET", f"{_COMPANIES}/acme.example.com?idProperty=domain").status == 400


def test_companies_merge_too_and_notes_do_not(call: Call, core: HubSpotCore) -> None:
    ids = [core.edit({"name": f"Firm {n}"}, create=True, object="companies") for n in range(2)]
    body = {"primaryObjectId": ids[0], "objectIdToMerge": ids[1]}
    merged = call("POST", f"{_COMPANIES}/merge", body).json()
    assert merged["properties"]["name"] == "Firm 0"
    assert call("GET", f"{_COMPANIES}/{ids[1]}").json()["id"] == merged["id"]
    assert call("POST", "/crm/v3/objects/notes/merge", body).status == 404
    assert call("POST", f"{_COMPANIES}/gdpr-delete", {"objectId": ids[0]}).status == 404


def test_a_merge_keeps_the_furthest_stage_the_older_birth_and_the_list_places(
    call: Call, core: HubSpotCore, clock: ManualClock, bob: str
) -> None:
    held = core.portal.new_list("Nurture", core.now_ms())
    clock.advance(60)
    eve = call("POST", "", {"properties": {"lastname": "Eve", "lifecyclestage": "customer"}}).json()["id"]
    call("PUT", f"/crm/v3/lists/{held.id}/memberships/add", [eve])
    merged = call("POST", "/merge", {"primaryObjectId": eve, "objectIdToMerge": bob}).json()["id"]
    kept = core.contact(merged)
    assert (kept["lifecyclestage"], kept["createdate"]) == ("customer", "2026-10-12T12:00:00.000Z")
    assert (kept["email"], kept["lastname"]) == ("bob@firm.example.com", "Eve")
    assert list(held.members) == [merged]


def test_a_kind_of_ones_own_has_the_whole_family(call: Call, core: HubSpotCore) -> None:
    wish = {
        "name": "machine",
        "labels": {"singular": "Machine", "plural": "Machines"},
        "primaryDisplayProperty": "serial",
        "requiredProperties": ["serial"],
        "properties": [{"name": "serial", "label": "Serial", "hasUniqueValue": True}],
    }
    made = call("POST", "/crm/v3/schemas", wish)
    assert (made.status, made.json()["objectTypeId"]) == (201, "2-3604285")
    assert call("POST", "/crm/v3/schemas", wish).status == 400
    root = f"/crm/objects/2026-03/{made.json()['fullyQualifiedName']}"
    assert call("POST", root, {"properties": {}}).status == 400
    key = call("POST", root, {"properties": {"serial": "S1"}}).json()["id"]
    assert call("GET", f"{root}/S1?idProperty=serial").json()["id"] == key
    assert call("POST", f"{root}/search", {"query": "s1"}).json()["total"] == 1
    core.outbox.subscribe([{"type": "object.deletion", "object": "machine"}])
    assert call("DELETE", "/crm/v3/schemas/machine").status == 400
    assert call("DELETE", f"{root}/{key}").status == 204
    assert core.take_events()[0]["objectTypeId"] == "2-3604285"
    core.reset()
    assert core.outbox.subscriptions == [] and call("GET", root).status == 400
    call("POST", "/crm/v3/schemas", wish)
    assert call("DELETE", "/crm/v3/schemas/machine").status == 204
    assert call("GET", root).status == 400


def test_an_archived_property_comes_back_with_its_values(call: Call, core: HubSpotCore, bob: str) -> None:
    path = "/crm/v3/properties/contacts"
    wish = {
        "name": "shoe",
        "label": "Shoe",
        "type": "string",
        "fieldType": "text",
        "groupName": "accord",
        "hasUniqueValue": True,
    }
    call("POST", path, wish)
    call("PATCH", f"/{bob}", {"properties": {"shoe": "left"}})
    assert call("DELETE", f"{path}/shoe").status == 204
    assert call("GET", f"{path}/shoe").status == 404
    assert call("GET", f"{path}/shoe?archived=true").json()["archived"] is True
    assert "shoe" not in call("GET", f"/{bob}?properties=shoe").json()["properties"]
    assert call("POST", path, wish).status == 201
    assert call("GET", "/left?idProperty=shoe").json()["id"] == bob


def test_a_portal_nobody_set_up_has_none_of_accords_properties(call: Call) -> None:
    from connector.practice.hubspot import Settings
    from tests.practice.hubspot.conftest import caller

    fresh = caller(HubSpotCore(settings=Settings(accord_fields=False)))
    path = "/crm/v3/properties/contacts"
    assert fresh("GET", f"{path}/accord_tier").status == 404
    wish = {"name": "accord_tier", "label": "T", "type": "string", "fieldType": "text", "groupName": "accord"}
    assert fresh("POST", path, wish).status == 400
    assert fresh("POST", f"{path}/groups", {"name": "accord", "label": "Accord"}).status == 201
    assert fresh("POST", path, wish).status == 201
    lacking = caller(HubSpotCore(lacking=["fit_score"]))
    assert lacking("GET", f"{path}/fit_score").status == 404


def test_an_archived_deal_frees_its_stage(call: Call) -> None:
    path = "/crm/v3/pipelines/deals/default/stages/contractsent?validateReferencesBeforeDelete=true"
    key = _deal(call, "contractsent")
    assert call("DELETE", path).status == 400
    call("DELETE", f"{_DEALS}/{key}")
    assert call("DELETE", path).status == 204
    refused = call("POST", _DEALS, {"properties": {"dealname": "D", "dealstage": "contractsent"}})
    assert refused.json()["errors"][0]["code"] == "INVALID_OPTION"


def _introspect(core: HubSpotCore, token: str, **more: str) -> Response:
    account = core.portal.account
    form = {"client_id": account.client_id, "client_secret": account.client_secret, "token": token, **more}
    path = "/oauth/2026-09/token/introspect"
    return core.respond(request_of("POST", path, {}, urlencode(form).encode()))


def test_a_token_is_looked_into(core: HubSpotCore, clock: ManualClock) -> None:
    account = core.portal.account
    form: dict[str, Any] = {
        "grant_type": "refresh_token",
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "refresh_token": account.refresh_token,
    }
    given = core.respond(request_of("POST", "/oauth/v1/token", {}, urlencode(form).encode())).json()
    live = _introspect(core, given["access_token"]).json()
    assert (live["active"], live["token_use"], live["hub_id"]) == (True, "access_token", account.portal_id)
    assert _introspect(core, account.refresh_token).json()["token_use"] == "refresh_token"
    clock.advance(1801)
    assert _introspect(core, given["access_token"]).json() == {"active": False}
    assert _introspect(core, "x", client_secret="no").json()["status"] == "BAD_CLIENT_SECRET"
