"""A call carries as many rows as the org works off in a bearable time."""

from __future__ import annotations

from connector.adapters.salesforce.connection import SalesforceOptions
from connector.adapters.salesforce.packing import parts_of, trips_of
from connector.adapters.salesforce.stride import LEAST, MOST, SLOW, STEP, Stride
from connector.core.records import Ref, Side
from connector.ports import Write
from tests.adapters.in_process import free
from tests.adapters.salesforce.cast import new_lead, org, update
from tests.adapters.salesforce.test_writing import warm


def rows_of(count: int) -> list[tuple[int, Write]]:
    return [(n, Write(Ref(Side.SALESFORCE, "Lead", f"00Q{n:015}"), {"City": "Rome"})) for n in range(count)]


def test_a_slow_org_gets_half_as_many_rows_until_it_keeps_step() -> None:
    stride, a_row = Stride(), 0.05
    for _ in range(8):
        stride.took(stride.rows, stride.rows * a_row)
    assert stride.rows * a_row < SLOW
    assert stride.rows >= 100


def test_it_grows_step_by_step_once_the_org_is_fast_again() -> None:
    stride = Stride(100)
    stride.took(100, 1.0)
    assert stride.rows == 100 + STEP
    for _ in range(30):
        stride.took(stride.rows, 1.0)
    assert stride.rows == MOST


def test_a_small_call_says_nothing_of_large_ones() -> None:
    stride = Stride(400)
    stride.took(3, 0.1)
    assert stride.rows == 400


def test_there_is_a_least() -> None:
    stride = Stride()
    for _ in range(20):
        stride.took(stride.rows, 30.0)
    assert stride.rows == LEAST


def test_trips_keep_to_the_rows_they_are_told() -> None:
    options = SalesforceOptions(collection=50)
    trips = trips_of(list(parts_of(rows_of(220), options)), {"Lead": ["City"]}, options, 100)
    assert [trip.rows for trip in trips] == [100, 100, 20]


class Slowing(Stride):
    """An org that gets slower with every call."""

    def took(self, rows: int, seconds: float) -> None:
        super().took(rows, SLOW)


def test_what_is_left_of_a_batch_goes_in_smaller_calls_once_the_org_slows_down() -> None:
    core = org()
    refs = [new_lead(core, LastName=f"L{n}") for n in range(300)]
    adapter = warm(core)
    adapter._writer._stride = Slowing(200)
    done = adapter.write([update(ref, City="Ulm") for ref in refs], {"Lead": ["City"]}, free)
    assert [one.ref for one in done] == refs
    assert {(one.verdict, one.record and one.record.values["City"]) for one in done} == {("done", "Ulm")}
    assert core.calls.total == 2  # two hundred at once, and the next hundred
    adapter.write([update(ref, City="Bonn") for ref in refs[:60]], {"Lead": ["City"]}, free)
    assert core.calls.total == 4  # fifty, then ten
