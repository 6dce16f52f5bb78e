"""A first link of two filled systems while workers are killed, the database is restarted, tokens expire, rows are locked
and calls refused. At the end both sides are compared: nothing twice, nothing lost.

    python -m tests.bench.killed_backfill --people 20000 --kills 10
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict

from tests.bench.killed_stage import open_stage
from tests.bench.killed_story import Plot, Story
from tests.bench.killed_verdict import Verdict, judge

LARGE = {"ACCORD_LEASE_SECONDS": "40", "ACCORD_HUBSPOT_TIMEOUT_SECONDS": "8", "ACCORD_SALESFORCE_TIMEOUT_SECONDS": "8"}
"""Rounds of hundreds take longer than those of the test; a killed worker's persons wait for as long as its lease."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0: complete, nothing twice, nothing lost; 1: not so, or given up since nothing moved. Tells on standard error where it
    stands; whatever ends it, but for kill -9, ends all processes that it began."""
    given = _arguments(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    plot = Plot(
        given.kills, given.restarts, given.deploys, given.pauses, given.expiries, given.share, given.workers, given.seed
    )
    with open_stage(given.people, given.seed, **LARGE, ACCORD_CLAIM_SIZE=str(given.claim)) as stage:
        before, story = stage.held(), Story(stage, plot, say=_say)
        try:
            story.play(before)
            _say("judging")
            verdict = judge(stage, story.run, before)
        except AssertionError as gave_up:
            verdict = Verdict()
            verdict.found("given up", [str(gave_up)])
        finally:
            if given.log:
                given.log.write(stage.log())
    _tell(story, verdict, given.json)
    return 1 if verdict.wrong else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.killed_backfill", description=__doc__)
    for name, default in (("people", 20_000), ("kills", 10), ("restarts", 1), ("deploys", 1), ("pauses", 1),
                          ("expiries", 6), ("workers", 2), ("seed", 1), ("claim", 500)):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--share", type=float, default=0.01, help="of row locks, and of calls answered 429")
    parser.add_argument("--log", type=argparse.FileType("w"), help="keep the workers' log there")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def _tell(story: Story, verdict: Verdict, as_json: bool) -> None:
    if as_json:
        told = {"happened": [asdict(h) for h in story.happened], "figures": verdict.figures, "wrong": verdict.told()}
        print(json.dumps(told, indent=1, default=str))
        return
    print(f"{'at (s)':>8} {'items':>7} {'intended':>9}  what")
    for h in story.happened:
        print(f"{h.seconds:8.1f} {h.done:7} {h.intended:9}  {h.what}")
    for name, figure in verdict.figures.items():
        print(f"{name}: {figure}")
    for what, found in verdict.told().items():
        print(f"WRONG {what}: {found['count']}, for example {found['examples']}")
    print("nothing twice, nothing lost" if not verdict.wrong else "NOT WELL")


if __name__ == "__main__":
    sys.exit(main())
