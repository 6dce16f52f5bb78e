"""The Procfile under a process manager, with an external PostgreSQL 16 and both practice servers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.e2e.external import External, free_port, postgres_16
from tests.e2e.managed import TOP, Release, await_ready, end, is_ready
from tests.worker.town import Town, eventually
from tests.world import HOT

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def external(tmp_path_factory: pytest.TempPathFactory) -> Iterator[External]:
    with postgres_16(tmp_path_factory.mktemp("postgres")) as server:
        yield server


def release_on(url: str, logs: Path, **settings: str) -> Release:
    return Release(TOP, {"DATABASE_URL": url} | settings, logs)


def test_release_web_and_worker_carry_a_change_over_and_end_when_told(external: External, tmp_path: Path) -> None:
    with ExitStack() as parts:
        town = Town(external.url, parts)
        release, port = release_on(external.url, tmp_path), free_port()
        release.environment = town.environment | {"ACCORD_PUBLIC_URL": f"http://127.0.0.1:{port}"}
        assert "connections: web 1 x 4 + worker 1 x 17 + release 2 = 23 of" in release.release_phase()
        assert "applied" not in release.release_phase()  # a second release brings nothing
        town.live()
        manager = parts.enter_context(release.running(port))
        await_ready(release, port, manager)
        town.hubspot.delivery.update({"target_url": f"http://127.0.0.1:{port}/webhooks/hubspot"})
        town.hubspot.edit(dict(email="ann@acme.example.com", lastname="Ito", **HOT), by="form", create=True)
        eventually(lambda: town.lead("ann@acme.example.com"))
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=60).ok
        end(manager)
        assert town.all("SELECT 1 FROM worker") == []
    told = release.log.read_text()
    assert "Traceback" not in told and "acme" not in told and "worker stopped" in told


def test_a_release_for_which_the_database_is_too_small_changes_nothing(external: External, tmp_path: Path) -> None:
    external.run("CREATE DATABASE small CONNECTION LIMIT 5")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        release_on(external.url_of("small"), tmp_path).release_phase()
    assert "The database gives too few connections" in failed.value.stdout + failed.value.stderr
    assert "Run fewer processes" in failed.value.stdout + failed.value.stderr


def test_web_comes_up_before_its_database_is_migrated_and_gets_ready_with_it(
    external: External, tmp_path: Path
) -> None:
    external.run("CREATE DATABASE later")
    release, port = release_on(external.url_of("later"), tmp_path), free_port()
    with release.running(port, "web") as manager:
        eventually(lambda: _alive(port))
        assert not is_ready(port)
        release.release_phase()
        eventually(lambda: is_ready(port))
        assert manager.poll() is None


def test_web_lives_without_its_database_and_says_that_it_is_not_ready(tmp_path: Path) -> None:
    nowhere = f"postgres://accord:pw@127.0.0.1:{free_port()}/accord?sslmode=prefer"
    release, port = release_on(nowhere, tmp_path), free_port()
    with release.running(port, "web") as manager:
        eventually(lambda: _alive(port))
        answer = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60)
        assert (answer.status_code, answer.text) == (503, "the database does not answer\n")
        assert "accord_database_answers 0.0" in requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
        assert manager.poll() is None


def _alive(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=60).ok
    except requests.RequestException:
        return False
