"""HubSpot: what is read, and under which Ref it is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import urllib3

from connector.adapters.hubspot import HubSpotOptions
from connector.core.records import Ref, Side
from connector.errors import MendConnection, MendRequest, TryAgain, WaitUntil
from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from tests.adapters.hubspot.scripted import NOON, results, row, scripted
from tests.adapters.in_process import free, hubspot_on


def contact(id_: str) -> Ref:
    return Ref(Side.HUBSPOT, "contact", id_)


@pytest.fixture
def core() -> HubSpotCore:
    return HubSpotCore(25, 3, clock=ManualClock(datetime(2026, 11, 2, 12, tzinfo=UTC)))


# Ten rows a call instead of a hundred: the same paths with fewer people.
SMALL = HubSpotOptions(parallel=1, batch=10, history_batch=5, search_page=10)


def ids_of(core: HubSpotCore) -> list[str]:
    return [held["id"] for held in core.snapshot()["contacts"]]


def test_250_contacts_cost_three_calls_and_come_back_under_their_refs() -> None:
    core = HubSpotCore(250, 3)
    refs = [contact(id_) for id_ in ids_of(core)]
    found = hubspot_on(core).read(refs, {"contact": ["email", "company"]}, free)
    assert list(found) == refs
    assert core.calls.total == 3
    alice = found[refs[0]]
    assert alice.values["email"] == core.contact(refs[0].id)["email"]
    assert alice.read_at <= core.clock.now()
    assert alice.modified_at is not None


def test_calls_in_parallel_read_the_same(core: HubSpotCore) -> None:
    refs = [contact(id_) for id_ in ids_of(core)]
    adapter = hubspot_on(core, options=HubSpotOptions(parallel=4, batch=3))
    assert set(adapter.read(refs, {"contact": ["email"]}, free)) == set(refs)
    adapter.close()


def test_blank_and_never_set_are_none(core: HubSpotCore) -> None:
    id_ = core.edit({"email": "blank@example.com", "phone": "1"}, create=True)
    core.edit({"phone": ""}, id=id_)
    values = hubspot_on(core).read([contact(id_)], {"contact": ["phone", "fax"]}, free)[contact(id_)].values
    assert values["phone"] is None
    assert values["fax"] is None


def test_deleted_unknown_and_impossible_ids_are_absent(core: HubSpotCore) -> None:
    gone, *rest = ids_of(core)
    core.edit(id=gone, delete=True)
    refs = [contact(gone), contact("99"), contact("no-number"), contact(rest[0])]
    assert list(hubspot_on(core).read(refs, {"contact": ["email"]}, free)) == [contact(rest[0])]


def test_merged_contact_is_found_under_its_old_id_by_the_ids_it_lists() -> None:
    adapter, _ = scripted(results(row("900", email="a@example.com", hs_merged_object_ids="11;12"), row("5")))
    found = adapter.read([contact("11"), contact("5"), contact("12")], {"contact": ["email"]}, free)
    assert found[contact("11")].ref == contact("900") == found[contact("12")].ref
    assert found[contact("5")].ref == contact("5")


def test_old_and_new_id_of_a_merged_contact_in_one_batch_both_find_it() -> None:
    adapter, _ = scripted(results(row("900", hs_merged_object_ids="11")))
    found = adapter.read([contact("11"), contact("900")], {"contact": []}, free)
    assert {record.ref for record in found.values()} == {contact("900")}


def test_one_answer_nobody_asked_for_belongs_to_the_one_id_without_answer() -> None:
    adapter, script = scripted(results(row("900"), row("5")))
    assert adapter.read([contact("11"), contact("5")], {"contact": []}, free)[contact("11")].ref.id == "900"
    assert len(script.asked) == 1


def test_several_such_answers_are_told_apart_by_single_reads() -> None:
    adapter, script = scripted(
        results(row("900"), row("901")),
        (200, row("901")),
        (404, {"message": "resource not found"}),
        (200, row("900")),
    )
    found = adapter.read([contact("11"), contact("12"), contact("13")], {"contact": ["email"]}, free)
    assert {ref.id: record.ref.id for ref, record in found.items()} == {"11": "901", "13": "900"}
    assert script.asked[1][0] == "GET"


def test_find_by_email_in_any_case_without_index_lag(core: HubSpotCore) -> None:
    core.settings.index_lag = 3600
    id_ = core.edit({"email": "new.one@example.com"}, create=True)
    (found,) = hubspot_on(core).find("contact", "email", ["NEW.One@example.com", "", " "], ["lastname"], free)
    assert found.ref == contact(id_)
    assert found.values["email"] == "new.one@example.com"


def test_find_by_a_secondary_address(core: HubSpotCore) -> None:
    id_ = ids_of(core)[0]
    core.edit({"hs_additional_emails": "second@example.net"}, id=id_)
    (found,) = hubspot_on(core).find("contact", "email", ["second@example.net"], [], free)
    assert found.ref == contact(id_)


def test_find_by_our_unique_property_uses_no_search(core: HubSpotCore) -> None:
    id_ = ids_of(core)[7]
    core.edit({"accord_salesforce_id": "00Q000000000001AAA"}, id=id_)
    (found,) = hubspot_on(core).find("contact", "accord_salesforce_id", ["00Q000000000001AAA"], [], free)
    assert found.ref == contact(id_)
    assert not any("search" in name for name in core.calls.by_endpoint)


def test_find_by_a_plain_property_searches_every_page(core: HubSpotCore) -> None:
    for id_ in ids_of(core):
        core.edit({"city": "Ravensburg"}, id=id_)
    found = hubspot_on(core, options=SMALL).find("contact", "city", ["RAVENSBURG"], ["city"], free)
    assert {record.ref.id for record in found} == set(ids_of(core))


def test_history_says_which_versions_are_ours(core: HubSpotCore) -> None:
    id_ = ids_of(core)[0]
    core.edit({"jobtitle": "Buyer"}, id=id_)
    core.clock.advance(5)  # type: ignore[attr-defined]
    adapter = hubspot_on(core)
    from connector.ports import Write

    adapter.write([Write(contact(id_), {"jobtitle": "Head of buying"})], None, free)
    core.clock.advance(5)  # type: ignore[attr-defined]
    core.edit({"jobtitle": ""}, id=id_)
    versions = adapter.history([id_], ["jobtitle"], free)[id_]["jobtitle"]
    assert [(version.value, version.ours) for version in versions[:3]] == [
        (None, False),
        ("Head of buying", True),
        ("Buyer", False),
    ]
    assert versions[0].at > versions[1].at > versions[2].at


def test_history_goes_in_batches_of_its_own(core: HubSpotCore) -> None:
    adapter = hubspot_on(core, options=SMALL)
    assert len(adapter.history(ids_of(core)[:12], ["email"], free)) == 12
    assert core.calls.total == 3


def test_passing_failures_are_repeated_and_a_lasting_one_is_raised(core: HubSpotCore) -> None:
    ref = contact(ids_of(core)[0])
    core.faults.update({"next": [{"match": "batch/read", "kind": "status", "status": 502}]})
    assert hubspot_on(core).read([ref], {"contact": []}, free)
    core.faults.update({"next": [{"match": "batch/read", "kind": "drop", "times": 9}]})
    with pytest.raises(TryAgain):
        hubspot_on(core).read([ref], {"contact": []}, free)
    assert core.calls.total == 2, "three dropped calls never reached the service"


def test_guard_and_budget_are_asked_before_each_try() -> None:
    adapter, script = scripted((503, b"<html>"), results(row("5")))
    seen: list[float] = []
    adapter.read([contact("5")], {"contact": []}, seen.append)
    assert seen == [23.0, 23.0]
    assert len(script.asked) == 2


LIMITS = [
    ({"policyName": "TEN_SECONDLY_ROLLING", "message": "x"}, {}, 10),
    ({"message": "You have reached your secondly limit.", "category": "RATE_LIMITS"}, {}, 1),
    ({"policyName": "DAILY", "message": "You have reached your daily limit."}, {}, 3600),
    ({"policyName": "SECONDLY", "message": "x"}, {"Retry-After": "30"}, 30),
]


@pytest.mark.parametrize(("body", "headers", "seconds"), LIMITS)
def test_a_limit_says_when_to_go_on(body: dict[str, str], headers: dict[str, str], seconds: int) -> None:
    adapter, _ = scripted((429, body, headers))
    with pytest.raises(WaitUntil) as limit:
        adapter.read([contact("5")], {"contact": []}, free)
    assert limit.value.not_before == NOON + timedelta(seconds=seconds)


def test_the_daily_limit_ends_at_the_portals_midnight() -> None:
    adapter, _ = scripted((429, {"policyName": "DAILY"}), time_zone="US/Eastern")
    with pytest.raises(WaitUntil) as limit:
        adapter.read([contact("5")], {"contact": []}, free)
    assert limit.value.not_before == datetime(2026, 11, 3, 5, tzinfo=UTC)


def test_a_search_sits_out_one_second_of_its_own_limit() -> None:
    adapter, script = scripted((429, {"message": "You have reached your secondly limit."}), results(row("5")))
    (page,) = adapter.changes("contact", NOON, ["email"], free)
    assert page[0].ref == contact("5")
    assert len(script.asked) == 2


def test_locked_account_and_moving_account_wait() -> None:
    for status, headers, seconds in ((423, {}, 2), (477, {"Retry-After": "600"}, 600)):
        adapter, _ = scripted((status, {"message": "later"}, headers))
        with pytest.raises(WaitUntil) as limit:
            adapter.read([contact("5")], {"contact": []}, free)
        assert limit.value.not_before == NOON + timedelta(seconds=seconds)


def test_missing_scopes_are_named() -> None:
    scopes = {"context": {"requiredGranularScopes": ["crm.objects.contacts.read"]}}
    adapter, _ = scripted((403, {"message": "not granted", "errors": [scopes], "category": "MISSING_SCOPES"}))
    with pytest.raises(MendConnection, match=r"crm\.objects\.contacts\.read"):
        adapter.read([contact("5")], {"contact": []}, free)


def test_no_error_carries_a_persons_email_address() -> None:
    adapter, _ = scripted((400, {"message": "Email address ann@example.com is invalid", "category": "X"}))
    with pytest.raises(MendRequest) as refused:
        adapter.read([contact("5")], {"contact": []}, free)
    assert "ann" not in str(refused.value)


def test_lost_connection_of_a_read_is_try_again() -> None:
    lost = urllib3.exceptions.ReadTimeoutError(None, "/x", "timed out")  # type: ignore[arg-type]
    adapter, script = scripted(lost, lost, lost)
    with pytest.raises(TryAgain):
        adapter.read([contact("5")], {"contact": []}, free)
    assert len(script.asked) == 3
