"""Workers that stop at every boundary: before and after each HTTP call, before and after each transaction.

A worker is a greenlet that runs the real Sync; the driver resumes it, lets its call fail or lose its answer, or ends it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

from connector.adapters.postgres.rounds import PostgresRounds
from connector.practice.faults import Kind, OneShot
from connector.services.rounds.sync import Sync
from connector.services.workbench import Lease, Workbench

Crash = GreenletExit
STEPPED = ("claim", "claim_identities", "linked", "requeue", "intend", "save", "drop", "release")


class Worker(greenlet):
    """One process. ``read_at``: when each record was last read, which tells the gap."""

    def __init__(self, name: str, bench: Workbench, limit: int, driver: greenlet) -> None:
        super().__init__(self._rounds, driver)
        self.driver = driver
        self.name, self.bench, self.limit = name, bench, limit
        self.mode = "ok"
        self.at = "start"
        self.read_at: dict[str, datetime] = {}

    def _rounds(self) -> None:
        Sync(self.bench).round(self.limit)

    def step(self, mode: str = "ok") -> None:
        """``mode``, of a call only: ok, fail (it never arrives), lost (its answer does not), frozen (it is sent later)."""
        self.mode = mode
        self.switch()

    def crash(self) -> None:
        self.throw(Crash)


def pause(point: str) -> str:
    """Give the driver its turn; returns how it wants the next call to end."""
    here = getcurrent()
    if not isinstance(here, Worker):
        return "ok"
    here.at = point
    here.driver.switch()
    mode, here.mode = here.mode, "ok"
    return mode


class PausingLease(Lease):
    """Stops before every HTTP call; the lease is looked at after the stop, as late as can be."""

    cores: dict[str, Any] = {}

    def __call__(self, timeout: float) -> None:
        mode = pause("call")
        super().__call__(timeout)
        if mode == "frozen":
            mode = pause("send")
        if mode in ("lost", "fail"):
            kind: Kind = "lost_reply" if mode == "lost" else "drop"
            for core in self.cores.values():
                core.faults.next = [OneShot(match="", kind=kind)]


def after_call(line: str) -> None:
    """To be called after every HTTP call: a fault is for one call of one side only."""
    for core in PausingLease.cores.values():
        core.faults.next = []
    if isinstance(getcurrent(), Worker):
        pause(f"after {line}")


class SteppedRounds(PostgresRounds):
    """Stops before and after every transaction."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return _stepped(name, found) if name in STEPPED else found


def _stepped(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **more: Any) -> Any:
        pause(f"before {name}")
        here = getcurrent()
        if name == "intend" and isinstance(here, Worker):
            here.read_at = {row["ref_id"]: row["read_at"] for row in args[2].journal}
        answer = method(*args, **more)
        pause(f"after {name}")
        return answer

    return run
