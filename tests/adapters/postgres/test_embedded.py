"""The embedded server's guards, each from a fault that was met: see the module's first lines."""

import fcntl
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from connector.adapters.postgres.cluster import binary, run, socket_folder
from connector.adapters.postgres.embedded import EmbeddedServer, start
from connector.errors import Refused
from tests.databases import folder_in_memory

pytestmark = pytest.mark.slow

ATTACH = """
import sys, psycopg
from pathlib import Path
from connector.adapters.postgres.embedded import start
with start(Path(sys.argv[1]), durable=False) as server, psycopg.connect(server.url) as connection:
    print(connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()[0], flush=True)
    sys.stdin.read()
"""


def attach(folder: Path) -> subprocess.Popen[str]:
    """A process that says when its server started, and stays attached until its standard input ends."""
    command = [sys.executable, "-c", ATTACH, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """A made cluster, stopped: initdb is the slow part."""
    folder = folder_in_memory()
    start(folder, durable=False).stop()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def folder(cluster: Path) -> Iterator[Path]:
    """The folder of a stopped server, whose name has a space; any server left in it is ended."""
    copy = Path(tempfile.mkdtemp(prefix="accord tests ", dir=cluster.parent))
    shutil.copytree(cluster / "data", copy / "data")
    owner = (cluster / "data").stat()
    for path in (copy / "data").rglob("*"):
        os.chown(path, owner.st_uid, owner.st_gid)
    os.chown(copy / "data", owner.st_uid, owner.st_gid)
    yield copy
    with suppress(psutil.Error, OSError):
        process = psutil.Process(postmaster(copy))
        if process.name().startswith("postgres"):
            process.kill()
    shutil.rmtree(socket_folder(copy), ignore_errors=True)
    shutil.rmtree(copy, ignore_errors=True)


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split("\n")[0])


def ask(server: EmbeddedServer, question: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def until(met: Callable[[], bool], seconds: float = 120) -> bool:
    ending = time.monotonic() + seconds
    while not met() and time.monotonic() < ending:
        time.sleep(0.01)
    return met()


def serving(folder: Path) -> bool:
    """Whether any process of the folder's server lives."""
    with (folder / "alive.lock").open() as alive:
        try:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_a_killed_server_is_started_again_and_keeps_its_rows(folder: Path) -> None:
    server = start(folder)
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    os.kill(postmaster(folder), signal.SIGKILL)
    with start(folder) as again:
        assert ask(again, "SELECT n FROM kept") == 1
        server.stop()
        assert serving(folder), "who is still attached keeps the server"
    assert not serving(folder)


def test_a_killed_server_whose_children_linger_is_waited_for(folder: Path) -> None:
    first = start(folder, durable=False)
    child = psutil.Process(postmaster(folder)).children()[0]
    child.suspend()
    os.kill(postmaster(folder), signal.SIGKILL)
    starter = attach(folder)
    assert starter.stdout and not select.select([starter.stdout], [], [], 1.5)[0], "a second server beside the first"
    child.kill()
    assert first_line(starter)
    starter.communicate(timeout=120)
    assert starter.returncode == 0
    first.stop()


def test_a_zombie_is_not_taken_for_the_server(folder: Path) -> None:
    start(folder, durable=False).stop()
    zombie = subprocess.Popen(["true"])
    assert until(lambda: psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE)
    (folder / "data" / "postmaster.pid").write_text(f"{zombie.pid}\n{folder / 'data'}\n")
    with start(folder, durable=False) as server:
        assert ask(server, "SELECT 1") == 1
    zombie.wait()


def test_a_stranger_with_the_servers_old_process_id_is_left_alone(folder: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    (folder / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n{folder / 'data'}\n")
    with start(folder, durable=False) as server:
        assert ask(server, "SELECT 1") == 1
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_two_processes_starting_at_once_share_one_server(folder: Path) -> None:
    both = [attach(folder) for _ in range(2)]
    started = [first_line(process) for process in both]
    assert started[0] and started[0] == started[1]
    both[0].communicate(timeout=120)
    assert serving(folder)
    both[1].communicate(timeout=120)
    assert [process.returncode for process in both] == [0, 0]
    assert not serving(folder), "the last to leave stops it"


def test_who_was_killed_no_longer_counts_as_attached(folder: Path) -> None:
    other = attach(folder)
    assert first_line(other)
    other.kill()
    other.communicate()
    assert serving(folder)
    start(folder, durable=False).stop()
    assert not serving(folder)


def test_a_server_started_by_hand_on_the_cluster_is_not_doubled(folder: Path) -> None:
    start(folder, durable=False).stop()
    data = folder / "data"
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"unix_socket_directories = ''\nlisten_addresses = '127.0.0.1'\nport = {free_port()}\n")
    run(binary(data, "pg_ctl"), "start", "-w", "-s", "-D", str(data), "-l", str(folder / "log"))
    with pytest.raises(Refused, match="did not start"):
        start(folder, durable=False)
    run(binary(data, "pg_ctl"), "stop", "-s", "-D", str(data))


def test_a_path_too_long_for_a_socket_works(folder: Path) -> None:
    long = folder / ("x" * 90) / ("y" * 90)
    long.mkdir(parents=True)
    (folder / "data").rename(long / "data")
    with start(long, durable=False) as server:
        assert ask(server, "SELECT 1") == 1
        sockets = Path(server.url.split("host=")[1])
    assert not sockets.exists()


def test_a_server_that_can_not_start_says_why(folder: Path) -> None:
    (folder / "data" / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(Refused, match="pg_control"):
        start(folder)


def test_a_half_made_cluster_is_made_anew() -> None:
    folder = folder_in_memory()
    (folder / "data.new").mkdir()
    (folder / "data.new" / "PG_VERSION").write_text("18\n")
    with start(folder, durable=False) as server:
        assert ask(server, "SELECT 1") == 1
    shutil.rmtree(folder)


def test_its_log_quotes_nobodys_data(folder: Path) -> None:
    with start(folder, durable=False) as server:
        with psycopg.connect(server.url) as connection, pytest.raises(psycopg.Error):
            connection.execute("SELECT 'alice@example.com'::int")
        assert "alice" not in (folder / "log").read_text()


# the capability lets the ordinary user read our Python, which may lie in root's home
ORDINARY = (
    *("setpriv", "--reuid=1", "--regid=1", "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)
can_become_ordinary = os.getuid() == 0 and subprocess.run([*ORDINARY, "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_become_ordinary, reason="only root can become somebody else")
def test_as_an_ordinary_user(cluster: Path) -> None:
    folder, top = Path(tempfile.mkdtemp(prefix="accord-tests-")), str(Path(__file__).parents[3])
    os.chown(folder, 1, 1)
    script = ATTACH + "    assert (Path(sys.argv[1]) / 'data').stat().st_uid == 1\n"
    done = subprocess.run(
        [*ORDINARY, sys.executable, "-c", script, folder],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env={"PYTHONPATH": top, "HOME": "/"}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
