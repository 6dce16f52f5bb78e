"""HubSpot: a verdict for every row, whatever becomes of the call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3

from connector.adapters.hubspot import HubSpotOptions
from connector.core.records import Ref, Side
from connector.errors import LeaseEnding, MendRequest, WaitUntil
from connector.ports import Write
from connector.practice.clock import ManualClock
from connector.practice.hubspot import HubSpotCore
from tests.adapters.hubspot.scripted import results, row, scripted
from tests.adapters.in_process import free, hubspot_on

KEY = "accord_salesforce_id"
UPDATE = "POST /crm/v3/objects/contacts/batch/update"


def contact(id_: str) -> Ref:
    return Ref(Side.HUBSPOT, "contact", id_)


@pytest.fixture
def core() -> HubSpotCore:
    return HubSpotCore(25, 3, clock=ManualClock(datetime(2026, 11, 2, 12, tzinfo=UTC)))


# Ten rows a call instead of a hundred: the same paths with fewer people.
SMALL = HubSpotOptions(parallel=1, batch=10)


def ids_of(core: HubSpotCore) -> list[str]:
    return [held["id"] for held in core.snapshot()["contacts"]]


def update(core: HubSpotCore, **values: Any) -> list[Write]:
    return [Write(contact(id_), values) for id_ in ids_of(core)]


def test_250_updates_cost_three_calls_and_bring_their_read_back() -> None:
    core = HubSpotCore(250, 3)
    rows = update(core, jobtitle="Buyer", fax=None)
    done = hubspot_on(core).write(rows, {"contact": ["jobtitle", "fax"]}, free)
    assert [one.ref for one in done] == [one.ref for one in rows]
    assert {one.verdict for one in done} == {"done"}
    assert all(one.record and one.record.values["jobtitle"] == "Buyer" for one in done)
    assert all(one.record and one.record.values["fax"] is None for one in done)
    assert core.calls.by_endpoint == {UPDATE: 3}


def test_parallel_calls_keep_the_order_of_the_verdicts(core: HubSpotCore) -> None:
    rows = [Write(contact(id_), {"jobtitle": id_}) for id_ in ids_of(core)]
    adapter = hubspot_on(core, options=HubSpotOptions(parallel=4, batch=3))
    done = adapter.write(rows, {"contact": ["jobtitle"]}, free)
    assert [one.record.values["jobtitle"] for one in done if one.record] == ids_of(core)
    adapter.close()


def test_a_bad_row_fails_alone_and_says_why(core: HubSpotCore) -> None:
    rows = update(core, jobtitle="Buyer")[:3]
    rows[1] = Write(rows[1].ref, {"accord_tier": "boiling", "jobtitle": "Buyer"})
    rows.append(Write(contact("404404"), {"jobtitle": "Ghost"}))
    done = hubspot_on(core).write(rows, None, free)
    assert [one.verdict for one in done] == ["done", "refused", "done", "gone"]
    assert done[1].code == "INVALID_OPTION"
    assert done[1].fields == ("accord_tier",)
    assert "boiling" in done[1].message


def test_email_of_another_contact_is_a_duplicate_with_its_ref(core: HubSpotCore) -> None:
    first, second, *_ = ids_of(core)
    email = core.contact(second)["email"]
    (verdict,) = hubspot_on(core).write([Write(contact(first), {"email": email})], None, free)
    assert (verdict.verdict, verdict.existing) == ("duplicate", contact(second))


def test_upsert_makes_once_and_repeats_without_a_second_contact(core: HubSpotCore) -> None:
    create = Write(contact("00Q000000000001AAA"), {"email": "new@example.com", "lastname": "New"}, key=KEY)
    adapter = hubspot_on(core)
    (first,) = adapter.write([create], {"contact": ["email", KEY]}, free)
    (again,) = adapter.write([create], {"contact": ["email"]}, free)
    assert (first.verdict, first.created) == ("done", True)
    assert (again.verdict, again.created, again.ref) == ("done", False, first.ref)
    assert first.record is not None
    assert first.record.values[KEY] == "00Q000000000001AAA"


def test_upsert_whose_email_is_taken_is_a_duplicate_with_the_existing(core: HubSpotCore) -> None:
    first = ids_of(core)[0]
    create = Write(contact("00Q000000000001AAA"), {"email": core.contact(first)["email"]}, key=KEY)
    (verdict,) = hubspot_on(core).write([create], {"contact": ["email"]}, free)
    assert (verdict.verdict, verdict.existing) == ("duplicate", contact(first))


def test_two_writes_to_one_contact_go_one_after_the_other(core: HubSpotCore) -> None:
    id_ = ids_of(core)[0]
    rows = [Write(contact(id_), {"jobtitle": "First"}), Write(contact(id_), {"jobtitle": "Second"})]
    assert {one.verdict for one in hubspot_on(core).write(rows, None, free)} == {"done"}
    assert core.contact(id_)["jobtitle"] == "Second"
    assert core.calls.total == 2


def test_a_field_no_row_wrote_is_read_back_and_fresh_reads_all(core: HubSpotCore) -> None:
    rows = update(core, jobtitle="Buyer")[:2]
    adapter = hubspot_on(core)
    done = adapter.write(rows, {"contact": ["jobtitle", "lastname"]}, free)
    assert all(one.record and one.record.values["lastname"] for one in done)
    assert core.calls.total == 2
    adapter.write(rows, {"contact": ["jobtitle"]}, free, fresh=True)
    assert core.calls.total == 4


def test_where_answers_show_what_was_sent_the_setting_reads_what_is_stored(core: HubSpotCore) -> None:
    core.settings.write_answer = "sent"
    id_ = ids_of(core)[0]
    core.edit({"lifecyclestage": "customer"}, id=id_)
    back = [Write(contact(id_), {"lifecyclestage": "lead"})]
    options = HubSpotOptions(parallel=1, read_back_by_read=True)
    (one,) = hubspot_on(core, options=options).write(back, {"contact": ["lifecyclestage"]}, free)
    assert one.record is not None
    assert one.record.values["lifecyclestage"] == "customer"


def test_T57_lost_reply_is_unknown_with_the_record_as_it_is_now(core: HubSpotCore) -> None:
    core.faults.update({"next": [{"match": "batch/update", "kind": "lost_reply"}]})
    (one,) = hubspot_on(core).write(update(core, jobtitle="Buyer")[:1], {"contact": ["jobtitle"]}, free)
    assert one.verdict == "unknown"
    assert one.record is not None
    assert one.record.values["jobtitle"] == "Buyer"


def test_lost_reply_of_an_upsert_finds_what_it_made(core: HubSpotCore) -> None:
    core.faults.update({"next": [{"match": "batch/upsert", "kind": "lost_reply"}]})
    create = Write(contact("00Q000000000001AAA"), {"email": "new@example.com"}, key=KEY)
    (one,) = hubspot_on(core).write([create], {"contact": ["email"]}, free)
    assert one.verdict == "unknown"
    assert one.record is not None
    assert one.ref == one.record.ref != create.ref


def test_server_error_is_unknown_even_if_the_read_fails_too(core: HubSpotCore) -> None:
    faults = [{"match": "batch/", "kind": "status", "status": 500, "times": 9}]
    core.faults.update({"next": faults})
    (one,) = hubspot_on(core).write(update(core, jobtitle="Buyer")[:1], {"contact": ["jobtitle"]}, free)
    assert (one.verdict, one.record) == ("unknown", None)


def test_T63_limit_before_anything_was_written_is_raised(core: HubSpotCore) -> None:
    core.faults.update({"next": [{"match": "batch/update", "kind": "status", "status": 429}]})
    with pytest.raises(WaitUntil):
        hubspot_on(core).write(update(core, jobtitle="Buyer")[:5], None, free)


def test_limit_midway_leaves_the_rest_locked_and_the_done_done(core: HubSpotCore) -> None:
    fault = {"match": "batch/update", "kind": "status", "status": 429, "skip": 1, "times": 9}
    core.faults.update({"next": [fault]})
    done = hubspot_on(core, options=SMALL).write(update(core, jobtitle="Buyer"), None, free)
    assert [one.verdict for one in done] == ["done"] * 10 + ["locked"] * 15
    assert done[-1].code == "NOT_SENT"


def test_lease_that_ends_midway_does_the_same(core: HubSpotCore) -> None:
    calls = iter([None, None])

    def guard(seconds: float) -> None:
        if next(calls, "over") == "over":
            raise LeaseEnding

    adapter = hubspot_on(core, options=SMALL)
    done = adapter.write(update(core, jobtitle="Buyer"), {"contact": ["jobtitle"]}, guard)
    assert [one.verdict for one in done] == ["done"] * 20 + ["locked"] * 5


def test_T39_batch_that_falls_as_a_whole_is_halved_to_the_bad_row() -> None:
    conflict = (409, {"message": "Contact already exists. Existing ID: 9", "category": "CONFLICT"})
    adapter, script = scripted(conflict, conflict, results(row("1")), conflict, results(row("3")))
    rows = [Write(contact(str(n)), {"email": f"{n}@example.com"}) for n in (1, 2, 3)]
    done = adapter.write(rows, None, free)
    assert [one.verdict for one in done] == ["done", "duplicate", "done"]
    assert done[1].existing == contact("9")
    assert [len(asked[2]["inputs"]) for asked in script.asked] == [3, 2, 1, 1, 1]


def test_property_that_does_not_exist_costs_two_calls_not_two_hundred() -> None:
    inner = {
        "code": "PROPERTY_DOESNT_EXIST",
        "message": "x does not exist",
        "context": {"propertyName": ["x"]},
    }
    missing = (
        400,
        {"message": "Property values were not valid", "category": "VALIDATION_ERROR", "errors": [inner]},
    )
    adapter, script = scripted(missing, results(row("3", city="A")))
    rows = [Write(contact(str(n)), {"x": "1", "city": "A"} if n < 3 else {"city": "A"}) for n in (1, 2, 3)]
    done = adapter.write(rows, None, free)
    assert [(one.verdict, one.fields) for one in done] == [("refused", ("x",))] * 2 + [("done", ())]
    assert len(script.asked) == 2


def test_refusal_that_is_no_rows_fault_is_raised() -> None:
    adapter, _ = scripted((415, {"message": "Unsupported Media Type"}))
    with pytest.raises(MendRequest):
        adapter.write([Write(contact("1"), {"email": "x@example.com"})], None, free)


def test_row_the_answer_forgets_is_asked_again_alone_then_unknown() -> None:
    adapter, script = scripted(results(row("1", city="A")), results(), results(row("2", city="A")))
    rows = [Write(contact("1"), {"city": "A"}), Write(contact("2"), {"city": "A"})]
    done = adapter.write(rows, {"contact": ["city"]}, free)
    assert [one.verdict for one in done] == ["done", "unknown"]
    assert done[1].record is not None, "what may have been written is read"
    assert len(script.asked) == 3


def test_merged_contact_answers_a_write_under_its_new_id() -> None:
    adapter, _ = scripted(results(row("900", city="A")))
    (one,) = adapter.write([Write(contact("1"), {"city": "A"})], {"contact": ["city"]}, free)
    assert (one.verdict, one.ref) == ("done", contact("900"))


def test_values_go_out_as_strings_and_blank_as_empty() -> None:
    adapter, script = scripted(results(row("1")))
    adapter.write([Write(contact("1"), {"a": None, "b": True, "c": 2.5, "d": "x"})], None, free)
    sent = script.asked[0][2]["inputs"][0]
    assert sent == {
        "id": "1",
        "properties": {"a": "", "b": "true", "c": "2.5", "d": "x"},
        "objectWriteTraceId": "0",
    }


def test_connection_that_never_opened_was_not_a_write() -> None:
    refused = urllib3.exceptions.NewConnectionError(None, "refused")  # type: ignore[arg-type]
    adapter, _ = scripted(refused)
    from connector.errors import TryAgain

    with pytest.raises(TryAgain):
        adapter.write([Write(contact("1"), {"a": "b"})], None, free)


def test_crash_at_either_side_of_a_call_comes_out_as_it_is(core: HubSpotCore) -> None:
    class Crash(BaseException):
        pass

    for moment, written in (("before", False), ("after", True)):

        def hook(when: str, line: str, at: str = moment) -> None:
            if when == at and "batch/update" in line:
                raise Crash

        id_ = ids_of(core)[0]
        with pytest.raises(Crash):
            hubspot_on(core, hook=hook).write([Write(contact(id_), {"jobtitle": moment})], None, free)
        assert (core.contact(id_).get("jobtitle") == moment) is written
