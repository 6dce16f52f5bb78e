"""A backlog of changes, told while nothing runs, and then worked off by one worker process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from connector.core.records import Notice
from tests.bench.stage import Running, Stage


@dataclass(frozen=True, slots=True)
class Worked:
    """``calls`` by endpoint; ``python`` and ``database``: CPU seconds of the worker and of PostgreSQL."""

    persons: int
    seconds: float
    calls: Counter[str]
    python: float
    database: float

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
    before = worker.cpu()
    stage.go()
    seconds = stage.settle()
    after = worker.cpu()
    return Worked(persons, seconds, stage.calls(), after[0] - before[0], after[1] - before[1])
