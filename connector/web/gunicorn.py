"""Settings of gunicorn: ``gunicorn --config python:connector.web.gunicorn 'connector.web:create_app()'``.

It listens on 127.0.0.1:8000, or on 0.0.0.0:$PORT where PORT is set (gunicorn's own rule). $WEB_CONCURRENCY: processes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 1)
threads = 8
keepalive = 75
"""Longer than load balancers keep an idle connection, so that never we hang up on a request under way."""
timeout = 60
graceful_timeout = 20
forwarded_allow_ips = ""
"""No header of a proxy is believed: ACCORD_PUBLIC_URL says how HubSpot reaches us."""
control_socket_disable = True
"""Nothing of ours is steered through a socket in somebody's home folder."""
preload_app = False
"""Database connections must be opened after the fork."""


def on_starting(server: Any) -> None:
    """All processes add up their metrics in one folder, set before any of them loads the metrics library."""
    os.environ.setdefault(MULTIPROCESS, tempfile.mkdtemp(prefix="accord-metrics-"))


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ.get(MULTIPROCESS, ""), ignore_errors=True)
