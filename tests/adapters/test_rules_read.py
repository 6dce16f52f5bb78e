"""What apps read of rules and workflows: HubSpot's flows, Salesforce's duplicate rules with what they do."""

from __future__ import annotations

from connector.ports.survey import Automation as Told
from connector.ports.survey import DuplicateRule, Match
from connector.practice.clock import ManualClock
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
