"""Every difference between the sides has one cause, and each cause is told."""

from __future__ import annotations

from connector.adapters.postgres.database import Pool
from connector.core.causes import Cause
from connector.core.mapping import Blank, Direction, Wins
from connector.practice.salesforce.rules import Automation, Validation
from tests.cases.cast import born_in_salesforce, hot
from tests.services.drift.cast import causes, compared, listed, why
from tests.services.runs.cast import Running, linked, unheard
from tests.services.runs.test_undo import undone
from tests.services.test_conflicts import agreement
from tests.services.test_erasing import Office
from tests.world import HOT, World


def test_two_sides_as_agreed_have_no_difference(database: Pool) -> None:
    world = World(database)
    linked(world, 3)
    hot(world)
    world.later(minutes=10)
    tally = compared(world).tally
    assert (tally.people, tally.equal, tally.explained, tally.differing) == (4, 3, 1, 0), tally
    assert list(tally.fields) == [(Cause.RULE, "employees")]  # a band of HubSpot's form can't become a number


def test_a_change_that_nobody_told_of_is_unheard(database: Pool) -> None:
    world = World(database)
    ((contact, lead), _) = linked(world, 2)
    world.edit_lead(lead, Phone="+1 555 020 9999")
    world.edit_contact(contact, jobtitle="Chief")
    unheard(world)
    world.later(minutes=10)
    # the verdict's reasons tell the job title, too
    assert causes(world) == [(Cause.UNHEARD, n) for n in ("=Accord_Reasons__c", "=accord_tier_reasons", "job_title", "phone")]
    assert "salesforce changed, and nobody told us" in why(world, Cause.UNHEARD, "phone")
    assert "hubspot changed" in why(world, Cause.UNHEARD, "job_title")
    (person,) = listed(world)
    assert (person.hubspot_id, person.salesforce_id, person.who) == (contact, lead, "p0@acme.example.com")


def test_what_both_sides_changed_unheard_says_who_would_win(database: Pool) -> None:
    world = World(database)
    ((contact, lead),) = linked(world, 1)
    world.edit_lead(lead, Phone="+1 555 020 9999")
    world.edit_contact(contact, phone="+1 555 020 8888")
    unheard(world)
    world.later(minutes=10)
    assert causes(world) == [(Cause.UNHEARD, "phone")]
    assert "both sides changed" in why(world, Cause.UNHEARD, "phone")
    assert "salesforce wins" in why(world, Cause.UNHEARD, "phone")


def test_a_change_of_a_moment_ago_may_still_be_told(database: Pool) -> None:
    world = World(database)
    ((_, lead),) = linked(world, 1)
    world.later(minutes=10)
    world.edit_lead(lead, Phone="+1 555 020 9999")
    unheard(world)
    assert causes(world) == [(Cause.PENDING, "phone")]
    assert "just now" in why(world, Cause.PENDING, "phone")


def test_a_change_that_waits_for_its_round_is_pending(database: Pool) -> None:
    world = World(database)
    ((_, lead),) = linked(world, 1)
    world.edit_lead(lead, Phone="+1 555 020 9999")
    world.later(minutes=10)
    world.deliver()
    assert causes(world) == [(Cause.PENDING, "phone")]
    assert "waits for a round" in why(world, Cause.PENDING, "phone")


def test_somebody_changed_what_accord_keeps_for_itself(database: Pool) -> None:
    world = World(database)
    _, lead = hot(world)
    world.edit_lead(lead, Accord_Tier__c="Nurture", by="bob")
    unheard(world)
    world.later(minutes=10)
    assert (Cause.UNHEARD, "=Accord_Tier__c") in causes(world)
    assert compared(world).tally.differing == 1


def test_a_person_whom_the_other_side_should_have_was_never_synced(database: Pool) -> None:
    world = World(database)
    world.lead(LastName="Kim", Email="kim@kim.example.com")
    unheard(world)
    world.later(minutes=10)
    assert causes(world) == [(Cause.NEVER, "")]
    assert "should be in hubspot" in why(world, Cause.NEVER)


def test_two_records_of_one_person_that_are_not_linked_are_told_once(database: Pool) -> None:
    world = World(database)
    world.lead(LastName="Kim", Email="kim@kim.example.com", Phone="+1 555 010 1111")
    world.contact(lastname="Kim", email="kim@kim.example.com")
    unheard(world)
    world.later(minutes=10)
    done = compared(world)
    assert done.tally.people == 1
    assert (Cause.NEVER, "") in done.tally.fields
    assert (Cause.NEVER, "phone") in done.tally.fields
    assert done.tally.mendable == 1


def test_a_field_that_was_mapped_since_was_never_synced(database: Pool) -> None:
    world = World(database)
    ((_, lead),) = linked(world, 1)
    world.edit_lead(lead, MobilePhone="+1 555 020 9999")
    unheard(world)
    with database.connection() as conn:
        conn.execute(
            "UPDATE link SET seen_hubspot = seen_hubspot - 'mobile_phone', seen_salesforce = seen_salesforce - 'mobile_phone'"
        )
    world.later(minutes=10)
    assert causes(world) == [(Cause.NEVER, "mobile_phone")]


def test_who_is_not_selected_is_filtered_and_the_rule_is_told(database: Pool) -> None:
    world = World(database)
    world.contact(lastname="Ours", email="us@accord.example.com")
    unheard(world)
    world.later(minutes=10)
    done = compared(world)
    assert list(done.tally.fields) == [(Cause.FILTERED, "")]
    assert done.tally.differing == 0
    assert "email" in why(world, Cause.FILTERED)


def test_who_is_not_hot_stays_in_hubspot_and_the_verdict_is_told(database: Pool) -> None:
    world = World(database)
    world.contact(lastname="Cold", email="cold@acme.example.com")
    world.settle()
    world.later(minutes=10)
    done = compared(world)
    assert list(done.tally.fields) == [(Cause.NOT_DUE, "")]
    assert done.tally.differing == 0
    assert "traits met" in why(world, Cause.NOT_DUE)


def test_a_conflict_that_a_person_decides_is_a_conflict(database: Pool) -> None:
    world = World(database, agreement=agreement("city", wins=Wins.HOLD))
    ((contact, lead),) = linked(world, 1)
    world.edit_lead(lead, City="Lyon")
    world.edit_contact(contact, city="Oslo")
    world.settle()
    world.later(minutes=10)
    assert causes(world) == [(Cause.CONFLICT, "city")]


def test_a_word_that_nobody_knows_is_held(database: Pool) -> None:
    world = World(database)
    ((contact, _),) = linked(world, 1)
    world.edit_contact(contact, industry="Basket weaving")
    world.settle()
    world.later(minutes=10)
    assert causes(world) == [(Cause.HELD, "industry")]
    assert "Basket weaving" in why(world, Cause.HELD, "industry")


def test_several_matches_are_held(database: Pool) -> None:
    world = World(database)
    world.lead(LastName="Kim", Email="kim@kim.example.com")
    world.lead(LastName="Kim", Email="kim@kim.example.com")
    world.contact(lastname="Kim", email="kim@kim.example.com")
    world.settle()
    world.later(minutes=10)
    done = compared(world)
    assert {cause for cause, _ in done.tally.fields} == {Cause.HELD}
    assert "Several records match" in why(world, Cause.HELD)


def test_what_salesforce_refused_is_refused_with_its_words(database: Pool) -> None:
    world = World(database)
    ((contact, _),) = linked(world, 1)
    world.salesforce.org.rules.validations.append(
        Validation("Lead", "City", lambda row: row.get("City") == "Lyon", "Lyon is not ours")
    )
    world.edit_contact(contact, city="Lyon")
    world.settle()
    world.later(minutes=10)
    assert causes(world) == [(Cause.REFUSED, "city")]
    assert "Lyon is not ours" in why(world, Cause.REFUSED, "city")


def test_a_record_that_salesforce_refused_to_make_is_refused(database: Pool) -> None:
    world = World(database)
    world.salesforce.org.rules.validations.append(
        Validation("Lead", None, lambda row: row.get("Company") == "Acme Tools", "Acme is not ours")
    )
    world.form(email="ann@acme.example.com", firstname="Ann", lastname="Ito", **HOT)
    for _ in range(5):
        world.clock.advance(1)
        world.deliver()
        world.round()
    world.later(minutes=10)
    assert (Cause.REFUSED, "") in causes(world)
    assert "Acme is not ours" in why(world, Cause.REFUSED)


def test_a_side_that_is_only_observed_is_told_as_such(database: Pool) -> None:
    world = World(database)
    ((_, lead),) = linked(world, 1)
    world.edit_lead(lead, Phone="+1 555 020 9999")
    world.lead(LastName="Kim", Email="kim@kim.example.com")
    unheard(world)
    world.set_mode("observe", "hubspot")
    world.later(minutes=10)
    assert causes(world) == [(Cause.OBSERVED, ""), (Cause.OBSERVED, "phone")]
    assert "accord mode" in why(world, Cause.OBSERVED, "phone")


def test_a_linked_record_that_was_deleted_is_missing(database: Pool) -> None:
    world = World(database)
    ((_, lead), _) = linked(world, 2)
    world.salesforce.edit("Lead", lead, delete=True)
    unheard(world)
    world.later(minutes=10)
    assert causes(world) == [(Cause.MISSING, "")]
    assert "salesforce is gone" in why(world, Cause.MISSING)


def test_a_field_that_goes_one_way_stays_apart_by_the_mapping(database: Pool) -> None:
    world = World(database, agreement=agreement("city", direction=Direction.TO_SALESFORCE))
    ((contact, lead),) = linked(world, 1)
    world.edit_contact(contact, city="Oslo")
    world.settle()
    world.edit_lead(lead, City="Lyon")
    world.settle()
    world.later(minutes=10)
    done = compared(world)
    assert list(done.tally.fields) == [(Cause.RULE, "city")]
    assert done.tally.differing == 0
    assert "only to salesforce" in why(world, Cause.RULE, "city")


def test_a_blank_that_never_overwrites_comes_back(database: Pool) -> None:
    world = World(database, agreement=agreement("city", blank=Blank.KEEP, direction=Direction.TO_HUBSPOT))
    ((contact, _),) = linked(world, 1)
    world.edit_contact(contact, city="Oslo")
    world.settle()
    world.later(minutes=10)
    assert list(compared(world).tally.fields) == [(Cause.RULE, "city")]


def test_nobody_is_opted_in_and_that_is_told(database: Pool) -> None:
    """HubSpot says nothing, Salesforce says nothing: but each in its own word."""
    world = World(database)
    contact, lead = born_in_salesforce(world, DoNotCall=True)
    world.edit_lead(lead, DoNotCall=False)
    world.settle()
    world.later(minutes=10)
    assert world.hs(contact)["do_not_call"] == "true"
    assert {c for c, _ in causes(world)} <= {Cause.CONSENT}


def test_what_an_undo_put_back_is_told(database: Pool) -> None:
    world = World(database)
    ((contact, lead),) = linked(world, 1)
    world.edit_lead(lead, Phone="+1 555 020 9999")
    unheard(world)
    runs = Running(world)
    run = runs.start(linked=True)
    runs.end(run)
    assert world.hs(contact)["phone"] == "+1 555 020 9999"
    runs.end(undone(runs, run=run))
    world.later(minutes=10)
    done = compared(world)
    assert list(done.tally.fields) == [(Cause.UNDONE, "phone")]
    assert done.tally.differing == 0


def test_what_the_org_makes_another_form_of_is_lossy(database: Pool) -> None:
    world = World(database)
    ((contact, _),) = linked(world, 1)
    world.salesforce.org.rules.automations.append(Automation("Lead", "City", {"City": "LYON (69)"}))
    world.edit_contact(contact, city="Lyon")
    world.settle()
    world.later(minutes=10)
    done = compared(world)
    assert list(done.tally.fields) == [(Cause.LOSSY, "city")]
    assert done.tally.differing == 0
    assert "another form" in why(world, Cause.LOSSY, "city")


def test_a_text_that_was_cut_is_the_same_text(database: Pool) -> None:
    world = World(database)
    ((contact, _),) = linked(world, 1)
    world.edit_contact(contact, jobtitle="Chief of " + "all " * 60)
    world.settle()
    world.later(minutes=10)
    assert causes(world) == []


def test_nothing_is_left_without_a_cause(database: Pool) -> None:
    """What neither the plan nor the database explains is told, and mended by a round."""
    world = World(database)
    ((_, lead),) = linked(world, 1)
    world.edit_lead(lead, Phone="+1 555 020 9999")
    unheard(world)
    with database.connection() as conn:
        conn.execute("UPDATE link SET seen_salesforce = seen_salesforce || '{\"phone\": \"+1 555 020 9999\"}'")
    world.later(minutes=10)
    assert causes(world) == [(Cause.UNEXPLAINED, "phone")]


def test_who_rests_after_an_undo_is_told(database: Pool) -> None:
    world = World(database)
    runs = Running(world)
    runs.approve()
    world.lead(LastName="Kim", Email="kim@kim.example.com")
    unheard(world)
    world.later(minutes=5)
    run = runs.start(never_synced=True)
    runs.end(run)
    runs.end(undone(runs, run=run))
    link = world.one("SELECT id FROM link")["id"]
    assert {c for c, _ in causes(world, f"link:{link}")} == {Cause.ARCHIVED}


def test_who_was_erased_is_told_and_not_brought_back(database: Pool) -> None:
    office = Office(database)
    world = office.world
    contact, lead = hot(world)
    office.forget(contact)
    world.later(minutes=10)
    link = world.one("SELECT id FROM link")["id"]
    assert causes(world, f"link:{link}") == [(Cause.ERASED, "")]
    world.edit_lead(lead, City="Oslo")
    unheard(world)
    assert compared(world).tally.differing == 0
