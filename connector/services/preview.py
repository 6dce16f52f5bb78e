"""The preview: what rounds would have written to sides that are only observed; and its approval."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from connector.services.workbench import Workbench

PAUSE = 0.5
Row = dict[str, Any]


class PreviewStore(Protocol):
    def observed(self, each: int) -> Row:
        """{subjects, latest, waiting, fields, creates, examples}; ``each``: examples a field."""

    def unplanned(self) -> int:
        """Persons that wait for a round, or are in one."""

    def add_preview(self, summary: Row, agreement: str, by: str, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Preview:
    """``subjects``: persons who would be written; ``waiting``: persons not planned yet. ``fields``: {side, field,
    changes, fills, blanks}; ``creates``: {object, records}; ``examples``: {subject, side, field, old, new, why}.
    """

    subjects: int
    waiting: int
    latest: datetime | None
    fields: list[Row]
    creates: list[Row]
    examples: list[Row]


def preview(
    bench: Workbench,
    store: PreviewStore,
    each: int = 2,
    seconds: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Preview:
    """Reads the database only. Waits up to ``seconds`` for rounds that still plan."""
    end = bench.clock() + timedelta(seconds=seconds)
    while store.unplanned() and bench.clock() < end:
        sleep(PAUSE)
    told = store.observed(each)
    return Preview(**{name: told[name] for name in Preview.__dataclass_fields__})


def approve(bench: Workbench, store: PreviewStore, seen: Preview, by: str) -> None:
    """That somebody looked and agreed is kept, as counts without anybody's values: going live asks for it."""
    summary = {
        "subjects": seen.subjects,
        "waiting": seen.waiting,
        "fields": seen.fields,
        "creates": seen.creates,
    }
    store.add_preview(summary, bench.agreement.fingerprint, by, bench.clock())
