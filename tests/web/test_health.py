"""Alive, ready, measured."""

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


def test_an_unknown_path_is_simply_not_there(edge: Edge) -> None:
    assert edge.client.get("/nothing").status_code == 404
