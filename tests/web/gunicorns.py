"""gunicorn as it ships, in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

TOP = Path(__file__).parents[2]


class Served:
    """A running gunicorn on 127.0.0.1:``port``."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return str(answer.read().decode())

    def workers(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def cpu(self) -> float:
        """Seconds that all its processes used."""
        return cpu_of(psutil.Process(self.process.pid))


@contextmanager
def gunicorn(app: str, database_url: str, **edge: Any) -> Iterator[Served]:
    """Serves ``app`` (module:function) until the block ends. ``edge``: see tests/web/served.py."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "--config", "python:connector.web.gunicorn", "--log-level", "warning",
        "--bind", f"127.0.0.1:{port}", f"{app}()",
    ]  # fmt: skip
    told = {"DATABASE_URL": database_url, "EDGE": json.dumps(edge), "WEB_CONCURRENCY": "2"}
    process = subprocess.Popen(command, cwd=TOP, env=os.environ | told)
    try:
        _await(port)
        yield Served(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(180)


def _await(port: int) -> None:
    for _ in range(2400):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60).close()
        except urllib.error.HTTPError:
            return  # the empty application has no such path, but it answers
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("gunicorn does not answer")


def cpu_of(process: psutil.Process) -> float:
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(time.user + time.system for time in times))
