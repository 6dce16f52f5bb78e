"""Every behaviour that rests on memory or third-party notes, both ways: a look at the portal for each reading."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

import pytest

from connector.practice.clock import ManualClock
from connector.practice.http import request_of
from connector.practice.hubspot import HubSpotCore, Settings
from connector.practice.hubspot.own import Automation
from connector.practice.hubspot.unproved import UNPROVED
from tests.practice.hubspot.conftest import NOON, Call, caller

ROWS = {row.name: row for row in UNPROVED}


@dataclass
class Stage:
    """A portal with Bob in it, and what a look needs."""

    core: HubSpotCore
    clock: ManualClock
    call: Call
    bob: str

    def patch(self, **values: Any) -> Any:
        return self.call("PATCH", f"/{self.bob}", {"properties": values})

    def token(self, path: str = "/oauth/v1/token", **more: str) -> Any:
        account = self.core.portal.account
        form = {"client_id": account.client_id, "client_secret": account.client_secret, **more}
        return self.core.respond(request_of("POST", path, {}, urlencode(form).encode()))

    def refreshed(self) -> Any:
        token = self.core.refresh_token or ""
        return self.token(grant_type="refresh_token", refresh_token=token).json()

    def heard(self, *subscriptions: dict[str, Any]) -> None:
        self.core.outbox.subscribe(list(subscriptions))


def _backward(stage: Stage) -> Any:
    stage.patch(lifecyclestage="customer")
    stage.patch(lifecyclestage="lead")
    return stage.core.contact(stage.bob)["lifecyclestage"]


def _shown_backward(stage: Stage) -> Any:
    stage.patch(lifecyclestage="customer")
    return stage.patch(lifecyclestage="lead").json()["properties"]["lifecyclestage"]


def _missing_update(stage: Stage) -> Any:
    rows = [{"id": key, "properties": {"city": "Austin"}} for key in ("77", stage.bob)]
    return stage.call("POST", "/batch/update", {"inputs": rows}).status


def _missing_read(stage: Stage) -> Any:
    return stage.call("POST", "/batch/read", {"inputs": [{"id": stage.bob}, {"id": "77"}]}).status


def _secondary(stage: Stage) -> Any:
    stage.patch(hs_additional_emails="bobby@firm.example.com")
    return stage.call("GET", "/bobby@firm.example.com?idProperty=email").status


def _order(stage: Stage) -> Any:
    ids = [stage.core.edit({"lastname": f"B{n}"}, create=True) for n in range(20)]
    read = stage.call("POST", "/batch/read", {"inputs": [{"id": key} for key in ids]})
    return [one["id"] for one in read.json()["results"]] == ids


def _touched(stage: Stage) -> Any:
    stage.clock.advance(60)
    before = stage.core.contact(stage.bob)["lastmodifieddate"]
    stage.patch(city="Boston")
    return stage.core.contact(stage.bob)["lastmodifieddate"] > before


def _stored(name: str, sent: Any) -> Callable[[Stage], Any]:
    def look(stage: Stage) -> Any:
        answer = stage.patch(**{name: sent})
        return stage.core.contact(stage.bob).get(name) if answer.status == 200 else answer.status

    return look


def _clash(stage: Stage) -> Any:
    stage.patch(accord_salesforce_id="00Q1")
    return stage.call("POST", "", {"properties": {"lastname": "E", "accord_salesforce_id": "00Q1"}}).status


def _upsert(stage: Stage) -> Any:
    rows = [
        {"id": email, "idProperty": "email", "objectWriteTraceId": email, "properties": {"city": city, **bad}}
        for email, city, bad in (
            ("a@firm.example.com", "Austin", {}),
            ("b@firm.example.com", "x", {"no": "1"}),
        )
    ]
    return stage.call("POST", "/batch/upsert", {"inputs": rows}).status


def _merge(stage: Stage) -> Any:
    other = stage.core.edit({"lastname": "Bell"}, create=True)
    body = {"primaryObjectId": stage.bob, "objectIdToMerge": other}
    return stage.call("POST", "/merge", body).json()["id"] == stage.bob


def _unequal(stage: Stage) -> Any:
    stage.core.edit({"lastname": "Blank"}, create=True)
    wanted = [{"filters": [{"propertyName": "city", "operator": "NEQ", "value": "Boston"}]}]
    return stage.call("POST", "/search", {"filterGroups": wanted}).json()["total"]


def _dated(stage: Stage) -> Any:
    rows = [
        {"id": key, "objectWriteTraceId": key, "properties": {"city": "Austin"}} for key in (stage.bob, "77")
    ]
    answer = stage.call("POST", "/crm/objects/2026-09/contacts/batch/update", {"inputs": rows})
    assert answer.json()["numErrors"] == 1
    return answer.status


def _stage_in_use(stage: Stage) -> Any:
    stage.core.edit({"dealname": "D", "dealstage": "contractsent"}, create=True, object="deals")
    return stage.call("DELETE", "/crm/pipelines/2026-09/deals/default/stages/contractsent").status


def _ruled(stage: Stage) -> Any:
    stage.core.settings.required = {"contacts": ["firstname"]}
    body = {"properties": {"lastname": "Bell"}}
    return [stage.call("POST", path, body).status for path in ("", "/crm/objects/2026-09/contacts")]


def _warned(stage: Stage) -> Any:
    def made(path: str, email: str) -> bool:
        return "warnings" in stage.call("POST", path, {"properties": {"email": email}}).json()

    return [made("", "A@firm.example.com"), made("/crm/objects/2026-09/contacts", "B@firm.example.com")]


_SHOE = {"name": "shoe", "label": "Shoe", "type": "string", "fieldType": "text"}


def _grouped(stage: Stage) -> Any:
    return stage.call("POST", "/crm/v3/properties/contacts", {**_SHOE, "groupName": "nowhere"}).status


def _recreated(stage: Stage) -> Any:
    body = {**_SHOE, "groupName": "accord"}
    stage.call("POST", "/crm/v3/properties/contacts", body)
    stage.patch(shoe="left")
    stage.call("DELETE", "/crm/v3/properties/contacts/shoe")
    assert stage.call("POST", "/crm/v3/properties/contacts", body).status == 201
    return stage.core.contact(stage.bob).get("shoe")


def _expired(stage: Stage) -> Any:
    token = stage.refreshed()["access_token"]
    stage.clock.advance(1801)
    return stage.call("GET", "", token=token).json()["category"]


def _rotated(stage: Stage) -> Any:
    first = stage.refreshed()["refresh_token"]
    return stage.refreshed()["refresh_token"] == first


def _limited(stage: Stage) -> Any:
    stage.core.faults.rate_limits = True
    stage.core.settings.ten_second_limit = 1
    return "policyName" in [stage.call("GET", "") for _ in range(2)][1].json()


def _source(stage: Stage) -> Any:
    stage.heard({"type": "contact.propertyChange", "property": "city"})
    stage.patch(city="Austin")
    return stage.core.take_events()[0]["changeSource"]


def _event_name(stage: Stage) -> Any:
    stage.heard({"type": "object.creation", "object": "contact"})
    stage.core.edit({"lastname": "New"}, create=True)
    return next(key for key, value in stage.core.take_events()[0].items() if value == "object.creation")


def _flagged(stage: Stage) -> Any:
    stage.heard({"type": "contact.propertyChange", "property": "city"})
    stage.patch(city="Austin")
    return "isSensitive" in stage.core.take_events()[0]


def _created(stage: Stage) -> Any:
    stage.heard({"type": "contact.creation"}, {"type": "contact.propertyChange", "property": "lastname"})
    stage.core.edit({"lastname": "New"}, create=True)
    return len(stage.core.take_events())


def _modified(stage: Stage) -> Any:
    try:
        stage.heard({"type": "contact.propertyChange", "property": "lastmodifieddate"})
    except ValueError:
        return "refused"
    stage.patch(city="Austin")
    return [event["propertyName"] for event in stage.core.take_events()]


def _forgotten(stage: Stage) -> Any:
    stage.heard({"type": "contact.deletion"}, {"type": "contact.privacyDeletion"})
    stage.call("POST", "/gdpr-delete", {"objectId": stage.bob})
    return [event["subscriptionType"] for event in stage.core.take_events()]


def _opted_out(stage: Stage) -> Any:
    path = "/communication-preferences/v4/statuses/bob@firm.example.com/unsubscribe-all?channel=EMAIL"
    assert stage.call("POST", path).status == 200
    return stage.core.contact(stage.bob).get("hs_email_optout")


def _same_type(stage: Stage) -> Any:
    shown = stage.call("GET", "/crm/v4/associations/contacts/contacts/labels").json()["results"]
    return [one["typeId"] for one in shown]


def _many(stage: Stage) -> Any:
    return stage.call("POST", "/batch/read", {"inputs": [{"id": str(n)} for n in range(101)]}).status


def _mail_action(stage: Stage) -> Any:
    stage.core.automations.append(Automation("city", {}, name="Mail", mails=True))
    body = {"inputs": [{"flowId": "1", "type": "FLOW_ID"}]}
    (told,) = stage.call("POST", "/automation/v4/flows/batch/read", body).json()["results"]
    return [action["actionTypeId"] for action in told["actions"]]


LOOKS: dict[str, tuple[Callable[[Stage], Any], Any, Any, Any]] = {
    # setting: (look, what the default shows, the other value, what that shows)
    "lifecycle_forward_only": (_backward, "customer", False, "lead"),
    "write_answer": (_shown_backward, "customer", "sent", "lead"),
    "missing_ids_fail_batch": (_missing_update, 404, False, 207),
    "missing_ids_207": (_missing_read, 207, False, 200),
    "additional_emails_writable": (
        _stored("hs_additional_emails", "x@firm.example.com"),
        "x@firm.example.com",
        False,
        400,
    ),
    "secondary_email_finds": (_secondary, 200, False, 404),
    "shuffle_results": (_order, False, False, True),
    "equal_write_touches": (_touched, False, True, True),
    "number_form": (_stored("budget", "1000.50"), "1000.50", "shortest", "1000.5"),
    "trim_text": (_stored("firstname", " Bob "), " Bob ", True, "Bob"),
    "json_values": (_stored("budget", 5), "5", False, 400),
    "null_clears": (_stored("city", None), None, False, "Boston"),
    "read_only_write": (_stored("hs_email_optout", "true"), 400, "ignored", None),
    "unique_clash": (_clash, 400, 409, 409),
    "over_batch": (_many, 400, 413, 413),
    "email_upsert_partial": (_upsert, 207, False, 400),
    "delete_unknown": (lambda stage: stage.call("DELETE", "/1").status, 204, 404, 404),
    "gdpr_unknown": (
        lambda stage: stage.call("POST", "/gdpr-delete", {"objectId": "1"}).status,
        404,
        204,
        204,
    ),
    "merge_new_id": (_merge, False, False, True),
    "neq_matches_blank": (_unequal, 0, True, 1),
    "dated_207": (_dated, 200, True, 207),
    "dated_delete_checks": (_stage_in_use, 400, False, 204),
    "rules_on": (_ruled, [201, 400], "all", [400, 400]),
    "warnings_on": (_warned, [False, True], "never", [False, False]),
    "unknown_group_refused": (_grouped, 400, False, 201),
    "recreate_restores": (_recreated, "left", False, None),
    "expired_category": (
        _expired,
        "EXPIRED_AUTHENTICATION",
        "INVALID_AUTHENTICATION",
        "INVALID_AUTHENTICATION",
    ),
    "refresh_rotates": (_rotated, True, True, False),
    "revoke_status": (
        lambda stage: stage.token("/oauth/2026-09/token/revoke", token="x").status,
        204,
        200,
        200,
    ),
    "limit_body": (_limited, True, "recorded", False),
    "owner_page_limit": (lambda stage: stage.call("GET", "/crm/v3/owners?limit=500").status, 200, 100, 400),
    "contact_contact_type_id": (_same_type, [449], 450, [450]),
    "app_change_source": (_source, "INTEGRATION", "API", "API"),
    "mail_action": (_mail_action, ["0-4"], "0-90", ["0-90"]),
    "event_name_field": (_event_name, "subscriptionType", "eventType", "eventType"),
    "sensitive_flag": (_flagged, True, False, False),
    "creation_tells_properties": (_created, 2, False, 1),
    "lastmodified_subscribable": (_modified, "refused", True, ["lastmodifieddate"]),
    "privacy_also_deletes": (
        _forgotten,
        ["contact.privacyDeletion", "contact.deletion"],
        False,
        ["contact.privacyDeletion"],
    ),
    "optout_shows": (_opted_out, "true", False, None),
}


def _stage(**settings: Any) -> Stage:
    clock = ManualClock(NOON)
    core = HubSpotCore(clock=clock, settings=Settings(**settings))
    call = caller(core)
    sent = {"email": "bob@firm.example.com", "city": "Boston"}
    bob = str(call("POST", "", {"properties": sent}).json()["id"])
    return Stage(core, clock, call, bob)


@pytest.mark.parametrize("name", LOOKS)
def test_the_default_reading(name: str) -> None:
    look, expected, _, _ = LOOKS[name]
    assert look(_stage()) == expected


@pytest.mark.parametrize("name", LOOKS)
def test_the_other_reading(name: str) -> None:
    look, _, other, expected = LOOKS[name]
    assert look(_stage(**{name: other})) == expected


def test_each_row_is_a_setting_with_that_default_and_has_a_look() -> None:
    defaults = {item.name: getattr(Settings(), item.name) for item in fields(Settings)}
    assert len(ROWS) == len(UNPROVED)
    assert set(ROWS) == set(LOOKS)
    for row in UNPROVED:
        assert row.default == str(defaults[row.name]).lower() or row.default == str(defaults[row.name])
        assert row.behaviour and row.other and row.source and row.probe
