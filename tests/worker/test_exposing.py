"""What a worker shows to a monitor."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import replace

import pytest
import requests

from connector.worker.exposing import Exposed
from tests.worker.test_as_processes import free_port
from tests.worker.town import Town, eventually, working
from tests.world import HOT

pytestmark = pytest.mark.slow


def shown_at(town: Town, port: int) -> None:
    process = town.settings.process.model_copy(update={"metrics_port": port})
    town.settings = replace(town.settings, process=process)


def get(port: int, path: str) -> requests.Response:
    return requests.get(f"http://127.0.0.1:{port}{path}", timeout=60)


def test_rounds_pairs_calls_and_the_shared_figures_are_shown_and_no_person(town: Town) -> None:
    shown_at(town, port := free_port())
    with working(town) as (world, _):
        assert get(port, "/healthz").status_code == 200
        assert get(port, "/readyz").text == "ready\n"
        assert get(port, "/else").status_code == 404
        town.hubspot.edit(dict(email="ann@acme.example.com", lastname="Ito", **HOT), by="form", create=True)
        town.deliver(world)
        eventually(lambda: town.lead("ann@acme.example.com"))
        eventually(lambda: 'accord_pairs_total{became="written"} 1.0' in get(port, "/metrics").text)
        told = get(port, "/metrics").text
    values = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in told.splitlines() if line[0] != "#"}
    assert values['accord_rounds_total{outcome="whole"}'] >= 1
    assert values["accord_round_seconds_total"] > 0
    assert values['accord_api_calls_total{side="hubspot"}'] >= 2
    assert values['accord_api_calls_total{side="salesforce"}'] >= 2
    assert (values["accord_drains"], values["accord_database_answers"]) == (2, 1)
    for shared in ('accord_pending{lane="live"}', 'accord_lag_seconds{lane="live"}', "accord_workers_alive",
                   "accord_breakers_tripped", 'accord_api_calls_today{side="hubspot"}'):  # fmt: skip
        assert shared in values
    assert "acme" not in told
    with pytest.raises(requests.ConnectionError):
        get(port, "/healthz")


def test_a_port_that_is_taken_keeps_no_worker_from_its_work(town: Town) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("", 0))
        taken.listen()
        shown_at(town, taken.getsockname()[1])
        with working(town) as (world, _):
            eventually(lambda: world.stores.pool and town.all("SELECT 1 FROM worker"))


def test_metrics_are_for_whoever_has_the_token_where_there_is_one() -> None:
    shown = Exposed.__new__(Exposed)
    shown.token = "a-token"
    for header in (None, "", "Bearer another", "a-token"):
        assert shown.answer("/metrics", header)[0] == 401
    assert shown.answer("/healthz")[0] == 200
