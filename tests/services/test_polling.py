"""Reconciling polls of the practice servers' cores through the real adapters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from psycopg.rows import dict_row

from connector.adapters.hubspot import HubSpotOptions
from connector.adapters.postgres.bookmarks import PostgresBookmarks
from connector.adapters.postgres.database import Pool
from connector.adapters.postgres.notices import Natives, PostgresNotices
from connector.core.records import Notice, Record, Ref, Side
from connector.errors import CallFailed
from connector.ports import Accepted, Crm, Guard
from connector.practice.clock import ManualClock
from connector.practice.faults import OneShot
from connector.practice.hubspot import HubSpotCore, Settings
from connector.practice.salesforce import SalesforceCore
from connector.services.polling import Polled, Watch, as_notices, notice_of, poll
from tests.adapters.in_process import free, hubspot_on, salesforce_on

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONTACT = ("email", "jobtitle")
LEAD = ("Email", "Title")
NATIVES: dict[tuple[Side, str], Natives] = {
    (Side.HUBSPOT, "contact"): {"email": "email", "jobtitle": "title"},
    (Side.SALESFORCE, "Lead"): {"Email": "email", "Title": "title"},
}


class Poller:
    """Both cores on one clock, and polls of both sides with thirty seconds of overlap. ``skew``: our clock is ahead."""

    def __init__(self, database: Pool, index_lag: float = 0, page: int = 200) -> None:
        self.clock, self.database, self.skew = ManualClock(START), database, timedelta(0)
        self.hubspot = HubSpotCore(clock=self.clock, settings=Settings(index_lag=index_lag))
        self.salesforce = SalesforceCore(self.clock)
        self.store = PostgresNotices(database, NATIVES, self.now)
        self.bookmarks = PostgresBookmarks(database, self.now)
        options = HubSpotOptions(parallel=1, search_page=page)
        self.contacts = self.watch(hubspot_on(self.hubspot, options=options), "contact", CONTACT)
        self.leads = self.watch(salesforce_on(self.salesforce), "Lead", LEAD)

    def now(self) -> datetime:
        return self.clock.now() + self.skew

    def watch(self, crm: Crm, object_: str, fields: tuple[str, ...]) -> Watch:
        return Watch(crm, object_, fields, timedelta(seconds=30), as_notices(self.store, fields))

    def poll(self, watch: Watch, after: float = 60) -> Polled:
        self.clock.advance(after)
        return poll(watch, self.bookmarks, self.now, free)

    def contact(self, number: int, **values: Any) -> str:
        return self.hubspot.edit({"email": f"p{number}@acme.example.com"} | values, create=True)

    def lead(self, number: int, late_by: float = 0, **values: Any) -> str:
        named = {"LastName": f"Ito {number}", "Company": "Acme", "Email": f"p{number}@acme.example.com"}
        return self.salesforce.edit("Lead", values=named | values, create=True, late_by=late_by)

    def pending(self) -> list[dict[str, Any]]:
        with self.database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return list(cursor.execute("SELECT * FROM pending ORDER BY id").fetchall())

    def drained(self) -> set[str]:
        """Ids that wait, which no longer wait."""
        ids = {row["ref_id"] for row in self.pending()}
        with self.database.connection() as connection:
            connection.execute("DELETE FROM pending")
        return ids


@pytest.fixture
def poller(database: Pool) -> Poller:
    return Poller(database)


def test_T10_what_happened_while_we_were_down_for_days_is_found(poller: Poller) -> None:
    first = poller.contact(1)
    lead = poller.lead(1)
    poller.poll(poller.contacts)
    poller.poll(poller.leads)
    assert poller.drained() == {first, lead}
    poller.clock.advance(4 * 86_400)
    second = poller.contact(2)
    poller.hubspot.edit({"jobtitle": "CEO"}, id=first)
    poller.salesforce.edit("Lead", lead, {"Title": "CEO"})
    poller.clock.advance(4 * 86_400)
    assert (poller.poll(poller.contacts).queued, poller.poll(poller.leads).queued) == (2, 1)
    assert poller.drained() == {first, second, lead}


def test_T12_a_row_committed_late_under_an_older_stamp_is_found_once(poller: Poller) -> None:
    early = poller.lead(1)
    poller.poll(poller.leads)
    assert poller.drained() == {early}
    late = poller.lead(2, late_by=75)  # stamped before the row that set the bookmark
    assert poller.poll(poller.leads, after=5).fresh == 1
    assert poller.drained() == {late}
    for _ in range(3):
        again = poller.poll(poller.leads, after=1)
        assert (again.rows, again.fresh) == (2, 0), "the overlap reads both again, and passes on neither"
    assert poller.drained() == set()


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_T13_a_second_update_of_a_record_is_passed_on_too(poller: Poller, side: str) -> None:
    contact, lead = poller.contact(1), poller.lead(1)
    watch = poller.contacts if side == "hubspot" else poller.leads
    for title in ("Clerk", "Head", "CEO"):
        poller.hubspot.edit({"jobtitle": title}, id=contact)
        poller.salesforce.edit("Lead", lead, {"Title": title})
        assert poller.poll(watch, after=2).queued == 1


def test_T13_two_edits_in_one_second_of_salesforce_are_two(poller: Poller) -> None:
    lead = poller.lead(1, Title="Clerk")
    assert poller.poll(poller.leads, after=0.2).queued == 1
    poller.salesforce.edit("Lead", lead, {"Title": "CEO"})
    assert poller.poll(poller.leads, after=0.2).queued == 1, (
        "the same SystemModstamp, but not the same values"
    )


def test_T14_a_poll_never_says_created_however_often_a_record_is_edited(poller: Poller) -> None:
    seen: list[Notice] = []

    def take(records: Sequence[Record]) -> Accepted:
        seen.extend(notice_of(record, CONTACT) for record in records)
        return Accepted(0, len(records))

    watch = Watch(poller.contacts.crm, "contact", CONTACT, timedelta(seconds=30), take)
    contact = poller.contact(1)
    for title in ("Clerk", "CEO"):
        poller.poll(watch)
        poller.hubspot.edit({"jobtitle": title}, id=contact)
    poller.poll(watch)
    assert [(notice.kind, notice.by_poll, notice.values["jobtitle"]) for notice in seen] == [
        ("changed", True, None),
        ("changed", True, "Clerk"),
        ("changed", True, "CEO"),
    ]


@pytest.mark.slow
def test_T16_more_rows_than_one_page_of_salesforce_are_read_to_the_last(poller: Poller) -> None:
    ids = {poller.lead(number) for number in range(2_150)}
    assert poller.poll(poller.leads).queued == 2_150
    assert poller.drained() == ids


def test_T16_many_small_pages_of_hubspot(database: Pool) -> None:
    poller = Poller(database, page=7)
    ids = {poller.contact(number) for number in range(50)}  # all in one millisecond
    assert poller.poll(poller.contacts).queued == 50
    assert poller.drained() == ids


def test_T17_what_the_search_index_showed_late_is_inside_the_overlap(database: Pool) -> None:
    poller = Poller(database, index_lag=20)
    first = poller.contact(1)
    poller.clock.advance(15)
    poller.contact(2)
    poller.clock.advance(6)
    poller.poll(poller.contacts, after=0)
    assert poller.drained() == {first}
    third = poller.contact(3)
    poller.poll(poller.contacts, after=20)
    assert len(poller.drained()) == 2
    assert third not in poller.drained()


class Snapshot:
    """A side whose pages were settled when the run began, but whose rows are read when their page comes: so an edit
    of a row that was passed on already shows nowhere, while later rows carry later times."""

    side = Side.SALESFORCE

    def __init__(self, *pages: list[Record]) -> None:
        self.pages = pages

    def changes(
        self, object_: str, since: datetime, fields: Sequence[str], guard: Guard
    ) -> Iterator[list[Record]]:
        for page in self.pages:
            found = [record for record in page if record.modified_at and record.modified_at >= since]
            if found:
                yield found


def test_T18_a_record_edited_during_a_long_run_is_not_passed_over(poller: Poller) -> None:
    def read(name: str, at: float, title: str) -> Record:
        values = {"Email": f"{name}@acme.example.com", "Title": title}
        return Record(Ref(Side.SALESFORCE, "Lead", name), values, START, START + timedelta(minutes=at))

    # Ann's page comes, Ann is edited at minute 5, and Bob's row, edited at minute 10, comes with the next page.
    run = Snapshot([read("Ann", -5, "Clerk")], [read("Bob", 10, "Clerk")])
    polled = poller.poll(poller.watch(cast(Crm, run), "Lead", LEAD), after=0)
    assert polled.at == START, "not minute 10: the run began before"
    assert poller.drained() == {"Ann", "Bob"}
    after = Snapshot([read("Ann", 5, "CEO"), read("Bob", 10, "Clerk")])
    poller.poll(poller.watch(cast(Crm, after), "Lead", LEAD), after=900)
    assert poller.drained() == {"Ann"}


@pytest.mark.parametrize("skew", [timedelta(minutes=10), timedelta(minutes=-10)])
def test_T19_an_edit_just_after_a_poll_is_found_though_the_clocks_differ(
    poller: Poller, skew: timedelta
) -> None:
    poller.skew = skew
    poller.contact(1)
    poller.lead(1)
    poller.poll(poller.contacts, after=0.001)
    poller.poll(poller.leads, after=0)
    poller.drained()
    second, lead = poller.contact(2), poller.lead(2)
    poller.poll(poller.contacts)
    poller.poll(poller.leads, after=0)
    assert poller.drained() == {second, lead}


def test_a_quiet_side_is_polled_from_where_it_last_moved(poller: Poller) -> None:
    poller.skew = timedelta(hours=1)
    for _ in range(3):
        assert poller.poll(poller.contacts).rows == 0
    first = poller.contact(1)
    assert poller.poll(poller.contacts).queued == 1
    assert poller.drained() == {first}


def test_when_a_page_fails_the_next_poll_goes_on_from_the_page_before(database: Pool) -> None:
    poller = Poller(database, page=2)
    ids = []
    for number in range(5):
        ids.append(poller.contact(number))
        poller.clock.advance(60)
    poller.hubspot.faults.next.append(OneShot("/search", "status", 503, times=9, skip=1))
    with pytest.raises(CallFailed):
        poller.poll(poller.contacts)
    assert poller.drained() == set(ids[:2])
    poller.hubspot.faults.clear()
    again = poller.poll(poller.contacts, after=0)
    assert poller.drained() == set(ids[2:])
    assert again.rows < 5


def test_nothing_is_marked_as_passed_on_that_could_not_be_stored(poller: Poller) -> None:
    def broken(records: Sequence[Record]) -> Accepted:
        raise RuntimeError("no database")

    contact = poller.contact(1)
    with pytest.raises(RuntimeError):
        poller.poll(Watch(poller.contacts.crm, "contact", CONTACT, timedelta(seconds=30), broken))
    poller.poll(poller.contacts)
    assert poller.drained() == {contact}


def test_an_echo_found_by_a_poll_is_dropped(poller: Poller) -> None:
    contact = poller.contact(1, jobtitle="CEO")
    with poller.database.connection() as connection:
        connection.execute(
            "INSERT INTO link (hubspot_id, salesforce_object, salesforce_id, seen_hubspot) VALUES (%s, 'Lead', 'x', %s)",
            (contact, '{"title": "CEO", "email": "p1@acme.example.com"}'),
        )
    polled = poller.poll(poller.contacts)
    assert (polled.dropped, polled.queued) == (1, 0)


def test_a_converted_lead_is_passed_on_without_its_values(poller: Poller) -> None:
    lead = poller.lead(1)
    poller.poll(poller.leads)
    poller.drained()
    poller.salesforce.convert(lead)
    poller.poll(poller.leads)
    (row,) = poller.pending()
    assert (row["ref_id"], [note.get("k") for note in row["notes"]]) == (lead, ["changed"])


def test_what_no_poll_met_for_an_hour_is_forgotten(poller: Poller) -> None:
    poller.contact(1)
    poller.poll(poller.contacts)
    for number in (2, 3):
        poller.clock.advance(3_601)
        poller.contact(number)
        poller.poll(poller.contacts)
    with poller.database.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        known = cursor.execute("SELECT ref_id FROM polled").fetchall()
    assert len(known) == 2, "the last contact, and the one that set the bookmark before"
