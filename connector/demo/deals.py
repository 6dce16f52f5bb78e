"""The deal: where there is no Lead to convert, the rep opens it on the Contact; then it is won."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from connector.demo.day import Day

AMOUNT = 48000


def deal_without_lead(day: Day) -> None:
    names, stages = day.words.hubspot, day.stage.salesforce.find("OpportunityStage", "IsClosed", False)
    first = min(stages, key=lambda one: one["SortOrder"])["ApiName"]

    def open_deal() -> None:
        account = day.rep_makes("Account", Name="Ada Works")
        day.rep_edits("ada", AccountId=account)
        closes = (date.today() + timedelta(days=90)).isoformat()
        deal = {"Name": "Ada Works", "StageName": first, "CloseDate": closes, "Amount": AMOUNT}
        day.rep_makes("Opportunity", AccountId=account, ContactId=day.sales("ada")["id"], **deal)

    day.skip("the rep converts the Lead", "no Leads here: the rep opens a deal on the Contact")
    day.scene(
        "the rep opens a deal", open_deal,
        lambda: (c := day.contact("ada")).get(names.outcome) == "open" and c,
        lambda c: f"{c.get(names.amount)} open, stage {c.get(names.stage)}; hand-off {c.get(names.handoff)}",
        "salesforce",
    )  # fmt: skip


def win(day: Day) -> None:
    names, salesforce = day.words.hubspot, day.stage.salesforce
    won = salesforce.find("OpportunityStage", "IsWon", True)[0]["ApiName"]

    def right() -> Any:
        contact = day.contact("ada")
        stage = day.words.agreement.handoff.lifecycle.get("won")
        there = stage is None or contact.get(names.lifecycle) == stage
        return contact if contact.get(names.outcome) == "won" and there else None

    day.scene(
        "the opportunity is won",
        lambda: salesforce.edit("Opportunity", {"StageName": won}, id=_deal(day)["id"]), right,
        lambda c: f"{c.get(names.amount)} {c.get(names.currency) or ''} on the contact, {c.get(names.lifecycle)}",
        "salesforce",
    )  # fmt: skip


def _deal(day: Day) -> dict[str, Any]:
    contact = day.sales("ada", "Contact")
    return day.stage.salesforce.find("Opportunity", "AccountId", contact["AccountId"])[0]
