"""HubSpot: order of change, lists, schema, people, tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.adapters.hubspot import HubSpotConnection, HubSpotOptions
from connector.core.records import Ref, Side
from connector.errors import MendConnection
from connector.ports import Write
from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from tests.adapters.hubspot.scripted import scripted
from tests.adapters.in_process import free, hubspot_on

START = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def core(clock: ManualClock) -> HubSpotCore:
    return HubSpotCore(30, 3, clock=clock)


def ids_of(core: HubSpotCore) -> list[str]:
    return [held["id"] for held in core.snapshot()["contacts"]]


def test_changes_come_oldest_first_each_once_over_many_pages(core: HubSpotCore, clock: ManualClock) -> None:
    since = clock.now()
    for id_ in ids_of(core):
        clock.advance(0.001 if int(id_) % 3 == 0 else 0)
        core.edit({"city": "Ulm"}, id=id_)
    adapter = hubspot_on(core, options=HubSpotOptions(parallel=1, search_page=7))
    pages = list(adapter.changes("contact", since, ["city"], free))
    found = [record for page in pages for record in page]
    assert sorted(record.ref.id for record in found) == sorted(ids_of(core))
    assert [record.modified_at for record in found] == sorted(
        record.modified_at for record in found if record.modified_at
    )
    assert {record.values["city"] for record in found} == {"Ulm"}


def test_more_records_in_one_millisecond_than_a_page_holds_are_walked_by_id(core: HubSpotCore) -> None:
    since = core.clock.now()
    for id_ in ids_of(core):
        core.edit({"city": "Ulm"}, id=id_)
    adapter = hubspot_on(core, options=HubSpotOptions(parallel=1, search_page=7))
    found = [record.ref.id for page in adapter.changes("contact", since, [], free) for record in page]
    assert sorted(found) == sorted(ids_of(core))


def test_by_id_each_is_met_once_however_often_it_is_changed_meanwhile(core: HubSpotCore, clock: ManualClock) -> None:
    adapter = hubspot_on(core, options=HubSpotOptions(parallel=1, search_page=7))
    found: list[str] = []
    for page in adapter.all_above("contact", 0, ["email"], free):
        found += [record.ref.id for record in page]
        clock.advance(10)
        for record in page:
            core.edit({"city": "Ulm"}, id=record.ref.id)
    assert found == sorted(ids_of(core), key=int)
    rest = [record.ref.id for page in adapter.all_above("contact", int(found[9]), [], free) for record in page]
    assert rest == found[10:]


def test_a_new_contact_who_opts_out_costs_two_calls(core: HubSpotCore) -> None:
    adapter = hubspot_on(core)
    values = {"email": "ann@acme.example.com", "lastname": "Ito", "hs_email_optout": "true"}
    write = Write(Ref(Side.HUBSPOT, "contact", "00Q1"), values, key="accord_salesforce_id")
    adapter.schema("contact")
    core.calls.reset()
    (done,) = adapter.write([write], {"contact": tuple(values)}, free)
    assert done.verdict == "done"
    assert done.record is not None
    assert done.record.values["hs_email_optout"] == "true"
    assert core.calls.total == 2


def test_the_walk_passes_the_window_that_ends_a_search(core: HubSpotCore, clock: ManualClock) -> None:
    core.settings.search_window = 10
    since = clock.now()
    for id_ in ids_of(core):
        clock.advance(1)
        core.edit({"city": "Ulm"}, id=id_)
    adapter = hubspot_on(core, options=HubSpotOptions(parallel=1, search_page=10))
    assert sum(len(page) for page in adapter.changes("contact", since, [], free)) == 30


def test_T18_a_record_changed_during_the_walk_hides_no_other(core: HubSpotCore, clock: ManualClock) -> None:
    since = clock.now()
    for id_ in ids_of(core):
        clock.advance(1)
        core.edit({"city": "Ulm"}, id=id_)
    adapter = hubspot_on(core, options=HubSpotOptions(parallel=1, search_page=10))
    found: set[str] = set()
    for page in adapter.changes("contact", since, [], free):
        found |= {record.ref.id for record in page}
        if len(found) < 30:
            clock.advance(1)
            core.edit({"city": str(len(found))}, id=page[0].ref.id)
    assert found == set(ids_of(core))


def test_list_is_made_once_filled_emptied_and_made_anew_when_deleted(core: HubSpotCore) -> None:
    one, two, *_ = ids_of(core)
    adapter = hubspot_on(core)
    adapter.set_members("Accord nurture", [one, two], [], free)
    adapter.set_members("Accord nurture", [], [one], free)
    (held,) = core.snapshot()["lists"]
    assert held["members"] == [two]
    hubspot_on(core).set_members("Accord nurture", [one], [], free)
    (held,) = core.snapshot()["lists"]
    assert held["members"] == [one, two]
    core.portal.lists.clear()
    adapter.set_members("Accord nurture", [one], [], free)
    assert core.snapshot()["lists"][0]["members"] == [one]


def test_schema_tells_what_the_mapping_check_needs(core: HubSpotCore) -> None:
    schema = hubspot_on(core).schema("contact")
    assert schema["accord_tier"].options == ("hot", "warm", "nurture")
    assert schema["accord_tier"].restricted
    assert schema["accord_salesforce_id"].unique
    assert schema["email"].unique
    assert not schema["hs_email_optout"].writable
    assert not schema["hubspot_owner_id"].restricted


def test_people_are_owners_by_lower_case_email(core: HubSpotCore) -> None:
    people = hubspot_on(core).people()
    assert "alice@accord.example.com" in people
    assert all(address == address.lower() for address in people)


def test_owners_are_read_page_by_page() -> None:
    first = {"results": [{"id": "1", "email": "Bob@Example.com"}], "paging": {"next": {"after": "1"}}}
    adapter, script = scripted((200, first), (200, {"results": [{"id": "2", "email": "eve@example.com"}]}))
    assert adapter.inactive_people() == {"bob@example.com": "1", "eve@example.com": "2"}
    assert "archived=true" in script.asked[0][1]
    assert "after=1" in script.asked[1][1]


def test_token_is_renewed_before_it_ends(core: HubSpotCore, clock: ManualClock) -> None:
    adapter = hubspot_on(core, oauth=True)
    refs = [Ref(Side.HUBSPOT, "contact", ids_of(core)[0])]
    for _ in range(3):
        adapter.read(refs, {"contact": []}, free)
    assert core.calls.tokens == 1
    clock.advance(1790)
    adapter.read(refs, {"contact": []}, free)
    assert core.calls.tokens == 2


def test_T66_revoked_token_is_renewed_once_and_the_call_goes_on(core: HubSpotCore) -> None:
    adapter = hubspot_on(core, oauth=True)
    refs = [Ref(Side.HUBSPOT, "contact", ids_of(core)[0])]
    adapter.read(refs, {"contact": []}, free)
    core.faults.update({"expire_tokens": True})
    assert adapter.read(refs, {"contact": []}, free)
    assert core.calls.tokens == 2


def test_a_lasting_token_that_is_refused_has_to_be_mended() -> None:
    adapter, _ = scripted(
        (401, {"message": "Authentication credentials not found.", "category": "INVALID_AUTHENTICATION"})
    )
    with pytest.raises(MendConnection, match="new one"):
        adapter.people()


def test_T86_no_secret_in_any_repr(core: HubSpotCore) -> None:
    connection = HubSpotConnection(access_token="s3cret", client_secret="s3cret", refresh_token="s3cret")
    assert "s3cret" not in repr(connection)


def test_dated_paths_serve_as_well(core: HubSpotCore) -> None:
    lines: list[str] = []
    adapter = hubspot_on(
        core,
        options=HubSpotOptions(version="2026-03", parallel=1),
        oauth=True,
        hook=lambda moment, line: lines.append(line),
    )
    ref = Ref(Side.HUBSPOT, "contact", ids_of(core)[0])
    assert ref in adapter.read([ref], {"contact": ["email"]}, free)
    assert adapter.people()
    adapter.set_members("Accord nurture", [ref.id], [], free)
    assert lines
    assert all("2026-03" in line for line in lines)


class CountingBudget:
    """Counts what is taken, and keeps what is reported."""

    def __init__(self) -> None:
        self.taken, self.reported = 0, list[tuple[int | None, int | None]]()

    def take(self, calls: int = 1, keep: int = 0) -> None:
        self.taken += calls

    def report(self, used: int | None, limit: int | None) -> None:
        self.reported.append((used, limit))


def test_every_call_but_the_tokens_is_counted_and_the_daily_use_reported(core: HubSpotCore) -> None:
    core.faults.update({"rate_limits": True})
    budget = CountingBudget()
    adapter = hubspot_on(core, budget=budget)
    refs = [Ref(Side.HUBSPOT, "contact", id_) for id_ in ids_of(core)]
    adapter.read(refs, {"contact": []}, free)
    assert budget.taken == core.calls.total == 1
    assert budget.reported == [(1, 625_000)]


def test_rate_limit_of_the_practice_portal_says_when_to_go_on(core: HubSpotCore, clock: ManualClock) -> None:
    from connector.errors import WaitUntil

    core.faults.update({"rate_limits": True})
    core.settings.ten_second_limit = 3
    adapter = hubspot_on(core)
    refs = [Ref(Side.HUBSPOT, "contact", ids_of(core)[0])]
    with pytest.raises(WaitUntil) as limit:
        for _ in range(9):
            adapter.read(refs, {"contact": []}, free)
    assert clock.now() < limit.value.not_before <= clock.now() + timedelta(seconds=10)
