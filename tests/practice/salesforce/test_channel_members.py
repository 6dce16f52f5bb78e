"""What is selected for Change Data Capture comes and goes by deployments, and the Pub/Sub API follows."""

from connector.practice.clock import ManualClock
from connector.practice.http import Request
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.metadata.channel_members import captured
from connector.practice.salesforce.pubsub.feed import Feed
from connector.practice.salesforce.settings import Settings

from .conftest import START, Caller
from .packages import deploy, manifest, member, zipped

KIND = "PlatformEventChannelMember"


def _bare(views_all: bool = True) -> tuple[Caller, SalesforceCore, Feed]:
    core = SalesforceCore(ManualClock(START), settings=Settings(accord_fields=False, views_all=views_all))
    return Caller(core), core, Feed(core)


def test_an_org_that_nobody_set_up_tells_of_nothing_until_an_object_is_selected() -> None:
    call, core, feed = _bare()
    core.edit("Lead", None, {"LastName": "Ito", "Company": "Acme"}, create=True)
    assert feed.selected() == [] and not feed.after(0, None, 9)
    assert deploy(call, member("Accord_LeadChangeEvent", "Lead"))["status"] == "Succeeded"
    core.edit("Lead", None, {"LastName": "Kent", "Company": "Acme"}, create=True)
    assert [event.change.object for event in feed.after(0, None, 9)] == ["Lead"]


def test_it_is_taken_away_by_its_full_name() -> None:
    call, _, feed = _bare()
    deploy(call, member("Accord_LeadChangeEvent", "Lead"))
    wrong = zipped(**{"package.xml": manifest(), "destructiveChanges.xml": manifest((KIND, "Other"))})
    assert deploy(call, wrong)["status"] == "Failed" and feed.selected() == ["Lead"]
    gone = zipped(**{
        "package.xml": manifest(), "destructiveChanges.xml": manifest((KIND, "Accord_LeadChangeEvent")),
    })  # fmt: skip
    assert deploy(call, gone)["status"] == "Succeeded" and feed.selected() == []


def test_what_can_not_be_selected_is_named() -> None:
    call, core, _ = _bare()

    def problem(package: bytes) -> str:
        told = deploy(call, package)
        assert told["status"] == "Failed" and not core.org.channel_members
        return str(told["details"]["componentFailures"][0]["problem"])

    assert "invalid event" in problem(member("Accord_XChangeEvent", "X"))
    assert "channel" in problem(member("Accord_LeadChangeEvent", "Lead", "data/ChangeEvents"))
    assert "namespace: Accord" in problem(member("Accord__LeadChangeEvent", "Lead"))
    core.settings.most_captured = 0
    assert "up to 0" in problem(member("Accord_LeadChangeEvent", "Lead"))
    core.settings.pub_sub = False
    assert "Not available" in problem(member("Accord_LeadChangeEvent", "Lead"))


def test_an_object_is_told_of_once_whatever_the_name() -> None:
    call, core, _ = _bare()
    deploy(call, member("ChangeEvents_LeadChangeEvent", "Lead"))
    assert deploy(call, member("Accord_LeadChangeEvent", "Lead"))["status"] == "Failed"
    assert captured(core.org) == ["Lead"]


def test_the_tooling_api_tells_what_is_selected() -> None:
    call, _, _ = _bare()
    deploy(call, member("Accord_LeadChangeEvent", "Lead"))
    query = f"tooling/query?q=SELECT+DeveloperName,SelectedEntity+FROM+{KIND}"
    (row,) = call("GET", query).json()["records"]
    assert (row["DeveloperName"], row["SelectedEntity"]) == ("Accord_LeadChangeEvent", "LeadChangeEvent")


def test_who_may_not_view_all_records_of_an_object_may_not_subscribe() -> None:
    _, core, feed = _bare(views_all=False)
    assert feed.denied("Lead") and not feed.denied(None)
    core.settings.views_all = True
    assert not feed.denied("Lead")


def test_delete_metadata_does_not_take_it() -> None:
    _, core, feed = _bare()
    core.org.channel_members["Accord_LeadChangeEvent"] = "LeadChangeEvent"
    space = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>'
        f"<SessionHeader {space}><sessionId>{core.access_token}</sessionId></SessionHeader></e:Header><e:Body>"
        f"<deleteMetadata {space}><type>{KIND}</type><fullNames>Accord_LeadChangeEvent</fullNames></deleteMetadata>"
        "</e:Body></e:Envelope>"
    )
    answer = core.respond(
        Request("POST", "/services/Soap/m/66.0", {}, {"content-type": "text/xml"}, body.encode())
    )
    assert answer.status == 500 and b"not supported" in answer.body and feed.selected() == ["Lead"]
