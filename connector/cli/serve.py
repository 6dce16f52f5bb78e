"""`accord serve` and `accord release`: the web process, and what goes before it at each release."""

import os
from typing import Any

import typer

from connector.cli.db import migrate
from connector.cli.options import Embedded, database, refuse_if_outdated


def add_to(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("release", hidden=True)(migrate)


def serve(embedded: Embedded = None) -> None:
    """Take webhooks, under gunicorn: on 127.0.0.1:8000, or on 0.0.0.0:$PORT where PORT is set."""
    from connector.settings import load
    from connector.wiring.stores import agreement_folder

    settings = load()
    _load_agreement(agreement_folder(settings))
    with database(embedded, settings) as url:
        refuse_if_outdated(url)
        # gunicorn's processes open the database themselves, after the fork.
        os.environ["DATABASE_URL"] = url
        os.environ.pop("ACCORD_EMBEDDED", None)
        _gunicorn().run()


def _load_agreement(folder: Any) -> None:
    """A broken agreement is told once and completely here, not by each of gunicorn's processes."""
    from connector.adapters.mappings import load

    load(folder)


def _gunicorn() -> Any:
    from gunicorn.app.base import Application  # type: ignore[import-untyped]

    class Serving(Application):  # type: ignore[misc]
        """gunicorn with the settings of connector.web.gunicorn; $GUNICORN_CMD_ARGS may add to them."""

        def init(self, parser: Any, opts: Any, args: Any) -> None:
            """Nothing is read from our own command line."""

        def load_config(self) -> None:
            self.load_config_from_module_name_or_filename("python:connector.web.gunicorn")
            more = self.cfg.parser().parse_args(self.cfg.get_cmd_args_from_env())
            for name, value in vars(more).items():
                if value is not None and name != "args":
                    self.cfg.set(name.lower(), value)

        def load(self) -> Any:
            from connector.web import create_app

            return create_app()

    return Serving()
