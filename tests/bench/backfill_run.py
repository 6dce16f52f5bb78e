"""One backfill, run and measured: `accord worker` in a process of its own, both practice servers in theirs."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.adapters.mappings import load
from connector.adapters.postgres.database import open_pool
from connector.adapters.postgres.runs import PostgresRuns
from connector.core.desk import desk_for, natives
from connector.core.runs import ENDED
from tests.bench.practice import Practice, served
from tests.bench.processes import cpu_of
from tests.bench.stage import MAPPINGS, Running, Stage, open_stage

WINDOW = 10.0
LIMIT = 190
"""HubSpot's limit for a private app of a Professional or Enterprise portal: calls in ten seconds."""
LATENCY = 100.0
LOOK, SHOWN = 0.25, 30
"""Seconds between two looks at a run, and between two lines that tell of it."""


@dataclass(slots=True)
class Backfilled:
    """``calls`` by endpoint, as the servers counted them; ``told``: as the run's own row has them; CPU in seconds;
    ``memory``: the worker's peak so far in MB; ``times``: of HubSpot's calls; ``refused``: 429s it answered, to
    searches (they have a limit of their own) and to others."""

    people: int
    seconds: float
    state: str
    outcomes: dict[str, int]
    written: list[dict[str, Any]]
    calls: dict[str, Counter[str]]
    told: dict[str, float]
    cpu: dict[str, float]
    memory: float
    times: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(calls.total() for calls in self.calls.values())

    @property
    def worst_window(self) -> int:
        """Calls in the fullest ten seconds."""
        times, first, worst = sorted(self.times), 0, 0
        for last, at in enumerate(times):
            while times[first] <= at - WINDOW:
                first += 1
            worst = max(worst, last - first + 1)
        return worst

    @property
    def busy_share(self) -> float:
        """Of what the limit allows, what was used from the first call to the last, but for the first window's worth
        (a limit that nobody used is all there at once) and for the tail, where too little is left to be done."""
        times = sorted(self.times)[: int(len(self.times) * 0.9)]
        if len(times) < 2 * LIMIT:
            return 0.0
        return (len(times) - LIMIT) / (LIMIT / WINDOW) / (times[-1] - times[LIMIT])

    @property
    def used(self) -> float:
        """Of what the limit allows in the time it took, all of it: what to judge small runs by."""
        return len(self.times) / (LIMIT / WINDOW * self.seconds)

    @property
    def cpu_share(self) -> float:
        """Of what the limit allows, what the worker (one core: Python) and the database (another) have the time for."""
        allowed = len(self.times) / (LIMIT / WINDOW)
        return min(1.0, allowed / max(self.cpu["worker"], self.cpu["database"], 0.001))


def serving(row_ms: float) -> Callable[[str, int, int], AbstractContextManager[Practice]]:
    """``row_ms``: milliseconds that Salesforce takes for each row written."""

    def one(side: str, people: int, seed: int) -> AbstractContextManager[Practice]:
        slow = row_ms if side == "salesforce" else 0.0
        return served([sys.executable, "-m", "tests.bench.served", side, str(people), str(seed), str(slow)])

    return one


@contextmanager
def filled(people: int, row_ms: float = 0.0) -> Iterator[Stage]:
    """Two filled systems that know nothing of each other, behind 100 ms and HubSpot's real limits."""
    with open_stage(people, strangers=True, served=serving(row_ms)) as stage:
        stage.slow_down(LATENCY)
        stage.hubspot("faults", {"rate_limits": True})
        _polled(stage)
        yield stage


def _polled(stage: Stage) -> None:
    """Everybody was made this minute, so a first poll would take them all for changes: polls begin in an hour."""
    for side, object_ in natives(desk_for(load(MAPPINGS))):
        stage.database.execute(
            "INSERT INTO cursor (name, at) VALUES (%s, now() + interval '1 hour')", (f"{side}:{object_}",)
        )


@contextmanager
def started(stage: Stage) -> Iterator[Running]:
    """A worker that is ready: its start is not measured."""
    with stage.worker() as worker:
        while '"worker started"' not in Path(stage.folder / "worker.log").read_text(errors="replace"):
            assert worker.process.poll() is None, f"the worker ended:\n{stage.log('worker')}"
            time.sleep(0.2)
        yield worker


def backfill(stage: Stage, worker: Running, people: int, patience: float) -> Backfilled:
    """Everybody of both sides. Raises AssertionError where that takes longer than ``patience`` seconds."""
    agreement = load(MAPPINGS)
    asked: dict[str, Any] = {"purpose": "backfill", "scope": {}, "dry": False, "by": "bench", "why": ""}
    asked |= {"agreement": agreement.fingerprint, "parent": None, "relation": None}
    stage.forget_calls()
    before, known, began = _cpu(stage, worker), len(_times(stage)["times"]), time.monotonic()
    with open_pool(stage.url) as pool:
        runs = PostgresRuns(pool)
        run = runs.create(asked, datetime.now(UTC))
        while (row := runs.get(run)) is not None and row["state"] not in ENDED:
            _show(row, people, seconds := time.monotonic() - began)
            assert seconds < patience, f"not done: {row}\n{stage.log('worker')}"
            time.sleep(LOOK)
        seconds = time.monotonic() - began
        tally = runs.tally(run, datetime.now(UTC))
    used = {name: after - before[name] for name, after in _cpu(stage, worker).items()}
    assert row is not None
    told, calls = _times(stage), {"hubspot": stage.hubspot.calls(), "salesforce": stage.salesforce.calls()}
    return Backfilled(
        people, seconds, str(row["state"]), tally["outcomes"], tally["written"], calls, row["calls"], used,
        _peak(worker.process.pid), told["times"][known:], told["refused"],
    )  # fmt: skip


def _show(row: dict[str, Any], people: int, seconds: float) -> None:
    """Where it is, twice a minute: a run that is cut short has told that."""
    if int(seconds) // SHOWN != int(seconds - LOOK) // SHOWN:
        calls = round(sum(row["calls"].values()))
        sys.stderr.write(f"{seconds:5.0f} s  {row['taken']:,} taken ({people:,} contacts), {calls:,} calls\n")
        sys.stderr.flush()


def _times(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = stage.hubspot("times")
    return found


def _cpu(stage: Stage, worker: Running) -> dict[str, float]:
    python, database = worker.cpu()
    return {
        "worker": python, "database": database,
        "servers": cpu_of(stage.hubspot.pid) + cpu_of(stage.salesforce.pid),
    }  # fmt: skip


def _peak(pid: int) -> float:
    """The most memory that a process has held, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1000
    return 0.0
