"""An erased person: all their values leave every table, and nothing brings them back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from connector.adapters.postgres.cases import PostgresCases
from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.erasures import PostgresErasures
from connector.adapters.postgres.outcomes import PostgresOutcomes
from connector.adapters.postgres.trail import PostgresTrail
from connector.core.erased import address_keys
from connector.core.records import Ref, Side
from connector.errors import Refused
from connector.ports import Intent
from connector.practice.salesforce.rules import Validation
from connector.services.conflicts import restore
from connector.services.erasing import PRIVACY_DELETION, erase_due, erase_now
from connector.services.intake import accept
from connector.services.outcomes import Door, OutcomeWatch
from connector.services.rounds.looking import look
from connector.services.runs.starting import Asked, undo
from connector.wiring.stores import stores_on
from tests.services.runs.cast import Running
from tests.services.test_outcomes import Sales
from tests.world import HOT, World

ANN = {"email": "zyxann@qwerts.example.com", "firstname": "Zyxann", "lastname": "Qwertito", "company": "Zyxwerke",
       "phone": "+1 555 010 9911", "jobtitle": "Chief Marketing Officer Zyx"}  # fmt: skip
VALUES = ("zyxann", "qwertito", "zyxwerke", "qwerts.example", "9911", "officer zyx", "zyxville", "9922", "9933", "zyxberg")
"""What may be found nowhere afterwards, in lower case."""
COLUMNS = """SELECT c.table_name AS t, c.column_name AS c FROM information_schema.columns c JOIN information_schema.tables t
    USING (table_schema, table_name) WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
    AND (c.data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY', 'bytea') OR c.data_type LIKE 'character%')"""


def found(world: World) -> set[str]:
    """Tables in which any of the values stands, in any column that can hold text."""
    return {
        row["t"] for row in world.all(COLUMNS)
        if world.one(f"SELECT count(*) n FROM {row['t']} WHERE lower({row['c']}::text) LIKE ANY (%s)",
                     [f"%{value}%" for value in VALUES])["n"]
    }  # fmt: skip


class Office(Sales):
    """A world whose door knows of erasures, and whose worker does them."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.erasures, self.keys = PostgresErasures(pool), address_keys(self.world.bench.desk)
        self.door = Door(self.world.store, PostgresOutcomes(pool), self.ask)

    def ask(self, refs: Sequence[Ref]) -> None:
        self.erasures.ask(refs, "HubSpot", self.world.clock.now())

    def forget(self, contact: str) -> int:
        """HubSpot's privacy deletion, as its webhook tells it."""
        self.world.hubspot.edit(id=contact, forget=True)
        accept(self.door, self.world.notices())
        done = erase_due(self.erasures, self.keys, self.world.clock.now)
        self.world.settle()
        return done

    def by_hand(self, **whom: Any) -> dict[str, int]:
        traces = self.erasures.traces(self.keys, **whom)
        return erase_now(self.erasures, traces, "bob", self.world.clock.now)


@pytest.fixture
def office(database: Pool) -> Office:
    return Office(database)


def hot(world: World) -> tuple[str, str]:
    contact = world.form(**{**HOT, **ANN})
    world.settle()
    return contact, str(world.lead_of(contact)["Id"])


def known_everywhere(office: Office) -> tuple[str, str]:
    """Ann in as many tables as there are."""
    world = office.world
    contact, lead = hot(world)
    world.edit_contact(contact, phone="+1 555 010 9922")
    world.edit_lead(lead, Phone="+1 555 010 9933")
    world.settle()  # ledger
    world.edit_lead(lead, Status="Parked by Zyxann")
    world.settle()  # issue
    world.salesforce.convert(lead, opportunity_name="Zyxwerke", amount=5)
    world.settle()
    OutcomeWatch(world.bench, office.store).run()
    world.settle()
    runs = Running(world)
    world.edit_contact(contact, city="Zyxville")
    world.notices()
    runs.end(runs.start(f"hubspot:contact:{contact}", dry=True))  # run_item
    runs.end(runs.start(since="2026-01-01T00:00:00+00:00", filter={"text": f"email = '{ANN['email']}'", "side": "hubspot"},
                        dry=True))  # fmt: skip
    world.set_mode("observe", "salesforce")
    world.edit_contact(contact, city="Zyxberg")
    world.settle()  # observed
    world.set_mode("limited", "salesforce", emails=[ANN["email"], "bob@acme.example.com"])
    with world.database.connection() as conn:
        conn.execute("INSERT INTO identity (kind, match_key, token, held_until) VALUES ('person', %s, 1, now())", [ANN["email"]])
        conn.execute(
            "INSERT INTO block (link_id, side, ref_id, field, sent, agreement, snapshot, until)"
            " SELECT id, 'hubspot', hubspot_id, 'city', '\"Zyxville\"', 'm', 's', now() FROM link"
        )
        conn.execute("UPDATE link SET asked = '{\"city\": {\"value\": \"Zyxville\"}}' WHERE hubspot_id = %s", [contact])
    world.edit_contact(contact, city="Zyxville")
    world.deliver()  # pending
    return contact, lead


def test_no_value_of_an_erased_person_is_left_in_any_table(office: Office) -> None:
    contact, _ = known_everywhere(office)
    world = office.world
    bob = world.form(email="bob@acme.example.com", lastname="Bobson", **HOT)
    accept(office.door, world.notices())
    before = found(world)
    assert world.one("SELECT count(*) n FROM outcome")["n"] == 1
    assert before >= {
        "journal_before", "link", "ledger", "issue", "handoff", "observed", "run", "run_item", "pending", "side_mode",
        "identity", "block",
    }  # fmt: skip
    assert office.forget(contact) == 1
    assert found(world) == set()
    assert world.all("SELECT 1 FROM outcome") == []
    erasure = world.one("SELECT * FROM erasure")
    assert (erasure["by_whom"], erasure["ref_id"], erasure["link_id"]) == ("HubSpot", contact, 1)
    kept = world.all("SELECT side, action, state, changes, note FROM journal WHERE link_id = 1 ORDER BY id")
    assert {row["note"] for row in kept} == {"erased"}
    assert all(c["f"] and c["v"] is None and c["erased"] for row in kept for c in row["changes"])
    world.set_mode("live")
    world.bench.rounds.requeue([], [Ref(Side.HUBSPOT, "contact", bob)], 1, world.clock.now())
    world.settle()
    assert world.lead_of(bob)["LastName"] == "Bobson"


def test_edits_on_the_other_side_leave_no_trace_and_undo_brings_nothing_back(office: Office) -> None:
    world = office.world
    contact, lead = hot(world)
    world.edit_contact(contact, city="Zyxville")
    world.settle()
    office.forget(contact)
    runs = Running(world)
    world.forget_calls()
    everything = Asked({"words": "all", "since": "2020-01-01"}, "alice", "", False)
    assert runs.end(undo(world.bench, runs.store, runs.review, everything)) == {}
    world.edit_lead(lead, City="Zyxberg", Phone="+1 555 010 9922")
    world.settle()
    runs.end(runs.start(linked=True))
    assert world.writes() == 0
    assert world.sf(lead)["City"] == "Zyxberg"
    assert found(world) == set()
    assert world.issues() == set()


def test_T85_a_lead_with_their_address_is_held_and_a_form_is_a_new_consent(office: Office) -> None:
    world = office.world
    contact, first = hot(world)
    office.forget(contact)
    second = world.lead(LastName="Qwertito", Email=ANN["email"].upper(), Rating="Hot")
    world.settle()
    assert world.issues() == {("erased", "")}
    assert [c["id"] for c in world.hubspot.snapshot()["contacts"]] == []
    world.salesforce.edit("Lead", second, {"Email": "other@bolt.example.com"})
    world.hubspot.portal.contact_store.forgotten_emails.clear()  # HubSpot let them in again
    again = world.form(**{**HOT, **ANN})
    world.settle()
    link = world.one("SELECT salesforce_id s, erased_at e FROM link WHERE hubspot_id = %s", again)
    assert (link["s"], link["e"]) == (first, None)
    assert world.all("SELECT 1 FROM erased_address") == []


def test_a_contact_that_no_form_made_is_held_until_somebody_says_they_agreed(office: Office) -> None:
    world = office.world
    contact, _ = hot(world)
    office.by_hand(ref=Ref(Side.HUBSPOT, "contact", contact))
    world.hubspot.edit(id=contact, delete=True)
    world.notices()
    world.later(hours=1)
    again = world.contact(by="import", **ANN)
    world.settle()
    assert ("erased", "") in world.issues()
    assert office.erasures.readmit(ANN["email"])
    world.bench.rounds.requeue([], [Ref(Side.HUBSPOT, "contact", again)], 1, world.clock.now())
    world.settle()
    assert world.one("SELECT count(*) n FROM link WHERE hubspot_id = %s", again)["n"] == 1
    assert world.issues() == set()


def test_erased_by_hand_nothing_flows_though_both_records_stand(office: Office) -> None:
    world = office.world
    contact, _ = hot(world)
    counts = office.by_hand(address=ANN["email"].upper())
    assert counts["link"] == 1 and counts["journal"] >= 1
    world.forget_calls()
    world.edit_contact(contact, city="Zyxville")
    world.settle()
    assert (world.writes(), found(world)) == (0, set())
    assert "erased" in look(world.bench, PostgresTrail(world.database), Ref(Side.HUBSPOT, "contact", contact), 1).said
    with pytest.raises(Refused, match="knows nobody"):
        office.by_hand(address="nobody@acme.example.com")


def known_without_a_link(office: Office) -> str:
    """Ann, whom nobody linked: her Lead was refused, then Salesforce was only observed; previews and words name her."""
    world = office.world
    rule = Validation("Lead", None, lambda row: row.get("LastName") == "Qwertito", "No Qwertito of Zyxwerke")
    world.salesforce.org.rules.validations.append(rule)
    contact = world.form(**{**HOT, **ANN})
    world.settle()  # a refused create in the journal, an issue
    runs = Running(world)
    runs.end(runs.start(f"hubspot:contact:{contact}", dry=True))  # run_item
    named = {"filter": {"text": f"email = '{ANN['email']}'", "side": "hubspot"}}
    runs.end(runs.start(since="2026-01-01T00:00:00+00:00", dry=True, **named))  # run
    world.set_mode("observe", "salesforce")
    world.edit_contact(contact, city="Zyxville")
    world.settle()  # observed
    world.set_mode("limited", "salesforce", emails=[ANN["email"], "jo" + ANN["email"]])
    with world.database.connection() as conn:
        conn.execute("INSERT INTO identity (kind, match_key, token, held_until) VALUES ('person', %s, 1, now())", [ANN["email"]])
        conn.execute("INSERT INTO lane_pause (lane, reason) VALUES (2, %s)", [f"asked by\n{ANN['email']}."])
    world.edit_contact(contact, email=ANN["email"].upper(), phone="+1 555 010 9922")
    world.deliver()  # pending
    return contact


def test_nothing_is_left_of_an_address_that_was_never_linked(office: Office) -> None:
    world = office.world
    contact = known_without_a_link(office)
    accept(office.door, world.notices())
    assert world.all("SELECT 1 FROM link WHERE salesforce_id <> ''") == []
    before = found(world)
    assert before >= {"journal_before", "issue", "observed", "run", "run_item", "pending", "side_mode", "identity",
                      "handoff", "lane_pause"}, before  # fmt: skip
    counts = office.by_hand(address=ANN["email"].upper())
    assert counts["journal"] >= 1
    assert world.one("SELECT limits -> 'emails' AS e FROM side_mode WHERE side = 'salesforce'")["e"] == [
        "erased", "jo" + ANN["email"],
    ]  # fmt: skip
    assert world.one("SELECT reason FROM lane_pause")["reason"] == "asked by\nerased."
    world.set_mode("live")
    world.all("DELETE FROM lane_pause RETURNING lane")
    assert found(world) == set()
    erasure = world.one("SELECT ref_id, link_id, by_whom FROM erasure")
    assert erasure == {"ref_id": contact, "link_id": None, "by_whom": "bob"}
    world.salesforce.org.rules.validations.clear()
    world.edit_contact(contact, city="Zyxberg")
    world.settle()
    assert world.issues() == {("erased", "")}  # and nothing brings them back
    assert (world.leads(), found(world)) == ([], set())


def test_an_address_of_no_known_record_is_blotted_out_and_barred(office: Office) -> None:
    world = office.world
    with world.database.connection() as conn:
        conn.execute("INSERT INTO lane_pause (lane, reason) VALUES (2, %s)", [f"for {ANN['email']}, jo{ANN['email']}"])
    assert office.by_hand(address=ANN["email"]) == {"lane_pause": 1}
    assert world.one("SELECT reason FROM lane_pause")["reason"] == f"for erased, jo{ANN['email']}"
    assert world.one("SELECT object FROM erasure")["object"] == "address"
    world.contact(by="import", **{**HOT, **ANN})
    world.settle()
    assert (world.leads(), world.issues()) == ([], {("erased", "")})
    with pytest.raises(Refused, match="nothing to erase"):
        office.by_hand(address="nobody@acme.example.com")


def test_a_colleagues_address_is_none_of_a_person_to_be_erased(office: Office) -> None:
    hot(office.world)
    owner = office.world.one("SELECT owner_email FROM handoff")["owner_email"]
    with pytest.raises(Refused, match="a colleague's"):
        office.by_hand(address=owner)


def test_a_round_that_has_the_person_just_then_saves_nothing_of_them(office: Office) -> None:
    world = office.world
    contact, _ = hot(world)
    world.edit_contact(contact, city="Zyxville")
    world.deliver()
    now = world.clock.now()
    claimed = world.bench.rounds.claim(10, now, now.replace(hour=23))
    office.by_hand(ref=Ref(Side.HUBSPOT, "contact", contact))
    rows = [{"id": row["id"], "seq": row["seq"]} for row in claimed.rows]
    assert world.bench.rounds.intend(claimed.token, rows, Intent(agreement="m"), now).notes == {}
    assert found(world) == set()


def test_a_loser_of_an_erased_person_is_not_restored(office: Office) -> None:
    world = office.world
    contact, lead = hot(world)
    world.edit_contact(contact, phone="+1 555 010 9922")
    world.edit_lead(lead, Phone="+1 555 010 9933")
    world.settle()
    office.forget(contact)
    with pytest.raises(Refused, match="was erased"):
        restore(world.bench, PostgresCases(world.database), world.one("SELECT id FROM ledger")["id"], "bob")


def test_what_the_erasure_keeps_of_it_is_counts_only(office: Office) -> None:
    contact, _ = hot(office.world)
    office.forget(contact)
    row = office.world.one("SELECT records, done_at FROM erasure")
    assert set(row["records"]) >= {"journal", "link", "handoff"} and row["done_at"] is not None
    assert "zyx" not in json.dumps(row["records"])


def test_the_wired_door_asks_and_a_worker_does_it_once(office: Office) -> None:
    world = office.world
    contact, _ = hot(world)
    stores = stores_on(world.database, world.bench.agreement, world.clock.now)
    world.hubspot.edit(id=contact, forget=True)
    told = world.notices()
    accept(stores.notices, told)
    accept(stores.notices, told)  # HubSpot tells twice
    assert world.one("SELECT by_whom, done_at FROM erasure") == {"by_whom": PRIVACY_DELETION, "done_at": None}
    assert erase_due(stores.erasures, stores.address_keys, world.clock.now) == 1
    assert erase_due(stores.erasures, stores.address_keys, world.clock.now) == 0
    assert found(world) == set()
