"""What the cases share: Alice of marketing and Bob of sales at work in a World, and what they can see afterwards."""

from __future__ import annotations

from typing import Any

from tests.world import HOT, World

ANN = {"email": "ann@acme.example.com", "firstname": "Ann", "lastname": "Ito"}


def hot(world: World, **values: Any) -> tuple[str, str]:
    """Ann (or another) fills in a form, is hot and is handed over: ids of her contact and her Lead."""
    contact = world.form(**{**ANN, **HOT, **values})
    world.settle()
    return contact, str(world.lead_of(contact)["Id"])


def born_in_salesforce(world: World, **values: Any) -> tuple[str, str]:
    """Bob enters a Lead, it arrives in HubSpot: ids of its contact and of itself."""
    lead = world.lead(**{"LastName": "Kim", "Company": "Kim AG", "Email": "kim@kim.example.com", **values})
    world.settle()
    return str(world.one("SELECT hubspot_id i FROM link WHERE salesforce_id = %s", lead)["i"]), lead


def account_with_contact(world: World, **values: Any) -> tuple[str, str]:
    """Bob keeps a Contact: ids of its Account and of itself. Not settled yet."""
    account = world.salesforce.edit("Account", values={"Name": "Acme Tools"}, create=True)
    contact = {"LastName": "Ito", "Email": "ann@acme.example.com", "AccountId": account, **values}
    return account, world.salesforce.edit("Contact", values=contact, create=True)


def rows_written(world: World) -> dict[str, int]:
    """How many records Accord wrote (or meant to write) so far, by side."""
    found = world.all("SELECT side, count(*) n FROM journal GROUP BY side")
    return {"hubspot": 0, "salesforce": 0} | {r["side"]: r["n"] for r in found}


def is_quiet(world: World) -> bool:
    """Nothing is written any more, however often both sides are heard and everything is looked at again."""
    world.forget_calls()
    before = rows_written(world)
    for _ in range(2):
        world.later(minutes=3)
        world.bench.rounds.requeue([r["id"] for r in world.all("SELECT id FROM link")], [], 1, world.clock.now())
        world.settle()
    return world.writes() == 0 and rows_written(world) == before


def open_issue(world: World, code: str, field: str = "") -> dict[str, Any]:
    """The one open issue of this code and field; every issue says in words what to do."""
    row = world.one(
        "SELECT subject, message, fix, link_id, count FROM issue WHERE closed_at IS NULL AND code = %s AND field = %s", code, field
    )
    assert len(row["fix"]) > 15
    assert row["message"]
    return row


def ledger(world: World) -> list[tuple[str, str, Any, Any]]:
    """(side that lost, field, the value kept, the value that won), oldest first."""
    rows = world.all("SELECT side, field, value, winner FROM ledger ORDER BY id")
    return [(r["side"], r["field"], r["value"], r["winner"]) for r in rows]


def contacts(world: World) -> list[dict[str, str]]:
    return [row["properties"] for row in world.hubspot.snapshot()["contacts"]]


def states(world: World) -> list[str]:
    """States of all hand-offs, oldest first."""
    return [r["state"] for r in world.all("SELECT state FROM handoff ORDER BY id")]
