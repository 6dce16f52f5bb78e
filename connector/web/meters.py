"""What this edge counts, for Prometheus."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from connector.ports import Accepted
from connector.wiring.figures import Figure, Figures

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class Meters:
    """Counters of one application; with several processes each writes its own files and any of them adds up."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self.notices = Counter(
            "accord_notices_total", "Notices by what became of them.", ["side", "became"], registry=self._own
        )
        self.requests = Counter(
            "accord_webhooks_total", "Webhook requests by outcome.", ["side", "outcome"], registry=self._own
        )
        seconds = Histogram(
            "accord_webhook_seconds",
            "From request to answer.",
            ["side"],
            buckets=_SECONDS,
            registry=self._own,
        )
        self._seconds = {side: seconds.labels(side) for side in ("hubspot", "salesforce")}

    @contextmanager
    def timed(self, side: str) -> Iterator[Meter]:
        started = time.perf_counter()
        try:
            yield Meter(self, side)
        finally:
            self._seconds[side].observe(time.perf_counter() - started)

    def exposed(self, figures: Iterable[Figure]) -> bytes:
        """All of it in Prometheus' text format."""
        shown = CollectorRegistry() if os.environ.get(MULTIPROCESS) else self._own
        if shown is not self._own:
            MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
        shared = CollectorRegistry()
        shared.register(Figures(figures))
        return generate_latest(shown) + generate_latest(shared)


@dataclass(slots=True)
class Meter:
    meters: Meters
    side: str

    def refused(self, status: int) -> None:
        self.meters.requests.labels(self.side, str(status)).inc()

    def taken(self, accepted: Accepted) -> None:
        self.meters.requests.labels(self.side, "repeated" if accepted.repeated else "taken").inc()
        for became, count in (
            ("dropped", accepted.dropped),
            ("queued", accepted.queued),
            ("late", accepted.late),
        ):
            if count:
                self.meters.notices.labels(self.side, became).inc(count)
