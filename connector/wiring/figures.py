"""Measured numbers, for Prometheus. No label names a person."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

Figure = tuple[str, str, Mapping[str, str], float]
"""Name, what it is, labels, value. A name that ends in _total only ever rises."""
Family = GaugeMetricFamily | CounterMetricFamily


NOT_FOR_YOU = "send ACCORD_METRICS_TOKEN as a bearer token\n"


def may_read(token: str, authorization: str | None) -> bool:
    """May figures be shown to whoever sends this Authorization header? Without a ``token`` to everybody."""
    return not token or hmac.compare_digest((authorization or "").encode(), f"Bearer {token}".encode())


class Figures(Collector):
    """Figures measured just now, for one answer."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = list(figures)

    def collect(self) -> Iterator[Family]:
        families: dict[str, Family] = {}
        for name, meaning, labels, value in self._figures:
            family = families.get(name)
            if family is None:
                kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
                family = families[name] = kind(name, meaning, labels=list(labels))
            family.add_metric(list(labels.values()), value)
        yield from families.values()
