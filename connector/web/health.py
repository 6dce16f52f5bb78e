"""Is this process alive, can it serve, and how is it doing."""

from __future__ import annotations

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST

from connector import logs
from connector.web.meters import Meters
from connector.web.wired import Wired

_log = logs.get(__name__)


def blueprint(wired: Wired, meters: Meters) -> Blueprint:
    """``/healthz`` (alive: asks nothing), ``/readyz`` (the database answers), ``/metrics``."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return Response("alive\n", mimetype="text/plain")

    @routes.get("/readyz")
    def ready() -> Response:
        try:
            wired.health.ready()
        except Exception as error:
            _log.error("not ready", error=type(error).__name__)
            return Response("the database does not answer\n", 503, mimetype="text/plain")
        return Response("ready\n", mimetype="text/plain")

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(meters.exposed(wired.health.figures()), content_type=CONTENT_TYPE_LATEST)

    return routes
