"""The preview: what rounds would have written to sides that are only observed; and its approval."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from connector.core.records import Side
from connector.errors import Refused
from connector.services.review.first_day import UNKNOWN, FirstDay, Terms, look
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
    first_day: FirstDay | None = None


def preview(
    bench: Workbench,
    store: PreviewStore,
    each: int = 2,
    seconds: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
    terms: Terms = UNKNOWN,
) -> Preview:
    """Reads the database, and what records that would be made cost on the sides. Waits up to ``seconds`` for rounds
    that still plan."""
    end = bench.clock() + timedelta(seconds=seconds)
    while store.unplanned() and bench.clock() < end:
        sleep(PAUSE)
    told = store.observed(each)
    creates = dict.fromkeys(Side, 0)
    for row in told["creates"]:
        creates[Side.HUBSPOT if row["object"] == "contact" else Side.SALESFORCE] += row["records"]
    costs = look(bench, creates, terms) if any(creates.values()) else None
    return Preview(
        **{name: told[name] for name in Preview.__dataclass_fields__ if name in told}, first_day=costs
    )


def approve(bench: Workbench, store: PreviewStore, seen: Preview, by: str) -> None:
    """That somebody looked and agreed is kept, as counts without anybody's values: going live asks for it.

    Raises Refused where nothing was planned yet: there was nothing to look at."""
    if seen.waiting and not seen.subjects:
        raise Refused(
            f"Not approved: none of {seen.waiting} people is planned yet. A worker plans them: start `accord worker`, "
            "then look again with `accord preview`."
        )
    summary = {
        "subjects": seen.subjects,
        "waiting": seen.waiting,
        "fields": seen.fields,
        "creates": seen.creates,
        "first_day": seen.first_day.document() if seen.first_day is not None else None,
    }
    store.add_preview(summary, bench.agreement.fingerprint, by, bench.clock())
