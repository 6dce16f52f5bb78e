"""Sizes, lengths and windows: Accord keeps within them unasked, and goes on where a service draws them narrower."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.adapters.hubspot import HubSpotOptions
from connector.adapters.salesforce import SalesforceOptions
from connector.core.records import Ref, Side
from connector.errors import MendRequest, TryAgain, WaitUntil
from connector.ports import Write
from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from connector.practice.salesforce import SalesforceCore
from tests.adapters.in_process import free, hubspot_on, salesforce_on
from tests.adapters.salesforce.cast import new_lead, org, update, value_of
from tests.limits.standing import shot
from tests.world import START


def _portal(people: int = 0) -> tuple[HubSpotCore, list[Ref]]:
    core = HubSpotCore(people, 3, clock=ManualClock(START))
    return core, [Ref(Side.HUBSPOT, "contact", row["id"]) for row in core.snapshot()["contacts"]]


# --- HubSpot --------------------------------------------------------------------------------------------------------


def test_hubspot_a_batch_holds_a_hundred_and_a_portal_that_takes_fewer_gets_fewer() -> None:
    core, refs = _portal(120)
    core.settings.batch_limit = 60
    done = hubspot_on(core).write([Write(ref, {"city": "Ulm"}) for ref in refs], None, free)
    assert {one.verdict for one in done} == {"done"}


def test_hubspot_a_read_that_is_too_large_is_a_fault_of_the_request_and_says_of_which() -> None:
    core, refs = _portal(3)
    core.settings.batch_limit = 2
    with pytest.raises(MendRequest, match=r"400 VALIDATION_ERROR to POST /crm/v3/objects/contacts/batch/read"):
        hubspot_on(core).read(refs, {"contact": ["city"]}, free)


def test_hubspot_searches_of_a_long_walk_wait_for_their_own_five_a_second() -> None:
    core, refs = _portal(40)
    clock = core.clock
    assert isinstance(clock, ManualClock)
    core.faults.update({"rate_limits": True})
    adapter = hubspot_on(core, options=HubSpotOptions(parallel=1, search_page=4))

    def nap(seconds: float) -> None:
        clock.advance(seconds)

    adapter._api.sleep = nap
    found = {record.ref for page in adapter.changes("contact", START - timedelta(days=9999), ["city"], free) for record in page}
    assert found == set(refs)


def test_hubspot_the_ten_second_bucket_empties_in_the_middle_of_a_write() -> None:
    core, refs = _portal(12)
    core.faults.update({"rate_limits": True})
    core.settings.ten_second_limit = 2
    adapter = hubspot_on(core, options=HubSpotOptions(parallel=1, batch=3))
    done = adapter.write([Write(ref, {"city": "Ulm"}) for ref in refs], None, free)
    assert [one.verdict for one in done] == ["done"] * 6 + ["locked"] * 6
    with pytest.raises(WaitUntil):
        adapter.write([Write(refs[9], {"city": "Ulm"})], None, free)


# --- Salesforce -----------------------------------------------------------------------------------------------------


def test_salesforce_collections_of_more_than_two_hundred_and_reads_of_more_than_two_thousand_are_split() -> None:
    core = org()
    refs = [new_lead(core) for _ in range(2001)]
    adapter = salesforce_on(core)
    done = adapter.write([update(ref, City="Ulm") for ref in refs[:201]], None, free)
    assert {one.verdict for one in done} == {"done"}
    assert len(adapter.read(refs, {"Lead": ["City"]}, free)) == 2001


def test_salesforce_a_value_too_long_for_a_literal_is_not_asked_for_and_keeps_no_other_from_being_found() -> None:
    core = org()
    ann = new_lead(core, Email="ann@acme.example.com")
    long = "x" * 4001 + "@acme.example.com"
    adapter = salesforce_on(core)
    assert [r.ref for r in adapter.find("Lead", "Email", [long, "ann@acme.example.com"], [], free)] == [ann]
    wanted = {"Lead": {"Email": [long, "ann@acme.example.com"]}}
    assert [r.ref for r in adapter.find_any(wanted, {"Lead": ["Email"]}, free)] == [ann]


def _walk(core: SalesforceCore, then: str) -> list[str]:
    """Emails of all changed Leads, where something happens after the first page."""
    core.settings.page_size = 4
    found: list[str] = []
    for number, page in enumerate(salesforce_on(core).changes("Lead", core.clock.now() - timedelta(days=30), ["Email"], free)):
        found += [str(record.values["Email"]) for record in page]
        if number == 0 and then == "two days pass":
            core.clock.advance(2 * 86_400 + 60)  # type: ignore[attr-defined]
        elif number == 0:
            core.faults.update({"next": [shot("query/", 1, {"error": "INVALID_QUERY_LOCATOR"})]})
    return found


@pytest.mark.parametrize("then", ["two days pass", "the cursor is refused"])
def test_salesforce_a_cursor_that_lapsed_is_opened_anew_where_it_broke_off(then: str) -> None:
    core = org()
    wanted = set()
    for number in range(10):
        wanted.add(f"p{number}@acme.example.com")
        new_lead(core, Email=f"p{number}@acme.example.com")
        core.clock.advance(5)  # type: ignore[attr-defined]
    assert set(_walk(core, then)) == wanted


def test_salesforce_a_query_that_takes_too_long_is_tried_again() -> None:
    core = org()
    ann = new_lead(core, Email="ann@acme.example.com")
    adapter = salesforce_on(core)
    adapter.read([ann], {"Lead": []}, free)
    core.faults.update({"next": [shot("/query", 2, {"error": "QUERY_TIMEOUT"})]})
    assert [r.ref for r in adapter.find("Lead", "Email", ["ann@acme.example.com"], [], free)] == [ann]
    core.faults.update({"next": [shot("/query", 3, {"error": "QUERY_TIMEOUT"})]})
    with pytest.raises(TryAgain, match="longer than the org allows"):
        adapter.find("Lead", "Email", ["ann@acme.example.com"], [], free)


def test_salesforce_a_second_is_the_grain_of_the_condition_and_a_minute_is_not() -> None:
    core = org()
    ann = new_lead(core)
    read_at = core.clock.now()
    core.edit("Lead", ann.id, {"City": "Bonn"})
    (one,) = salesforce_on(core).write([Write(ann, {"Phone": "1"}, unmodified_since=read_at)], None, free)
    assert one.verdict == "done", "an edit within the same second passes; the read-back shows it"
    core.clock.advance(1)  # type: ignore[attr-defined]
    core.edit("Lead", ann.id, {"City": "Rome"})
    (one,) = salesforce_on(core).write([Write(ann, {"Phone": "2"}, unmodified_since=read_at)], None, free)
    assert (one.verdict, one.code) == ("stale", "PRECONDITION_FAILED")
    assert value_of(core, ann, "Phone") == "1"


def test_salesforce_a_composite_that_is_refused_goes_singly() -> None:
    core = org()
    core.settings.collections_per_composite = 0
    refs = [new_lead(core) for _ in range(3)]
    options = SalesforceOptions(parallel=1, collection=2)
    done = salesforce_on(core, options=options).write([update(ref, City="Ulm") for ref in refs], {"Lead": ["City"]}, free)
    assert [(one.verdict, one.record is not None) for one in done] == [("done", True)] * 3
