"""Is this process alive, can it serve, and how is it doing."""

from __future__ import annotations

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST

from connector import logs
from connector.errors import Refused
from connector.web.meters import Meters
from connector.web.wired import Wired
from connector.wiring.figures import NOT_FOR_YOU, Figure, may_read

_log = logs.get(__name__)
_ANSWERS: tuple[str, str, dict[str, str]] = ("accord_database_answers", "1 where the database could be asked.", {})


def blueprint(wired: Wired, meters: Meters) -> Blueprint:
    """``/healthz`` (alive: asks nothing), ``/readyz`` (the database answers and lacks no migration), ``/metrics``.

    Neither asks HubSpot or Salesforce: while those are away notices are taken all the same."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return Response("alive\n", mimetype="text/plain")

    @routes.get("/readyz")
    def ready() -> Response:
        try:
            wired.health.ready()
        except Refused as refused:
            _log.error("not ready", error=str(refused))
            return Response(f"{refused}\n", 503, mimetype="text/plain")
        except Exception as error:
            _log.error("not ready", error=type(error).__name__)
            return Response("the database does not answer\n", 503, mimetype="text/plain")
        return Response("ready\n", mimetype="text/plain")

    @routes.get("/metrics")
    def metrics() -> Response:
        if not may_read(wired.metrics_token, request.headers.get("Authorization")):
            return Response(NOT_FOR_YOU, 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
        return Response(meters.exposed(_figures(wired)), content_type=CONTENT_TYPE_LATEST)

    return routes


def _figures(wired: Wired) -> list[Figure]:
    """What this process counted is shown without a database, too."""
    try:
        return [*wired.health.figures(), (*_ANSWERS, 1.0)]
    except Exception as error:
        _log.error("no figures of the database", error=type(error).__name__)
        return [(*_ANSWERS, 0.0)]
