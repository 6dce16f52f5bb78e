"""The preview: what rounds would have written to sides that are only observed. Looking at it is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connector.services.workbench import Workbench

Row = dict[str, Any]


class PreviewStore(Protocol):
    def observed(self, each: int, now: datetime) -> Row:
        """{subjects, latest, waiting, fields, creates, examples}; ``each``: examples a field."""

    def add_preview(self, summary: Row, agreement: str, by: str, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Preview:
    """``subjects``: persons who would be written; ``waiting``: persons not planned yet. ``fields``: {side, field,
    changes, fills, blanks}; ``creates``: {object, records}; ``examples``: {subject, side, field, old, new, why}."""

    subjects: int
    waiting: int
    latest: datetime | None
    fields: list[Row]
    creates: list[Row]
    examples: list[Row]


def preview(bench: Workbench, store: PreviewStore, by: str, each: int = 2) -> Preview:
    """Reads the database only. That somebody looked is kept, as counts: going live asks for it."""
    now = bench.clock()
    told = store.observed(each, now)
    seen = Preview(**{name: told[name] for name in Preview.__dataclass_fields__})
    summary = {"subjects": seen.subjects, "waiting": seen.waiting, "fields": seen.fields, "creates": seen.creates}
    store.add_preview(summary, bench.agreement.fingerprint, by, now)
    return seen
