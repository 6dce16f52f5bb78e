"""Salesforce: a verdict for every row, whatever becomes of the call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connector.adapters.salesforce import SalesforceOptions
from connector.errors import LeaseEnding, WaitUntil
from connector.ports import Write
from connector.practice.salesforce import SalesforceCore
from tests.adapters.in_process import free, salesforce_on
from tests.adapters.salesforce.cast import KEY, START, lead, new_lead, org, refs_of, update, value_of

ALL: dict[str, list[str]] = {"Lead": ["City"], "Contact": ["MailingCity"]}

# Twenty rows a collection instead of two hundred: the same paths with fewer people.
SMALL = SalesforceOptions(parallel=1, collection=20)


def warm(core: SalesforceCore, **options: Any) -> Any:
    """An adapter that knows its org already, so that the calls counted are those of the test."""
    adapter = salesforce_on(core, **options)
    adapter.read([lead("00Q000000000000EAA")], {}, free)
    core.calls.reset()
    return adapter


@pytest.mark.parametrize(("rows", "calls"), [(800, 1), (1000, 2)])
def test_updates_share_calls_with_their_read_back(rows: int, calls: int) -> None:
    core = org()
    refs = [new_lead(core, LastName=f"L{n}") for n in range(rows)]
    done = warm(core).write([update(ref, City="Ulm") for ref in refs], ALL, free)
    assert [one.ref for one in done] == refs
    assert all(one.verdict == "done" and one.record and one.record.values["City"] == "Ulm" for one in done)
    assert core.calls.total == calls


def test_leads_and_contacts_go_together() -> None:
    core = org(100)
    rows = [update(ref, City="Ulm") for ref in refs_of(core, "Lead")]
    rows += [update(ref, MailingCity="Ulm") for ref in refs_of(core, "Contact")]
    done = warm(core).write(rows[::-1], ALL, free)
    assert [one.ref for one in done] == [row.ref for row in rows[::-1]]
    assert {one.verdict for one in done} == {"done"}
    assert core.calls.total == 1


def test_without_composite_and_with_a_smaller_one_the_same_comes_out() -> None:
    for options in (replace(SMALL, composite=False), replace(SMALL, composite_collections=2)):
        core = org()
        refs = [new_lead(core) for _ in range(45)]
        done = salesforce_on(core, options=options).write(
            [update(ref, City="Ulm") for ref in refs], ALL, free
        )
        assert all(one.verdict == "done" and one.record for one in done)


def test_org_that_takes_fewer_calls_in_a_composite_is_written_call_by_call() -> None:
    core = org()
    core.settings.collections_per_composite = 2
    refs = [new_lead(core) for _ in range(45)]
    done = salesforce_on(core, options=SMALL).write([update(ref, City="Ulm") for ref in refs], ALL, free)
    assert all(one.verdict == "done" and one.record for one in done)


def test_bad_rows_fail_alone_and_say_why() -> None:
    core = org()
    good, bad, gone, moved = (new_lead(core) for _ in range(4))
    core.edit("Lead", gone.id, delete=True)
    core.convert(moved.id)
    rows = [
        update(good, City="Ulm"),
        update(bad, Email="nonsense"),
        update(gone, City="x"),
        update(moved, City="x"),
    ]
    done = salesforce_on(core).write(rows, ALL, free)
    assert [one.verdict for one in done] == ["done", "refused", "gone", "moved"]
    assert done[1].code == "INVALID_EMAIL_ADDRESS"
    assert done[1].fields == ("Email",)


def test_T52_converted_lead_is_moved_and_not_written() -> None:
    core = org()
    ref = new_lead(core)
    core.convert(ref.id)
    (one,) = salesforce_on(core).write([Write(ref, {"City": "x"}, unmodified_since=START)], ALL, free)
    assert one.verdict == "moved"


def test_T49_locked_rows_may_be_tried_again() -> None:
    core = org()
    rows = [update(new_lead(core), City="Ulm") for _ in range(3)]
    core.faults.update({"lock_rate": 1.0})
    assert [one.verdict for one in salesforce_on(core).write(rows, ALL, free)] == ["locked"] * 3


def test_if_unmodified_since_refuses_what_a_person_touched_meanwhile() -> None:
    core = org()
    touched, calm = new_lead(core), new_lead(core)
    read_at = core.clock.now()
    core.clock.advance(3)  # type: ignore[attr-defined]
    core.edit("Lead", touched.id, {"City": "Bonn"})
    rows = [Write(ref, {"City": "Ulm"}, unmodified_since=read_at) for ref in (touched, calm)]
    adapter = warm(core)
    done = adapter.write(rows, ALL, free)
    assert [one.verdict for one in done] == ["stale", "done"]
    assert done[1].record is not None
    assert value_of(core, touched, "City") == "Bonn"
    assert core.calls.total == 1


def test_more_than_twenty_conditions_are_dropped() -> None:
    core = org()
    refs = [new_lead(core) for _ in range(21)]
    early = START - timedelta(days=1)
    rows = [Write(ref, {"City": "Ulm"}, unmodified_since=early) for ref in refs]
    adapter = warm(core)
    assert {one.verdict for one in adapter.write(rows, ALL, free)} == {"done"}
    assert core.calls.total == 1


def test_upsert_with_read_back_is_one_call_and_repeats_without_a_twin() -> None:
    core = org()
    create = Write(lead("512"), {"LastName": "Ames", "Company": "Ames Ltd"}, key=KEY)
    adapter = warm(core)
    (first,) = adapter.write([create], {"Lead": ["Company", KEY]}, free)
    assert core.calls.total == 1
    (again,) = adapter.write([create], {"Lead": ["Company"]}, free)
    assert (first.verdict, first.created) == ("done", True)
    assert (again.verdict, again.created, again.ref) == ("done", False, first.ref)
    assert first.record is not None
    assert first.record.values[KEY] == "512"
    assert len(core.snapshot()["Lead"]) == 1


def test_upsert_tells_of_twins_in_the_same_call() -> None:
    core = org()
    other = new_lead(core, Email="ANN@example.com")
    core.convert(new_lead(core, Email="ann@example.com").id)
    adapter = warm(core)
    values = {"LastName": "Ames", "Company": "Ames Ltd"}
    rows = [
        Write(lead("512"), {**values, "Email": "ann@example.com"}, key=KEY, twins_by="Email"),
        Write(lead("513"), {**values, "Email": "bob@example.com"}, key=KEY, twins_by="Email"),
        Write(lead("514"), values, key=KEY, twins_by="Email"),
    ]
    ann, bob, nobody = adapter.write(rows, ALL, free)
    assert (ann.twins, bob.twins, nobody.twins) == ((other,), (), ())
    assert core.calls.total == 1


def test_twins_that_make_too_long_a_query_are_left_to_the_caller() -> None:
    core = org()
    long = [f"{'x' * 60}.{n}@example.com" for n in range(190)]
    rows = [
        Write(lead(str(n)), {"LastName": "Ames", "Company": "Ames", "Email": email}, key=KEY, twins_by="Email")
        for n, email in enumerate(long)
    ]
    done = warm(core).write(rows, ALL, free)
    assert {(one.verdict, one.twins) for one in done} == {("done", None)}
    assert core.calls.total == 1


def test_upsert_without_a_required_field_is_refused_by_name() -> None:
    core = org()
    (one,) = salesforce_on(core).write([Write(lead("512"), {"LastName": "Ames"}, key=KEY)], ALL, free)
    assert (one.verdict, one.code, one.fields) == ("refused", "REQUIRED_FIELD_MISSING", ("Company",))


def test_taken_key_is_a_duplicate_with_its_18_character_ref() -> None:
    core = org()
    held, other = new_lead(core, **{KEY: "512"}), new_lead(core)
    (one,) = salesforce_on(core).write([update(other, **{KEY: "512"})], ALL, free)
    assert (one.verdict, one.existing) == ("duplicate", held)


def test_owner_is_kept_though_salesforce_would_assign_anew() -> None:
    core = org()
    refs = [new_lead(core) for _ in range(2)]
    owner = value_of(core, refs[0], "OwnerId")
    adapter = salesforce_on(core)
    adapter.write([update(ref, City="Ulm") for ref in refs], ALL, free)
    adapter.write([Write(refs[0], {"City": "Bonn"}, unmodified_since=START)], None, free)
    adapter.write([update(refs[0], City="Rom")], None, free)
    assert {value_of(core, ref, "OwnerId") for ref in refs} == {owner}


def test_T57_lost_reply_is_unknown_with_the_record_as_it_is_now() -> None:
    core = org()
    ref = new_lead(core)
    core.faults.update({"next": [{"match": "composite", "kind": "lost_reply"}]})
    (one,) = salesforce_on(core).write([update(ref, City="Ulm")], ALL, free)
    assert one.verdict == "unknown"
    assert one.record is not None
    assert one.record.values["City"] == "Ulm"


def test_lost_reply_of_an_upsert_finds_what_it_made() -> None:
    core = org()
    core.faults.update({"next": [{"match": "POST /services/data/v66.0/composite", "kind": "lost_reply"}]})
    create = Write(lead("512"), {"LastName": "Ames", "Company": "Ames Ltd"}, key=KEY)
    (one,) = salesforce_on(core).write([create], ALL, free)
    assert one.verdict == "unknown"
    assert one.record is not None
    assert one.ref == refs_of(core, "Lead")[0]


def test_T62_limit_before_anything_was_written_is_raised_by_its_kind() -> None:
    core = org()
    ref = new_lead(core)
    daily = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    busy = [{"message": "ConcurrentPerOrgLongTxn Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    for body, wait in ((daily, timedelta(minutes=15)), (busy, timedelta(seconds=5))):
        adapter = warm(core)
        core.faults.update({"next": [{"match": "composite", "kind": "status", "status": 403, "body": body}]})
        with pytest.raises(WaitUntil) as limit:
            adapter.write([update(ref, City="Ulm")], ALL, free)
        assert limit.value.not_before == START + wait


def test_lease_that_ends_midway_leaves_the_rest_locked_and_the_done_done() -> None:
    core = org()
    refs = [new_lead(core) for _ in range(100)]
    adapter = warm(core, options=SMALL)
    calls = iter([None])

    def guard(seconds: float) -> None:
        if next(calls, "over") == "over":
            raise LeaseEnding

    done = adapter.write([update(ref, City="Ulm") for ref in refs], ALL, guard)
    assert [one.verdict for one in done] == ["done"] * 80 + ["locked"] * 20


def test_T66_session_that_ends_midway_is_renewed_once_and_the_write_goes_on() -> None:
    core = org()
    refs = [new_lead(core) for _ in range(100)]
    adapter = warm(core, options=SMALL)
    rows = [update(ref, City="Ulm") for ref in refs]
    core.faults.update({"expire_tokens": True})
    assert {one.verdict for one in adapter.write(rows, ALL, free)} == {"done"}
    assert core.calls.tokens == 1


def test_one_value_that_does_not_parse_sinks_no_other_row() -> None:
    core = org()
    core.settings.collection_parser_error = "call"
    refs = [new_lead(core) for _ in range(30)]
    rows = [update(ref, City="Ulm") for ref in refs]
    rows[11] = update(refs[11], AnnualRevenue={"no": "number"})
    done = salesforce_on(core).write(rows, ALL, free)
    assert [place for place, one in enumerate(done) if one.verdict != "done"] == [11]
    assert done[11].verdict == "refused"
    assert all(one.record for place, one in enumerate(done) if place != 11)


def test_field_that_does_not_exist_is_refused_row_by_row() -> None:
    core = org()
    refs = [new_lead(core) for _ in range(30)]
    rows = [update(ref, City="Ulm") for ref in refs[:10]] + [update(ref, Nope__c="x") for ref in refs[10:]]
    adapter = warm(core)
    done = adapter.write(rows, None, free)
    assert [one.verdict for one in done] == ["done"] * 10 + ["refused"] * 20
    assert "Nope__c" in done[-1].message
    assert core.calls.total <= 2


def test_crash_at_either_side_of_a_call_comes_out_as_it_is() -> None:
    class Crash(BaseException):
        pass

    for moment, written in (("before", False), ("after", True)):
        core = org()
        ref = new_lead(core)

        def hook(when: str, line: str, at: str = moment) -> None:
            if when == at and line.endswith("/composite"):
                raise Crash

        with pytest.raises(Crash):
            salesforce_on(core, hook=hook).write([update(ref, City="Ulm")], ALL, free)
        assert (value_of(core, ref, "City") == "Ulm") is written
