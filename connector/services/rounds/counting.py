"""What API calls a run cost: its walk's own, and its share of the rounds that worked on its items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from connector.services.workbench import Lease, Workbench

Row = Mapping[str, Any]


def keep_count(bench: Workbench, rows: Sequence[Row], guard: Lease) -> None:
    """Adds a round's calls to the runs that wanted some of its ``rows``.

    A mixed round's calls are shared by rows, for they can't be told apart: a call carries a hundred of them. Of a round
    of forty rows, ten of which a run wanted, that run has a quarter of each call; live changes' share is nobody's.
    Calls of a round that failed count, too; those of a process that was killed in a round are not known.
    """
    wanted = Counter(row["run_id"] for row in rows if row.get("run_id") is not None)
    calls = guard.calls.told()
    for run, share in wanted.items() if calls else ():
        bench.rounds.spent(run, {name: round(n * share / len(rows), 3) for name, n in calls.items()})
