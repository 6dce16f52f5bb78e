"""`accord practice` as a process of its own, and an agreement held against both of its servers."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

TOP = Path(__file__).parents[2]
FOR_HUBSPOT = {"base_url", "access_token", "portal_id", "app_id", "client_id", "client_secret", "refresh_token"}
FOR_SALESFORCE = {
    *("base_url", "access_token", "instance_url", "org_id", "client_id", "client_secret", "username"),
}


@contextmanager
def practice(*words: str, servers: int = 1) -> Iterator[tuple[subprocess.Popen[str], list[dict[str, Any]]]]:
    """The process and what it printed when ready."""
    command = [sys.executable, "-m", "connector", "practice", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=TOP)
    assert process.stdout
    try:
        yield process, [json.loads(process.stdout.readline()) for _ in range(servers)]
    finally:
        process.kill()
        process.communicate()


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(("which", "needed"), [("hubspot", FOR_HUBSPOT), ("salesforce", FOR_SALESFORCE)])
def test_one_server_says_what_a_client_needs_and_ends_when_told(which: str, needed: set[str], ending: int) -> None:
    with practice(which, "--people", "20", "--seed", "7", "--latency-ms", "3") as (process, (told,)):
        assert needed <= set(told)
        assert get(told["base_url"] + "/_practice/faults")["latency_ms"] == 3
        process.send_signal(ending)
        output, errors = process.communicate(timeout=120)
        assert (process.returncode, output, errors) == (0, "", "")


def test_an_agreement_is_held_against_both_servers(tmp_path: Path) -> None:
    with practice("--people", "5", servers=2) as (_, (hubspot, salesforce)):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")} | {
            "ACCORD_HUBSPOT_BASE_URL": hubspot["base_url"],
            "ACCORD_HUBSPOT_ACCESS_TOKEN": hubspot["access_token"],
            "ACCORD_SALESFORCE_INSTANCE_URL": salesforce["instance_url"],
            "ACCORD_SALESFORCE_CLIENT_ID": salesforce["client_id"],
            "ACCORD_SALESFORCE_CLIENT_SECRET": salesforce["client_secret"],
        }
        command = [sys.executable, "-m", "connector", "mappings", "check", "mappings", "--live"]
        done = subprocess.run(command, env=environment, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "mappings: the agreement is sound and fits both sides."


def test_a_port_in_use_is_said_to_be_so() -> None:
    with practice("hubspot") as (_, (told,)):
        port = told["base_url"].rsplit(":", 1)[1]
        command = [sys.executable, "-m", "connector", "practice", "hubspot", "--port", port]
        done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert done.stderr == f"Practice hubspot can't listen on 127.0.0.1:{port}: Address already in use.\n"
