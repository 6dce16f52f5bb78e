"""What a portal tells of itself; what one scope hides does not hide the rest."""

from __future__ import annotations

from connector.practice.hubspot import HubSpotCore
from connector.practice.hubspot.schema import boolean
from connector.practice.hubspot.scopes import SCOPES
from tests.adapters.in_process import hubspot_on


def test_who_it_is_what_may_be_done_and_how_much_room_is_left() -> None:
    core = HubSpotCore(5, 1, properties=[boolean("hs_marketable_status", "Marketing contact")])
    core.edit({"hs_marketable_status": "true"}, id=core.snapshot()["contacts"][0]["id"])
    seen = hubspot_on(core).surveyor.survey()
    assert seen.id == str(core.portal.account.portal_id)
    assert (seen.kind, seen.currency) == ("STANDARD", "USD")
    assert seen.scopes is not None and seen.scopes >= {"crm.lists.write", "oauth"}
    assert seen.calls is not None and seen.calls[1] == core.settings.daily_limit
    assert seen.own_properties is not None and seen.unique_properties
    assert seen.marketing == 1
    assert seen.queues == 0


def test_what_may_not_be_read_is_none_and_the_rest_is_there() -> None:
    core = HubSpotCore(0, 1)
    core.settings.scopes = [scope for scope in SCOPES if not scope.startswith(("crm.objects", "crm.schemas"))]
    seen = hubspot_on(core).surveyor.survey()
    assert seen.id and seen.own_properties is None and seen.marketing is None and seen.queues is None


def test_an_oauth_apps_scopes_are_read_another_way() -> None:
    core = HubSpotCore(0, 1)
    core.settings.scopes = ["oauth", "crm.objects.contacts.read"]
    seen = hubspot_on(core, oauth=True).surveyor.survey()
    assert seen.scopes == frozenset({"oauth", "crm.objects.contacts.read"})


def test_subscriptions_are_told_to_whom_the_app_lets() -> None:
    core = HubSpotCore(
        0, 1, subscriptions=[{"type": "contact.creation"}, {"type": "contact.merge", "active": False}]
    )
    assert hubspot_on(core).surveyor.subscriptions() is None
    core.settings.scopes = [*SCOPES, "developers-read"]
    assert hubspot_on(core).surveyor.subscriptions() == [("contact.creation", "")]
