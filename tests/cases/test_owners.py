"""Owners who left, or have no counterpart: the case T54 of the field."""

from __future__ import annotations

from connector.adapters.postgres.database import Pool
from tests.cases.cast import born_in_salesforce, hot, is_quiet, open_issue, states
from tests.world import HOT, World


def _leaves(world: World, email: str) -> None:
    user = world.salesforce.org.people[email]
    world.salesforce.org.tables["User"].rows[user]["IsActive"] = False
    world.bench.people.pop(email, None)


def test_T54_a_seller_who_left_is_passed_over_and_reported(database: Pool) -> None:
    world = World(database)
    _leaves(world, "bob@accord.example.com")
    owners = []
    for number in range(3):
        _, lead = hot(world, email=f"p{number}@acme.example.com")
        owners.append(world.sf(lead)["OwnerId"])
    staff = world.salesforce.org.people
    assert set(owners) <= {staff["dave@accord.example.com"], staff["erin@accord.example.com"]}
    told = world.all("SELECT message FROM issue WHERE closed_at IS NULL AND code = 'owner_inactive'")
    assert told
    assert "bob@accord.example.com" in told[0]["message"]
    world.bench.people["bob@accord.example.com"] = staff["bob@accord.example.com"]
    world.bench.rounds.requeue([r["id"] for r in world.all("SELECT id FROM link")], [], 1, world.clock.now())
    world.settle()
    assert world.issues() == set()


def test_T54_where_nobody_is_active_the_person_waits_and_is_never_the_integration_users(database: Pool) -> None:
    world = World(database)
    for name in ("bob", "carol", "dave", "erin", "frank"):
        _leaves(world, f"{name}@accord.example.com")
    ann = world.form(**HOT, email="ann@acme.example.com", lastname="Ito")
    world.settle()
    assert world.leads() == []
    assert states(world) == ["held"]
    open_issue(world, "no_owner", "owner")
    world.bench.people["bob@accord.example.com"] = world.salesforce.org.people["bob@accord.example.com"]
    world.salesforce.org.tables["User"].rows[world.bench.people["bob@accord.example.com"]]["IsActive"] = True
    world.edit_contact(ann, city="Lyon")
    world.settle()
    assert world.lead_of(ann)["OwnerId"] == world.bench.people["bob@accord.example.com"]
    assert ("no_owner", "owner") not in world.issues()


def test_T54_a_seller_who_left_since_we_looked_is_refused_and_the_offer_goes_to_the_next(database: Pool) -> None:
    world = World(database)
    users, staff = world.salesforce.org.tables["User"].rows, dict(world.bench.people)
    for email in ("bob@accord.example.com", "dave@accord.example.com", "erin@accord.example.com"):
        users[staff[email]]["IsActive"] = False
    ann = world.form(**HOT, email="ann@acme.example.com", lastname="Ito")
    world.later(seconds=1)
    world.deliver()
    world.round()
    assert world.leads() == []
    assert "inactive user" in open_issue(world, "refused")["message"]
    world.bench.people = world.bench.salesforce.people()
    world.later(minutes=11)
    world.settle()
    assert world.lead_of(ann)["OwnerId"] == staff["frank@accord.example.com"]
    assert world.hs(ann)["hubspot_owner_id"] == world.bench.hubspot_people["frank@accord.example.com"]
    assert world.one("SELECT state, owner_email FROM handoff") == {"state": "offered", "owner_email": "frank@accord.example.com"}
    assert world.issues() <= {("owner_inactive", "owner")}
    assert is_quiet(world)


def test_T54_where_all_have_left_the_refused_offer_waits_and_is_never_the_integration_users(database: Pool) -> None:
    world = World(database)
    users, staff = world.salesforce.org.tables["User"].rows, dict(world.bench.people)
    for email in staff:
        users[staff[email]]["IsActive"] = False
    world.form(**HOT, email="ann@acme.example.com", lastname="Ito")
    world.later(seconds=1)
    world.deliver()
    world.round()
    world.bench.people = {}
    world.later(minutes=11)
    world.settle()
    assert world.leads() == []
    assert ("no_owner", "owner") in world.issues()


def test_T54_an_owner_without_a_counterpart_goes_to_the_fallback(database: Pool) -> None:
    world = World(database)
    kim, lead = born_in_salesforce(world)
    admin = world.salesforce.org.people["admin"]
    world.edit_lead(lead, OwnerId=admin, City="Lyon")
    world.settle()
    assert world.hs(kim)["city"] == "Lyon"
    assert world.hs(kim)["hubspot_owner_id"] == world.bench.hubspot_people["frank@accord.example.com"]
    assert world.sf(lead)["OwnerId"] == admin
    assert is_quiet(world)
