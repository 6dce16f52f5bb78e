"""`--unproved`: what is doubtful the other way round."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from connector.practice import ways
from connector.practice.hubspot.settings import Settings as HubSpotSettings
from connector.practice.orgs import Org, adjusted, load, settings_from
from connector.practice.orgs.hubspot import settings_of
from connector.practice.orgs.salesforce import furnish
from connector.practice.salesforce import SalesforceCore
from connector.practice.salesforce.pubsub.settings import PubSubSettings
from connector.practice.salesforce.settings import Settings as SalesforceSettings

USUAL: dict[str, Any] = {
    "hubspot": HubSpotSettings(),
    "salesforce": SalesforceSettings(),
    "pubsub": PubSubSettings(),
}


def test_every_doubtful_setting_has_another_value_of_the_same_type() -> None:
    for side, row in ways.rows():
        usual = getattr(USUAL[side], row.name)
        for other in ways.others(side, row):
            assert other != usual and type(other) is type(usual), row.name


def test_no_two_sides_call_a_doubt_alike() -> None:
    names = [row.name for _, row in ways.rows()]
    assert len(set(names)) == len(names)


def test_all_are_flipped_together_but_those_of_which_it_is_said_why_not() -> None:
    whole = ways.flipped()
    done = [*whole.hubspot, *whole.salesforce, *whole.pubsub]
    assert {*done, *ways.SINGLY} == {row.name for _, row in ways.rows()}
    assert not set(done) & set(ways.SINGLY) and all(ways.SINGLY.values())


def test_what_is_named_later_wins() -> None:
    found = ways.ways(["flipped", "merge_new_id=true", "session_seconds=60"])
    assert found.hubspot["merge_new_id"] is True and found.salesforce["session_seconds"] == 60
    assert found.hubspot["null_clears"] is False
    assert ways.ways(["flipped", "default"]) == ways.Ways() == ways.ways([])


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("fliped", "none of: flipped, default, or NAME=VALUE"),
        ("merge_new=true", "Did you mean “merge_new_id”"),
        ("nonsense=1", "docs/unproved.md lists them"),
        ("merge_new_id=maybe", "true or false"),
        ("unique_clash=conflict", "is a number"),
    ],
)
def test_a_wrong_word_is_told_with_what_there_is(word: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ways.ways([word])


def shipped(**wish: Any) -> Org:
    return adjusted(load("enterprise"), **wish)


def test_what_is_wished_goes_before_what_the_org_is_like_and_survives_a_reset() -> None:
    org = shipped(unproved=["flipped"], settings={"salesforce": {"page_size": 77, "auto_assign": True}})
    core = furnish(SalesforceCore(), org)
    core.reset()
    assert core.settings.page_size == 77 and core.settings.auto_assign and not core.settings.no_op_notifies
    assert asdict(settings_of(org))["merge_new_id"] is False and org.pubsub["missing_topic"] == "silent"


def test_a_tier_and_scopes_are_the_portals() -> None:
    settings = settings_of(shipped(tier="starter", scopes="crm.objects.contacts.read, oauth"))
    assert (settings.ten_second_limit, settings.daily_limit) == (100, 250_000)
    assert settings.scopes == ["crm.objects.contacts.read", "oauth"]


@pytest.mark.parametrize(
    ("wish", "said"),
    [({"tier": "gold"}, "no tier “gold”: free, "), ({"scopes": "crm.objects.contact.read"}, "crm.objects.contacts.read")],
)
def test_a_tier_or_scope_that_does_not_exist_is_refused(wish: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        shipped(**wish)


def test_settings_are_of_the_one_side_that_is_served_or_by_side() -> None:
    assert settings_from('{"page_size": 3}', "salesforce") == {"salesforce": {"page_size": 3}}
    both = '{"salesforce": {"page_size": 3}, "hubspot": {"index_lag": 1}}'
    assert settings_from(both) == {"salesforce": {"page_size": 3}, "hubspot": {"index_lag": 1}}


@pytest.mark.parametrize(
    ("text", "served", "said"),
    [
        ("{", "", "no JSON"),
        ("[1]", "", "JSON object"),
        ('{"page_size": 3}', "", "say of which"),
        ('{"page_siz": 3}', "salesforce", "Did you mean “page_size”"),
        ('{"page_size": 3}', "hubspot", "Practice hubspot has no setting “page_size”"),
    ],
)
def test_wrong_settings_are_told(text: str, served: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        settings_from(text, served)
