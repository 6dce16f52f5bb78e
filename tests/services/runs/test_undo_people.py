"""What people, workflows and merges did in between: an undo leaves it, and says so."""

from __future__ import annotations

import pytest

from connector.adapters.postgres.database import Pool
from connector.practice.salesforce.rules import Validation
from connector.services.runs.starting import retry
from tests.services.runs.cast import Running
from tests.services.runs.test_undo import backfilled, made_by_a_run, undone
from tests.world import World


def left(runs: Running, run: int) -> list[str]:
    """Why something was left, by item."""
    return [item["reason"] for item in runs.store.items(run, left=True) if item["plan"]]


@pytest.mark.parametrize(
    ("by", "said"),
    [("user", "a person (message)"), ("form", "a form (message)"), ("automation", "a workflow"), ("other_app", "app")],
)
def test_a_contact_that_we_made_stays_where_anybody_else_wrote_an_unmapped_property(
    database: Pool, by: str, said: str
) -> None:
    world, runs, _, lead, run = made_by_a_run(database)
    made = world.one("SELECT hubspot_id FROM link WHERE salesforce_id = %s", lead)["hubspot_id"]
    world.edit_contact(made, by=by, message="Please call")
    world.settle()
    world.forget_calls()
    back = undone(runs, run=run)
    assert runs.end(back) == {"archived": 1, "left": 1}
    (why,) = left(runs, back)
    assert said in why
    assert world.hs(made)["message"] == "Please call"
    reads = world.hubspot.calls.shown()["by_endpoint"]
    assert sum(n for line, n in reads.items() if line.endswith("contacts/batch/read")) <= 4  # one of them asks for it


def test_who_wrote_is_asked_for_fifty_contacts_a_call(database: Pool) -> None:
    world = World(database)
    ids = [world.contact(email=f"p{n}@x.example.com") for n in range(51)]
    world.forget_calls()
    told = world.bench.hubspot.touched(ids, lambda seconds: None)
    assert set(told.values()) == {"a person (email, lifecyclestage)"}
    calls = world.hubspot.calls.shown()["by_endpoint"]
    assert sum(n for line, n in calls.items() if line.endswith("batch/read")) == 2


def test_bobs_note_on_a_lead_that_we_wrote_again_since_still_counts(database: Pool) -> None:
    """Salesforce names the last one who wrote only."""
    world, runs, hot, _, run = made_by_a_run(database)
    lead = str(world.lead_of(hot)["Id"])
    world.edit_lead(lead, Description="Bob called")
    world.settle()
    world.edit_contact(hot, city="Lyon")
    world.settle()
    assert world.sf(lead)["City"] == "Lyon"
    world.edit_contact(hot, city="")
    world.settle()
    back = undone(runs, run=run)
    assert runs.end(back)["left"] == 1
    assert world.sf(lead)["IsDeleted"] is False


def test_a_record_that_people_deleted_is_gone_and_told(database: Pool) -> None:
    world, runs, people, _ = backfilled(database, 2)
    run = runs.start(linked=True)
    runs.end(run)
    world.salesforce.edit("Lead", people[0][1], {}, delete=True)
    world.settle()
    back = undone(runs, run=run)
    assert runs.end(back) == {"gone": 1, "written": 1}
    (item,) = runs.store.items(back, ["gone"])
    assert "salesforce is gone" in item["reason"]
    assert item["salesforce_id"] == people[0][1]


def test_a_lead_that_was_converted_since_is_left_with_the_reason(database: Pool) -> None:
    world, runs, people, _ = backfilled(database, 1)
    ((_, lead),) = people
    run = runs.start(linked=True)
    runs.end(run)
    world.salesforce.convert(lead)
    world.settle()
    back = undone(runs, run=run)
    assert runs.end(back) == {"written": 1}  # the contact's own values
    (item,) = [i for i in runs.store.items(back) if i["plan"]]
    assert {c["why"] for c in item["plan"]["changes"]} == {
        "another record stands in its place since: it was converted or merged"
    }


def test_a_refused_value_is_shown_and_goes_again_with_a_retry(database: Pool) -> None:
    world, runs, people, _ = backfilled(database, 2)
    contact, lead = people[0]
    runs.end(run := runs.start(linked=True))
    assert world.sf(lead)["Title"] == "Clerk 0"
    rule = Validation("Lead", None, lambda row: row.get("Title") is None, "A title is needed")
    world.salesforce.org.rules.validations.append(rule)
    back = undone(runs, run=run)
    ended = runs.end(back)
    assert ended == {"refused": 2}, runs.store.items(back)
    assert all("A title is needed" in item["reason"] for item in runs.store.items(back, ["refused"]))
    assert world.sf(lead)["Title"] == "Clerk 0"
    assert world.hs(contact)["phone"] == "+1 555 010 1000"  # the rest came back
    (fix,) = {r["fix"] for r in world.all("SELECT fix FROM issue WHERE code = 'refused'")}
    assert fix.endswith(f"`accord backfill retry {back}`.")
    world.salesforce.org.rules.validations.remove(rule)
    again = retry(world.bench, runs.store, runs.review, back, "alice")
    assert runs.end(again) == {"written": 2}
    assert world.sf(lead)["Title"] is None
    assert world.issues() == set()


def test_a_lossy_value_comes_back_as_it_was_to_the_letter(database: Pool) -> None:
    world = World(database)
    lead = world.lead(LastName="Kim", Email="kim@kim.example.com", NumberOfEmployees=7)
    world.settle()
    contact = world.one("SELECT hubspot_id FROM link")["hubspot_id"]
    runs = Running(world)
    world.edit_contact(contact, numemployees="25-50", phone="001 (503) 546 0101")
    world.settle()
    world.edit_lead(lead, NumberOfEmployees=240, Phone="+1 555 020 1000")
    world.notices()
    runs.end(run := runs.start(linked=True))
    assert world.hs(contact)["numemployees"] == "100-500"
    runs.end(undone(runs, run=run))
    assert (world.hs(contact)["numemployees"], world.hs(contact)["phone"]) == ("25-50", "001 (503) 546 0101")


def test_a_version_of_the_agreement_is_undone(database: Pool) -> None:
    world, runs, people, _ = backfilled(database, 1)
    version = world.bench.desk.version
    world.all("UPDATE journal SET agreement = '0.0.0.0' RETURNING id")
    runs.end(runs.start(linked=True))
    assert runs.end(undone(runs, agreement="0.0.0.1")) == {}
    assert runs.end(undone(runs, agreement=version)) == {"written": 1}
    assert world.hs(people[0][0])["phone"] == "+1 555 010 1000"


def test_an_erased_person_does_not_come_back(database: Pool) -> None:
    world, runs, hot, _, run = made_by_a_run(database)
    back = undone(runs, run=run)
    runs.end(back)
    world.hubspot.edit({}, id=hot, forget=True)
    world.settle()
    again = undone(runs, run=back)
    ended = runs.end(again)
    assert "restored" not in ended
    assert len(world.leads()) == 1  # Kim's; not the Lead that was made of whom was erased

