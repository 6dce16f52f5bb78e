"""SOAP for old clients: log-in with its faults, and what REST never got."""

import re

import pytest

from connector.practice.http import Response, request_of
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.oauth import PASSWORD, SECURITY_TOKEN

from .conftest import Caller

_ENVELOPE = (
    '<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:n="urn:partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<e:Header><n:SessionHeader><n:sessionId>{session}</n:sessionId></n:SessionHeader></e:Header>"
    "<e:Body>{body}</e:Body></e:Envelope>"
)


def _soap(core: SalesforceCore, body: str, session: str = "", version: str = "59.0") -> Response:
    text = _ENVELOPE.format(session=session, body=body)
    headers = {
        "Content-Type": "text/xml; charset=UTF-8",
        "SOAPAction": "x",
        "Host": "practice.my.salesforce.com",
    }
    return core.respond(request_of("POST", f"/services/Soap/u/{version}", headers, text.encode()))


def _login(username: str, password: str) -> str:
    return f"<n:login><n:username>{username}</n:username><n:password>{password}</n:password></n:login>"


def _value(answer: Response, name: str) -> str:
    found = re.search(rf"<(?:\w+:)?{name}[^>]*>([^<]*)<", answer.body.decode())
    assert found, answer.body
    return found[1]


def test_a_log_in_gives_a_session_that_rest_takes(core: SalesforceCore) -> None:
    answer = _soap(core, _login(core.connection()["username"], PASSWORD + SECURITY_TOKEN))
    assert answer.status == 200
    session = _value(answer, "sessionId")
    assert _value(answer, "serverUrl").endswith(f"/services/Soap/u/59.0/{core.org_id[:15]}")
    request = request_of("GET", "/services/data/v66.0/limits", {"Authorization": f"Bearer {session}"})
    assert core.respond(request).status == 200
    assert _value(_soap(core, "<n:getUserInfo/>", session), "organizationId") == core.org_id


@pytest.mark.parametrize(("password", "version", "code"), [
    ("wrong", "59.0", "INVALID_LOGIN"), (PASSWORD, "65.0", "UNSUPPORTED_API_VERSION"), (PASSWORD, "29.0", "UNSUPPORTED_API_VERSION"),
])  # fmt: skip
def test_a_refused_log_in_is_a_fault_with_the_sf_prefix(
    core: SalesforceCore, password: str, version: str, code: str
) -> None:
    answer = _soap(core, _login(core.connection()["username"], password), version=version)
    assert answer.status == 500
    assert f"<sf:exceptionCode>{code}</sf:exceptionCode>" in answer.body.decode()
    assert "<sf:exceptionMessage>" in answer.body.decode()


def test_an_org_may_have_soap_log_in_switched_off(core: SalesforceCore) -> None:
    core.settings.soap_login = False
    assert _soap(core, _login(core.connection()["username"], PASSWORD)).status == 500


def test_leads_are_converted_each_by_itself(core: SalesforceCore, call: Caller) -> None:
    good, gone = call.lead(LastName="Kim"), "00Q5g000000ZZZZEAA"
    one = "<n:leadConverts><n:leadId>{}</n:leadId><n:convertedStatus>Closed - Converted</n:convertedStatus></n:leadConverts>"
    answer = _soap(
        core, f"<n:convertLead>{one.format(good)}{one.format(gone)}</n:convertLead>", core.access_token
    )
    assert answer.status == 200
    assert re.findall(r"<success>(\w+)<", answer.body.decode()) == ["true", "false"]
    row = call.row("Lead", good)
    assert (row["IsConverted"], row["ConvertedContactId"]) == (True, _value(answer, "contactId"))
    assert call.row("Opportunity", row["ConvertedOpportunityId"])["Name"] == "Acme-"


def test_a_queues_lead_needs_an_owner_to_be_converted(core: SalesforceCore, call: Caller) -> None:
    lead = call.lead(OwnerId=core.org.people["queue"])
    body = (
        f"<n:convertLead><n:leadConverts><n:leadId>{lead}</n:leadId><n:convertedStatus>Closed - Converted"
        "</n:convertedStatus></n:leadConverts></n:convertLead>"
    )
    assert "ownerId is required" in _soap(core, body, core.access_token).body.decode()


def test_a_merge_leaves_the_loser_in_the_bin_with_its_master(core: SalesforceCore, call: Caller) -> None:
    winner, loser = call.lead(LastName="Kim"), call.lead(LastName="Kym", Accord_HubSpot_Id__c="7")
    task = call("POST", "sobjects/Task", {"WhoId": loser, "Subject": "Call"}).json()["id"]
    record = f'<n:masterRecord xsi:type="n:Lead"><n:Id>{winner}</n:Id><n:Accord_HubSpot_Id__c>7</n:Accord_HubSpot_Id__c></n:masterRecord>'
    body = (
        f"<n:merge><n:request>{record}<n:recordToMergeIds>{loser}</n:recordToMergeIds></n:request></n:merge>"
    )
    answer = _soap(core, body, core.access_token)
    assert _value(answer, "mergedRecordIds") == loser
    assert _value(answer, "updatedRelatedIds") == task
    (row,) = call("GET", f"queryAll?q=SELECT+MasterRecordId,IsDeleted+FROM+Lead+WHERE+Id='{loser}'").json()[
        "records"
    ]
    assert (row["MasterRecordId"], row["IsDeleted"]) == (winner, True)
    assert call.row("Lead", winner)["Accord_HubSpot_Id__c"] == "7"
    assert call("GET", f"sobjects/Lead/{loser}").json()[0]["errorCode"] == "ENTITY_IS_DELETED"


def test_a_deleted_row_comes_back_by_undelete(core: SalesforceCore, call: Caller) -> None:
    lead = call.lead()
    call("DELETE", f"sobjects/Lead/{lead}")
    assert (
        "<success>true"
        in _soap(core, f"<n:undelete><n:ids>{lead}</n:ids></n:undelete>", core.access_token).body.decode()
    )
    assert call("GET", f"sobjects/Lead/{lead}").status == 200
    assert (
        "UNDELETE_FAILED"
        in _soap(core, f"<n:undelete><n:ids>{lead}</n:ids></n:undelete>", core.access_token).body.decode()
    )


def test_a_dead_session_and_a_broken_message_are_faults(core: SalesforceCore) -> None:
    assert "INVALID_SESSION_ID" in _soap(core, "<n:getUserInfo/>", "dead").body.decode()
    broken = core.respond(request_of("POST", "/services/Soap/u/59.0", {}, b"<no"))
    assert broken.status == 500
    assert "No operation available" in _soap(core, "<n:frobnicate/>", core.access_token).body.decode()


def test_people_merge_and_undelete_over_the_practice_paths(core: SalesforceCore, call: Caller) -> None:
    winner, loser = call.lead(), call.lead()
    merged = call("POST", "/_practice/merge", {"object": "Lead", "winner": winner, "losers": [loser]})
    assert (merged.status, merged.json()["merged"]) == (200, [loser])
    call("DELETE", f"sobjects/Lead/{winner}")
    assert call("POST", "/_practice/undelete", {"record_id": winner}).status == 200
    kinds = [event.kind for event in core.org.history if event.object == "Lead"]
    assert kinds[-1] == "undeleted"
