"""What walks runs: the services' walker, with filters as the mapping's files write them."""

from __future__ import annotations

from connector.adapters.mappings.filters import read_filter
from connector.core.conditions import Condition
from connector.core.records import Side
from connector.services.review.first_day import Terms
from connector.services.runs.store import Row, RunStore
from connector.services.runs.walking import NO_TERMS, Walker
from connector.services.workbench import Workbench


def walker_on(bench: Workbench, store: RunStore, terms: Terms = NO_TERMS) -> Walker:
    def filter_of(scope: Row) -> Condition | None:
        told = scope.get("filter")
        return read_filter(told["text"], Side(told["side"]), bench.desk.mapping) if told else None

    return Walker(bench, store, filter_of, terms)
