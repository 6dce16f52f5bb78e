"""The edge: webhooks, health, metrics. Parse, call one service, answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from connector.web.wired import Wired


def create_app(wired: Wired) -> Flask:
    """The web application on what wiring joined."""
    # Not at the top: gunicorn's settings live in this package, and nothing of it may load before they set the scene.
    from connector.web.app import make_app

    return make_app(wired)
