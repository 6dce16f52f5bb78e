"""The peers, each in a process of its own over the very servers that Accord was measured on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass

import orjson

from tests.bench.stage import Stage

NAMES = ("per_record", "batched", "with_dlt")
DIRECTIONS = ("to_salesforce", "to_hubspot")


@dataclass(frozen=True, slots=True)
class Rival:
    """One peer, one direction. ``cpu``: its own seconds; ``memory``: MiB at most."""

    name: str
    direction: str
    moved: int
    seconds: float
    cpu: float
    memory: float
    calls: Counter[str]

    @property
    def calls_per_thousand(self) -> float:
        return self.calls.total() * 1000 / self.moved


def run(stage: Stage, name: str, direction: str) -> Rival:
    told = {"PEER_HUBSPOT": stage.hubspot.told, "PEER_SALESFORCE": stage.salesforce.told}
    env = os.environ | {key: orjson.dumps(value).decode() for key, value in told.items()}
    stage.forget_calls()
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.bench.peers", name, direction]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = process.stdout.read().split()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{name} {direction} failed"
    seconds = time.perf_counter() - began
    return Rival(
        name, direction, int(said[-1]), seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, stage.calls()
    )
