"""The demo's processes: both practice servers, and those of the Procfile. Each is ended with the stage."""

from __future__ import annotations

import json
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

PROCFILE = Path(__file__).parent.parent.parent / "Procfile"
ACCORD = [sys.executable, "-m", "connector"]


class DemoFailed(Exception):
    """The demo did not show what it promises; the message says what."""


def practice(
    ending: ExitStack, folder: Path, which: str, options: tuple[str, ...]
) -> tuple[subprocess.Popen[bytes], str]:
    with (folder / f"{which}.log").open("wb") as log:
        process = subprocess.Popen([*ACCORD, "practice", which, *options], stdout=subprocess.PIPE, stderr=log)
    ending.callback(end, process)
    return process, which


def first_line(process: subprocess.Popen[bytes], folder: Path, which: str) -> dict[str, Any]:
    line = process.stdout.readline() if process.stdout else b""
    if not line:
        raise DemoFailed(f"practice {which} did not start:\n{(folder / f'{which}.log').read_text()[-2000:]}")
    return dict(json.loads(line))


def from_procfile(
    name: str, env: dict[str, str], folder: Path, ending: ExitStack
) -> subprocess.Popen[bytes]:
    lines = dict(line.split(":", 1) for line in PROCFILE.read_text().splitlines() if ":" in line)
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            shlex.split(lines[name]), env=env, stdout=log, stderr=log, start_new_session=True
        )
    ending.callback(end, process)
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=25)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
