"""A hot lead while a backfill runs: from the form in HubSpot to the owned Lead, through webhooks, web process and worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from tests.bench.backfill_run import backfill, filled, started
from tests.bench.live import answered_after, one_form, told_to
from tests.bench.numbers import Number
from tests.bench.stage import Stage

EVERY = 1.5
"""Seconds between two forms."""
GOAL = 3000.0


def numbers(people: int, patience: float) -> Iterator[Number]:
    made: list[str] = []
    done = threading.Event()
    with filled(people) as stage, told_to(stage), started(stage) as worker:
        one_form(stage)  # connections are opened, schemas are known
        time.sleep(5)
        forms = threading.Thread(target=_fill, args=(stage, made, done), daemon=True)
        forms.start()
        try:
            run = backfill(stage, worker, people, patience)
        finally:
            done.set()
            forms.join()
        _owned(stage, made)
        times = sorted(answered_after(stage, made))
    at = min(len(times) - 1, int(0.95 * len(times)))
    detail = {"p50": times[len(times) // 2], "slowest": times[-1], "persons a second": people / run.seconds}
    part = f"hot leads under a backfill of {people:,} persons"
    yield Number(part, f"form fill to owned Lead, p95 of {len(times)}", times[at], "ms", GOAL, detail=detail)
    yield Number(part, "calls in HubSpot's fullest 10 s, both together", run.worst_window, "calls", 190.0)


def _fill(stage: Stage, made: list[str], done: threading.Event) -> None:
    while not done.wait(EVERY):
        made.append(one_form(stage))


def _owned(stage: Stage, made: list[str]) -> None:
    """Waits until the last of them is linked. Raises AssertionError after two minutes."""
    until = time.monotonic() + 120
    while stage.links_of(made) < len(made):
        assert time.monotonic() < until, "not every hot lead was handed off"
        time.sleep(0.2)
    time.sleep(2)  # the id's last way back
