"""Processes of the benchmark: ended for certain, and their CPU time."""

from __future__ import annotations

import subprocess

import psutil
import psycopg


def end(process: subprocess.Popen[bytes]) -> None:
    """Asked first, killed after half a minute."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def cpu_of(pid: int) -> float:
    """Seconds that a process and all its children used, those that have ended included."""
    top = psutil.Process(pid)
    found = 0.0
    for one in (top, *top.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        found += times.user + times.system + times.children_user + times.children_system
    return float(found)


def postmaster_of(url: str) -> int:
    """The process that all of a local database's processes are children of."""
    with psycopg.connect(url) as connection:
        parent = psutil.Process(connection.info.backend_pid).parent()
    assert parent is not None
    return int(parent.pid)
