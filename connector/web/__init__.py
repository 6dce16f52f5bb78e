"""The edge: webhooks, health, metrics. Parse, call one service, answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from connector.web.wired import Wired


def create_app(wired: Wired | None = None) -> Flask:
    """The web application on what wiring joined; without it (gunicorn) on what the environment says."""
    # Not at the top: gunicorn's settings live in this package, and nothing of it may load before they set the scene.
    from connector.web.app import make_app

    return make_app(wired or _wired_by_environment())


def _wired_by_environment() -> Wired:
    """For a process that serves until it ends."""
    import atexit
    from contextlib import ExitStack

    from dotenv import load_dotenv

    from connector import logs
    from connector.settings import load
    from connector.wiring.edge import open_edge

    load_dotenv(".env")
    settings, parts = load(), ExitStack()
    logs.configure(settings.process.log_level, settings.process.log_format, settings.secrets())
    atexit.register(parts.close)
    return parts.enter_context(open_edge(settings))
