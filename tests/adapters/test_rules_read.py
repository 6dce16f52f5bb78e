"""What apps read of rules and workflows: HubSpot's flows, Salesforce's duplicate rules with what they do."""

from __future__ import annotations

import pytest

from connector.ports.survey import Automation as Told
from connector.ports.survey import DuplicateRule, Match
from connector.practice.clock import ManualClock
from connector.practice.faults import OneShot
from connector.practice.hubspot import HubSpotCore
from connector.practice.hubspot.own import Automation
from connector.practice.hubspot.scopes import SCOPES
from connector.practice.salesforce import SalesforceCore
from tests.adapters.in_process import hubspot_on, salesforce_on
from tests.world import START


def test_workflows_are_told_to_an_app_with_the_scope_alone() -> None:
    core = HubSpotCore(0, 1)
    core.automations += [Automation(f"p{n}", {}, name=f"w{n}", mails=n == 0) for n in range(120)]
    read = hubspot_on(core).surveyor.automations()
    assert read is not None
    assert read.found[0] == Told("workflow", "contact", "w0", True, ("p0",), True)
    assert len(read.found) == 120
    core.settings.scopes = [scope for scope in SCOPES if scope != "automation"]
    assert hubspot_on(core).surveyor.automations() is None


@pytest.mark.parametrize("mail", ["0-4", "0-90"])
def test_a_workflow_that_sends_an_e_mail_is_told_whatever_its_actions_type(mail: str) -> None:
    core = HubSpotCore(0, 1)
    core.settings.mail_action = mail
    core.automations += [Automation("city", {"jobtitle": "x"}, name="Mail", mails=True), Automation("city", {"jobtitle": "x"})]
    read = hubspot_on(core).surveyor.automations()
    assert read is not None and [each.mails for each in read.found] == [True, False]


def test_duplicate_rules_are_told_with_what_they_do_and_compare() -> None:
    core = SalesforceCore(ManualClock(START))
    for action in ("block", "alert", "allow"):
        core.admin.add_duplicate_rule("Lead", matches={"Email": "Email"}, among="Contact", action=action, name=action)
    told = salesforce_on(core).surveyor.duplicate_rules("Lead")
    match = Match("Contact", ("Email",), True)
    assert told == tuple(
        DuplicateRule(name, "Lead", refuses, (match,)) for name, refuses in (("block", True), ("alert", True), ("allow", False))
    )
    assert salesforce_on(core).surveyor.duplicate_rules("Contact") == ()


def test_what_a_rule_does_to_changes_and_what_it_takes_for_about_the_same_are_told_too() -> None:
    core = SalesforceCore(ManualClock(START))
    core.admin.add_duplicate_rule("Lead", ["Email", "LastName"], action="allow", on_update="alert", rough=True, name="r")
    (told,) = salesforce_on(core).surveyor.duplicate_rules("Lead") or ()
    assert (told.refuses, told.refuses_change) == (False, True)
    assert told.matches == (Match("Lead", ("Email", "LastName"), False),)


def test_a_user_who_may_not_ask_what_rules_do_learns_their_names_alone() -> None:
    core = SalesforceCore(ManualClock(START))
    core.admin.add_duplicate_rule("Lead", ["Email"], action="block", name="Same address")
    core.faults.next.append(OneShot("/ui-api/duplicates", "status", 403, body=[{"errorCode": "INSUFFICIENT_ACCESS"}]))
    told = salesforce_on(core).surveyor.duplicate_rules("Lead")
    assert told == (DuplicateRule("Same address", "Lead", None, refuses_change=None),)
