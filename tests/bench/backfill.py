"""``python -m tests.bench.backfill --people N [N …] [--json] [--only PART]``: the first link of two filled systems.

Both servers answer after 100 ms, HubSpot keeps its real limits, and nothing is replayed: the practice servers take a
fraction of what worker and database take, and their CPU is counted apart. docs/backfill-numbers.md tells what is
measured and why. It judges nothing by time but in its table.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator

import orjson
import requests
from rich.console import Console

from connector import logs
from tests.bench import backfill_hot, backfill_peers, bulk
from tests.bench.backfill_floor import Population, floor_of
from tests.bench.backfill_run import LIMIT, Backfilled, backfill, filled, started
from tests.bench.numbers import Number, show
from tests.bench.stage import Stage

PARTS = ("link", "slow", "hot", "peers", "bulk")
A_ROW = 10.0
"""Milliseconds a row that a slow org takes."""
ROUNDS = 2
"""Rounds of a backfill at once: four drains, half of which are left to what is live."""
Asked = argparse.Namespace


def link(people: int, patience: float) -> Iterator[Number]:
    """The first link, and the same again."""
    with filled(people) as stage, started(stage) as worker:
        first = backfill(stage, worker, people, patience)
        yield from _first(first, _population(stage, first))
        again = backfill(stage, worker, people, patience)
        written = sum(row["records"] for row in again.written)
        part = f"{people:,} persons, the same again"
        yield Number(part, "records written", float(written), "records", 0.0)
        yield Number(part, "API calls, reads only", sum(again.told.values()), "calls", against={"the first": sum(first.told.values())})


def _first(done: Backfilled, population: Population) -> Iterator[Number]:
    part = f"{done.people:,} persons, first link"
    floor = floor_of(population)
    ms = {name: seconds * 1000 / done.people for name, seconds in done.cpu.items()}
    yield Number(part, f"ended as {done.state}", done.seconds, "s", detail={"outcomes": done.outcomes})
    yield Number(part, "calls in HubSpot's fullest 10 s", done.worst_window, "calls", float(LIMIT), detail={"429": done.refused})
    if done.busy_share:  # a small run never comes to the limit
        yield Number(part, "of HubSpot's limit used, on this machine", done.busy_share, "", 0.9, at_least=True)
    yield Number(part, "of HubSpot's limit, by the CPU of worker and database", done.cpu_share, "", 0.9, at_least=True, detail=ms)
    yield Number(part, "worker's peak memory", done.memory, "MB", 300.0)
    yield Number(
        part, "API calls of the run", sum(done.told.values()), "calls", 1.2 * sum(floor.values()),
        against={"the floor": float(sum(floor.values()))},
        detail={"floor by purpose": floor, "by endpoint": done.told, "all calls, with the worker's others": float(done.total)},
    )  # fmt: skip


def _population(stage: Stage, done: Backfilled) -> Population:
    counted = {name: _count(stage, name) for name in ("Lead", "Contact")}
    made = {(row["side"], row["action"]): row["records"] for row in done.written}
    strangers = made.get(("hubspot", "create"), 0)
    opted_out = sum(n for name, n in done.calls["hubspot"].items() if "unsubscribe" in name)
    return Population(
        done.people, counted, strangers,
        max(0, made.get(("hubspot", "update"), 0) - strangers),
        max(0, made.get(("salesforce", "update"), 0) + made.get(("salesforce", "create"), 0) - strangers),
        opted_out,
    )  # fmt: skip


def _count(stage: Stage, object_: str) -> int:
    told = stage.salesforce.told
    address = f"{stage.salesforce.url}/services/data/v66.0/query"
    asked = {"q": f"SELECT count() FROM {object_}"}
    answer = requests.get(address, asked, headers={"Authorization": f"Bearer {told['access_token']}"}, timeout=60)
    return int(answer.json()["totalSize"])


def slow(people: int, patience: float) -> Iterator[Number]:
    """Salesforce takes 10 ms for every row written: which side bounds then?"""
    with filled(people, A_ROW) as stage, started(stage) as worker:
        done = backfill(stage, worker, people, patience)
    rows = sum(row["records"] for row in done.written if row["side"] == "salesforce")
    shares = {
        "of HubSpot's limit used": done.busy_share or done.used,
        "of two writes to Salesforce at once": rows * A_ROW / 1000 / done.seconds / ROUNDS,
        "of a core, by the worker": done.cpu["worker"] / done.seconds,
    }
    bound = max(shares, key=lambda name: shares[name])
    yield Number(
        f"{people:,} persons, Salesforce at 10 ms a row", f"most used: {shares[bound]:.2f} {bound}", done.seconds, "s",
        detail=shares | {"persons a second": people / done.seconds},
    )  # fmt: skip


def measured(asked: Asked) -> Iterator[Number]:
    for people in asked.people:
        if asked.only in (None, "link"):
            yield from link(people, asked.patience)
    least = min(asked.people)
    if asked.only in (None, "slow"):
        yield from slow(least, asked.patience)
    if asked.only in (None, "hot"):
        yield from backfill_hot.numbers(least, asked.patience)
    if asked.only in (None, "peers"):
        yield from backfill_peers.numbers()
    if asked.only in (None, "bulk"):
        yield from bulk.numbers(min(least, 10_000))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.backfill", description="A backfill, measured.")
    parser.add_argument("--people", type=int, nargs="+", default=[3000], help="persons in HubSpot; several sizes may be given")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--patience", type=float, default=3600.0, help="seconds that one backfill may take")
    asked = parser.parse_args()
    logs.configure("error", "console")
    began, console, numbers = time.monotonic(), Console(stderr=True), []
    for number in measured(asked):
        numbers.append(number)
        line = f"{time.monotonic() - began:5.0f} s  {number.part}: {number.what} {number.value:.4g} {number.unit}"
        console.print(line, orjson.dumps(number.document()).decode(), style="dim", soft_wrap=True, markup=False)
    if asked.json:
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()}
        found = {"numbers": [each.document() for each in numbers], "machine": machine}
        sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        show(Console(width=None if sys.stdout.isatty() else 180), numbers)


if __name__ == "__main__":
    main()
