"""What befalls a backfill: workers killed, the database restarted, tokens expired, a deploy, a pause, rows locked, calls
refused. Each comes at a share of the work done, not at a time, so a slow machine sees the same story."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from connector.core.runs import ENDED
from tests.bench.killed_command import Command
from tests.bench.killed_stage import PATIENCE, Held, Row, Stage, parsed

LOOK = 0.1
LAST = 0.85
"""Share of the work before which everything happens."""
EVERY = 10.0
"""Seconds between two lines of progress."""
STANDING = """
SELECT state, extract(epoch FROM leased_until - now()) AS walk, p.* FROM run, (
    SELECT count(*) AS due, count(*) FILTER (WHERE leased_until > now()) AS leased,
           extract(epoch FROM min(leased_until) FILTER (WHERE leased_until > now()) - now()) AS lease FROM pending) p
WHERE id = %s
"""
RETRY_AFTER = 1
"""Seconds that a 429 asks for."""


@dataclass(frozen=True, slots=True)
class Plot:
    """``share``: of row locks and of calls answered 429. The numbers say how often each befalls the run."""

    kills: int = 10
    restarts: int = 1
    deploys: int = 1
    pauses: int = 1
    expiries: int = 6
    share: float = 0.01
    workers: int = 2
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Happened:
    """``done``: items that had their outcome by then; ``intended``: writes that were under way."""

    seconds: float
    what: str
    done: int
    intended: int = 0


@dataclass
class Story:
    stage: Stage
    plot: Plot
    run: int = 0
    expected: int = 0
    say: Callable[[str], None] = lambda line: None
    happened: list[Happened] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    _said: float = 0.0

    def play(self, before: Held) -> None:
        """Starts the run and returns when it ended and nothing is due any more. Raises AssertionError where that does not
        come about."""
        self.expected = persons(before)
        self.stage.faults(latency_ms=30)
        for _ in range(self.plot.workers):
            self.stage.hire()
        self.run = int(parsed(self.stage.accord("backfill", "person", "--yes", "--json"))["id"])
        self._faults()  # not before: the command would end with what it was refused, as it should
        for share, what, act in self._events():
            self._await(lambda share=share: self.done() >= share * self.expected)  # type: ignore[misc]
            if self.ended():
                self._tell(f"too late: {what}")
                continue
            self._tell(what, act())
        self._await(lambda: self.ended() and not self.stage.all("SELECT 1 FROM pending LIMIT 1"))
        self._tell(f"run {self.state()}")
        self.stage.faults(lock_rate=0.0, error_rate={}, rate_limits=False, expire_tokens=False)

    def state(self) -> str:
        return str(self.stage.one("SELECT state FROM run WHERE id = %s", self.run)["state"])

    def ended(self) -> bool:
        return self.state() in ENDED

    def done(self) -> int:
        row = self.stage.one(
            "SELECT count(*) AS n FROM run_item WHERE run_id = %s AND outcome <> 'waiting'", self.run
        )
        return int(row["n"])

    # -- what happens

    def _faults(self) -> None:
        refused = {"429": self.plot.share}
        given = {"error_rate": refused, "rate_limits": True, "latency_ms": 30, "seed": self.plot.seed}
        self.stage.hubspot("faults", given)
        given = {"error_rate": refused, "lock_rate": self.plot.share, "latency_ms": 30, "seed": self.plot.seed}
        self.stage.salesforce("faults", given)
        # by chance none may come in a short run
        shots = [{"match": "batch/read", "kind": "status", "status": 429, "retry_after": RETRY_AFTER, "skip": 2},
                 {"match": "batch/update", "kind": "status", "status": 429, "retry_after": RETRY_AFTER, "skip": 1}]  # fmt: skip
        self.stage.hubspot("faults", {"next": shots})
        self.stage.salesforce("faults", {"next": [{**shots[0], "match": "/composite", "skip": 3}]})

    def _events(self) -> list[tuple[float, str, Callable[[], int]]]:
        plot = self.plot
        found: list[tuple[float, str, Callable[[], int]]] = []
        for what, times, act in (
            ("kill -9 of a worker", plot.kills, self._kill),
            ("database restarted", plot.restarts, self._restart),
            ("deploy: SIGTERM, a new worker beside it", plot.deploys, self._deploy),
            ("paused and resumed", plot.pauses, self._pause),
            ("all tokens expired", plot.expiries, self._expire),
        ):
            found += [((n + 0.5) / times, what, act) for n in range(times)]
        # those of one place come in any order, but in the same one each time; then one after the other
        random.Random(plot.seed).shuffle(found)
        found.sort(key=lambda event: event[0])
        return [(LAST * (n + 0.5) / len(found), what, act) for n, (_, what, act) in enumerate(found)]

    def _kill(self) -> int:
        """In the middle of writes, where that can be had within some seconds."""
        with self._held():
            victim, intended = self._at_work(), 0
        for _ in range(50):
            if intended := self._intended():
                break
            time.sleep(LOOK)
        victim.kill()
        self.stage.hire()
        return intended

    def _restart(self) -> int:
        intended = self._intended()
        self.stage.restart_database()
        return intended

    def _deploy(self) -> int:
        with self._held():
            leaving = self._at_work()
        intended = self._intended()
        self.stage.hire()
        assert leaving.leave(PATIENCE) == 0
        return intended

    def _pause(self) -> int:
        intended = self._intended()
        self.stage.accord("backfill", "pause", str(self.run), well=(0, 1))  # 1: it has just ended
        self._await(lambda: self.state() == "paused" or self.ended())
        if not self.ended():
            self.stage.accord("backfill", "resume", str(self.run))
            self._await(lambda: self.state() in ("running", *ENDED))
        return intended

    def _expire(self) -> int:
        self.stage.faults(expire_tokens=True)
        return self._intended()

    @contextmanager
    def _held(self) -> Iterator[None]:
        """No further round begins while somebody starts: the work must not be over before anything happened to it."""
        self.stage.all("INSERT INTO lane_pause (lane, reason) VALUES (2, 'bench') ON CONFLICT DO NOTHING")
        yield
        self.stage.all("DELETE FROM lane_pause")
        self.stage.all("SELECT pg_notify('accord_pending', '2')")

    def _at_work(self) -> Command:
        """The one that has been at work longest, taken from the list: who is only starting has nothing to lose."""
        named = "SELECT 1 FROM worker WHERE name LIKE %s AND detail ->> 'state' = 'running'"
        found: list[Command] = []

        def look() -> bool:
            found[:] = [w for w in self.stage.workers if self.stage.all(named, f"%:{w.pid}")]
            return bool(found)

        deadline = time.monotonic() + PATIENCE
        while not look():
            assert time.monotonic() < deadline, self._stuck()
            time.sleep(LOOK)
        self.stage.workers.remove(found[0])
        return found[0]

    def _intended(self) -> int:
        return int(self.stage.one("SELECT count(*) AS n FROM journal WHERE state = 'intended'")["n"])

    # -- waiting

    def _await(self, found: Callable[[], bool]) -> None:
        """Until it is so, or the run ended; given up only when nothing moves for long."""
        before, since = self._place(), time.monotonic()
        while not found():
            if (now := self._place()) != before:
                before, since = now, time.monotonic()
            assert time.monotonic() - since < PATIENCE, self._stuck()
            self._progress()
            if self.ended() and not self.stage.all("SELECT 1 FROM pending LIMIT 1"):
                return
            time.sleep(LOOK)

    def _progress(self) -> None:
        """Now and then a line on where it stands and what it waits for."""
        if time.monotonic() - self._said < EVERY:
            return
        self._said = time.monotonic()
        now = self.stage.one(STANDING, self.run)
        alive = sum(w.alive for w in self.stage.workers)
        told = f"{now['state']}, {self.done()} of {self.expected} items, {now['leased']} of {now['due']} due in rounds"
        ends = "".join(f", {what} ends in {now[what]:.0f} s" for what in ("lease", "walk") if now[what] is not None)
        self.say(f"{time.monotonic() - self.began:8.1f}  {told}{ends}, {alive} workers")

    def _place(self) -> tuple[object, ...]:
        row = self.stage.one(
            "SELECT r.state, r.taken, (SELECT count(*) FROM pending) AS due, (SELECT count(*) FROM journal) AS rows,"
            " (SELECT count(*) FROM run_item i WHERE i.run_id = r.id) AS items FROM run r WHERE r.id = %s", self.run,
        )  # fmt: skip
        return tuple(row.values())

    def _stuck(self) -> str:
        due: list[Row] = self.stage.all("SELECT * FROM pending LIMIT 3")
        run = self.stage.one("SELECT * FROM run WHERE id = %s", self.run)
        return f"nothing moves: {run}\n{due}\n{self.stage.log()[-4000:]}"

    def _tell(self, what: str, intended: int = 0) -> None:
        seconds = round(time.monotonic() - self.began, 1)
        self.happened.append(Happened(seconds, what, self.done(), intended))
        self.say(f"{seconds:8.1f}  -- {what} ({intended} writes under way)")


def persons(before: Held) -> int:
    """How many different persons both sides hold, by e-mail."""
    emails = [str(row.get("email") or f"hubspot:{id_}").lower() for id_, row in before.contacts.items()]
    emails += [str(row.get("Email") or id_).lower() for id_, row in before.people.items()]
    return len(set(emails))
