"""What a worker shows to a monitor, where ACCORD_METRICS_PORT says so: ``/metrics``, ``/healthz`` and ``/readyz``."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from connector import logs
from connector.adapters.postgres.budget import PostgresBudget
from connector.adapters.postgres.health import PostgresHealth
from connector.core.records import Side
from connector.errors import Refused
from connector.wiring.figures import NOT_FOR_YOU, Figure, Figures, may_read
from connector.worker.drain import Tally

log = logs.get(__name__)
Answer = tuple[int, str, bytes]
TEXT = "text/plain; charset=utf-8"


class Counted:
    """What this process did since it began."""

    def __init__(self, tallies: Sequence[Tally], budgets: Mapping[Side, PostgresBudget]) -> None:
        self._tallies, self._budgets = tallies, budgets

    def __iter__(self) -> Iterator[Figure]:
        def sum_of(name: str) -> float:
            return float(sum(getattr(tally, name) for tally in self._tallies))

        failed, stopped = sum_of("failures"), sum_of("stopped")
        rounds, ended = "accord_rounds_total", "Rounds by how they ended."
        yield rounds, ended, {"outcome": "whole"}, sum_of("rounds") - stopped
        yield rounds, ended, {"outcome": "stopped"}, stopped
        yield rounds, ended, {"outcome": "failed"}, failed
        yield "accord_round_seconds_total", "Time spent in rounds.", {}, sum_of("seconds")
        pairs, became = "accord_pairs_total", "Pairs by what a round did with them."
        yield pairs, became, {"became": "claimed"}, sum_of("pairs")
        yield pairs, became, {"became": "dropped"}, sum_of("dropped")
        yield pairs, became, {"became": "written"}, sum_of("written")
        for side, budget in self._budgets.items():
            yield "accord_api_calls_total", "API calls of this process.", {"side": str(side)}, float(budget.taken)
        yield "accord_drains", "Threads that run rounds.", {}, float(len(self._tallies))
        yield "accord_drains_busy", "Of them in a round now.", {}, sum_of("busy")


class Exposed(ThreadingHTTPServer):
    """Serves in threads of its own until ``close``."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, counted: Counted, health: PostgresHealth, token: str = "") -> None:
        self.counted, self.health, self.token = counted, health, token
        super().__init__(("", port), _Answering)

    @classmethod
    def at(cls, port: int, counted: Counted, health: PostgresHealth, token: str = "") -> Exposed | None:
        """None where the port is taken: to be seen matters less than to sync, so that is told and no more."""
        try:
            shown = cls(port, counted, health, token)
        except OSError as error:
            log.error("metrics are not shown: ACCORD_METRICS_PORT can't be used", port=port, error=str(error))
            return None
        threading.Thread(target=shown.serve_forever, name="metrics", daemon=True).start()
        return shown

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def answer(self, path: str, authorization: str | None = None) -> Answer:
        """``/metrics`` only to whoever sends the token, where there is one."""
        if path.startswith("/metrics") and not may_read(self.token, authorization):
            return 401, TEXT, NOT_FOR_YOU.encode()
        paths = {"/metrics": self._metrics, "/healthz": self._alive, "/readyz": self._ready}
        found = paths.get(path.partition("?")[0])
        return found() if found else (404, TEXT, b"there is nothing here\n")

    def _alive(self) -> Answer:
        return 200, TEXT, b"alive\n"

    def _ready(self) -> Answer:
        try:
            self.health.ready()
        except Refused as refused:
            return 503, TEXT, f"{refused}\n".encode()
        except Exception:
            return 503, TEXT, b"the database does not answer\n"
        return 200, TEXT, b"ready\n"

    def _metrics(self) -> Answer:
        """What this process counted is shown without a database, too."""
        answers = ("accord_database_answers", "1 where the database could be asked.", dict[str, str]())
        try:
            of_all = [*self.health.figures(), (*answers, 1.0)]
        except Exception as error:
            log.error("no figures of the database", error=type(error).__name__)
            of_all = [(*answers, 0.0)]
        registry = CollectorRegistry()
        registry.register(Figures([*self.counted, *of_all]))
        return 200, CONTENT_TYPE_LATEST, generate_latest(registry)


class _Answering(BaseHTTPRequestHandler):
    timeout = 10
    server: Exposed

    def do_GET(self) -> None:
        status, kind, body = self.server.answer(self.path, self.headers.get("Authorization"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Not in our log."""
