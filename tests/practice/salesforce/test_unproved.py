"""What rests on memory or on third parties: each setting really flips what it says, and the list is complete."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import connector.practice.salesforce.settings as settings_file
from connector.practice.clock import ManualClock
from connector.practice.http import request_of
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.oauth import CLIENT_ID, CLIENT_SECRET, PASSWORD, REFRESH_TOKEN
from connector.practice.salesforce.settings import Settings
from connector.practice.salesforce.unproved import UNPROVED

from .conftest import START, Caller
from .packages import NS, deploy, form, manifest, member, whole, zipped

LEAD = {"LastName": "Doe", "Company": "Acme"}
BASE = "/services/data/v66.0"
Look = Callable[[Caller, SalesforceCore, ManualClock], Any]


def _composite(call: Caller, *parts: dict[str, Any], **headers: str) -> Any:
    numbered = [{"referenceId": f"r{n}", "method": "GET", **part} for n, part in enumerate(parts)]
    return call("POST", "composite", {"compositeRequest": numbered}, **headers)


def _owner_in_composite(call: Caller, core: SalesforceCore, clock: ManualClock) -> Any:
    part = {"method": "POST", "url": f"{BASE}/sobjects/Lead", "body": LEAD}
    made = _composite(call, part).json()["compositeResponse"][0]["body"]["id"]
    return call.row("Lead", made)["OwnerId"] == core.org.people["integration"]


def _changed_double(call: Caller, core: SalesforceCore, clock: ManualClock) -> Any:
    """Another city, where another Lead has its e-mail."""
    rows = [call("POST", "sobjects/Lead", LEAD | {"Email": "ann@acme.example.com"}).json()["id"] for _ in range(2)]
    core.admin.add_duplicate_rule("Lead", ["Email"], on_update="block")
    return call("PATCH", f"sobjects/Lead/{rows[0]}", {"City": "Lyon"}).status


def _collection(call: Caller, *rows: dict[str, Any], **more: Any) -> int:
    return call(
        "POST",
        "composite/sobjects",
        {"records": [{"attributes": {"type": "Lead"}, **row} for row in rows], **more},
    ).status


def _no_op(call: Caller, clock: ManualClock) -> str:
    lead = call.lead(City="Rome")
    clock.advance(60)
    call("PATCH", f"sobjects/Lead/{lead}", {"City": "Rome"})
    return lead


def _messages(call: Caller, core: SalesforceCore, deed: Callable[[], Any]) -> int:
    core.outbound.configure({"objects": {"Lead": ["City"]}})
    deed()
    return len(core.take_notifications())


def _converted(call: Caller, core: SalesforceCore, clock: ManualClock) -> bool:
    lead = call.lead()
    clock.advance(60)
    core.convert(lead)
    row = call.row("Lead", lead)
    return bool(row["LastModifiedDate"] == row["SystemModstamp"])


def _into(call: Caller, core: SalesforceCore, clock: ManualClock) -> Any:
    contact = core.edit("Contact", None, {"LastName": "Kim", "Title": "Old"})
    core.convert(call.lead(Title="New"), contact_id=contact)
    return call.row("Contact", contact)["Title"]


def _after_roll_up(call: Caller, core: SalesforceCore, clock: ManualClock) -> int:
    account = core.edit("Account", None, {"Name": "Acme"})
    core.admin.add_roll_up("Account", "People__c", "Contact", "AccountId")
    clock.advance(3600)
    core.edit("Contact", None, {"LastName": "Kim", "AccountId": account})
    return call(
        "PATCH",
        f"sobjects/Account/{account}",
        {"Site": "x"},
        If_Unmodified_Since="Thu, 01 Oct 2026 10:00:00 GMT",
    ).status


def _assigned(call: Caller, core: SalesforceCore, clock: ManualClock) -> bool:
    made = call("POST", "sobjects/Lead", LEAD, Sforce_Auto_Assign="TRUE").json()["id"]
    return bool(call.row("Lead", made)["OwnerId"] == core.org.people["queue"])


def _token(core: SalesforceCore, **fields: str) -> Any:
    body = "&".join(
        f"{k}={v}" for k, v in {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **fields}.items()
    )
    return core.respond(request_of("POST", "/services/oauth2/token", {}, body.encode()))


def _hidden(call: Caller, core: SalesforceCore, clock: ManualClock) -> str:
    core.admin.hide_field("Lead", "City")
    return str(call("POST", "sobjects/Lead", {**LEAD, "City": "x"}).json()[0]["errorCode"])


def _person(call: Caller, core: SalesforceCore, clock: ManualClock) -> int:
    core.admin.person_accounts()
    account = core.edit("Account", None, {"LastName": "Kim"})
    contact = call.row("Account", account)["PersonContactId"]
    return call("PATCH", f"sobjects/Contact/{contact}", {"Title": "x"}).status


def _sealed(call: Caller, core: SalesforceCore, clock: ManualClock) -> int:
    lead = call.lead()
    core.admin.seal_record(lead, "read")
    return call("PATCH", f"sobjects/Lead/{lead}", {"City": "x"}).status


def _escaped(call: Caller, core: SalesforceCore, clock: ManualClock) -> str:
    lead = call.lead(Company="A&B's")
    told = _composite(call, {"url": f"{BASE}/sobjects/Lead/{lead}?fields=Company"}).json()
    return str(told["compositeResponse"][0]["body"]["Company"])


def _locator(call: Caller, core: SalesforceCore, clock: ManualClock) -> str:
    core.settings.page_size = 1
    call.lead()
    call.lead()
    return str(call.query("SELECT Id FROM Lead")["nextRecordsUrl"]).split("/query/")[1][:3]


def _bulk(call: Caller, csv: str, operation: str = "update") -> Any:
    job = call("POST", "jobs/ingest", {"object": "Lead", "operation": operation}).json()["id"]
    call("PUT", f"jobs/ingest/{job}/batches", csv.encode(), Content_Type="text/csv")
    call("PATCH", f"jobs/ingest/{job}", {"state": "UploadComplete"})
    return call("GET", f"jobs/ingest/{job}").json()


def _cleared(call: Caller, core: SalesforceCore, clock: ManualClock) -> Any:
    lead = call.lead(City="Rome")
    _bulk(call, f"Id,City\n{lead},#N/A\n")
    return call.row("Lead", lead)["City"]


def _envelope(call: Caller, core: SalesforceCore, clock: ManualClock) -> bool:
    core.outbound.configure({"objects": {"Lead": ["City"]}})
    call.lead()
    return b'<sf:City xsi:nil="true"/>' in core.outbound.envelope(core.outbound.waiting)


def _flow_gone(call: Caller, core: SalesforceCore, clock: ManualClock) -> str:
    deploy(call, whole())
    gone = zipped(**{"package.xml": manifest(), "destructiveChanges.xml": manifest(("Flow", "Tell_Accord"))})
    status = core.settings.deploy_status_created
    assert status == 201
    return str(deploy(call, gone)["status"])


def _left_out(call: Caller, core: SalesforceCore, clock: ManualClock) -> bool:
    core.settings.other_maps = {"Account": {"Region__c": "Region__c"}}
    name = "LeadConvertSettings"
    text = (
        f"<{name} {NS}><objectMapping><inputObject>Lead</inputObject><mappingFields><inputField>Budget__c</inputField>"
        "<outputField>Budget__c</outputField></mappingFields><outputObject>Contact</outputObject></objectMapping>"
        f"</{name}>"
    )
    files = {"package.xml": manifest((name, name)), f"{name}/{name}.LeadConvertSetting": text}
    assert deploy(call, zipped(**files))["status"] == "Succeeded"
    assert core.settings.custom_map == {"Budget__c": "Budget__c"}
    return "Account" in core.settings.other_maps


def _again(call: Caller, core: SalesforceCore, clock: ManualClock) -> str:
    core.org.channel_members.clear()
    package = member("ChangeEvents_LeadChangeEvent", "Lead")
    assert deploy(call, package)["status"] == "Succeeded"
    return str(deploy(call, package)["status"])


def _named(call: Caller, core: SalesforceCore, clock: ManualClock) -> str:
    core.org.channel_members.clear()
    return str(deploy(call, member("Accord_LeadChangeEvent", "Lead"))["status"])


def _channel(call: Caller, core: SalesforceCore, clock: ManualClock) -> bool:
    told = call("GET", "tooling/query?q=SELECT+EventChannel+FROM+PlatformEventChannelMember").json()
    return {row["EventChannel"] for row in told["records"]} == {"ChangeEvents"}


def _deploy_status(call: Caller, core: SalesforceCore, clock: ManualClock) -> int:
    kind, body = form(whole())
    return call("POST", "metadata/deployRequest", body, Content_Type=kind).status


def _stays(call: Caller, core: SalesforceCore, clock: ManualClock) -> int:
    core.access_token = core.tokens.issue(core.org.people["integration"])
    clock.advance(1000)
    return call("GET", "limits").status


def _upserted(call: Caller, core: SalesforceCore, clock: ManualClock) -> int:
    call.lead(Accord_HubSpot_Id__c="1")
    return call("PATCH", "sobjects/Lead/Accord_HubSpot_Id__c/1", {"City": "x"}).status


# setting -> what to look at, default, other
LOOKS: dict[str, tuple[Look, Any, Any]] = {
    "upsert_status_updated": (_upserted, 200, 204),
    "collections_per_composite": (
        lambda call, core, clock: _composite(call, *[{"url": f"{BASE}/query?q=SELECT+Id+FROM+Lead"}] * 6).status, 400, 200),
    "composite_inherits_headers": (_owner_in_composite, False, True),
    "rollback_status": (lambda call, core, clock: _collection(call, {"City": "x"}, allOrNone=True), 200, 400),
    "collection_parser_error": (lambda call, core, clock: _collection(call, {**LEAD, "Webinar_Date__c": "x"}), 200, 400),
    "no_op_moves_stamp": (
        lambda call, core, clock: call.row("Lead", _no_op(call, clock))["LastModifiedDate"][11:16], "09:31", "09:30"),
    "no_op_notifies": (lambda call, core, clock: _messages(call, core, lambda: _no_op(call, clock)), 2, 1),
    "conversion_moves_last_modified": (_converted, True, False),
    "conversion_notifies": (
        lambda call, core, clock: _messages(call, core, lambda: core.convert(call.lead())), 2, 1),
    "conversion_fills_only_empty": (_into, "Old", "New"),
    "unmodified_since_field": (_after_roll_up, 204, 412),
    "auto_assign": (_assigned, True, False),
    "rounds_numbers": (lambda call, core, clock: call.row("Lead", call.lead(Budget__c=1.006))["Budget__c"], 1.01, 1.006),
    "trims_text": (lambda call, core, clock: call.row("Lead", call.lead(Title=" x "))["Title"], "x", " x "),
    "hidden_field_write": (_hidden, "INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE"),
    "password_grant": (lambda call, core, clock: _token(
        core, grant_type="password", username=core.connection()["username"], password=PASSWORD).status, 400, 200),
    "rotates_refresh_tokens": (lambda call, core, clock: "refresh_token" in _token(
        core, grant_type="refresh_token", refresh_token=REFRESH_TOKEN).json(), False, True),
    "session_seconds": (_stays, 200, 401),
    "person_contact_writes": (_person, 400, 204),
    "insufficient_access_status": (_sealed, 400, 403),
    "composite_escapes_html": (_escaped, "A&B's", "A&amp;B&#x27;s"),
    "locator_prefix": (_locator, "01g", "0r8"),
    "tree_status_failed": (lambda call, core, clock: call("POST", "composite/tree/Lead", {
        "records": [{"attributes": {"type": "Lead", "referenceId": "r"}}]}).status, 400, 200),
    "bulk_na_clears": (_cleared, None, "#N/A"),
    "bulk_field_length": (lambda call, core, clock: _bulk(
        call, f"LastName,Company,Description\nDoe,Acme,{'x' * 32_001}\n", "insert")["state"], "JobComplete", "Failed"),
    "outbound_omits_nulls": (_envelope, False, True),
    "deploy_status_created": (_deploy_status, 201, 200),
    "deletes_active_flows": (_flow_gone, "Failed", "Succeeded"),
    "conversion_deploy": (_left_out, False, True),
    "channel_member_again": (_again, "Failed", "Succeeded"),
    "channel_member_names": (_named, "Succeeded", "Failed"),
    "duplicates_on_any_update": (_changed_double, 204, 400),
    "channel_told": (_channel, True, False),
}  # fmt: skip


def _as_told(name: str, text: str) -> Any:
    """A setting's value from its text, of the type that it has."""
    held = getattr(Settings(), name)
    return text == "True" if isinstance(held, bool) else type(held)(text)


@pytest.mark.parametrize("row", UNPROVED, ids=lambda row: row.name)
def test_it_is_so_by_default_and_otherwise_when_flipped(row: Any) -> None:
    look, default, other = LOOKS[row.name]
    assert str(getattr(Settings(), row.name)) == row.default
    seen = []
    for text in (row.default, row.other):
        clock = ManualClock(START)
        core = SalesforceCore(clock, settings=Settings(**{row.name: _as_told(row.name, text)}))
        seen.append(look(Caller(core), core, clock))
    assert seen == [default, other]


def test_every_setting_that_rests_on_memory_is_on_the_list() -> None:
    source = Path(settings_file.__file__).read_text()
    remembered = re.findall(r"^    (\w+): .*\(memory\)", source, re.MULTILINE)
    assert set(remembered) <= {row.name for row in UNPROVED}
    assert set(LOOKS) == {row.name for row in UNPROVED}
