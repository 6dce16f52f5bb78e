"""The Flask application: blueprints, limits, and what a caller is told when something fails."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from connector import logs
from connector.errors import BadNotice
from connector.web import health, oauth, webhooks
from connector.web.meters import Meters
from connector.web.naming import Named
from connector.web.wired import Wired

MOST_BYTES = 2_000_000
"""A hundred events are some 40 kB; a hundred full Leads with long texts stay below one megabyte."""

_log = logs.get(__name__)


def make_app(wired: Wired) -> Flask:
    app = Flask("connector.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.wsgi_app = Named(app.wsgi_app)  # type: ignore[method-assign]
    meters = Meters()
    app.register_blueprint(webhooks.blueprint(wired, meters))
    app.register_blueprint(health.blueprint(wired, meters))
    app.register_blueprint(oauth.blueprint(wired))
    app.register_error_handler(BadNotice, _bad_notice)
    app.register_error_handler(Exception, _unexpected)
    return app


def _bad_notice(error: BadNotice) -> Response:
    return Response(f"{error}\n", error.status, mimetype="text/plain")


def _unexpected(error: Exception) -> Response | HTTPException:
    if isinstance(error, HTTPException):
        return error
    # By kind only: what a database or a parser says may quote people's data.
    _log.error("a request failed", error=type(error).__name__)
    return Response("Something went wrong here: send it again later.\n", 503, mimetype="text/plain")
