"""The parts of the benchmark, in the order in which they disturb each other least."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench import engine, idle, intake, live, rivals
from tests.bench.numbers import Number
from tests.bench.stage import Stage, open_stage

PEOPLE = 4000
LATENCY = 100.0
Part = Callable[[Stage, list[Number]], Iterator[Number]]
"""Gets what was measured before it, too."""


def run(only: str | None) -> Iterator[Number]:
    measured: list[Number] = []
    for name, part in ALONE.items():
        if only in (None, name):
            found = list(part())
            measured += found
            yield from found
    wanted = [part for name, part in ON_STAGE.items() if only in (None, name)]
    if wanted:
        with open_stage(PEOPLE) as stage:
            for on_stage in wanted:
                yield from on_stage(stage, measured)


def _engine(stage: Stage, measured: list[Number]) -> Iterator[Number]:
    rivals = {
        way: {each.what: each.value for each in measured if each.part == engine.CALLS.format(way)}
        for way in engine.WAY.values()
    }
    return engine.calls_and_cpu(stage, rivals)


def _live(stage: Stage, measured: list[Number]) -> Iterator[Number]:
    part = "form fill to owned Lead, tier and id written back, both answer in 100 ms"
    stage.slow_down(LATENCY)
    with live.running(stage):
        for per_second, events, goal, calls in ((2.0, 30, 600.0, None), (20.0, 200, 1000.0, 3.0)):
            found = live.forms(stage, per_second, events)
            p50 = {"p50 ms": found.percentile(0.5), "worst ms": found.percentile(1.0)}
            yield Number(part, f"p95 at {per_second:g} a second", found.percentile(0.95), "ms", goal, detail=p50)
            yield Number(part, f"API calls an event at {per_second:g} a second", found.calls_per_event, "calls", calls)
    stage.slow_down(0)
    part = "API calls a change, HubSpot to Salesforce, as they come"
    for latency in (0.0, LATENCY):
        stage.slow_down(latency)
        with live.running(stage):
            found = live.trickle(stage, 20.0, 240)
            yield Number(part, f"20 a second, both answer in {latency:g} ms", found.calls_per_event, "calls", 1.5)
            if latency:
                found = live.trickle(stage, 1.0, 12)
                yield Number(part, "1 a second", found.calls_per_event, "calls")
    stage.slow_down(0)


def _intake() -> Iterator[Number]:
    part, found = "intake, durable before the answer", intake.measure()
    yield Number(
        part, "at batch 1, share of an empty Flask view", found["ratio_queued"], "", 0.3, at_least=True,
        detail={"a second": found["single_queued_per_second"], "the empty view": found["empty_view_per_second"]},
    )  # fmt: skip
    detail = {"p50 ms": found["hundred_p50_ms"], "notices a second": found["hundred_notices_per_second"]}
    yield Number(part, "ten at once of 100, echo look-up on, p99", found["hundred_p99_ms"], "ms", 500.0, detail=detail)
    detail = {"web": found["echo_python_cpu_ms"], "database": found["echo_postgres_cpu_ms"]}
    yield Number(part, "CPU of an echo dropped at the door", found["echo_cpu_ms"], "ms", 0.3, detail=detail)


ON_STAGE: dict[str, Part] = {
    "engine": _engine,
    "rate": lambda stage, measured: engine.rates(stage),
    "live": _live,
    "idle": lambda stage, measured: idle.calls_a_day(stage),
}
ALONE: dict[str, Callable[[], Iterator[Number]]] = {"peers": rivals.numbers, "intake": _intake}
NAMES = [*ALONE, *ON_STAGE]
