"""A practice server in a process of its own, as the benchmark's people and admins use it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import orjson
import urllib3

from tests.bench.processes import end

EDITORS = 4


class Practice:
    """``told``: the line that the server printed when it was ready: addresses, ids and credentials."""

    def __init__(self, told: dict[str, Any], pid: int) -> None:
        self.told, self.pid = told, pid
        self.url: str = told["base_url"]
        self._http = urllib3.PoolManager(maxsize=EDITORS, retries=False)

    def __call__(self, path: str, body: Any = None) -> Any:
        """POST to a practice path, or GET it where there is no body."""
        method, sent = ("GET", None) if body is None else ("POST", orjson.dumps(body))
        answer = self._http.request(method, f"{self.url}/_practice/{path}", body=sent)
        assert answer.status == 200, answer.data[:300]
        return orjson.loads(answer.data)

    def edit(self, edits: Iterable[dict[str, Any]]) -> list[str]:
        """Edits by people; returns the ids in their order."""
        with ThreadPoolExecutor(EDITORS) as pool:
            return [str(found["id"]) for found in pool.map(lambda edit: self("edit", edit), edits)]

    def slow_down(self, milliseconds: float) -> None:
        self("faults", {"latency_ms": milliseconds})

    def calls(self) -> Counter[str]:
        """API calls by endpoint since the last ``forget_calls``, as the server counted them."""
        return Counter(self("calls")["by_endpoint"])

    def forget_calls(self) -> None:
        self("calls/reset", {})


def practice(side: str, people: int, seed: int) -> AbstractContextManager[Practice]:
    return served([sys.executable, "-m", "connector", "practice", side, "--people", str(people), "--seed", str(seed)])


@contextmanager
def served(command: Sequence[str]) -> Iterator[Practice]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    rest = threading.Thread(target=process.stdout.read, daemon=True)
    try:
        line = process.stdout.readline()
        rest.start()
        yield Practice(orjson.loads(line), process.pid)
    finally:
        end(process)
        if rest.ident is not None:
            rest.join()
        process.stdout.close()
