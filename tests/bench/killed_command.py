"""A command of Accord in a process of its own, most of all a worker that can be killed. It is forked from a process that
has imported all of it, so that to start one costs a tenth of a second of CPU and not three."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path

TOP = Path(__file__).parents[2]
LOADED = ["connector.cli.worker", "connector.cli.backfill", "connector.wiring.world", "connector.wiring.admission",
          "connector.worker.process", "pytest"]  # fmt: skip
"""The last one is what a test's children would import anew."""


def warm() -> None:
    """Lets that process begin to import, while other things are set up."""
    forkserver.set_forkserver_preload(LOADED)
    forkserver.ensure_running()


class Command:
    """`accord` with these words; runs from the beginning. ``env``: all of its environment; what it prints goes to ``out``,
    and to ``log`` what it complains of."""

    def __init__(self, env: Mapping[str, str], out: Path, log: Path, *words: str) -> None:
        processes = multiprocessing.get_context("forkserver")
        self._process: ForkServerProcess = processes.Process(target=_run, args=(dict(env), str(out), str(log), words))
        self._process.start()

    @property
    def pid(self) -> int:
        return int(self._process.pid or 0)

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        """kill -9, and until it is gone."""
        self._process.kill()
        self._process.join()

    def leave(self, patience: float) -> int | None:
        """SIGTERM; its exit code, None where it does not end."""
        self._process.terminate()
        return self.ended(patience)

    def ended(self, patience: float) -> int | None:
        self._process.join(patience)
        return self._process.exitcode

    def end(self) -> None:
        """Asked first, killed after half a minute."""
        if self.alive and self.leave(30) is None:
            self.kill()


def _run(env: dict[str, str], out: str, log: str, words: tuple[str, ...]) -> None:
    """In the new process."""
    _end_with_the_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(TOP)
    for standard, path in ((1, out), (2, log)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), standard)
    sys.argv[:] = ["accord", *words]
    from connector.__main__ import main

    main()


def _end_with_the_parent() -> None:
    """Nobody is left behind, however the parent ended."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
