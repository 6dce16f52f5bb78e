"""An undone hand-off: withdrawn where nobody answered it, left where sales did, and never made again by itself."""

from __future__ import annotations

from typing import Any

from connector.adapters.postgres.database import Pool
from tests.services.runs.cast import Running, unheard
from tests.services.runs.test_undo import made_by_a_run, undone
from tests.world import HOT, World


def handoffs(world: World) -> list[tuple[str, bool]]:
    return [(r["state"], r["open"]) for r in world.all("SELECT state, open FROM handoff ORDER BY id")]


def test_the_hand_off_of_a_lead_that_is_put_away_is_withdrawn_and_told_why(database: Pool) -> None:
    world, runs, hot, _, run = made_by_a_run(database)
    assert handoffs(world) == [("offered", True)]
    runs.end(undone(runs, run=run))
    assert handoffs(world) == [("withdrawn", False)]
    edge = world.one("SELECT edge, reason FROM handoff_edge ORDER BY at DESC LIMIT 1")
    assert edge == {"edge": "offered->withdrawn", "reason": "undone: undo"}
    world.edit_contact(hot, budget="60000")  # new evidence, even
    world.settle()
    world.later(days=60)
    world.edit_contact(hot, budget="70000")
    world.settle()
    assert handoffs(world) == [("withdrawn", False)]
    assert len(world.leads()) == 1


def test_undoing_that_offers_it_again_to_the_same_owner_and_takes_no_turn(database: Pool) -> None:
    world, runs, hot, _, run = made_by_a_run(database)
    owner, lead = world.lead_of(hot)["OwnerId"], world.lead_of(hot)["Id"]
    turns = world.one("SELECT sum(n) n FROM turn")["n"]
    runs.end(back := undone(runs, run=run))
    runs.end(undone(runs, run=back))
    assert handoffs(world) == [("offered", True)]
    assert (world.lead_of(hot)["OwnerId"], world.lead_of(hot)["Id"]) == (owner, lead)
    assert world.lead_of(hot)["Accord_Handoff__c"] == "Offered"
    assert world.one("SELECT sum(n) n FROM turn")["n"] == turns
    world.edit_lead(lead, Accord_Answer__c="Accepted")
    world.settle()
    assert handoffs(world) == [("accepted", True)]


def test_an_undo_can_be_undone_and_that_again(database: Pool) -> None:
    world, runs, hot, _, run = made_by_a_run(database)
    first, lead = undone(runs, run=run), str(world.lead_of(hot)["Id"])
    runs.end(first)
    runs.end(second := undone(runs, run=first))
    assert [row["IsDeleted"] for row in world.leads() if row["Id"] == lead] == [False]
    assert runs.end(undone(runs, run=second))["archived"] == 1
    assert lead not in [row["Id"] for row in world.leads()]
    assert handoffs(world) == [("withdrawn", False)]
    assert world.hs(hot).get("accord_salesforce_id") is None


def test_what_sales_has_answered_is_left_whole(database: Pool) -> None:
    world, runs, hot, _, run = made_by_a_run(database)
    lead = str(world.lead_of(hot)["Id"])
    world.edit_lead(lead, Accord_Answer__c="Accepted")  # not even heard yet
    unheard(world)
    before = (world.hs(hot), world.sf(lead))
    back = undone(runs, run=run)
    assert runs.end(back) == {"archived": 1, "left": 1}
    (item,) = runs.store.items(back, ["left"])
    assert "sales has answered the hand-off (accepted)" in item["reason"]
    kept = ("hubspot_owner_id", "lifecyclestage", "accord_salesforce_id")
    assert [world.hs(hot)[n] for n in kept] == [before[0][n] for n in kept]
    assert world.sf(lead)["OwnerId"] == before[1]["OwnerId"]


def offered_on_a_lead_that_was_linked(database: Pool) -> tuple[World, Running, str, str, int, dict[str, Any]]:
    """Known to both sides for long; a run finds them hot and offers them."""
    world = World(database)
    lead = world.lead(LastName="Ash", Email="ben@acme.example.com", Company="Acme Tools")
    world.settle()
    contact = world.one("SELECT hubspot_id FROM link")["hubspot_id"]
    world.edit_contact(contact, **{k: v for k, v in HOT.items() if k != "company"})
    before = {k: world.hs(contact).get(k) for k in ("hubspot_owner_id", "lifecyclestage", "hs_lead_status")}
    unheard(world)
    runs = Running(world)
    runs.end(run := runs.start(linked=True))
    assert handoffs(world) == [("offered", True)]
    return world, runs, contact, lead, run, before


def test_where_the_link_is_older_the_offer_is_taken_back_and_not_made_again_by_itself(database: Pool) -> None:
    world, runs, contact, lead, run, before = offered_on_a_lead_that_was_linked(database)
    assert world.hs(contact)["lifecyclestage"] == "salesqualifiedlead"
    back = undone(runs, run=run)
    assert runs.end(back) == {"written": 1}
    assert handoffs(world) == [("withdrawn", False)]
    for name in ("hubspot_owner_id", "lifecyclestage", "hs_lead_status"):  # through blank, where it must
        assert world.hs(contact).get(name) == before[name], name
    assert world.hs(contact)["accord_handoff"] == "withdrawn"  # what is true now
    world.edit_contact(contact, budget="60000")
    world.settle()
    assert handoffs(world) == [("withdrawn", False)]
    assert world.sf(lead)["Budget__c"] == 60000  # they are in sync as before
    assert world.issues() == set()


def test_undoing_that_offers_them_again(database: Pool) -> None:
    world, runs, contact, lead, run, _ = offered_on_a_lead_that_was_linked(database)
    shown = {n: world.hs(contact).get(n) for n in ("hubspot_owner_id", "lifecyclestage", "hs_lead_status")}
    runs.end(back := undone(runs, run=run))
    runs.end(undone(runs, run=back))
    assert handoffs(world) == [("offered", True)]
    assert {n: world.hs(contact).get(n) for n in shown} == shown
    assert world.hs(contact)["accord_handoff"] == "offered"
    assert world.sf(lead)["Accord_Handoff__c"] == "Offered"
