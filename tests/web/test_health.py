"""Alive, ready, measured, named."""

import io
import json
from collections.abc import Callable

from connector import logs
from connector.adapters.postgres.database import Pool, open_pool
from tests.web.edge import Edge, changed, event


def test_alive_asks_nothing_and_ready_asks_the_database(database: Pool, database_url: str) -> None:
    with open_pool(database_url, max_size=1) as pool:
        edge = Edge(pool)
        assert edge.client.get("/readyz").status_code == 200
    assert edge.client.get("/healthz").status_code == 200
    assert edge.client.get("/readyz").status_code == 503


def test_metrics_count_requests_and_show_the_backlog(edge: Edge) -> None:
    edge.hubspot([changed(), event("contact.creation", 513)])
    edge.hubspot([changed(), event("contact.creation", 513)])
    edge.hubspot([changed()], secret="another")
    edge.run("INSERT INTO issue (code, subject, message, fix) VALUES ('duplicate', 's', 'm', 'f')")
    edge.clock.advance(90)
    told = edge.client.get("/metrics").text
    for line in (
        'accord_webhooks_total{outcome="taken",side="hubspot"} 1.0',
        'accord_webhooks_total{outcome="repeated",side="hubspot"} 1.0',
        'accord_webhooks_total{outcome="401",side="hubspot"} 1.0',
        'accord_notices_total{became="queued",side="hubspot"} 2.0',
        'accord_webhook_seconds_count{side="hubspot"} 3.0',
        'accord_pending{lane="live"} 2.0',
        'accord_oldest_seconds{lane="live"} 90.0',
        'accord_issues_open{code="duplicate"} 1.0',
        "accord_breakers_tripped 0.0",
        'accord_api_calls_today{side="hubspot"} 0.0',
    ):
        assert line in told


def test_metrics_are_for_whoever_has_the_token_where_there_is_one(database: Pool) -> None:
    client = Edge(database, metrics_token="a-token").client
    assert "bearer" in client.get("/metrics").text
    for header in ("", "Bearer ", "Bearer another", "a-token", "Bearer ä"):
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer a-token"}).status_code == 200
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200


def test_an_unknown_path_is_simply_not_there(edge: Edge) -> None:
    assert edge.client.get("/nothing").status_code == 404


def test_without_a_migration_it_is_not_ready_and_says_what_to_do(new_database: Callable[[], str]) -> None:
    with open_pool(new_database(), max_size=1) as pool:
        edge = Edge(pool)
        edge.run("DELETE FROM _yoyo_migration WHERE migration_id = '0003-processes'")
        answer = edge.client.get("/readyz")
        assert (answer.status_code, edge.client.get("/healthz").status_code) == (503, 200)
        assert "0003-processes" in answer.text and "accord db migrate" in answer.text
        edge.run("DROP TABLE _yoyo_migration")
        assert edge.client.get("/readyz").status_code == 503


def test_a_database_that_is_ahead_serves_the_previous_release(new_database: Callable[[], str]) -> None:
    with open_pool(new_database(), max_size=1) as pool:
        edge = Edge(pool)
        edge.run(
            "INSERT INTO _yoyo_migration (migration_hash, migration_id) VALUES ('of the next release', '9999-next')"
        )
        assert edge.client.get("/readyz").status_code == 200


def test_metrics_are_shown_without_a_database(database_url: str) -> None:
    with open_pool(database_url, max_size=1) as pool:
        edge = Edge(pool)
        edge.hubspot([changed()], secret="another")
    told = edge.client.get("/metrics").text
    assert "accord_database_answers 0.0" in told
    assert 'accord_webhooks_total{outcome="401",side="hubspot"} 1.0' in told


def test_a_request_keeps_the_id_its_proxy_gave_it(edge: Edge) -> None:
    ours = edge.hubspot([changed()], add={"X-Request-ID": "f3c1-77.abc"})
    assert ours.headers["X-Request-ID"] == "f3c1-77.abc"
    for odd in ("a b", "x" * 65, "é", '"; drop'):
        made = edge.client.get("/healthz", headers={"X-Request-ID": odd}).headers["X-Request-ID"]
        assert made != odd and len(made) == 16
    assert len(edge.client.get("/nothing").headers["X-Request-ID"]) == 16


def test_a_webhook_that_gives_work_is_one_line_with_its_id_and_counts(edge: Edge) -> None:
    lines = io.StringIO()
    logs.configure("info", "json", stream=lines)
    try:
        edge.hubspot([changed(), event("contact.creation", 513)], add={"X-Request-ID": "r-1"})
    finally:
        logs.configure()
    (line,) = (json.loads(text) for text in lines.getvalue().splitlines())
    assert {name: line[name] for name in ("event", "request_id", "side", "notices", "queued")} == {
        "event": "a webhook was taken", "request_id": "r-1", "side": "hubspot", "notices": 2, "queued": 2,
    }  # fmt: skip
