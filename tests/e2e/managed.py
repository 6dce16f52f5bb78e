"""A release of Accord under a process manager, which reads its Procfile; and the release before this one, from git."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.worker.town import eventually

TOP = Path(__file__).parent.parent.parent
MIGRATIONS = "connector/adapters/postgres/migrations"
PATIENCE = 180.0
MERCIFUL = f"import honcho.manager as m; m.KILL_WAIT = {PATIENCE}; from honcho.command import main; main()"
HONCHO = (sys.executable, "-c", MERCIFUL)
"""It would kill after five seconds, and a host after thirty: neither may happen because this machine is slow."""


@dataclass
class Release:
    """The code in ``folder`` with the settings ``environment``; what its processes print goes to ``logs``."""

    folder: Path
    environment: dict[str, str]
    logs: Path

    def release_phase(self) -> str:
        """What it printed. Raises CalledProcessError where the process failed."""
        done = subprocess.run(
            self._command("release"), env=self._env(), cwd=self.folder, capture_output=True, text=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
        (self.logs / f"release-{self.folder.name}.log").write_text(done.stdout + done.stderr)
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, "release", done.stdout, done.stderr)
        return done.stdout

    @contextmanager
    def running(self, port: int, *processes: str) -> Iterator[subprocess.Popen[bytes]]:
        """``web`` and ``worker`` under the manager, which is killed with them where the block fails."""
        with self.log.open("ab") as log:
            manager = subprocess.Popen(
                self._command(*(processes or ("web", "worker")), port=port), env=self._env(), cwd=self.folder,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            yield manager
        finally:
            if manager.poll() is None:
                end(manager)

    @property
    def log(self) -> Path:
        return self.logs / f"{self.folder.name}.log"

    def _command(self, *processes: str, port: int = 5000) -> tuple[str, ...]:
        nothing = self.logs / "no.env"
        nothing.touch()
        options = ("-d", str(self.folder), "-f", str(self.folder / "Procfile"), "-e", str(nothing))
        return (*HONCHO, *options, "start", "-p", str(port), *processes)

    def _env(self) -> dict[str, str]:
        """Only its own code: PYTHONPATH comes before what is installed."""
        inherited = {n: v for n, v in os.environ.items() if not n.startswith(("ACCORD_", "GUNICORN"))}
        found = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        return inherited | found | {"PYTHONPATH": str(self.folder), "WEB_CONCURRENCY": "1"} | self.environment


def end(manager: subprocess.Popen[bytes]) -> int:
    """As a host does: SIGTERM, and no mercy after thirty seconds. The manager passes it on."""
    manager.send_signal(signal.SIGTERM)
    try:
        return manager.wait(PATIENCE)
    finally:
        if manager.poll() is None:
            os.killpg(manager.pid, signal.SIGKILL)


def is_ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60).ok
    except requests.RequestException:
        return False


def await_ready(release: Release, port: int, manager: subprocess.Popen[bytes]) -> None:
    def found() -> bool:
        assert manager.poll() is None, release.log.read_text()[-4000:]
        return is_ready(port)

    eventually(found, PATIENCE)


def previous_release(into: Path) -> tuple[Path, str]:
    """The tree of the newest commit that lacks the newest migration, unpacked, and that commit.

    Where there is no history (a shallow clone, an unpacked archive) this very tree stands in for it: then the upgrade
    brings no migration, and all else of it is tested the same. `git fetch --unshallow` gives the history.
    """
    newest = sorted(path.name for path in (TOP / MIGRATIONS).glob("*.sql"))[-1]
    commit = _git("rev-parse", "HEAD").decode().strip()
    if commit and _git("ls-tree", "--name-only", commit, f"{MIGRATIONS}/{newest}"):
        added = _git("log", "--diff-filter=A", "--format=%H", "-1", "--", f"{MIGRATIONS}/{newest}").decode().strip()
        commit = _git("rev-parse", "--verify", "--quiet", f"{added}^").decode().strip() if added else ""
    tree = _git("archive", "--format=tar", commit) if commit else b""
    if not tree:
        return TOP, "this very tree, for there is no history"
    into.mkdir()
    with tarfile.open(fileobj=io.BytesIO(tree)) as archive:
        archive.extractall(into, filter="data")
    return into, commit


def _git(*command: str) -> bytes:
    """Nothing where there is no git, no repository or no such commit."""
    try:
        done = subprocess.run(
            ["git", "-c", f"safe.directory={TOP}", "-C", str(TOP), *command], capture_output=True, check=False
        )
    except FileNotFoundError:
        return b""
    return done.stdout if done.returncode == 0 else b""
