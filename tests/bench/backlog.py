"""A backlog of changes, told while nothing runs, and then worked off by one worker process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from connector.core.records import Notice
from tests.bench.processes import cpu_of
from tests.bench.stage import Running, Stage


@dataclass(frozen=True, slots=True)
class Worked:
    """``calls`` by endpoint; CPU seconds: ``python`` of the worker, ``database`` of PostgreSQL, ``servers`` of both
    practice servers (which share the machine, and so bound what can be done in a second)."""

    persons: int
    seconds: float
    calls: Counter[str]
    python: float
    database: float
    servers: float

    @property
    def calls_per_thousand(self) -> float:
        return self.calls.total() * 1000 / self.persons

    @property
    def per_second(self) -> float:
        return self.persons / self.seconds

    @property
    def milliseconds(self) -> tuple[float, float]:
        """CPU a person: worker, database."""
        return self.python * 1000 / self.persons, self.database * 1000 / self.persons


def work_off(stage: Stage, worker: Running, notices: Sequence[Notice], persons: int) -> Worked:
    """``notices`` are told first and not measured: taking them is the web process's work."""
    stage.hold()
    stage.tell(notices)
    stage.forget_calls()
    before = _cpu(stage, worker)
    stage.go()
    seconds = stage.settle()
    used = [after - was for was, after in zip(before, _cpu(stage, worker), strict=True)]
    return Worked(persons, seconds, stage.calls(), *used)


def _cpu(stage: Stage, worker: Running) -> tuple[float, float, float]:
    return *worker.cpu(), cpu_of(stage.hubspot.pid) + cpu_of(stage.salesforce.pid)
