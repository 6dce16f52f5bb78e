"""What sales made of a person comes back: stage, outcome, amount, whoever told of it and whenever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.adapters.postgres.bookmarks import PostgresBookmarks
from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.outcomes import PostgresOutcomes
from connector.core.records import Notice, Ref, Side
from connector.services.intake import accept
from connector.services.outcomes import ROLE, ROLE_FIELDS, Door, OutcomeWatch, as_told
from connector.services.polling import Watch, poll
from tests.world import HOT, World


class Sales:
    """A world in which Bob converts Leads and works on Opportunities."""

    def __init__(self, pool: Pool) -> None:
        self.world = World(pool)
        self.store = PostgresOutcomes(pool)
        self.watch = OutcomeWatch(self.world.bench, self.store)
        self.door = Door(self.world.store, self.store)
        self.bookmarks = PostgresBookmarks(pool, self.world.clock.now)

    def hot(self, name: str = "ann") -> str:
        contact = self.world.form(
            email=f"{name}@acme.example.com", firstname=name.title(), lastname="Ito", **HOT
        )
        self.world.settle()
        return contact

    def convert(self, contact: str, **wish: Any) -> dict[str, str | None]:
        lead = self.world.lead_of(contact)["Id"]
        made = self.world.salesforce.convert(lead, **wish)
        self.world.settle()
        return made

    def opportunity(self, id_: str, **values: Any) -> str:
        return self.world.salesforce.edit("Opportunity", id_, values)

    def poll(self) -> None:
        """What the schedule does: both polls, then a look."""
        answers = self.world.bench.agreement.handoff.salesforce
        for object_, fields in (("Opportunity", answers.of_opportunity()), (ROLE, ROLE_FIELDS)):
            watch = Watch(
                self.world.bench.salesforce, object_, fields, timedelta(minutes=5), as_told(self.store)
            )
            poll(watch, self.bookmarks, self.world.clock.now, lambda timeout: None)
        self.look()

    def look(self) -> int:
        requeued = self.watch.run()
        self.world.settle()
        return requeued

    def told(self, contact: str) -> tuple[str | None, ...]:
        values = self.world.hs(contact)
        names = (
            "accord_opportunity_stage",
            "accord_outcome",
            "accord_amount",
            "accord_currency",
            "accord_lost_reason",
        )
        return tuple(values.get(name) or None for name in names)


@pytest.fixture
def sales(database: Pool) -> Sales:
    return Sales(database)


def test_a_converted_lead_with_an_opportunity_tells_marketing_its_stage_and_amount(sales: Sales) -> None:
    ann = sales.hot()
    sales.convert(ann, opportunity_name="Acme", amount=5000)
    # nobody polled: the Link that moved to the Contact asks for its outcome by itself
    assert sales.look() == 1
    assert sales.told(ann)[:3] == ("Qualifying", "open", "5000")
    assert sales.world.hs(ann)["accord_handoff"] == "converted"


def test_a_won_opportunity_reaches_the_contact_by_the_poll(sales: Sales) -> None:
    ann = sales.hot()
    made = sales.convert(ann, opportunity_name="Acme", amount=5000)
    sales.poll()
    sales.world.later(hours=2)
    sales.opportunity(str(made["opportunity_id"]), StageName="Closed Won", Amount=7500, CurrencyIsoCode="EUR")
    sales.poll()
    assert sales.told(ann)[:4] == ("Closed won", "won", "7500", "EUR")
    assert sales.world.hs(ann)["accord_handoff"] == "won"
    assert sales.world.hs(ann)["lifecyclestage"] == "customer"


def test_a_lost_opportunity_says_why_by_its_outbound_message_at_once(sales: Sales) -> None:
    ann = sales.hot()
    made = sales.convert(ann, opportunity_name="Acme", amount=5000)
    sales.look()
    id_ = str(made["opportunity_id"])
    sales.opportunity(id_, StageName="Closed Lost", Accord_Lost_Reason__c="No budget this year")
    notice = Notice(
        Ref(Side.SALESFORCE, "Opportunity", id_), {"StageName": "Closed Lost"}, sales.world.clock.now()
    )
    accepted = accept(sales.door, [notice])
    assert accepted.queued == 1
    assert sales.world.all("SELECT * FROM pending") == []
    assert sales.look() == 1
    assert sales.told(ann) == ("Closed lost", "lost", "5000", "USD", "No budget this year")


def test_looking_again_at_what_did_not_move_lets_nothing_go_round(sales: Sales) -> None:
    ann = sales.hot()
    sales.convert(ann, opportunity_name="Acme", amount=5000)
    sales.poll()
    sales.world.forget_calls()
    sales.poll()
    assert sales.world.writes() == 0
    assert sales.world.salesforce.calls.total == 2, "one query for Opportunities, one for roles"


def test_T74_an_opportunity_without_contact_role_goes_by_its_account_and_is_reported_until_it_has_one(
    sales: Sales,
) -> None:
    ann = sales.hot()
    made = sales.convert(ann)
    sales.look()
    values = {
        "Name": "Acme",
        "AccountId": made["account_id"],
        "StageName": "Closed Won",
        "CloseDate": "2026-03-01",
    }
    id_ = sales.world.salesforce.edit("Opportunity", values={**values, "Amount": 900}, create=True)
    sales.poll()
    assert sales.told(ann)[1:3] == ("won", "900")
    (issue,) = sales.world.all(
        "SELECT * FROM issue WHERE code = 'opportunity_without_role' AND closed_at IS NULL"
    )
    assert issue["subject"] == f"salesforce:Opportunity:{id_}"
    assert "1 contact(s) of its account" in issue["message"]
    sales.world.salesforce.edit(
        ROLE, values={"OpportunityId": id_, "ContactId": made["contact_id"]}, create=True
    )
    sales.poll()
    assert ("opportunity_without_role", "") not in sales.world.issues()


def test_an_outcome_is_taken_back_when_its_opportunity_is_deleted(sales: Sales) -> None:
    ann = sales.hot()
    made = sales.convert(ann, opportunity_name="Acme", amount=5000)
    sales.look()
    sales.world.salesforce.edit("Opportunity", str(made["opportunity_id"]), delete=True)
    sales.store.tell([Ref(Side.SALESFORCE, "Opportunity", str(made["opportunity_id"]))])
    assert sales.look() == 1
    assert sales.world.one("SELECT document FROM outcome")["document"] == {"view": None}


def test_what_is_told_while_we_look_stays_due(sales: Sales) -> None:
    ann = sales.hot()
    made = sales.convert(ann, opportunity_name="Acme", amount=5000)
    due = sales.store.due(10)
    sales.store.tell([ref for ref, _ in due])
    sales.watch.look(due)
    assert [ref.id for ref, _ in sales.store.due(10)] == [made["contact_id"]]
    sales.look()
    assert sales.store.due(10) == []


def test_people_who_are_not_linked_cost_no_look_and_have_no_outcome(sales: Sales) -> None:
    account = sales.world.salesforce.edit("Account", values={"Name": "Other"}, create=True)
    values = {"Name": "Deal", "AccountId": account, "StageName": "Prospecting", "CloseDate": "2026-05-01"}
    sales.world.salesforce.edit("Opportunity", values=values, create=True)
    sales.poll()
    assert sales.world.all("SELECT * FROM outcome") == []
    assert ("opportunity_without_role", "") in sales.world.issues()
