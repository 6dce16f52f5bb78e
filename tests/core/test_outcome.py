"""Which Opportunity tells a contact's outcome, and the queries that read them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from connector.core import outcome
from connector.core.outcome import OpportunityView, assign

ANN, BEN, ACCOUNT = "003000000000001AAA", "003000000000002AAA", "001000000000001AAA"


def row(number: int, result: str = "open", close: str = "2025-06-30", **more: Any) -> dict[str, Any]:
    flags = {"IsClosed": result != "open", "IsWon": result == "won"}
    base = {
        "Id": f"00600000000000{number}AAA",
        "AccountId": ACCOUNT,
        "StageName": result.title(),
        "CloseDate": close,
    }
    return base | flags | {"Amount": 1000.0 * number, "CurrencyIsoCode": "EUR"} | more


def role(number: int, contact: str) -> dict[str, Any]:
    return {"OpportunityId": f"00600000000000{number}AAA", "ContactId": contact}


def test_every_contact_with_a_role_gets_the_outcome_and_nobody_else() -> None:
    told = assign([row(1, "won")], [role(1, ANN)], {ACCOUNT: [ANN, BEN]}, {ANN, BEN})
    assert set(told.by_contact) == {ANN}
    assert told.by_contact[ANN].outcome == "won"
    assert told.without_role == ()


def test_won_comes_before_open_before_lost_then_the_latest_close_date_in_any_order() -> None:
    rows = [
        row(1, "lost", "2025-09-01"),
        row(2, "open", "2025-07-01"),
        row(3, "won", "2024-01-01"),
        row(4, "won"),
    ]
    roles = [role(n, ANN) for n in range(1, 5)]
    for order in permutations(rows):
        assert assign(order, roles, {}, [ANN]).by_contact[ANN].id.endswith("4AAA")
    without_won = assign(rows[:2], roles, {}, [ANN])
    assert without_won.by_contact[ANN].outcome == "open"


def test_T74_opportunity_without_contact_role_goes_by_its_account_and_is_reported() -> None:
    told = assign([row(1, "won")], [], {ACCOUNT: [ANN, BEN, "003000000000003AAA"]}, {ANN, BEN})
    assert set(told.by_contact) == {ANN, BEN}
    assert told.by_contact[ANN].by_account
    (lone,) = told.without_role
    assert lone.contact_ids == (ANN, BEN)
    assert "2 contact(s) of its account" in lone.message
    assert "contact role" in lone.fix


def test_T74_opportunity_that_reaches_nobody_is_reported_too() -> None:
    told = assign([row(1, "won"), row(2, "won", AccountId=None)], [], {}, {ANN})
    assert told.by_contact == {}
    assert ["reaches nobody" in lone.message for lone in told.without_role] == [True, True]


def test_a_role_weighs_more_than_an_account_where_all_else_is_equal() -> None:
    told = assign([row(1, "won"), row(2, "won")], [role(1, ANN)], {ACCOUNT: [ANN]}, {ANN})
    assert told.by_contact[ANN].id.endswith("1AAA")


def test_T34_an_amount_keeps_its_currency_and_is_never_converted() -> None:
    told = assign([row(1, "won")], [role(1, ANN)], {}, [ANN], org_currency="USD")
    assert (told.by_contact[ANN].amount, told.by_contact[ANN].currency) == (1000.0, "EUR")
    single = row(1, "won")
    del single["CurrencyIsoCode"]
    assert assign([single], [role(1, ANN)], {}, [ANN], org_currency="USD").by_contact[ANN].currency == "USD"
    assert (
        assign([single | {"Amount": None}], [role(1, ANN)], {}, [ANN], org_currency="USD")
        .by_contact[ANN]
        .currency
        is None
    )


def test_a_view_is_stored_as_a_document() -> None:
    view = assign([row(1, "lost", Accord_Lost_Reason__c="Price")], [role(1, ANN)], {}, [ANN]).by_contact[ANN]
    assert OpportunityView(**asdict(view)) == view
    assert view.lost_reason == "Price"


def test_queries_name_the_fields_of_the_agreement_and_read_oldest_first() -> None:
    soql = outcome.opportunities_changed_since(datetime(2025, 3, 3, 9, 0, 0, 700, tzinfo=UTC))
    assert soql == (
        "SELECT Id, AccountId, StageName, Amount, CurrencyIsoCode, Accord_Lost_Reason__c, IsClosed, IsWon, CloseDate, "
        "SystemModstamp FROM Opportunity WHERE SystemModstamp >= 2025-03-03T09:00:00Z ORDER BY SystemModstamp, Id"
    )
    assert outcome.opportunities_of([ANN, BEN]).endswith(f"WHERE Id IN ('{ANN}', '{BEN}')")
    assert "FROM OpportunityContactRole WHERE ContactId IN" in outcome.roles_of_contacts([ANN])


@pytest.mark.parametrize("ids", [[], ["x') OR (Id != '"], [ANN, ""]])
def test_what_is_no_id_gets_into_no_query(ids: list[str]) -> None:
    for build in (outcome.opportunities_of, outcome.opportunities_of_accounts, outcome.contacts_of_accounts):
        with pytest.raises(ValueError, match="not Salesforce ids"):
            build(ids)
