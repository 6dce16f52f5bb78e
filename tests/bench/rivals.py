"""The peers, each in a process of its own, over the same practice servers with 1,000 persons.

They overwrite blindly: they keep no state, so an edit on the other side is lost without a trace, and what they wrote
comes back to them as a change. ``least seconds``: what HubSpot's rate limits alone ask for (190 calls in ten seconds,
five searches a second).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from connector.core.records import Side
from tests.bench.engine import CALLS, WAY
from tests.bench.numbers import Number
from tests.bench.practice import Practice, practice

PEOPLE = 1000
NAMES = {"per_record": "script, record by record", "batched": "script, in batches", "with_dlt": "dlt"}
DIRECTIONS = {"to_salesforce": WAY[Side.HUBSPOT], "to_hubspot": WAY[Side.SALESFORCE]}


@dataclass(frozen=True, slots=True)
class Rival:
    """One peer, one direction. ``cpu``: its own seconds."""

    name: str
    direction: str
    moved: int
    seconds: float
    cpu: float
    calls: Counter[str]

    @property
    def calls_per_thousand(self) -> float:
        return self.calls.total() * 1000 / self.moved

    @property
    def least_seconds(self) -> float:
        searches = sum(n for line, n in self.calls.items() if line.endswith("/search"))
        others = sum(n for line, n in self.calls.items() if "/crm/" in line) - searches
        return max(searches / 5, others / 19)


def numbers() -> Iterator[Number]:
    with practice("hubspot", PEOPLE, 1) as hubspot, practice("salesforce", PEOPLE, 1) as salesforce:
        run(hubspot, salesforce, "batched", "to_salesforce")  # from here on both sides know everybody
        for name, words in NAMES.items():
            for direction, way in DIRECTIONS.items():
                rival = run(hubspot, salesforce, name, direction)
                cpu = rival.cpu * 1000 / rival.moved
                rate = rival.moved / rival.seconds
                detail = {"CPU ms a person": cpu, "persons a second": rate, "least seconds": rival.least_seconds}
                yield Number(CALLS.format(way), words, rival.calls_per_thousand, "calls", detail=detail)


def run(hubspot: Practice, salesforce: Practice, name: str, direction: str) -> Rival:
    told = {"PEER_HUBSPOT": hubspot.told, "PEER_SALESFORCE": salesforce.told}
    env = os.environ | {key: orjson.dumps(value).decode() for key, value in told.items()}
    hubspot.forget_calls()
    salesforce.forget_calls()
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.bench.peers", name, direction]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = process.stdout.read().split()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{name} {direction} failed"
    seconds = time.perf_counter() - began
    calls = hubspot.calls() + salesforce.calls()
    return Rival(name, direction, int(said[-1]), seconds, used.ru_utime + used.ru_stime, calls)
