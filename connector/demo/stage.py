"""The demo's stage: practice servers, a throw-away database, the Procfile's processes. All ends with the block."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from prometheus_client.parser import text_string_to_metric_families

from connector.demo.processes import ACCORD, DemoFailed, end, first_line, free_port, from_procfile, practice
from connector.practice.orgs import Org

OUTBOUND_PATH = "demo-outbound-secret-path"
RUNNING = ("web", "worker")
AT_WORK = {"accord_lag_seconds", "accord_leased"}
POLL_SECONDS = 2
"""Where nothing is pushed; in earnest a minute."""


@dataclass
class Practice:
    """One practice server, as a person or an admin sees it."""

    told: dict[str, Any]
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = self.told["base_url"]
        self._session = requests.Session()
        self._session.trust_env = False

    def __call__(self, path: str, **body: Any) -> Any:
        """POST /_practice/PATH, or GET without a body."""
        address = f"{self.url}/_practice/{path}"
        answer = (
            self._session.post(address, json=body, timeout=30)
            if body
            else self._session.get(address, timeout=30)
        )
        if answer.status_code >= 400:
            raise DemoFailed(f"{path}: {answer.text[:300]}")
        return answer.json()

    def edit(self, object_: str, values: dict[str, Any], **more: Any) -> str:
        return str(self("edit", object=object_, values=values, **more)["id"])

    def find(self, object_: str, field_: str, value: str | bool) -> list[dict[str, Any]]:
        found = self("find", object=object_, field=field_, value=value)["records"]
        return [dict(one["values"], id=one["id"]) for one in found]

    def calls(self) -> dict[str, Any]:
        return dict(self("calls"))


@dataclass
class Stage:
    """What the story plays on. ``env``: what any ``accord`` command is run with; ``mappings``: a copy of the agreement
    that may be changed."""

    hubspot: Practice
    salesforce: Practice
    org: Org
    env: dict[str, str]
    logs: Path
    port: int
    mappings: Path
    ending: ExitStack
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def accord(self, *arguments: str, show: bool = False) -> str:
        """Run a public command. Raises DemoFailed with what it printed."""
        done = subprocess.run(
            [*ACCORD, *arguments], env=self.env, capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode:
            raise DemoFailed(
                f"accord {shlex.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        if show:
            sys.stdout.write(done.stdout)
            sys.stdout.flush()
        return done.stdout

    def watched(self, *arguments: str) -> None:
        """A command whose progress the audience sees: a bar on a terminal, lines elsewhere. Raises DemoFailed."""
        sys.stdout.flush()
        done = subprocess.run([*ACCORD, *arguments], env=self.env, timeout=600, check=False)
        if done.returncode:
            raise DemoFailed(f"accord {shlex.join(arguments)} ended with {done.returncode}")

    def deploy(self) -> None:
        """Web and worker end, and begin anew with the agreement as it is now; both sides are told what it needs."""
        for name in RUNNING:
            self.processes[name].send_signal(signal.SIGTERM)
        for name in RUNNING:
            end(self.processes.pop(name))
        self.start()
        _subscribe(self)

    def start(self) -> None:
        """Web and worker, until the web process answers."""
        for name in RUNNING:
            self.processes[name] = from_procfile(name, self.env, self.logs, self.ending)
        _wait_for_web(self)

    def writes(self) -> int:
        """API calls that write, on both sides."""
        calls: dict[str, Any] = self.hubspot.calls()["by_endpoint"] | self.salesforce.calls()["by_endpoint"]
        return sum(n for line, n in calls.items() if _is_write(line))

    def at_work(self) -> bool:
        """Something is due or under way in a lane: by the figures that the web process shows."""
        answer = requests.get(f"http://127.0.0.1:{self.port}/metrics", timeout=30)
        shown = text_string_to_metric_families(answer.text)
        figures = {f.name: sum(sample.value for sample in f.samples) for f in shown if f.name in AT_WORK}
        return figures.keys() != AT_WORK or any(figures.values())  # none: the web process could not ask the database

    @property
    def pushed(self) -> bool:
        """Salesforce tells of its changes itself."""
        return self.org.salesforce.outbound_messages

    @property
    def patience(self) -> float:
        return 120.0  # seconds; on a slow machine that is loaded besides, twenty were not enough

    def told_by(self, side: str) -> str:
        """How Accord comes to know what somebody did on that side."""
        ways = {"hubspot": "webhook", "salesforce": "message" if self.pushed else f"poll, {POLL_SECONDS} s"}
        return ways.get(side, "")

    def required(self, object_: str) -> dict[str, Any]:
        """What this org requires of every record besides the usual."""
        wished = self.org.salesforce.fields.get(object_, {})
        return {name: wish.fill for name, wish in wished.items() if wish.required}

    def owner(self, record: dict[str, Any]) -> str:
        """The e-mail of whoever owns it."""
        found = self.salesforce.find("User", "Id", str(record.get("OwnerId")))
        return str(found[0]["Email"]) if found else str(record.get("OwnerId"))

    def alive(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise DemoFailed(f"the {name} process ended with {process.returncode}:\n{self.tail(name)}")

    def tail(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text(errors="replace")[-3000:]


@contextmanager
def open_stage(
    people: int, seed: int, org: Org, mappings: Path, unproved: Sequence[str] = ()
) -> Iterator[Stage]:
    """Start everything; when the block ends every process is ended and the folder removed."""
    with ExitStack() as ending:
        folder = Path(
            ending.enter_context(
                tempfile.TemporaryDirectory(prefix="accord-demo-", ignore_cleanup_errors=True)
            )
        )
        folder.chmod(0o755)
        options: tuple[str, ...] = ("--people", str(people), "--seed", str(seed), "--org", org.source)
        options += tuple(word for each in unproved for word in ("--unproved", each))
        started = [practice(ending, folder, which, options) for which in ("hubspot", "salesforce")]
        port = free_port()
        env = _env(folder, port, mappings) | _push(org)
        release = from_procfile("release", env, folder, ending)
        told = [Practice(first_line(process, folder, which)) for process, which in started]
        stage = Stage(told[0], told[1], org, env | _sides(*told), folder, port, mappings, ending)
        if release.wait(timeout=300):
            raise DemoFailed(f"the release failed:\n{stage.tail('release')}")
        stage.start()
        _subscribe(stage)
        yield stage


def _push(org: Org) -> dict[str, str]:
    """Outbound messages where the edition has them; polls in quick succession where it hasn't."""
    if org.salesforce.outbound_messages:
        return {"ACCORD_SALESFORCE_OUTBOUND_SECRET": OUTBOUND_PATH}
    return {"ACCORD_POLL_SECONDS": str(POLL_SECONDS)}


def _env(folder: Path, port: int, mappings: Path) -> dict[str, str]:
    """A clean environment: nothing of the caller's own Accord gets in."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ACCORD_", "DATABASE_URL", "PORT"))}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "ACCORD_EMBEDDED": str(folder / "database"),
        "ACCORD_LOG_LEVEL": "info",
        **{f"ACCORD_{side}_OVERLAP_SECONDS": str(2 * POLL_SECONDS) for side in ("HUBSPOT", "SALESFORCE")},
        "ACCORD_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ACCORD_MAPPINGS": str(mappings.resolve()),
        "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
    }


def _sides(hubspot: Practice, salesforce: Practice) -> dict[str, str]:
    h, s = hubspot.told, salesforce.told
    return {
        "ACCORD_HUBSPOT_BASE_URL": h["base_url"],
        "ACCORD_HUBSPOT_ACCESS_TOKEN": h["access_token"],
        "ACCORD_HUBSPOT_CLIENT_SECRET": h["client_secret"],
        "ACCORD_HUBSPOT_PORTAL_ID": str(h["portal_id"]),
        "ACCORD_HUBSPOT_APP_ID": str(h["app_id"]),
        "ACCORD_SALESFORCE_INSTANCE_URL": s["instance_url"],
        "ACCORD_SALESFORCE_CLIENT_ID": s["client_id"],
        "ACCORD_SALESFORCE_CLIENT_SECRET": s["client_secret"],
        "ACCORD_SALESFORCE_ORG_ID": s["org_id"],
    }


def _wait_for_web(stage: Stage) -> None:
    for _ in range(1200):
        stage.alive()
        try:
            if requests.get(f"http://127.0.0.1:{stage.port}/healthz", timeout=10).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise DemoFailed(f"the web process does not answer:\n{stage.tail('web')}")


def _subscribe(stage: Stage) -> None:
    """What an admin sets up on both sides: where to send which changes."""
    wanted = json.loads(stage.accord("mappings", "webhooks"))
    root = f"http://127.0.0.1:{stage.port}/webhooks"
    stage.hubspot("webhooks", target_url=f"{root}/hubspot", subscriptions=wanted["hubspot"])
    if not stage.pushed:
        return
    stage.salesforce(
        "outbound",
        target_url=f"{root}/salesforce/{OUTBOUND_PATH}",
        objects=wanted["salesforce"],
        skip_integration_user=True,
    )


def _is_write(line: str) -> bool:
    method, _, path = line.partition(" ")
    return method in ("PATCH", "PUT", "DELETE") or path.endswith(
        ("/update", "/upsert", "/create", "/composite")
    )
