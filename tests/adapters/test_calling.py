"""What both adapters share around a call."""

from __future__ import annotations

import threading

import pytest

from connector.adapters.calling import Crew, chunks, discreet, is_loopback, line_of, patience, waves
from connector.core.records import Ref, Side
from connector.errors import TryAgain
from connector.ports import Write


def test_crew_keeps_the_order_and_uses_the_callers_thread_too() -> None:
    crew = Crew(3, "test")
    names: set[str] = set()

    def step(number: int) -> int:
        names.add(threading.current_thread().name)
        return number * 2

    assert crew.each(step, list(range(20))) == [number * 2 for number in range(20)]
    assert threading.current_thread().name in names
    assert len(names) <= 3
    crew.close()


def test_crew_of_one_runs_in_order_in_the_callers_thread() -> None:
    seen: list[int] = []
    Crew(1, "test").each(seen.append, [3, 1, 2])
    assert seen == [3, 1, 2]


def test_first_error_comes_out_when_all_threads_are_at_rest() -> None:
    crew = Crew(4, "test")

    def step(number: int) -> int:
        if number == 2:
            raise KeyError(number)
        return number

    with pytest.raises(KeyError):
        crew.each(step, list(range(8)))
    crew.close()


def test_waves_keep_a_records_writes_apart_and_in_order() -> None:
    def write(id_: str, value: str) -> Write:
        return Write(Ref(Side.HUBSPOT, "contact", id_), {"a": value})

    split = list(waves(enumerate([write("1", "x"), write("2", "x"), write("1", "y"), write("1", "z")])))
    assert [[place for place, _ in wave] for wave in split] == [[0, 1], [2], [3]]


def test_patience_sleeps_two_seconds_at_most_and_tries_three_times() -> None:
    naps: list[float] = []
    tries: list[int] = []

    def fail() -> None:
        tries.append(1)
        raise TryAgain("hubspot", "x")

    with pytest.raises(TryAgain):
        patience(naps.append)(fail)
    assert len(tries) == 3
    assert sum(naps) <= 2


def test_small_words() -> None:
    assert chunks([1, 2, 3], 2) == [[1, 2], [3]]
    assert discreet("bad: ann.lee@example.com, x") == "bad: (e-mail), x"
    assert line_of("GET", "/crm/v4/statuses/ann%40acme.example.com?x=ann@acme") == "GET /crm/v4/statuses/…"
    assert is_loopback("http://127.0.0.1:80/x")
    assert is_loopback("https://localhost")
    assert not is_loopback("https://127.0.0.1.example.com")
