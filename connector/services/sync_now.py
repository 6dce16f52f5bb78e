"""One person's round now, before all others: run here, or by the worker that has it already."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from connector.core.causes import Difference
from connector.core.records import Ref
from connector.errors import Refused
from connector.services.drift.comparing import compare_page
from connector.services.drift.store import DriftStore
from connector.services.finding import Person
from connector.services.rounds.looking import LookStore, look
from connector.services.rounds.sync import Sync
from connector.services.rounds.unleased import unleased
from connector.services.runs.store import RunStore
from connector.services.workbench import Workbench

PAUSE = 0.25
"""Seconds between two looks, while another process has the person."""
CLAIM = 50


class NowStore(Protocol):
    def waiting(self, ref: Ref, link: int | None) -> list[dict[str, Any]]:
        """Its pending rows."""

    def hurry(self, ref: Ref, link: int | None, now: datetime) -> None:
        """Its pending row is due now, before all others, unless a round has it."""

    def paused(self) -> dict[int, str]:
        """Lanes that are, with the reason."""

    def last_journal(self) -> int: ...
    def journal(self, ref: Ref, link: int | None, after: int, limit: int = 100) -> list[dict[str, Any]]:
        """Rows of the journal that came after row ``after``; latest first."""


@dataclass(slots=True)
class Synced:
    """``done``: nothing of this person waits any more. ``wrote``: rows of the journal. ``stopped``: why a round
    ended."""

    done: bool
    rounds: int = 0
    link: int | None = None
    wrote: list[dict[str, Any]] = field(default_factory=list)
    stopped: str = ""


def sync_now(
    bench: Workbench,
    store: NowStore,
    person: Person,
    seconds: float = 60.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Synced:
    """Let one person go round until nothing of it waits, or time is up."""
    lanes = store.paused()
    if 0 in lanes:
        raise Refused(f"The hand-off lane is paused ({lanes[0]}). `accord resume handoff` first.")
    before, end = store.last_journal(), bench.clock() + timedelta(seconds=seconds)
    now = bench.clock()
    bench.rounds.requeue([person.link] if person.link else [], [] if person.link else [person.ref], 0, now)
    store.hurry(person.ref, person.link, now)
    synced, sync = Synced(False), Sync(bench)
    while True:
        report = sync.round(CLAIM)
        synced.rounds += not report.idle
        synced.stopped = report.stopped
        # made meanwhile, perhaps: then it is the Link that waits
        synced.link = person.link or bench.rounds.linked([person.ref]).get(person.ref)
        synced.done = not store.waiting(person.ref, synced.link)
        if synced.done or report.stopped or bench.clock() >= end:
            break
        if report.idle:
            sleep(PAUSE)
    synced.wrote = list(reversed(store.journal(person.ref, synced.link, before)))
    return synced


AGREE = "Nothing to do: both sides agree."
APART = "Nothing was written: both sides are apart, and stay so."


def quiet(
    bench: Workbench, look_store: LookStore, runs: RunStore, drift: DriftStore, ref: Ref, link: int | None
) -> tuple[str, list[Difference]]:
    """Why rounds wrote nothing for a person: in one sentence, and each difference that stays with its cause. Reads both
    sides anew and keeps nothing. Raises what the sides' calls raise."""
    subject = f"link:{link}" if link is not None else str(ref)
    page = compare_page(bench, runs, drift, [{"subject": subject, "link_id": link}], unleased)
    found = [d for person in page.people for d in person.differences]
    if page.people:
        # a field's own rule may keep it apart: the agreement wants it so
        return (APART if any(d.counts or not d.field for d in found) else AGREE), found
    looked = look(bench, look_store, ref, link)
    return looked.said or (looked.plan.reason if looked.plan is not None else ""), []
