"""Who is the same person: what the match report counts, in the cases that a table of e-mails would get wrong."""

from __future__ import annotations

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.review import PostgresReview
from connector.core.records import Side
from connector.services.review.match import report
from connector.services.review.match_report import Report
from tests.world import HOT, World


def matched(world: World) -> Report:
    world.later(minutes=5)
    return report(world.bench, PostgresReview(world.database))


def test_a_contact_counts_before_a_lead_and_the_lead_beside_it_is_a_duplicate(database: Pool) -> None:
    world = World(database, live=False)
    account = world.salesforce.edit("Account", values={"Name": "Acme"}, create=True)
    values = {"LastName": "Ito", "Email": "ann@acme.example.com", "AccountId": account}
    contact = world.salesforce.edit("Contact", values=values, create=True)
    world.lead(LastName="Ito", Email="ann@acme.example.com")
    world.contact(email="ann@acme.example.com", lastname="Ito")
    found = matched(world)
    assert [(s.object, s.id) for _, s, _ in found.pairs] == [("Contact", contact)]
    count = found.counts[Side.SALESFORCE]
    assert (count.one, count.duplicate, count.none) == (1, 1, 0)


def test_ids_that_hubspots_own_integration_left_count_before_e_mail(database: Pool) -> None:
    world = World(database, live=False)
    left = world.lead(LastName="Ito", Email="old@acme.example.com")
    world.lead(LastName="Ito", Email="ann@acme.example.com")
    world.contact(email="ann@acme.example.com", lastname="Ito", salesforceleadid=left)
    found = matched(world)
    assert [(s.id, by) for _, s, by in found.pairs] == [(left, "integration")]
    assert found.counts[Side.SALESFORCE].duplicate == 1


def test_who_is_linked_already_and_who_was_converted_is_not_matched_again(database: Pool) -> None:
    world = World(database)
    ann = world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    world.settle()
    world.salesforce.convert(str(world.lead_of(ann)["Id"]))
    world.settle()
    found = matched(world)
    assert found.pairs == []
    hubspot, salesforce = found.counts[Side.HUBSPOT], found.counts[Side.SALESFORCE]
    assert (hubspot.records, hubspot.linked) == (1, 1)
    assert (salesforce.records, salesforce.linked) == (1, 1)  # the Contact; its Lead is none any more


def test_several_contacts_of_one_lead_are_shown_and_none_of_them_counts_as_one(database: Pool) -> None:
    world = World(database, live=False)
    lead = world.lead(LastName="Ito", Email="ann@acme.example.com")
    for name in ("a", "b"):
        world.contact(email=f"{name}@acme.example.com", lastname="Ito", salesforceleadid=lead)
    found = matched(world)
    assert found.pairs == []
    assert [str(m.ref) for m in found.many] == [f"salesforce:Lead:{lead}"]
    assert found.counts[Side.HUBSPOT].duplicate == 2


def test_only_persons_who_would_be_handed_over_count_as_made_in_salesforce(database: Pool) -> None:
    world = World(database, live=False)
    hot = world.form(email="ann@acme.example.com", lastname="Ito", **HOT)
    world.form(email="wim@acme.example.com", lastname="Warm")
    found = matched(world)
    assert [ref.id for ref in found.created[Side.SALESFORCE]] == [hot]
    assert (found.counts[Side.HUBSPOT].none, found.counts[Side.HUBSPOT].created) == (2, 1)
