"""Hand-off, its way back, and a whole day: the cases T34, T69 to T74 and T86 of the field."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from connector import logs
from connector.adapters.postgres.clocks import PostgresClocks
from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.outcomes import PostgresOutcomes
from connector.core.records import Ref, Side
from connector.practice.faults import OneShot
from connector.practice.salesforce.rules import Validation
from connector.services.clocks import strike
from connector.services.outcomes import OutcomeWatch
from tests.cases.cast import (
    account_with_contact,
    born_in_salesforce,
    hot,
    is_quiet,
    open_issue,
    rows_written,
    states,
)
from tests.world import HOT, World

BOB = "bob@accord.example.com"


def _edges(world: World) -> list[str]:
    return [row["edge"] for row in world.all("SELECT edge FROM handoff_edge ORDER BY at, ctid")]


def _time_passes(world: World, **span: float) -> None:
    """Time goes by, and what only time moves is looked at."""
    world.later(**span)
    strike(PostgresClocks(world.database), world.clock.now)
    world.settle()


def _nurtured(world: World) -> set[str]:
    return {one for row in world.hubspot.snapshot()["lists"] if row["name"] == "Accord: nurture" for one in row["members"]}


def _outcomes(world: World, *told: Ref) -> None:
    """What is told of Opportunities is looked at, and goes round."""
    store = PostgresOutcomes(world.database)
    store.tell(list(told))
    OutcomeWatch(world.bench, store).run()
    world.settle()


def _deal(world: World, account: str, **values: Any) -> str:
    day = {"Name": "Acme, 20 seats", "StageName": "Prospecting", "CloseDate": "2026-06-30", "AccountId": account}
    return world.salesforce.edit("Opportunity", values={**day, **values}, create=True)


# --- T69: recycled ------------------------------------------------------------------------------------------------


def test_T69_a_lead_that_sales_recycles_really_goes_back_in_hubspot_and_its_history_is_kept(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.later(hours=1)
    world.edit_lead(lead, by=BOB, Status="Working - Contacted")
    world.settle()
    assert world.hs(ann)["lifecyclestage"] == "salesqualifiedlead"
    before = rows_written(world)
    world.later(hours=1)
    world.edit_lead(lead, by=BOB, Status="Nurturing")
    world.settle()
    contact = world.hs(ann)
    assert (contact["accord_handoff"], contact["accord_reject_reason"]) == ("rejected", "bad_timing")
    assert contact["lifecyclestage"] == "lead"
    assert contact["hs_lead_status"] == "BAD_TIMING"
    assert ann in _nurtured(world)
    stages = [item.values["lifecyclestage"] for item in world.hubspot.portal.contacts[ann].history if "lifecyclestage" in item.values]
    assert stages[-3:] == ["salesqualifiedlead", "", "lead"]
    assert _edges(world) == ["none->offered", "offered->working", "working->rejected"]
    assert rows_written(world)["hubspot"] - before["hubspot"] <= 2
    assert world.all("SELECT * FROM ledger") == []
    assert is_quiet(world)


# --- T70: bounced back --------------------------------------------------------------------------------------------


def _rejected(world: World) -> tuple[str, str]:
    ann, lead = hot(world)
    world.later(hours=1)
    world.edit_lead(lead, by=BOB, Accord_Answer__c="Rejected", Accord_Reject_Reason__c="No budget")
    world.settle()
    return ann, lead


def test_T70_who_was_rejected_and_scores_high_again_tomorrow_is_not_offered(database: Pool) -> None:
    world = World(database)
    ann, lead = _rejected(world)
    world.later(days=1)
    world.edit_contact(ann, webinar_date="2026-03-03", fit_score="99", demo_requested="false")
    world.settle()
    world.edit_contact(ann, demo_requested="true")
    world.settle()
    assert world.hs(ann)["accord_tier"] == "hot"
    assert states(world) == ["rejected"]
    assert world.sf(lead)["Accord_Handoff__c"] is None
    assert world.hs(ann)["accord_handoff"] == "rejected"


def test_T70_after_the_cool_off_only_new_evidence_brings_them_back(database: Pool) -> None:
    world = World(database)
    ann, lead = _rejected(world)
    _time_passes(world, days=31)
    assert states(world) == ["rejected"]
    world.edit_contact(ann, demo_requested="false", webinar_date="")
    world.settle()
    assert states(world) == ["rejected", "offered"]
    held = world.sf(lead)
    assert (held["Accord_Handoff__c"], held["Accord_Answer__c"], held["Accord_Reject_Reason__c"]) == ("Offered", None, None)
    assert len(world.leads()) == 1
    assert ann not in _nurtured(world)


# --- T71, T72: no reason, no answer -------------------------------------------------------------------------------


def test_T71_a_rejection_without_a_reason_is_not_final_and_is_asked_for(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    world.later(hours=1)
    world.edit_lead(lead, by=BOB, Accord_Answer__c="Rejected")
    world.settle()
    assert states(world) == ["answer_incomplete"]
    assert world.hs(ann)["accord_handoff"] == "offered"
    assert world.hs(ann)["lifecyclestage"] == "salesqualifiedlead"
    assert "needs a reason" in world.sf(lead)["Accord_Reasons__c"]
    open_issue(world, "answer_incomplete", "reject_reason")
    assert is_quiet(world)
    world.edit_lead(lead, by=BOB, Accord_Reject_Reason__c="Competitor")
    world.settle()
    assert states(world) == ["rejected"]
    assert (world.hs(ann)["accord_handoff"], world.hs(ann)["accord_reject_reason"]) == ("rejected", "competitor")
    assert "needs a reason" not in world.sf(lead)["Accord_Reasons__c"]
    assert world.issues() == set()


def test_T72_no_answer_in_time_is_counted_and_shown_and_a_late_yes_is_welcome(database: Pool) -> None:
    world = World(database)
    ann, lead = hot(world)
    _time_passes(world, days=2)
    assert states(world) == ["expired"]
    assert world.hs(ann)["accord_handoff"] == "expired"
    assert "overdue" in world.sf(lead)["Accord_Reasons__c"]
    open_issue(world, "answer_overdue", "answer")
    world.edit_lead(lead, by=BOB, Accord_Answer__c="Accepted")
    world.settle()
    assert states(world) == ["accepted"]
    assert world.hs(ann)["lifecyclestage"] == "salesqualifiedlead"
    assert world.issues() == set()
    assert is_quiet(world)


# --- T74, T34: deals ----------------------------------------------------------------------------------------------


def _won_customer(world: World) -> tuple[str, str, str]:
    """Ann is a Contact, linked: ids of her contact, her Contact and its Account."""
    account, contact = account_with_contact(world)
    world.settle()
    ann, _ = hot(world)
    return ann, contact, account


def test_T74_a_deal_without_a_contact_role_goes_by_its_account_and_is_reported(database: Pool) -> None:
    world = World(database)
    ann, _, account = _won_customer(world)
    deal = _deal(world, account, StageName="Closed Won", Amount=7500)
    _outcomes(world, Ref(Side.SALESFORCE, "Opportunity", deal))
    contact = world.hs(ann)
    assert (contact["accord_outcome"], contact["accord_amount"]) == ("won", "7500")
    assert contact["accord_handoff"] == "offered"
    told = world.one("SELECT message, fix FROM issue WHERE closed_at IS NULL AND subject LIKE %s", f"%{deal}%")
    assert deal in told["message"]
    assert "contact role" in told["fix"]
    assert is_quiet(world)


def test_T34_a_deal_in_another_currency_keeps_its_amount_and_its_currency(database: Pool) -> None:
    world = World(database)
    ann, _, account = _won_customer(world)
    deal = _deal(world, account, StageName="Closed Won", Amount=7500.5, CurrencyIsoCode="EUR")
    _outcomes(world, Ref(Side.SALESFORCE, "Opportunity", deal))
    contact = world.hs(ann)
    assert (contact["accord_amount"], contact["accord_currency"]) == ("7500.5", "EUR")
    assert "annualrevenue" not in contact
    assert contact["budget"] == "50000"
    assert is_quiet(world)


# --- T86: nothing private in a log line ---------------------------------------------------------------------------

PRIVATE = {
    "firstname": "Aurelia", "lastname": "Quixwood", "email": "aurelia.quixwood@zanzibar.example.com", "phone": "+1 617 555 0142",
    "mobilephone": "(617) 555-0143", "address": "7 Pelican Alley", "city": "Yokneam", "zip": "98765-4321",
    "company": "Zanzibar Kites", "jobtitle": "Chief Kite Officer", "website": "https://kites.example.com/aurelia",
}  # fmt: skip


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("debug", "json", (), stream)
    for name in ("urllib3", "hubspot", "simple_salesforce"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def _a_day(world: World) -> list[str]:
    """Everything that happens on a bad day to one person; returns what of it is private."""
    world.salesforce.org.rules.validations.append(
        Validation("Lead", None, lambda row: row.get("City") == "Portland", f"No {PRIVATE['lastname']} in Portland, {PRIVATE['email']}")
    )
    ann = world.form(**{**HOT, **PRIVATE})
    world.settle()
    lead = str(world.lead_of(ann)["Id"])
    world.edit_contact(ann, phone="+1 617 555 0144", firstname="Aurelie", industry="Falconry")
    world.edit_lead(lead, Phone="+1 617 555 0145", FirstName="Aury")
    world.settle()
    world.edit_contact(ann, city="Portland")
    world.settle()
    _, other = born_in_salesforce(world, LastName="Vandersnoot", Email="vandersnoot@zanzibar.example.com")
    world.edit_lead(other, Email=PRIVATE["email"])
    world.settle()
    world.salesforce.faults.update({"next": [OneShot("composite", "lost_reply"), OneShot("GET", "status", 500, times=2)]})
    world.hubspot.faults.update({"next": [OneShot("batch/read", "status", 429, retry_after=5), OneShot("batch/update", "drop")]})
    world.edit_contact(ann, city="Haifa-Zebulun")
    world.later(seconds=1)
    world.deliver()
    world.round()
    world.later(seconds=30)
    world.settle()
    quoted = {"message": f"Property values were not valid: {PRIVATE['lastname']} of {PRIVATE['company']}", "category": "VALIDATION_ERROR"}
    world.hubspot.faults.update({"next": [OneShot("batch/", "status", 422, body=quoted, times=2)]})
    world.edit_lead(lead, City="Haifa-Zebulun", Budget__c=77000)
    world.later(seconds=1)
    world.deliver()
    world.round()
    world.later(seconds=30)
    world.settle()
    world.salesforce.faults.update({"expire_tokens": True})
    world.edit_lead(lead, Accord_Answer__c="Rejected", Accord_Reject_Reason__c="No budget")
    world.settle()
    world.salesforce.faults.clear()
    world.salesforce.convert(lead)
    world.settle()
    _time_passes(world, days=2)
    more = ["Aurelie", "Aury", "Falconry", "Vandersnoot", "vandersnoot@zanzibar.example.com", "Haifa-Zebulun"]
    more += ["617 555 0144", "6175550144", "617 555 0145"]
    tokens = [world.hubspot.portal.account.private_token, world.salesforce.access_token, *map(str, world.hubspot.tokens)]
    secrets = [world.hubspot.portal.account.client_secret, world.hubspot.portal.account.refresh_token]
    return [*PRIVATE.values(), *more, *tokens, *secrets]


def test_T86_no_line_of_a_whole_bad_day_at_debug_level_holds_a_token_or_a_persons_data(database: Pool, lines: io.StringIO) -> None:
    world = World(database)
    private = _a_day(world)
    told = lines.getvalue()
    assert told.count("\n") > 20
    found = [one for one in private if one and one.casefold() in told.casefold()]
    assert found == []
    assert world.issues()


def test_T86_nor_does_what_is_logged_before_anything_is_taken_out(database: Pool) -> None:
    """Redaction is the second wall: no name, which no pattern can know, may even reach it."""
    world = World(database)
    with structlog.testing.capture_logs() as events:
        private = _a_day(world)
    told = "\n".join(map(str, events)).casefold()
    assert len(events) > 20
    assert [one for one in private if one and one.casefold() in told] == []
