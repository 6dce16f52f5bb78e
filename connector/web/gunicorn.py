"""Settings of gunicorn: ``gunicorn --config python:connector.web.gunicorn 'connector.web:create_app()'``.

It listens on 127.0.0.1:8000, or on 0.0.0.0:$PORT where PORT is set (gunicorn's own rule). $WEB_CONCURRENCY: processes.
No disk is needed: what gunicorn and the metrics keep in files lies in memory where there is such a folder.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import Any

from connector.wiring.concurrency import web_processes

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"

worker_class = "gthread"
workers = web_processes()
threads = 8
keepalive = 75
"""Longer than load balancers keep an idle connection, so that never we hang up on a request under way."""
timeout = 60
graceful_timeout = 20
forwarded_allow_ips = ""
"""No header of a proxy is believed: ACCORD_PUBLIC_URL says how HubSpot reaches us."""
control_socket_disable = True
"""Nothing of ours is steered through a socket in somebody's home folder."""
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None
"""Where each process shows that it lives: a slow disk there makes it look dead."""
preload_app = False
"""Database connections must be opened after the fork."""


def on_starting(server: Any) -> None:
    """All processes add up their metrics in one folder, set before any loads the metrics library. Where there is
    no folder to write in, each shows its own."""
    try:
        os.environ.setdefault(MULTIPROCESS, tempfile.mkdtemp(prefix="accord-metrics-", dir=worker_tmp_dir))
    except OSError as error:
        server.log.warning("metrics are shown per process: %s", error)
    _refuse_too_many_connections(server)


def _refuse_too_many_connections(server: Any) -> None:
    """A database that is away is no reason to refuse: /readyz says so until it is back."""
    from dotenv import load_dotenv
    from psycopg import Error

    from connector.errors import FixConfiguration
    from connector.settings import load
    from connector.wiring.sizing import connection_budget

    load_dotenv(".env")
    try:
        settings = load()
        if url := settings.database_url():
            server.log.info(connection_budget(settings, url))
    except FixConfiguration as problem:
        server.log.error(str(problem))
        sys.exit(1)
    except Error as error:
        server.log.warning("the connection budget is not known: %s", type(error).__name__)


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    if folder := os.environ.get(MULTIPROCESS):
        shutil.rmtree(folder, ignore_errors=True)
