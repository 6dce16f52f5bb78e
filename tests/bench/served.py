"""``python -m tests.bench.served SIDE PEOPLE SEED ROW_MS``: a practice server that remembers when it was called.

`GET /_practice/times` gives {"times": seconds of each API call, "refused": {"searches": answers 429, "others": answers
429}}. ROW_MS: what each written row costs, as an org under heavy triggers has it; rows of calls at once don't wait for
each other.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import orjson

from connector.practice.http import Request, Response, json_response
from connector.practice.orgs import load, serving

ROW = b'"attributes"'


class Remembered:
    """Stands before a practice core's ``respond``."""

    def __init__(self, core: Any, row_ms: float) -> None:
        self._respond, self._row = core.respond, row_ms / 1000
        self._times: list[float] = []
        self._refused = {"searches": 0, "others": 0}

    def __call__(self, request: Request) -> Response:
        if request.path == "/_practice/times":
            return json_response(200, {"times": self._times, "refused": self._refused})
        if not request.path.startswith("/_practice"):
            self._times.append(time.time())
            if self._row and request.body:
                time.sleep(self._row * request.body.count(ROW))
        answer: Response = self._respond(request)
        self._refused["searches" if request.path.endswith("/search") else "others"] += answer.status == 429
        return answer


def main(side: str, people: str, seed: str, row_ms: str) -> None:
    given: dict[str, Any] = {"people": int(people), "seed": int(seed), "host": "127.0.0.1", "port": 0}
    told, server = getattr(serving, side)(load("standard"), **given)
    server.core.respond = Remembered(server.core, float(row_ms))
    sys.stdout.write(orjson.dumps({"service": side, **told}).decode() + "\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
