"""No process keeps anything on a disk: a host may give it none that can be written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connector.adapters.postgres.database import Pool
from tests.web.edge import Edge, changed
from tests.world import HOT, World

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_watching: list[list[str]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    """Hooks stay for good: this one is silent but inside ``watched``."""
    if not _watching:
        return
    if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike) and arguments[2] & WRITING:
        _watching[-1].append(os.fsdecode(arguments[0]))
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.truncate"):
        _watching[-1].append(f"{event} {arguments[0]}")


sys.addaudithook(_hear)


@contextmanager
def watched() -> Iterator[list[str]]:
    """All that is opened for writing, made, renamed or removed meanwhile; byte code and devices apart."""
    found: list[str] = []
    _watching.append(found)
    try:
        yield found
    finally:
        _watching.remove(found)
        found[:] = [each for each in found if "__pycache__" not in each and not each.startswith("/dev/")]


def test_the_watch_sees_what_is_written(tmp_path: Path) -> None:
    with watched() as found:
        (tmp_path / "a").write_text("x")
        (tmp_path / "a").read_text()
    assert found == [str(tmp_path / "a")]


def test_rounds_and_the_edge_write_no_file(database: Pool) -> None:
    with watched() as found:
        world = World(database)
        world.form(**HOT, email="ann@acme.example.com", lastname="Ito")
        world.settle()
        edge = Edge(database)
        assert edge.hubspot([changed()]).status_code == 200
        assert edge.client.get("/metrics").status_code == edge.client.get("/readyz").status_code == 200
    assert found == []
