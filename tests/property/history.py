"""One generated history: people edit, automations answer, notices are lost, doubled and late, workers crash and stall.

The real services and the real PostgreSQL run against the practice servers' cores. After the history all comes to rest,
and what must hold is checked (ending.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from greenlet import getcurrent

from connector.adapters.postgres.database import Pool
from connector.core.desk import natives
from connector.core.records import Notice, Side
from connector.services.intake import accept
from tests.property.agreement import FIELDS
from tests.property.outside import LEASE, Outside
from tests.property.plot import Plot
from tests.property.workers import PausingLease, Worker

LATE = timedelta(hours=1)
OVERLAP = timedelta(seconds=5)
MODES = ["ok"] * 10 + ["lost", "fail"]


class History(Outside):
    """``wire``: notices on their way; ``old``: those that came or were lost, to come again; ``polled``: what a poll read
    and has not told yet, with the time of its read."""

    def __init__(self, database: Pool, plot: Plot) -> None:
        self.wire: list[Notice] = []
        self.old: list[Notice] = []
        self.polled: dict[Side, tuple[Any, list[Notice]] | None] = dict.fromkeys(Side)
        self.workers: dict[int, Worker] = {}
        self.crashes = 0
        self.stood: dict[tuple[Side, str], Any] = {}
        super().__init__(database, plot)
        PausingLease.cores = {"hubspot": self.world.hubspot, "salesforce": self.world.salesforce}
        self.cursor = dict.fromkeys(Side, self.world.clock.now())
        self._modes = MODES + (["frozen"] * 2 if plot.frozen else [])
        self._what = self._happenings()

    def run(self) -> None:
        """All that happens, without the end."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("connector.services.rounds.sync.Lease", PausingLease)
            for _ in range(self.plot.length):
                self.world.clock.advance(self.dice.choice([0.2, 0.7, 1.0, 2.3]))
                self.collect()
                self.dice.choices(*self._what)[0]()

    def _happenings(self) -> tuple[list[Callable[[], Any]], list[float]]:
        plot, dice = self.plot, self.dice

        def side() -> Side:
            return dice.choice(list(Side))

        happenings: list[tuple[float, Callable[[], Any]]] = [
            (20, self._someone_edits),
            (12, lambda: self._deliver(dice.choice([1, 1, 0]))),
            (3, self._deliver_again),
            (3 if plot.lossy else 0, self._lose),
            (42, lambda: self._work(dice.randrange(2), dice.choice([1, 1, 2, 4, 8]))),
            (4 if plot.polls else 0, lambda: self.poll_read(side())),
            (4 if plot.polls else 0, lambda: self.poll_told(side())),
            (2 if plot.automation else 0, self.automation),
            (3 if plot.crashes else 0, lambda: self._crash(dice.randrange(2))),
            (1.5 if plot.crashes else 0, lambda: self._cut_short(dice.randrange(2))),
            (2 if plot.stalls else 0, self._stall),
            (1.5 if plot.stalls else 0, lambda: self._overtaken(dice.randrange(2))),
            (2 if plot.returns else 0, lambda: self._typed_back(dice.randrange(2))),
            (2 if plot.converts else 0, self.convert),
            (2 if plot.second else 0, self._born),
            (0.5, self.allow),
        ]
        return [happening for _, happening in happenings], [weight for weight, _ in happenings]

    def _someone_edits(self) -> None:
        dice, plot = self.dice, self.plot
        self.edit(dice.choice(list(Side)), dice.randrange(2 if plot.second else 1), dice.choice(plot.fields))

    # -- notices

    def collect(self) -> None:
        self.wire += self.world.notices()

    def accept(self, notices: list[Notice], lane: int = 1) -> None:
        for notice in notices:
            told = self._told(notice)
            self.log(f"notice {notice.ref} {told}")
            at = notice.occurred_at
            if at and at > self.world.clock.now() - LATE and not notice.by_poll:
                self.told.hear(notice.ref.side, told)
        accept(self.world.store, notices, lane)

    def _told(self, notice: Notice) -> dict[str, Any]:
        """The fields of this history that a notice speaks of."""
        told = {}
        for name in self.plot.fields:
            field = FIELDS[name]
            native = field.hubspot if notice.ref.side is Side.HUBSPOT else field.salesforce[notice.ref.object]
            if native in notice.values:
                told[name] = notice.values[native]
        return told

    def _deliver(self, lane: int) -> None:
        if self.wire:
            notice = self.wire.pop(self.dice.randrange(min(4, len(self.wire))))
            self.old.append(notice)
            self.accept([notice], lane)

    def _deliver_again(self) -> None:
        if self.old:
            self.accept([self.dice.choice(self.old)])

    def _deliver_all(self) -> None:
        self.collect()
        self.old += self.wire
        told, self.wire = self.wire, []
        self.accept(told)

    def _lose(self) -> None:
        if self.wire:
            notice = self.wire.pop(self.dice.randrange(len(self.wire)))
            self.log(f"lost: {notice.ref} {self._told(notice)}")
            self.old.append(notice)

    def poll_read(self, side: Side) -> None:
        if self.polled[side] is None:
            self.polled[side] = (self.world.clock.now(), self._changed(side, self.cursor[side] - OVERLAP))

    def poll_told(self, side: Side) -> None:
        waiting = self.polled[side]
        if waiting is not None:
            self.polled[side] = None
            at, notices = waiting
            self.log(f"poll of {side}: {len(notices)}")
            self.accept(notices)
            self.cursor[side] = max(self.cursor[side], at)

    def _changed(self, side: Side, since: Any) -> list[Notice]:
        known, found = natives(self.world.bench.desk), []
        crm = self.world.bench.hubspot if side is Side.HUBSPOT else self.world.bench.salesforce
        objects = ["contact"] if side is Side.HUBSPOT else self.world.bench.desk.mapping.salesforce_objects
        for object_ in objects:
            names = tuple(known[side, object_])
            for page in crm.changes(object_, since, names, lambda seconds: None):
                for record in page:
                    values = {} if record.moved_to else {n: record.values.get(n) for n in names}
                    found.append(Notice(record.ref, values, record.modified_at, by_poll=True))
        return found

    # -- workers

    def _work(self, which: int, steps: int, modes: list[str] | None = None) -> None:
        for _ in range(steps):
            worker = self.workers.get(which)
            if worker is None:
                worker = self.workers[which] = Worker(
                    f"W{which}", self.world.bench, self.dice.choice([1, 2]), getcurrent()
                )
            self.step(which, self.dice.choice(modes or self._modes))
            if which not in self.workers:
                return

    def step(self, which: int, mode: str = "ok") -> None:
        """One worker goes on to its next stop."""
        worker = self.workers[which]
        at = worker.at
        worker.step(mode)
        self.log(
            f"{worker.name} {at} {mode if mode != 'ok' else ''}-> {worker.at if not worker.dead else 'done'}"
        )
        self.world.clock.advance(0.1)
        if worker.dead:
            del self.workers[which]

    def _crash(self, which: int) -> None:
        worker = self.workers.pop(which, None)
        if worker is not None:
            self.crashes += 1
            self.log(f"{worker.name} CRASHES at {worker.at}")
            worker.crash()

    # -- what goes wrong at just the wrong moment

    def _go_on(self, which: int, until: str) -> bool:
        """A worker works without trouble until it stands at a certain point, or finds nothing that is due."""
        for _ in range(60):
            at = self.workers[which].at if which in self.workers else ""
            self._work(which, 1, ["ok"])
            if which not in self.workers:
                if at == "after claim":
                    return False
            elif self.workers[which].at.endswith(until):
                return True
        return False

    def _after(self, what: Callable[[], None], which: int, until: str) -> bool:
        """All that is under way ends; then something happens, and a worker takes that up, up to a certain point."""
        self._deliver_all()
        for worker in list(self.workers):
            while worker in self.workers:
                self.step(worker)
        self._go_on(which, "nowhere")
        self.stood = {(side, name): self.held(side, 0, name) for side in Side for name in self.plot.fields}
        what()
        self._deliver_all()
        return self._go_on(which, until)

    def _cut_short(self, which: int) -> None:
        """A worker dies right after a call that wrote, and somebody edits what it wrote."""
        dice = self.dice
        unborn = self.plot.second and not self.contact(1) and not self.sales(1)
        what = (lambda: self.born(dice.choice(list(Side)))) if unborn else self._someone_edits
        until = dice.choice(["/upsert" if unborn else "/update", "/composite"])
        if self._after(what, which, until):
            self._crash(which)
            self._someone_edits()

    def _overtaken(self, which: int) -> None:
        """A worker stands still before it saves until its lease has lapsed, and another one does what came meanwhile."""
        if self._after(self._someone_edits, which, "before save"):
            self._someone_edits()
            self._deliver_all()
            self._stall()
            self._go_on(1 - which, "after save")
            self._go_on(which, "after save")
            self._someone_edits()

    def _typed_back(self, which: int) -> None:
        """Somebody types what stood there before while the value they typed over it is copied."""
        if self._after(self._someone_edits, which, "after intend"):
            for (side, name), value in self.stood.items():
                if value is not None:
                    self.edit(side, 0, name, value=value)
            self._deliver_all()

    def end_workers(self) -> None:
        for worker in self.workers.values():
            worker.crash()
        self.workers.clear()

    def pending(self) -> int:
        return int(self.world.one("SELECT count(*) n FROM pending")["n"])

    def _stall(self) -> None:
        self.log("time passes: leases lapse")
        self.world.clock.advance(LEASE + 2)

    def _born(self) -> None:
        for side in self.dice.choice([[Side.HUBSPOT], [Side.SALESFORCE], list(Side), list(Side)]):
            self.born(side)
