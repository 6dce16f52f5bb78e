"""The account of hand-offs: everybody who qualified is on it, and every remainder is named."""

from __future__ import annotations

from datetime import timedelta

from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.reckoning import PostgresReckoning
from connector.core.handoff.account import Arrival, Why
from connector.core.records import Ref, Side
from connector.practice.salesforce.rules import Validation
from connector.services.drift.handoffs import Account, account
from tests.cases.cast import hot, states
from tests.services.drift.cast import means_of
from tests.services.runs.cast import Running, unheard
from tests.services.runs.test_undo import undone
from tests.services.test_erasing import Office
from tests.world import HOT, START, World


def reckoned(world: World) -> Account:
    """From the world's beginning until now. Nothing is written by it."""
    world.forget_calls()
    store = PostgresReckoning(world.database)
    made = account(means_of(world), store, START - timedelta(days=1), world.clock.now() + timedelta(seconds=1))
    assert world.writes() == 0
    sums = made.sums()
    assert sums["qualified"] == sums["handed_off"] + sums["explained"] + sums["unexplained"]
    assert sums["handed_off"] == sums["received"] + sums["accounted_for"] + sums["missing"]
    return made


def whys(made: Account) -> dict[str, Why]:
    return {line.who: line.why for line in made.lines}


def gone(world: World, contact: str) -> None:
    """Somebody deletes it in HubSpot, and nobody tells us."""
    world.hubspot.edit({}, id=contact, delete=True)
    unheard(world)


def form(world: World, name: str, **values: str) -> str:
    return world.form(**{"email": f"{name}@acme.example.com", "lastname": name.title(), **HOT, **values})


def test_who_was_handed_off_is_told_with_owner_record_and_state(database: Pool) -> None:
    world = World(database)
    contact, lead = hot(world)
    world.form(email="cold@acme.example.com", lastname="Cold")
    world.settle()
    world.later(minutes=10)
    made = reckoned(world)
    (line,) = made.lines
    assert (line.person, line.who, line.why) == (f"hubspot:contact:{contact}", "ann@acme.example.com", Why.HANDED)
    assert (line.salesforce, line.arrival, line.state) == (f"salesforce:Lead:{lead}", Arrival.THERE, "offered")
    assert line.offered_at is not None
    assert "@accord.example.com" in line.owner
    assert made.balances


def test_what_became_of_the_record_is_salesforces_own_word(database: Pool) -> None:
    world = World(database)
    ids = {name: hot(world, email=f"{name}@acme.example.com")[1] for name in ("ann", "ben", "cid", "dan")}
    world.salesforce.convert(ids["ann"])
    world.salesforce.edit("Lead", ids["ben"], delete=True)
    other = world.salesforce.edit("Lead", values={"LastName": "Cid", "Company": "Acme"}, create=True)
    world.salesforce.merge("Lead", other, [ids["cid"]])
    made = reckoned(world)
    assert {line.who.split("@")[0]: line.arrival for line in made.lines} == {
        "ann": Arrival.CONVERTED, "ben": Arrival.DELETED, "cid": Arrival.MERGED, "dan": Arrival.THERE,
    }  # fmt: skip
    sums = made.sums()
    assert (sums["received"], sums["accounted_for"], sums["missing"]) == (3, 1, 0)
    assert made.balances


def test_what_salesforce_does_not_know_at_all_is_left_over_and_named(database: Pool) -> None:
    world = World(database)
    _, lead = hot(world)
    table = world.salesforce.org.tables["Lead"]
    del table.rows[lead]
    made = reckoned(world)
    assert not made.balances
    (line,) = made.lines
    assert (line.arrival, line.left_over) == (Arrival.MISSING, True)
    assert lead in line.arrived


def test_a_record_that_looks_handed_off_and_is_none_of_ours_is_left_over(database: Pool) -> None:
    world = World(database)
    hot(world)
    lead = world.lead(LastName="Odd", Email="odd@odd.example.com", Accord_Handoff__c="Offered")
    unheard(world)
    made = reckoned(world)
    assert made.strangers == [Ref(Side.SALESFORCE, "Lead", lead)]
    assert not made.balances


def test_who_is_held_says_what_is_missing(database: Pool) -> None:
    world = World(database)
    world.form(email="nameless@acme.example.com", **HOT)
    world.settle()
    made = reckoned(world)
    (line,) = made.lines
    assert line.why is Why.HELD
    assert "LastName" in line.words
    assert made.balances


def test_who_is_cooling_off_says_until_when(database: Pool) -> None:
    world = World(database)
    _, lead = hot(world)
    world.edit_lead(lead, Accord_Answer__c="Rejected", Accord_Reject_Reason__c="No budget", by="bob")
    world.settle()
    world.later(days=2)
    begin = world.clock.now()
    contact = str(world.one("SELECT hubspot_id i FROM link")["i"])
    world.edit_contact(contact, budget="1")
    world.settle()
    world.edit_contact(contact, budget="90000", numemployees="1000+")
    world.settle()
    made = account(means_of(world), PostgresReckoning(database), begin, world.clock.now() + timedelta(seconds=1))
    assert {line.why for line in made.lines} <= {Why.COOL_OFF, Why.NO_NEWS}
    assert made.balances
    whole = reckoned(world)
    assert [line.why for line in whole.lines] == [Why.HANDED]  # it qualified once, and was rejected
    assert whole.lines[0].state == "rejected"


def test_nothing_is_handed_off_while_a_side_is_observed(database: Pool) -> None:
    world = World(database, live=False)
    form(world, "ann")
    world.settle()
    made = reckoned(world)
    assert whys(made) == {"ann@acme.example.com": Why.OBSERVED}
    assert made.balances


def test_who_is_not_selected_is_filtered(database: Pool) -> None:
    world = World(database)
    world.form(email="us@accord.example.com", lastname="Ours", **HOT)
    world.settle()
    made = reckoned(world)
    assert whys(made) == {"us@accord.example.com": Why.FILTERED}
    assert made.balances


def test_several_records_of_one_person_are_named(database: Pool) -> None:
    world = World(database)
    world.lead(LastName="Ito", Email="ann@acme.example.com")
    world.lead(LastName="Ito", Email="ann@acme.example.com")
    form(world, "ann")
    for _ in range(6):
        world.clock.advance(1)
        world.deliver()
        world.round()
    made = reckoned(world)
    assert [line.why for line in made.lines] == [Why.DUPLICATE]
    assert "Several records match" in made.lines[0].words


def test_what_salesforce_refused_is_accounted_for(database: Pool) -> None:
    world = World(database)
    world.salesforce.org.rules.validations.append(
        Validation("Lead", None, lambda row: row.get("Company") == "Acme Tools", "Acme is not ours")
    )
    form(world, "ann")
    for _ in range(6):
        world.clock.advance(1)
        world.deliver()
        world.round()
    made = reckoned(world)
    (line,) = made.lines
    assert (line.why, line.arrival) == (Why.HANDED, Arrival.REFUSED)
    assert "Acme is not ours" in line.arrived
    assert made.balances


def test_who_waits_for_a_round_is_explained_and_who_was_never_heard_is_not(database: Pool) -> None:
    world = World(database)
    form(world, "ann")
    world.deliver()
    assert whys(reckoned(world)) == {"ann@acme.example.com": Why.WAITS}
    world.settle()
    form(world, "ben")
    unheard(world)
    world.later(minutes=10)
    made = reckoned(world)
    assert whys(made) == {"ann@acme.example.com": Why.HANDED, "ben@acme.example.com": Why.UNEXPLAINED}
    assert not made.balances
    (left,) = [line for line in made.lines if line.left_over]
    assert left.who == "ben@acme.example.com"


def test_who_cooled_down_before_the_offer_is_told(database: Pool) -> None:
    world = World(database)
    contact = world.form(email="nameless@acme.example.com", **HOT)
    world.settle()
    world.edit_contact(contact, budget="1", demo_requested="false", purchase_timeframe="")
    world.settle()
    made = reckoned(world)
    assert [line.why for line in made.lines] == [Why.WITHDRAWN]
    assert made.balances


def test_a_contact_that_is_gone_is_told(database: Pool) -> None:
    """It became hot while sales had it; then somebody deleted it."""
    world = World(database)
    contact, _ = hot(world)
    begin = world.clock.now()
    world.edit_contact(contact, budget="1", demo_requested="false", purchase_timeframe="")
    world.settle()
    world.edit_contact(contact, **HOT)
    world.settle()
    end = world.clock.now() + timedelta(seconds=1)
    made = account(means_of(world), PostgresReckoning(database), begin, end)
    assert [line.why for line in made.lines] in ([Why.WITH_SALES], [Why.HANDED])
    gone(world, contact)
    made = account(means_of(world), PostgresReckoning(database), begin, end)
    assert [line.why for line in made.lines] in ([Why.GONE], [Why.HANDED])
    assert made.balances


def test_a_lead_that_became_a_deal_is_received(database: Pool) -> None:
    world = World(database)
    _, lead = hot(world)
    done = world.salesforce.convert(lead, opportunity_name="Acme", amount=5000)
    world.settle()
    made = reckoned(world)
    (line,) = made.lines
    assert (line.why, line.state, line.arrival) == (Why.HANDED, "converted", Arrival.THERE)
    assert line.salesforce == f"salesforce:Contact:{done['contact_id']}"
    assert made.balances


def test_an_undo_closes_the_hand_off_and_the_account_says_so(database: Pool) -> None:
    world = World(database)
    runs = Running(world)
    runs.approve()
    form(world, "ann")
    unheard(world)
    world.later(minutes=5)
    run = runs.start(never_synced=True)
    assert runs.end(run)["created"] == 1
    assert states(world) == ["offered"]
    runs.end(undone(runs, run=run))
    assert states(world) == ["withdrawn"]
    assert world.one("SELECT count(*) n FROM handoff WHERE open")["n"] == 0
    made = reckoned(world)
    (line,) = made.lines
    assert (line.why, line.arrival, line.state) == (Why.HANDED, Arrival.PUT_AWAY, "withdrawn")
    assert made.balances


def test_a_record_we_never_heard_of_is_found_by_its_key(database: Pool) -> None:
    """The answer was lost after the write; nobody has settled it yet."""
    world = World(database)
    _, lead = hot(world)
    with database.connection() as conn:
        conn.execute("UPDATE handoff SET link_id = NULL, document = document || '{\"salesforce_ref\": null}'")
    made = reckoned(world)
    (line,) = made.lines
    assert (line.arrival, line.salesforce) == (Arrival.THERE, f"salesforce:Lead:{lead}")
    assert made.balances


def test_an_erased_person_stays_on_the_account_without_a_name(database: Pool) -> None:
    office = Office(database)
    world = office.world
    contact, _ = hot(world)
    office.forget(contact)
    made = reckoned(world)
    (line,) = made.lines
    assert (line.who, line.why) == ("(erased)", Why.HANDED)
    assert made.balances
