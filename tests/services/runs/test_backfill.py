"""Backfills on the whole engine: what was never heard goes over, once."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.database import Pool
from connector.core.runs import State, Wanted
from connector.errors import Refused
from connector.services.runs.starting import retry, want
from tests.services.runs.cast import Running, lead_ref, linked, unheard
from tests.world import World


def test_what_was_never_heard_goes_over_and_a_second_run_writes_nothing(database: Pool) -> None:
    world = World(database)
    people = linked(world, 12)
    for n, (_, lead) in enumerate(people):
        world.edit_lead(lead, Phone=f"+1 555 020 {1000 + n}")
    unheard(world)
    runs = Running(world, out=5, page=4)
    run = runs.start(linked=True)
    assert runs.end(run) == {"written": 12}
    assert runs.state(run) is State.SUCCEEDED
    assert {world.hs(c)["phone"] for c, _ in people} == {f"+1 555 020 {1000 + n}" for n in range(12)}
    assert world.one("SELECT count(*) n FROM journal WHERE run_id = %s AND state = 'done'", run)["n"] == 12
    world.forget_calls()
    again = runs.start(linked=True)
    assert runs.end(again) == {"nothing": 12}
    assert world.writes() == 0


def test_never_more_than_so_many_are_out(database: Pool) -> None:
    world = World(database)
    linked(world, 10)
    runs = Running(world, out=3, page=2)
    run = runs.start(linked=True)
    runs.walker.tick()
    # a page of links may go beyond it once
    assert world.one("SELECT count(*) n FROM pending WHERE run_id = %s AND lane = 2", run)["n"] <= 10
    runs.end(run)
    assert world.one("SELECT count(*) n FROM pending")["n"] == 0


def test_a_run_of_one_field_writes_that_field_alone(database: Pool) -> None:
    world = World(database)
    ((contact, lead),) = linked(world, 1)
    world.edit_lead(lead, Phone="+1 555 020 1111", MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    assert runs.end(runs.start(fields=["mobile_phone"])) == {"written": 1}
    assert world.hs(contact)["mobilephone"] == "+1 555 020 2222"
    assert world.hs(contact)["phone"] == "+1 555 010 1000"
    assert runs.end(runs.start(linked=True)) == {"written": 1}
    assert world.hs(contact)["phone"] == "+1 555 020 1111"


def test_a_run_to_one_side_writes_that_side_alone(database: Pool) -> None:
    world = World(database)
    (ann, ben) = linked(world, 2)
    world.edit_lead(ann[1], Phone="+1 555 020 1111")
    world.edit_contact(ben[0], mobilephone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    assert runs.end(runs.start(linked=True, side="salesforce")) == {"nothing": 1, "written": 1}
    assert world.sf(ben[1])["MobilePhone"] == "+1 555 020 2222"
    assert world.hs(ann[0])["phone"] == "+1 555 010 1000"


def test_a_notice_that_comes_while_a_pair_waits_lifts_the_restriction(database: Pool) -> None:
    world = World(database)
    ((contact, lead),) = linked(world, 1)
    world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    run = runs.start(fields=["mobile_phone"])
    runs.walker.tick()
    world.edit_lead(lead, Phone="+1 555 020 1111")
    assert runs.end(run) == {"written": 1}
    assert world.hs(contact)["phone"] == "+1 555 020 1111"


def test_persons_given_by_id_and_those_who_are_not_there(database: Pool) -> None:
    world = World(database)
    ((contact, lead), _) = linked(world, 2)
    world.edit_lead(lead, Phone="+1 555 020 1111")
    unheard(world)
    runs = Running(world)
    with pytest.raises(Refused, match="accord match report"):
        runs.start("hubspot:contact:424242")
    runs.approve()
    run = runs.start(lead_ref(lead), "hubspot:contact:" + contact, "link:999", "hubspot:contact:424242")
    assert runs.end(run) == {"written": 1, "gone": 2}


def test_a_soql_condition_chooses_leads(database: Pool) -> None:
    world = World(database)
    people = linked(world, 3)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    runs.approve()
    run = runs.start(soql={"object": "Lead", "where": "LastName = 'Ito1'"})
    assert runs.end(run) == {"written": 1}
    broken = runs.start(soql={"object": "Lead", "where": "Nonsense__c = 'x'"})
    runs.end(broken)
    assert runs.state(broken) is State.FAILED
    assert "Nonsense__c" in runs.row(broken)["reason"]


def test_what_changed_within_a_time_span(database: Pool) -> None:
    world = World(database)
    people = linked(world, 3)
    world.later(days=1)
    since = world.clock.now()
    world.edit_lead(people[0][1], Phone="+1 555 020 1111")
    unheard(world)
    runs = Running(world)
    runs.approve()
    world.later(minutes=1)
    assert runs.end(runs.start(since=since.isoformat())) == {"written": 1}


def test_persons_who_were_never_synced_are_linked_after_the_report_was_approved(database: Pool) -> None:
    world = World(database)
    world.lead(LastName="Ito", Email="ann@acme.example.com", Phone="+1 555 010 1111")
    world.contact(email="ann@acme.example.com", lastname="Ito")
    world.contact(email="cold@acme.example.com", lastname="Frost")
    unheard(world)
    world.later(minutes=5)
    runs = Running(world)
    with pytest.raises(Refused, match="accord match report"):
        runs.start(never_synced=True)
    runs.approve()
    run = runs.start(never_synced=True)
    outcomes = runs.end(run)
    assert outcomes["linked"] == 1, outcomes
    assert sum(outcomes.values()) == 2
    assert world.one("SELECT count(*) n FROM link")["n"] == 1


def test_an_observed_side_is_not_written(database: Pool) -> None:
    world = World(database)
    linked(world, 1)
    world.set_mode("observe", "hubspot")
    with pytest.raises(Refused, match="only observed"):
        Running(world).start(linked=True)


def test_pause_takes_back_what_no_round_has_begun_and_resume_goes_on_from_there(database: Pool) -> None:
    world = World(database)
    people = linked(world, 9)
    for _, lead in people:
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world, out=4, page=3)
    run = runs.start(*(f"link:{r['id']}" for r in world.all("SELECT id FROM link")))
    runs.walker.tick()
    assert want(runs.store, run, Wanted.PAUSE) is State.RUNNING
    runs.walker.tick()
    assert runs.state(run) is State.PAUSED
    assert world.one("SELECT count(*) n FROM pending")["n"] == 0
    world.round()
    assert {world.hs(c).get("mobilephone") for c, _ in people} == {None}
    want(runs.store, run, Wanted.RUN)
    assert runs.end(run) == {"written": 9}


def test_cancel_forgets_the_rest_and_keeps_what_was_done(database: Pool) -> None:
    world = World(database)
    for _, lead in linked(world, 6):
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world, out=2, page=2)
    run = runs.start(*(f"link:{r['id']}" for r in world.all("SELECT id FROM link")))
    runs.step()
    want(runs.store, run, Wanted.CANCEL)
    outcomes = runs.end(run)
    assert runs.state(run) is State.CANCELLED
    assert outcomes == {"written": 2}
    with pytest.raises(Refused, match="ended"):
        want(runs.store, run, Wanted.RUN)


def test_only_what_failed_is_tried_again(database: Pool) -> None:
    world = World(database)
    people = linked(world, 3)
    for contact, _ in people[:2]:
        world.edit_contact(contact, mobilephone="+1 555 020 2222")
    world.edit_contact(people[2][0], industry="Alchemy")
    unheard(world)
    runs = Running(world)
    run = runs.start(linked=True)
    assert runs.end(run) == {"written": 2, "held": 1}
    (failed,) = runs.store.items(run, ["held"])
    assert "Alchemy" in failed["reason"]
    world.edit_contact(people[2][0], industry="Banking")
    unheard(world)
    second = retry(world.bench, runs.store, runs.review, run, "alice")
    assert runs.end(second) == {"written": 1}
    assert world.sf(people[2][1])["Industry"] == "Banking"
    with pytest.raises(Refused, match="Nothing failed"):
        retry(world.bench, runs.store, runs.review, second, "alice")


def test_two_runs_at_once_share_what_both_want(database: Pool) -> None:
    world = World(database)
    for _, lead in linked(world, 4):
        world.edit_lead(lead, MobilePhone="+1 555 020 2222")
    unheard(world)
    runs = Running(world)
    first, second = runs.start(linked=True), runs.start(linked=True)
    assert runs.end(first) == {"written": 4}
    assert runs.end(second) == {"nothing": 4}


def test_chosen_fields_bound_persons_who_are_given_one_by_one_too(database: Pool) -> None:
    world = World(database)
    ((contact, lead),) = linked(world, 1)
    world.edit_lead(lead, City="Oslo", Title="CMO")
    unheard(world)
    runs = Running(world)
    assert runs.end(runs.start(lead_ref(lead), fields=["city"])) == {"written": 1}
    assert (world.hs(contact)["city"], world.hs(contact).get("jobtitle")) == ("Oslo", None)


def test_whom_a_live_round_linked_before_the_walk_came_to_them_is_told_in_the_run(database: Pool) -> None:
    world = World(database)
    world.form(email="ann@acme.example.com", lastname="Ito")
    kim = world.lead(LastName="Kim", Company="Kim AG", Email="kim@kim.example.com")
    unheard(world)
    runs = Running(world)
    runs.approve()
    run = runs.start()
    runs.walker.tick()  # up to the border between HubSpot's persons and Salesforce's
    world.edit_lead(kim, City="Seoul")
    world.deliver()
    world.round()
    assert world.one("SELECT count(*) n FROM link WHERE salesforce_id = %s", kim)["n"] == 1
    assert world.one("SELECT count(*) n FROM run_item WHERE run_id = %s", run)["n"] == 0
    runs.end(run)
    told = {r["salesforce_id"]: r["outcome"] for r in world.all("SELECT * FROM run_item WHERE run_id = %s", run)}
    assert told[kim] == "nothing"
    assert len(told) == 2
    runs.end(runs.start(never_synced=True))
    assert world.one("SELECT count(*) n FROM run_item WHERE salesforce_id = %s", kim)["n"] == 1
